"""The box's locks: which key is open, which are closed, and which may be destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from survey import workdays
from survey.models import Ballot, BallotKey, Fragment

LOCK = 0x7A11
"""Class of the advisory lock that keeps two tallies of one municipality apart."""


@dataclass(frozen=True)
class KeyInUse:
    """A key not yet destroyed, and how many ballots and fragments hang on it."""

    state: str
    public_key: bytes
    ballots: int
    fragments: int

    @property
    def spent(self) -> bool:
        """Closed, and nothing hangs on it."""
        return self.state == "closed" and not self.ballots + self.fragments


def _of_key(table: type[Ballot | Fragment]) -> tuple[ColumnElement[bool], ...]:
    return table.municipality_id == BallotKey.municipality_id, table.key_id == BallotKey.id


def alone(session: Session, municipality_id: int) -> None:
    """Wait until no other tally or closing of this municipality is under way, and keep others out until we end."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK, municipality_id)))


def had_no_key(session: Session) -> bool:
    """True when no municipality ever had a key: the installation is new, and so are its key places."""
    return not session.scalar(select(select(BallotKey.id).exists()))


def has_open_key(session: Session, municipality_id: int) -> bool:
    """True when answers can be sealed."""
    opened = (BallotKey.municipality_id == municipality_id, BallotKey.state == "open")
    return session.scalar(select(BallotKey.id).where(*opened)) is not None


def rests(session: Session, municipality_id: int, today: date) -> bool:
    """True when the open key need not be closed: no ballot lies in the box, and no fragment of earlier days.

    Fragments are sealed anew by every run: those of a key opened today were cut off, or looked at, today.
    """
    ballot = select(Ballot.id).where(Ballot.municipality_id == municipality_id)
    fragment = select(BallotKey.opened_at).join(Fragment, and_(*_of_key(Fragment)))
    opened = session.scalars(
        fragment.where(BallotKey.municipality_id == municipality_id, BallotKey.state == "open").limit(1)
    ).first()
    seen = opened is None or workdays.day(opened) >= today
    return seen and not session.scalar(select(ballot.exists()))


def open_next(session: Session, municipality_id: int, key_id: UUID, public_key: bytes, now: datetime) -> None:
    """Close the open key, if any, and open this one. Call `alone` first; the private half is already durable.

    FOR UPDATE waits for the answers under way: each reads the open key FOR SHARE in its own transaction. Answers
    that come meanwhile wait for us, find that the row they waited for is open no longer, and select once more.
    """
    opened = (BallotKey.municipality_id == municipality_id, BallotKey.state == "open")
    session.execute(select(BallotKey.id).where(*opened).with_for_update())
    session.execute(update(BallotKey).where(*opened).values(state="closed", closed_at=now))
    values = {"public_key": public_key, "state": "open", "opened_at": now}
    session.execute(insert(BallotKey).values(municipality_id=municipality_id, id=key_id, **values))


def keys_in_use(session: Session, municipality_id: int) -> dict[UUID, KeyInUse]:
    """Keys not yet destroyed, by id, in the order in which they were opened."""
    ballots, fragments = (
        select(func.count()).where(*_of_key(table)).scalar_subquery() for table in (Ballot, Fragment)
    )
    rows = session.execute(
        select(BallotKey.id, BallotKey.state, BallotKey.public_key, ballots, fragments)
        .where(BallotKey.municipality_id == municipality_id, BallotKey.state != "destroyed")
        .order_by(BallotKey.opened_at)
    )
    return {key_id: KeyInUse(*row) for key_id, *row in rows}


def spent_keys(session: Session, municipality_id: int) -> list[UUID]:
    """Closed keys neither ballot nor fragment refers to. None ever will: what is sealed to them came before."""
    closed = (BallotKey.municipality_id == municipality_id, BallotKey.state == "closed")
    held = [select(table.id).where(*_of_key(table)).exists() for table in (Ballot, Fragment)]
    return list(session.scalars(select(BallotKey.id).where(*closed, ~or_(*held))))


def mark_destroyed(session: Session, municipality_id: int, key_ids: Sequence[UUID], now: datetime) -> int:
    """Note that every copy of these closed keys is gone. How many were not noted before."""
    closed = (BallotKey.municipality_id == municipality_id, BallotKey.state == "closed")
    noted = session.execute(
        update(BallotKey)
        .where(*closed, BallotKey.id.in_(key_ids))
        .values(state="destroyed", destroyed_at=now)
        .returning(BallotKey.id)
    )
    return len(noted.all())
