"""Reminders that are made while a later file is taken in: neither can wait for the other for ever."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from survey import db, invitations, meeting_files, meetings, municipalities
from survey.models import Invitation, Message

MONDAY = datetime(2021, 8, 23, 8, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(days=3)
HEADER = "SamtaleID;BorgerID;Dato;Tid;Status;Mobil;Hensyn;Team"
ROWS = [f"S{n};B{n};20-08-2021;10:00;Afholdt;2012345{n};;Opfølgning" for n in range(2)]


def take_in(session: Session, rows: list[str]) -> None:
    """Record a file of these rows."""
    sheet = meeting_files.read("\n".join([HEADER, *rows]).encode(), "s.csv")
    meetings.record(session, 1, sheet, file_name="s.csv", fingerprint_key=b"k" * 32, now=MONDAY)


def take_back(session: Session) -> None:
    """A later file: hurtful moments, in the other order."""
    take_in(session, [row.replace(";;", ";Dødsfald;") for row in reversed(ROWS)])


def remind(session: Session) -> None:
    """Three days later."""
    invitations.remind(session, LATER)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Two invitations that have left; of the first the row lies last."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=MONDAY)
        take_in(session, ROWS)
        left = {"state": "sent", "claimed_at": MONDAY, "claimed_by": 1, "sent_at": MONDAY}
        for message in session.scalars(select(Message.id).order_by(Message.id.desc())).all():
            session.execute(update(Message).where(Message.id == message).values(left))
        expiring = {"expires_at": MONDAY + timedelta(days=14), "sent_week": MONDAY.date()}
        session.execute(update(Invitation).values(expiring))
    yield engine
    engine.dispose()


def until_waiting(future: Future[None]) -> None:
    """Come back when somebody waits for a lock; `future` must not be done by then."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    seen = False
    while not seen:
        assert not future.done()
        with db.transaction() as session:
            seen = bool(session.scalar(text(waiting)))
        time.sleep(0.01)


@pytest.mark.parametrize("act", [remind, take_back])
def test_reminders_are_written_in_one_order(engine: Engine, act: Callable[[Session], None]) -> None:
    """Who waits for the first invitation's holds no later one's: whoever holds the first can go on."""

    def acting() -> None:
        with db.transaction() as session:
            act(session)

    with ThreadPoolExecutor(1) as pool, db.transaction() as session:
        first, second = session.scalars(select(Invitation.id).order_by(Invitation.id)).all()
        key = {"municipality_id": 1, "kind": "reminder", "channel": "sms", "due_at": LATER}
        session.add(Message(invitation_id=first, **key))
        session.flush()
        future = pool.submit(acting)
        until_waiting(future)
        session.add(Message(invitation_id=second, **key))
        session.flush()
        session.commit()
        future.result()
    with db.transaction() as session:
        made = session.scalars(select(Message.state).where(Message.kind == "reminder")).all()
    assert made == (["waiting"] * 2 if act is remind else ["skipped"] * 2)
