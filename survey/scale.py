"""Scales: 1-4 and 1-5, lowest first, every point labelled in words. Never pooled, never on one axis."""

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
