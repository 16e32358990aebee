"""A municipality's own texts: saved, given up for the shipped ones, and verified by a person."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey.models import MessageText, Staff
from survey.texts import Own

_KEY = ("municipality_id", "questionnaire_id", "kind", "channel", "language")


@dataclass(frozen=True)
class Place:
    """Where a text is used; `questionnaire_id` None: for all questionnaires that have none of their own."""

    municipality_id: int
    questionnaire_id: int | None
    kind: str
    channel: str
    language: str


@dataclass(frozen=True)
class Kept:
    """An own text as it is stored, with who changed it last and who said it is right (None: nobody yet)."""

    place: Place
    text: Own
    changed_at: datetime
    changed_by: str
    verified_at: datetime | None
    verified_by: str | None


def every(session: Session, municipality_id: int) -> dict[Place, Kept]:
    """All own texts of the municipality, in one statement."""
    return _kept(session, MessageText.municipality_id == municipality_id)


def one(session: Session, place: Place) -> Kept | None:
    """The own text of exactly this place."""
    return _kept(session, _at(place)).get(place)


def save(session: Session, place: Place, text: Own, *, staff_id: int, now: datetime) -> None:
    """Let `text` be used at `place` from now on. It is not verified, unless it is what was verified before."""
    found = one(session, place)
    if found and (found.text.subject, found.text.body) == (text.subject, text.body):
        return
    new = {"subject": text.subject, "body": text.body, "changed_at": now, "changed_by": staff_id}
    new |= {"verified_at": None, "verified_by": None}
    # Two administrators may save at once: the later one stays.
    session.execute(
        insert(MessageText).values(asdict(place) | new).on_conflict_do_update(index_elements=_KEY, set_=new)
    )


def forget(session: Session, place: Place) -> bool:
    """Use the shipped text at `place` again; False when it was used already."""
    return session.execute(delete(MessageText).where(_at(place)).returning(MessageText.id)).first() is not None


def verify(session: Session, place: Place, text: Own, *, staff_id: int, now: datetime) -> None:
    """Note that a person who knows the language says `text` is right.

    A shipped text becomes the municipality's own. A later change takes the mark away: verified is exactly `text`.
    """
    save(session, place, text, staff_id=staff_id, now=now)
    session.execute(update(MessageText).where(_at(place)).values(verified_at=now, verified_by=staff_id))


def _at(place: Place) -> ColumnElement[bool]:
    values: Sequence[tuple[str, Any]] = list(asdict(place).items())
    return and_(*(getattr(MessageText, name).is_not_distinct_from(value) for name, value in values))


def _kept(session: Session, where: ColumnElement[bool]) -> dict[Place, Kept]:
    verifier, changer = Staff.__table__.alias("verifier"), Staff.__table__.alias("changer")
    rows = session.execute(
        select(MessageText, changer.c.name.label("changer"), verifier.c.name.label("verifier"))
        .join(changer, changer.c.id == MessageText.changed_by)
        .outerjoin(verifier, verifier.c.id == MessageText.verified_by)
        .where(where)
        .execution_options(populate_existing=True)
    )
    found = {}
    for row, changed_by, verified_by in rows:
        place = Place(*(getattr(row, name) for name in _KEY))
        text = Own(row.subject, row.body, row.verified_at is not None)
        found[place] = Kept(place, text, row.changed_at, changed_by, row.verified_at, verified_by)
    return found
