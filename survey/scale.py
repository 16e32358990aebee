"""Scales: 1-4 and 1-5, lowest first, every point labelled in words. Never pooled, never on one axis."""

from collections.abc import Sequence
from dataclasses import dataclass

TARGETS = {4: 3.0}
"""The target of the mean, by number of points. The 1-5 scale has no agreed target."""


@dataclass(frozen=True)
class Scale:
    """Points 1 … len(labels); the last is the top ("helt enig")."""

    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.labels) not in (4, 5) or not all(self.labels):
            raise ValueError("A scale has 4 or 5 points, each with a label")

    @property
    def top(self) -> int:
        """The highest point."""
        return len(self.labels)

    def end(self, answers: Sequence[int | None]) -> str:
        """Which end of the scale was chosen throughout, "low" or "high"; "" for anything else.

        Blanks and "ved ikke" (0) do not count, and one answer is no pattern.
        """
        chosen = [answer for answer in answers if answer]
        if len(chosen) < 2 or len(set(chosen)) > 1:
            return ""
        return {1: "low", self.top: "high"}.get(chosen[0], "")
