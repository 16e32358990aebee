"""The callback table: what must never be, cannot be."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import callbacks
from survey.models import CallbackAttempt, CallbackRequest, Municipality, Staff

Invite = Callable[..., int]


@pytest.fixture
def asked(session: Session, stevns: Municipality, now: datetime, invite: Invite) -> CallbackRequest:
    """A new callback of the team Ydelse."""
    place = {"municipality_id": stevns.id, "invitation_id": invite(session, stevns)}
    callbacks.ask(session, **place, phone="+4520123456", wished_time="", language="da", topics=[], now=now)
    return session.scalars(select(CallbackRequest)).one()


@pytest.fixture
def staff(session: Session) -> int:
    """A member of staff, by id."""
    person = Staff(email="bo@stevns.dk", name="Bo", password_hash="-")
    session.add(person)
    session.flush()
    return person.id


Change = Callable[..., None]
CLOSED = {"state": "closed", "taken_by": "staff", "taken_at": "now", "closed_at": "now", "outcome": "reached"}


@pytest.fixture
def change(session: Session, asked: CallbackRequest) -> Change:
    """`change(column=value)` writes straight to the row of `asked`, past every rule of the program."""

    def write(**columns: object) -> None:
        with session.begin_nested():
            session.execute(update(CallbackRequest).values(**columns))

    return write


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("taker_has_a_time", {"state": "taken", "taken_by": "staff"}),
        ("taker_has_a_time", {"taken_at": "now"}),
        ("new_has_no_taker", {"taken_by": "staff", "taken_at": "now"}),
        ("new_has_no_taker", {"state": "taken"}),
        ("closed_has_a_time", CLOSED | {"closed_at": None}),
        ("closed_has_a_time", {"closed_at": "now"}),
        ("closed_has_an_outcome", CLOSED | {"outcome": None}),
        ("closed_has_an_outcome", {"outcome": "reached"}),
        ("outcome_known", CLOSED | {"outcome": "måske"}),
        ("state_known", {"state": "halvvejs", "taken_by": "staff", "taken_at": "now"}),
    ],
)
def test_an_impossible_callback_is_impossible(
    change: Change, staff: int, now: datetime, constraint: str, columns: dict[str, str | None]
) -> None:
    """The table itself refuses half a taker, half an end and unknown words."""
    values = {key: {"staff": staff, "now": now}.get(value or "", value) for key, value in columns.items()}
    with pytest.raises(IntegrityError, match=constraint):
        change(**values)


def test_every_transition_is_between_known_states() -> None:
    """The one table of what can be done: new → taken → closed."""
    assert {state for pair in callbacks.TRANSITIONS.values() for state in pair} == {"new", "taken", "closed"}


def test_an_invitation_has_one_callback(session: Session, asked: CallbackRequest) -> None:
    """A second row for the same invitation is refused, whoever writes it."""
    kept = ("municipality_id", "invitation_id", "team_id", "asked_at", "due_on", "name", "phone", "wished_time")
    second = CallbackRequest(**{column: getattr(asked, column) for column in kept}, topics=[])
    with pytest.raises(IntegrityError, match="uq_callback_request_invitation_id"), session.begin_nested():
        session.add(second)
        session.flush()


def test_an_attempt_belongs_to_a_callback(session: Session, stevns: Municipality, staff: int) -> None:
    """A loose attempt is refused."""
    loose = CallbackAttempt(
        municipality_id=stevns.id, callback_id=999, tried_at=datetime.now(UTC), tried_by=staff, note=""
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(loose)
        session.flush()
