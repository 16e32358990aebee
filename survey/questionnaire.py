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

    def callback_topics(self, answers: Answers) -> list[str]:
        """The statements that lead to an offer of a call: they offer one and were not answered at the top,
        left blank included: who skips it may need it most."""
        return [
            statement.text
            for statement, answer in zip(self.statements, answers, strict=True)
            if statement.offers_callback and answer != self.scale.top
        ]
