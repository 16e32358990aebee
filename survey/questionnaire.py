"""Questionnaires as rules: statements on one scale, and who is asked outright whether they want a call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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

    def worded(self, labels: Sequence[str], statements: Sequence[str]) -> "Questionnaire":
        """The same questionnaire in other words: what offers a call still does.

        Raises ValueError when there is not exactly one label per point and one text per statement.
        """
        if len(labels) != self.scale.top:
            raise ValueError(f"{self.scale.top} labels expected, got {len(labels)}")
        told = zip(self.statements, statements, strict=True)
        return replace(
            self,
            scale=Scale(tuple(labels)),
            statements=tuple(replace(statement, text=text) for statement, text in told),
        )

    def callback_topics(self, answers: Answers) -> list[str]:
        """The statements that lead to an offer of a call: they offer one and were not answered at the top,
        left blank included: who skips it may need it most."""
        return [
            statement.text
            for statement, answer in zip(self.statements, answers, strict=True)
            if statement.offers_callback and answer != self.scale.top
        ]
