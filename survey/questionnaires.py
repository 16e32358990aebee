"""A municipality's questionnaires as its administrator sees them, and the next version of one."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, published, wording
from survey.models import Questionnaire as QuestionnaireRow
from survey.models import Team
from survey.published import Version
from survey.questionnaire import Questionnaire, Statement
from survey.scale import Scale
from survey.wording import Finding, WordingError

SAME = Finding("", "Intet er ændret i forhold til den nuværende udgave.")


@dataclass(frozen=True)
class Sheet:
    """A questionnaire with the active teams that use it and its versions, the newest first."""

    id: int
    name: str
    teams: tuple[str, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Draft:
    """What a new version would ask."""

    labels: tuple[str, ...]
    statements: tuple[Statement, ...]

    def after(self, before: Version) -> Questionnaire:
        """The content of the version after `before`, whose code and name stay. Raises ValueError for no scale."""
        return replace(before.content, scale=Scale(self.labels), statements=self.statements)


class StaleError(Exception):
    """Another version was published since the draft was begun."""


def sheets(session: Session, municipality_id: int) -> list[Sheet]:
    """The municipality's questionnaires by name, in three statements."""
    rows = session.execute(
        select(QuestionnaireRow.id, QuestionnaireRow.name)
        .where(QuestionnaireRow.municipality_id == municipality_id)
        .order_by(QuestionnaireRow.name)
    ).all()
    teams = session.execute(
        select(Team.questionnaire_id, Team.name)
        .where(Team.municipality_id == municipality_id, Team.active)
        .order_by(Team.name)
    ).all()
    versions = published.versions(session, municipality_id)
    return [
        Sheet(
            row.id,
            row.name,
            tuple(team.name for team in teams if team.questionnaire_id == row.id),
            tuple(version for version in versions if version.questionnaire_id == row.id),
        )
        for row in rows
    ]


def problems(draft: Draft, before: Version) -> list[Finding]:
    """Why the draft cannot follow `before`; empty when it can."""
    found = wording.problems(draft.labels, [statement.text for statement in draft.statements])
    content = before.content
    if not found and (draft.labels, draft.statements) == (content.scale.labels, content.statements):
        return [SAME]
    return found


def succeed(session: Session, before: Version, draft: Draft, now: datetime) -> int:
    """Publish the draft as the version after `before`, which is closed; the new version's id.

    Raises WordingError, and StaleError when `before` is no longer the newest.
    """
    # Two administrators may publish at once: the second waits here, and then finds that `before` is closed.
    session.execute(
        select(QuestionnaireRow.id)
        .where(
            QuestionnaireRow.municipality_id == before.municipality_id,
            QuestionnaireRow.id == before.questionnaire_id,
        )
        .with_for_update()
    )
    (current,) = published.versions(session, before.municipality_id, before.id)
    if current.closed_at is not None:
        raise StaleError
    if found := problems(draft, current):
        raise WordingError(found)
    return municipalities.publish(session, before.municipality_id, draft.after(current), now)[1]
