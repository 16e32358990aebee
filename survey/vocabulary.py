"""How a scale and a statement are said in other languages: whatever was translated before, by its Danish words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import published, question_sets, texts
from survey.models import Translation
from survey.questionnaire import Questionnaire

FOREIGN = tuple(language for language in texts.LANGUAGES if language != "da")
"""The languages a questionnaire may be translated to, in the order pages list them."""


@dataclass(frozen=True)
class Words:
    """Labels and statements of a version in one language, in order; "" where nobody knows the word yet."""

    labels: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Is every text there?"""
        return all(self.labels) and all(self.statements)


@dataclass
class Tongue:
    """One language: how whole scales and single statements are said in it, by their Danish."""

    labels: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)

    def learn(self, danish: Questionnaire, labels: Sequence[str], statements: Sequence[str]) -> None:
        """Take these words for what `danish` says; later ones count."""
        self.labels[danish.scale.labels] = tuple(labels)
        said = (statement.text for statement in danish.statements)
        self.statements.update(zip(said, statements, strict=True))


@dataclass(frozen=True)
class Vocabulary:
    """Every language's words."""

    tongues: Mapping[str, Tongue]

    def words(self, danish: Questionnaire, language: str) -> Words:
        """`danish` in this language, with "" for what is not known."""
        tongue = self.tongues[language]
        labels = tongue.labels.get(danish.scale.labels, ("",) * danish.scale.top)
        return Words(labels, tuple(tongue.statements.get(line.text, "") for line in danish.statements))


def known(session: Session, municipality_id: int) -> Vocabulary:
    """What is shipped, and before it what the municipality's own versions say: newer before older, verified first.

    Two statements.
    """
    tongues: dict[str, Tongue] = defaultdict(Tongue)
    for code in question_sets.CODES:
        for language, told in question_sets.translations(code).items():
            lines = [statement.text for statement in told.statements]
            tongues[language].learn(question_sets.load(code), told.scale.labels, lines)
    danish = {version.id: version.content for version in published.versions(session, municipality_id)}
    rows = session.scalars(
        select(Translation)
        .where(Translation.municipality_id == municipality_id)
        .order_by(Translation.verified_at.is_not(None), Translation.version_id)
    )
    for row in rows:
        if row.version_id in danish:
            tongues[row.language].learn(danish[row.version_id], row.labels, row.statements)
    return Vocabulary(tongues)
