"""Questionnaires as rules: statements on one scale, and who is asked outright whether they want a call."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.scale import Scale

DONT_KNOW = 0
"""The neutral way out, "Ved ikke / ikke relevant": stored, counted, never in a mean."""

Answers = Sequence[int | None]
"""By position: a point of the scale, DONT_KNOW, or None where the citizen left it blank."""


@dataclass(frozen=True)
class Statement:
    """One line the citizen agrees or disagrees with."""

    text: str
    offers_callback: bool = False


@dataclass(frozen=True)
class Questionnaire:
    """Statements in order on one scale; the content of a published version."""

    code: str
    name: str
    scale: Scale
    statements: tuple[Statement, ...]

    def check(self, answers: Answers) -> None:
        """Raise ValueError unless there is one answer a statement, each on the scale, a way out or blank."""
        if len(answers) != len(self.statements):
            raise ValueError(f"{len(self.statements)} answers expected, got {len(answers)}")
        for position, answer in enumerate(answers, 1):
            if answer is not None and not DONT_KNOW <= answer <= self.scale.top:
                raise ValueError(f"Answer {position} is outside the scale 1-{self.scale.top}")

    def callback_topics(self, answers: Answers) -> list[str]:
        """The statements that lead to an offer of a call: they offer one and were not answered at the top."""
        return [
            statement.text
            for statement, answer in zip(self.statements, answers, strict=True)
            if statement.offers_callback and answer is not None and answer != self.scale.top
        ]
