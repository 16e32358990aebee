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
    """What a new version would ask. `same`: the positions that the editor says mean what they meant before."""

    labels: tuple[str, ...]
    statements: tuple[Statement, ...]
    same: frozenset[int] = frozenset()

    def after(self, before: Version) -> Questionnaire:
        """The content of the version after `before`, whose code and name stay. Raises ValueError for no scale."""
        return replace(before.content, scale=Scale(self.labels), statements=self.statements)

    def means_the_same(self, before: Version) -> frozenset[int]:
        """The positions that mean what they meant in `before`: in the same words, or by the editor's word."""
        pairs = enumerate(zip(self.statements, before.content.statements, strict=False), 1)
        return frozenset(place for place, (now, then) in pairs if place in self.same or now.text == then.text)


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
    return found or _mismarked(draft, before)


def _mismarked(draft: Draft, before: Version) -> list[Finding]:
    """Statements said to mean the same as one that is not there, or that stood elsewhere before."""
    texts = [statement.text for statement in before.content.statements]
    found = []
    for place in sorted(draft.same):
        if place > len(draft.statements):
            continue
        text = draft.statements[place - 1].text
        if place > len(texts):
            words = f"Udsagn {place} er nyt: der var intet udsagn {place} før. Fjern fluebenet »Samme betydning«."
            found.append(Finding(f"statement-{place}", words))
        elif text in texts and text != texts[place - 1]:
            was = texts.index(text) + 1
            words = f"Udsagn {place} var udsagn {was} før. Behold rækkefølgen, eller fjern fluebenet."
            found.append(Finding(f"statement-{place}", words))
    return found


def new_series_because(draft: Draft, before: Version) -> str:
    """Why the draft's figures begin a series of their own, in Danish; "" when they continue that of `before`."""
    content, same = before.content, draft.means_the_same(before)
    if draft.labels != content.scale.labels:
        return "svarene er andre"
    if len(draft.statements) != len(content.statements):
        return f"der er {len(draft.statements)} udsagn i stedet for {len(content.statements)}"
    other = [str(place) for place in range(1, len(draft.statements) + 1) if place not in same]
    if not other:
        return ""
    return (
        f"udsagn {' og '.join(filter(None, (', '.join(other[:-1]), other[-1])))} ikke er mærket »Samme betydning«"
    )


def succeed(session: Session, before: Version, draft: Draft, now: datetime) -> int:
    """Publish the draft as the version after `before`, which is closed; the new version's id.

    Where every statement means the same on the same scale it continues the series of `before` in the figures.
    Raises WordingError, and StaleError when `before` is no longer the newest.
    """
    # Two administrators may publish at once: the second waits here, and then finds that `before` is closed.
    session.execute(
        select(QuestionnaireRow.id)
        .where(
            QuestionnaireRow.municipality_id == before.municipality_id,
            QuestionnaireRow.id == before.questionnaire_id,
        )
        .with_for_update(key_share=True)
    )
    (current,) = published.versions(session, before.municipality_id, before.id)
    if current.closed_at is not None:
        raise StaleError
    if found := problems(draft, current):
        raise WordingError(found)
    continues = None if new_series_because(draft, current) else current.id
    return municipalities.publish(
        session,
        before.municipality_id,
        draft.after(current),
        now,
        same=draft.means_the_same(current),
        continues=continues,
    )[1]
