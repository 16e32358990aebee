"""What was kept long enough is deleted: each boundary a second before and on the second, in Copenhagen time."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from admin import sign_in_limit
from survey import nightly, retention, workdays
from survey.db import Base
from survey.models import (
    AccessLog,
    CallbackAttempt,
    CallbackRequest,
    Comment,
    ImportCount,
    JobSlot,
    Meeting,
    MeetingImport,
    Municipality,
    RefusedRow,
    SignInAttempt,
    Staff,
    StaffSession,
    Team,
)

SECOND = timedelta(seconds=1)


def left(session: Session, *tables: Any) -> list[int]:
    """How many rows each table has."""
    session.expire_all()
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.fixture
def meeting(session: Session, stevns: Municipality, now: datetime) -> Meeting:
    """A cancelled meeting on 11 May 2021."""
    team = session.scalars(select(Team.id)).first()
    row = Meeting(municipality_id=stevns.id, team_id=team, held_on=now.date(), decided_at=now)
    row.fingerprint, row.citizen = secrets.token_bytes(32), secrets.token_bytes(32)
    row.status = row.decision = "cancelled"
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def staff(session: Session) -> Staff:
    """Somebody who works here."""
    person = Staff(email="lis@stevns.dk", name="Lis Holm", password_hash="-")
    session.add(person)
    session.flush()
    return person


@pytest.mark.parametrize(
    ("held_on", "gone_on"), [(date(2021, 5, 11), date(2022, 5, 11)), (date(2024, 2, 29), date(2025, 3, 1))]
)
def test_a_skeleton_is_deleted_after_twelve_months(
    session: Session, stevns: Municipality, meeting: Meeting, held_on: date, gone_on: date
) -> None:
    """At midnight in Copenhagen on the same day of the next year, not a second before."""
    meeting.held_on = held_on
    session.flush()
    midnight = workdays.at(gone_on, time())
    assert retention.delete_old(session, stevns.id, midnight - SECOND).meetings == 0
    assert retention.delete_old(session, stevns.id, midnight).meetings == 1


def test_a_year_before_a_leap_day_is_the_28th() -> None:
    """29 February has no day of its own the year before."""
    assert retention.year_ago(date(2028, 2, 29)) == date(2027, 2, 28)


def test_a_meeting_with_its_invitation_is_not_deleted(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """A week that is still open, however late, keeps its meetings."""
    sent(session, stevns)
    assert retention.delete_old(session, stevns.id, now + timedelta(days=800)).meetings == 0


def test_a_callback_is_deleted_90_days_after_it_is_closed(
    session: Session, stevns: Municipality, now: datetime, staff: Staff
) -> None:
    """With its attempts; one still open stays for ever."""
    team = session.scalars(select(Team.id)).first()
    shared: dict[str, Any] = {"municipality_id": stevns.id, "team_id": team, "asked_at": now, "due_on": now.date()}
    shared |= {"name": "Anne", "phone": "+4520123456", "wished_time": "", "topics": []}
    done = CallbackRequest(
        **shared, state="closed", taken_by=staff.id, taken_at=now, closed_at=now, outcome="reached"
    )
    session.add_all([done, CallbackRequest(**shared)])
    session.flush()
    session.add(
        CallbackAttempt(municipality_id=stevns.id, callback_id=done.id, tried_at=now, tried_by=staff.id, note="")
    )
    session.flush()
    assert retention.delete_old(session, stevns.id, now + timedelta(days=90) - SECOND).callbacks == 0
    assert retention.delete_old(session, stevns.id, now + timedelta(days=90)).callbacks == 1
    assert left(session, CallbackRequest, CallbackAttempt) == [1, 0]


def test_an_import_log_is_deleted_after_twelve_months(
    session: Session, stevns: Municipality, now: datetime, meeting: Meeting
) -> None:
    """With its counts and refusals; meetings it brought that are younger lose only the pointer."""
    log = MeetingImport(municipality_id=stevns.id, imported_at=now, file_name="f.csv", rows_read=2)
    session.add(log)
    session.flush()
    mine = {"municipality_id": stevns.id, "import_id": log.id}
    session.add_all(
        [ImportCount(**mine, outcome="refused", n=1), RefusedRow(**mine, line=2, column_name="x", remedy="y")]
    )
    meeting.import_id, meeting.held_on = log.id, date(2022, 5, 1)
    session.flush()
    assert retention.delete_old(session, stevns.id, now.replace(year=2022) - SECOND).imports == 0
    assert retention.delete_old(session, stevns.id, now.replace(year=2022)).imports == 1
    assert left(session, MeetingImport, ImportCount, RefusedRow, Meeting) == [0, 0, 0, 1]
    assert meeting.import_id is None


def test_the_access_log_is_kept_twelve_months(
    session: Session, stevns: Municipality, now: datetime, staff: Staff
) -> None:
    """Who saw what can be asked for a year."""
    session.add(
        AccessLog(municipality_id=stevns.id, at=now, staff_id=staff.id, action="see", subject="callback 1")
    )
    session.flush()
    retention.delete_old(session, stevns.id, now.replace(year=2022) - SECOND)
    assert left(session, AccessLog) == [1]
    retention.delete_old(session, stevns.id, now.replace(year=2022))
    assert left(session, AccessLog) == [0]


@pytest.mark.parametrize(
    ("quarter", "kept_until"), [(date(2021, 4, 1), date(2022, 6, 30)), (date(2021, 10, 1), date(2022, 12, 31))]
)
def test_comments_are_deleted_twelve_months_after_their_quarter(
    session: Session, stevns: Municipality, quarter: date, kept_until: date
) -> None:
    """All of a quarter in the same night, on the day its last day was a year ago."""
    of = {"municipality_id": stevns.id, "law": "LAB", "quarter": quarter}
    session.add_all(Comment(**of, id=uuid4(), text="Tak") for _number in range(10))
    session.flush()
    midnight = workdays.at(kept_until, time())
    for moment, n in ((midnight - SECOND, 10), (midnight, 0)):
        retention.delete_old(session, stevns.id, moment)
        assert left(session, Comment) == [n]


def test_what_belongs_to_no_municipality_is_swept(
    session: Session, stevns: Municipality, now: datetime, staff: Staff
) -> None:
    """Failed sign-ins 15 minutes old, sessions a day old, slots of timed jobs 30 days old."""
    day, quarter = timedelta(days=1), timedelta(minutes=15)
    old = StaffSession(secret_hash=b"s", staff_id=staff.id, municipality_id=stevns.id, started_at=now, seen_at=now)
    session.add_all([SignInAttempt(who=b"w", tried_at=now), old, JobSlot(job="tally", slot=now)])
    session.flush()
    tables = (SignInAttempt, StaffSession, JobSlot)
    for moment, expected in [
        (quarter - SECOND, [1, 1, 1]),
        (quarter, [0, 1, 1]),
        (day - SECOND, [0, 1, 1]),
        (day, [0, 0, 1]),
        (30 * day - SECOND, [0, 0, 1]),
        (30 * day, [0] * 3),
    ]:
        retention.sweep(session, now + moment)
        assert left(session, *tables) == expected


def test_a_failed_sign_in_counts_its_15_minutes_also_when_summer_begins(session: Session) -> None:
    """At 03:05 one of 03:00 is kept, though 02:50 never was; all are kept as long as the sign-in counts them."""
    begins = datetime(2021, 3, 28, 1, tzinfo=UTC)
    session.add(SignInAttempt(who=b"w", tried_at=begins))
    session.flush()
    retention.sweep(session, begins + timedelta(minutes=5))
    assert left(session, SignInAttempt) == [1]
    assert retention.ATTEMPT_KEPT == sign_in_limit.WINDOW


def test_running_twice_changes_nothing(
    session: Session,
    box: Municipality,
    places: list[Path],
    now: datetime,
    sent: Callable[..., int],
    lay: Callable[..., None],
) -> None:
    """After a second night at the same moment every table holds the same rows."""
    sent(session, box, answered=True)
    lay(session, box, n=5)
    later = now + timedelta(days=22)
    nightly.tally_all(places, later)
    nightly.clean_all(later)
    before = contents(session)
    nightly.tally_all(places, later)
    nightly.clean_all(later)
    assert contents(session) == before


def contents(session: Session) -> dict[str, list[str]]:
    """Every row of every table as text."""
    return {
        name: sorted(session.scalars(text(f'SELECT "{name}"::text FROM "{name}"')))  # noqa: S608 - names of our own
        for name in Base.metadata.tables
    }
