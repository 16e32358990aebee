"""The box's locks: which key is open, which are closed, and which may be destroyed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from survey.models import Ballot, BallotKey

LOCK = 0x7A11
"""Class of the advisory lock that keeps two tallies of one municipality apart."""

_ballot_of_key = select(Ballot.id).where(
    Ballot.municipality_id == BallotKey.municipality_id, Ballot.key_id == BallotKey.id
)


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


def is_empty(session: Session, municipality_id: int) -> bool:
    """True when no ballot lies in the box."""
    ballot = select(Ballot.id).where(Ballot.municipality_id == municipality_id)
    return not session.scalar(select(ballot.exists()))


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


def keys_in_use(session: Session, municipality_id: int) -> dict[UUID, tuple[str, bytes, int]]:
    """Keys not yet destroyed: id → state, public half, and how many ballots hang on it."""
    ballots = (
        select(func.count())
        .where(Ballot.municipality_id == BallotKey.municipality_id, Ballot.key_id == BallotKey.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(BallotKey.id, BallotKey.state, BallotKey.public_key, ballots)
        .where(BallotKey.municipality_id == municipality_id, BallotKey.state != "destroyed")
        .order_by(BallotKey.opened_at)
    )
    return {key_id: (state, public_key, n) for key_id, state, public_key, n in rows}


def spent_keys(session: Session, municipality_id: int) -> list[UUID]:
    """Closed keys no ballot refers to. None ever will again: what is sealed to them was in before they closed."""
    closed = (BallotKey.municipality_id == municipality_id, BallotKey.state == "closed")
    return list(session.scalars(select(BallotKey.id).where(*closed, ~_ballot_of_key.exists())))


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
