"""Callbacks: the citizen asks to be called, a caseworker takes it, tries, and closes it with an outcome."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ARRAY, Date, DateTime, Text, case, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from survey import workdays
from survey.models import CallbackAttempt, CallbackRequest, Contact, Invitation, Meeting

WORKDAYS_TO_CALL = 2
Outcome = Literal["reached", "not_reached", "not_relevant"]

TRANSITIONS = {
    "take": ("new", "taken"),
    "take_over": ("taken", "taken"),
    "log_attempt": ("taken", "taken"),
    "close": ("taken", "closed"),
    "withdraw": ("taken", "closed"),
}
"""What can be done → the state it needs and the state it leaves. Everything else is refused."""


def due_on(asked_at: datetime) -> date:
    """The last Copenhagen day to call: the second Danish working day after the citizen asked."""
    return workdays.add_workdays(workdays.day(asked_at), WORKDAYS_TO_CALL)


def ask(
    session: Session,
    *,
    municipality_id: int,
    invitation_id: int,
    phone: str,
    wished_time: str,
    topics: Sequence[str],
    language: str,
    now: datetime,
) -> bool:
    """Store the invitation's one callback with copies of name, team and caseworker, in one statement.

    `phone` is E.164, `topics` are texts of statements, `language` is what the citizen read. False when the
    invitation has its callback already (also when two requests race: the unique key lets one through) or is gone.
    """
    copies = (
        select(
            Invitation.municipality_id,
            Invitation.id,
            Invitation.team_id,
            literal(now, DateTime(timezone=True)),
            literal(due_on(now), Date),
            Contact.name,
            literal(phone),
            literal(wished_time),
            Meeting.caseworker,
            literal(list(topics), ARRAY(Text)),
            literal(language),
        )
        .join(Contact)
        .join(Meeting)
        .where(Invitation.municipality_id == municipality_id, Invitation.id == invitation_id)
    )
    columns = ["municipality_id", "invitation_id", "team_id", "asked_at", "due_on"]
    columns += ["name", "phone", "wished_time", "caseworker", "topics", "language"]
    statement = postgresql.insert(CallbackRequest).from_select(columns, copies).on_conflict_do_nothing()
    return session.execute(statement.returning(CallbackRequest.id)).first() is not None


def take_back(session: Session, municipality_id: int, invitation_id: int, now: datetime) -> None:
    """The citizen no longer wants the call: if nobody has taken it, it is deleted, else closed as withdrawn.

    Either way the invitation is free: a new wish can be made, and the old one leads to nobody's answer.
    """
    mine = (CallbackRequest.municipality_id == municipality_id, CallbackRequest.invitation_id == invitation_id)
    # A caseworker may take it between the two: the second statement then finds it taken.
    session.execute(delete(CallbackRequest).where(*mine, CallbackRequest.state == "new"))
    withdrawn = {"state": "closed", "closed_at": now, "outcome": "withdrawn", "invitation_id": None}
    session.execute(update(CallbackRequest).where(*mine, CallbackRequest.state == "taken").values(withdrawn))


def take(session: Session, municipality_id: int, callback_id: int, *, staff_id: int, now: datetime) -> bool:
    """A caseworker takes a new callback. False when somebody else was first."""
    return _move(session, "take", municipality_id, callback_id, taken_by=staff_id, taken_at=now)


def take_over(
    session: Session, municipality_id: int, callback_id: int, *, taker_id: int, staff_id: int, now: datetime
) -> bool:
    """A colleague takes over what `taker_id` has taken. False when that is no longer who has it."""
    return _move(session, "take_over", municipality_id, callback_id, taker_id, taken_by=staff_id, taken_at=now)


def log_attempt(
    session: Session, municipality_id: int, callback_id: int, *, staff_id: int, note: str, now: datetime
) -> bool:
    """Note one try to reach the citizen. False unless `staff_id` has the callback; then nothing is noted."""
    if not _move(session, "log_attempt", municipality_id, callback_id, staff_id):
        return False
    session.execute(
        insert(CallbackAttempt).values(
            municipality_id=municipality_id, callback_id=callback_id, tried_at=now, tried_by=staff_id, note=note
        )
    )
    return True


def close(
    session: Session,
    municipality_id: int,
    callback_id: int,
    *,
    staff_id: int,
    outcome: Outcome,
    note: str,
    now: datetime,
) -> bool:
    """Close a callback with its outcome. False unless `staff_id` has it; a closed one stays as it was."""
    return _move(
        session, "close", municipality_id, callback_id, staff_id, closed_at=now, outcome=outcome, note=note
    )


def open_ones(
    session: Session, municipality_id: int, team_ids: Collection[int], *, staff_id: int
) -> Sequence[CallbackRequest]:
    """The teams' callbacks to work on: new first, then taken by `staff_id`, then by others; by due date."""
    mine = CallbackRequest.taken_by == staff_id
    rank = case((CallbackRequest.state == "new", 0), (mine, 1), else_=2)
    return session.scalars(
        select(CallbackRequest)
        .where(
            CallbackRequest.municipality_id == municipality_id,
            CallbackRequest.team_id.in_(team_ids),
            CallbackRequest.state != "closed",
        )
        .order_by(rank, CallbackRequest.due_on, CallbackRequest.asked_at, CallbackRequest.id)
    ).all()


def find(
    session: Session, municipality_id: int, team_ids: Collection[int], callback_id: int
) -> CallbackRequest | None:
    """One callback of the teams; None when there is none, or it belongs to somebody else."""
    return session.scalar(
        select(CallbackRequest).where(
            CallbackRequest.municipality_id == municipality_id,
            CallbackRequest.team_id.in_(team_ids),
            CallbackRequest.id == callback_id,
        )
    )


def attempts(session: Session, municipality_id: int, callback_id: int) -> Sequence[CallbackAttempt]:
    """The tries of one callback, first to last."""
    return session.scalars(
        select(CallbackAttempt)
        .where(CallbackAttempt.municipality_id == municipality_id, CallbackAttempt.callback_id == callback_id)
        .order_by(CallbackAttempt.tried_at, CallbackAttempt.id)
    ).all()


def attempt_counts(session: Session, municipality_id: int, callback_ids: Collection[int]) -> dict[int, int]:
    """How many tries each of the callbacks has had; those without any are left out."""
    rows = session.execute(
        select(CallbackAttempt.callback_id, func.count().label("tries"))
        .where(CallbackAttempt.municipality_id == municipality_id, CallbackAttempt.callback_id.in_(callback_ids))
        .group_by(CallbackAttempt.callback_id)
    )
    return {row.callback_id: row.tries for row in rows}


def _move(
    session: Session,
    transition: str,
    municipality_id: int,
    callback_id: int,
    taker_id: int | None = None,
    **changes: object,
) -> bool:
    # Two colleagues click at once: the update holds the old state, so exactly one of them changes a row.
    state, to = TRANSITIONS[transition]
    statement = update(CallbackRequest).where(
        CallbackRequest.municipality_id == municipality_id,
        CallbackRequest.id == callback_id,
        CallbackRequest.state == state,
    )
    if taker_id is not None:
        statement = statement.where(CallbackRequest.taken_by == taker_id)
    moved = session.execute(statement.values(state=to, **changes).returning(CallbackRequest.id)).first()
    return moved is not None
