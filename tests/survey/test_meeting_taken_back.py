"""A later file takes an invitation back while it waits, and stops the reminder once it has left."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import db, eligibility, invitations, meeting_files, meetings, municipalities
from survey.meetings import Report
from survey.models import Invitation, Meeting, Message, Municipality
from tests.survey.sending import claim, open_key

KEY = b"k" * 32
MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Dato;Tid;Status;Mobil;Fravalgt;Adressebeskyttelse;Hensyn;Team"
HELD = "S1;B1;20-08-2021;10:00;Afholdt;20123456;;;"
LATER = [
    ("cancelled", "S1;B1;20-08-2021;10:00;Aflyst;20123456;;;"),
    ("not_attended", "S1;B1;20-08-2021;10:00;Udeblevet;20123456;;;"),
    ("opted_out", "S1;B1;20-08-2021;10:00;Afholdt;20123456;Ja;;"),
    ("protected_address", "S1;B1;20-08-2021;10:00;Afholdt;20123456;;Ja;"),
    ("hurtful_moment", "S1;B1;20-08-2021;10:00;Afholdt;20123456;;;Dødsfald"),
]
HELD_BACK = eligibility.words["held_back"]


def take_in(
    session: Session, municipality: Municipality, *rows: str, now: datetime = MONDAY, dry_run: bool = False
) -> Report:
    """Record a file of these rows, all of the team Opfølgning."""
    sheet = meeting_files.read("\n".join([HEADER, *(f"{row};Opfølgning" for row in rows)]).encode(), "s.csv")
    report = meetings.record(
        session, municipality.id, sheet, file_name="s.csv", fingerprint_key=KEY, now=now, dry_run=dry_run
    )
    session.expire_all()
    return report


def state(session: Session) -> list[tuple[str, str, str | None]]:
    """Kind, state and reason of every message, the invitation first."""
    found = session.execute(select(Message.kind, Message.state, Message.reason).order_by(Message.kind))
    return [(kind, state, reason) for kind, state, reason in found]


def hand_over(session: Session, at: datetime = MONDAY, *, answered: bool = False) -> None:
    """Let the invitation have left."""
    monday = at.date() - timedelta(days=at.weekday())
    session.execute(update(Message).values(state="sent", claimed_at=at, claimed_by=1, sent_at=at))
    left = update(Invitation).values(expires_at=at + timedelta(days=14), sent_week=monday, answered=answered)
    session.execute(left)


@pytest.mark.parametrize(("reason", "later"), LATER)
def test_an_invitation_that_waits_is_taken_back(
    session: Session, stevns: Municipality, reason: str, later: str
) -> None:
    """The meeting's decision becomes the reason, and the report counts it; a third file brings nothing new."""
    take_in(session, stevns, HELD)
    report, again = take_in(session, stevns, later), take_in(session, stevns, later)
    assert ({reason: 1}, {"duplicate": 1}) == (report.counts, again.counts)
    assert state(session) == [("invitation", "skipped", HELD_BACK)]
    assert [reason] == session.scalars(select(Meeting.decision)).all()
    assert (report.changed, again.changed) == (True, False)


def test_however_old_the_meeting_is_by_then(session: Session, stevns: Municipality) -> None:
    """A message that an outage has kept waiting is taken back all the same."""
    take_in(session, stevns, HELD)
    report = take_in(session, stevns, LATER[4][1], now=MONDAY + timedelta(days=17))
    assert report.counts == {"hurtful_moment": 1}


def test_what_was_taken_back_is_not_asked_about_again(session: Session, stevns: Municipality) -> None:
    """Held after all, says the third file: skipped is not postponed."""
    for row in (HELD, LATER[0][1]):
        take_in(session, stevns, row)
    assert take_in(session, stevns, HELD).counts == {"duplicate": 1}
    assert session.scalars(select(Meeting.decision)).all() == ["cancelled"]


def test_who_was_never_asked_may_be_asked_after_another_meeting(session: Session, stevns: Municipality) -> None:
    """An invitation that was taken back counts for nothing in the frequency rule."""
    for row in (HELD, LATER[0][1]):
        take_in(session, stevns, row)
    assert take_in(session, stevns, HELD.replace("S1", "S2")).counts == {"invited": 1}


@pytest.mark.parametrize(("_reason", "later"), LATER)
@pytest.mark.parametrize("answered", [True, False])
def test_once_it_has_left_only_the_reminder_is_stopped(
    session: Session, stevns: Municipality, _reason: str, later: str, answered: bool
) -> None:
    """Before it is made, and for those who have answered too: the row must tell nobody who has."""
    take_in(session, stevns, HELD)
    hand_over(session, answered=answered)
    report, again = take_in(session, stevns, later), take_in(session, stevns, later)
    assert (report.counts, report.changed, again.changed) == ({"duplicate": 1}, True, False)
    assert state(session) == [("invitation", "sent", None), ("reminder", "skipped", HELD_BACK)]
    assert session.scalars(select(Meeting.decision)).all() == ["invited"]
    assert invitations.remind(session, MONDAY + timedelta(days=4)) == 0


def test_a_reminder_that_waits_already_is_stopped(session: Session, stevns: Municipality) -> None:
    """The row becomes skipped, with its reason."""
    take_in(session, stevns, HELD)
    hand_over(session)
    assert invitations.remind(session, MONDAY + timedelta(days=3)) == 1
    take_in(session, stevns, LATER[1][1], now=MONDAY + timedelta(days=3))
    assert state(session) == [("invitation", "sent", None), ("reminder", "skipped", HELD_BACK)]


def test_a_reminder_that_has_left_is_past_stopping(session: Session, stevns: Municipality) -> None:
    """But it is not tried again: a file that tells what became of it would tell who has answered."""
    take_in(session, stevns, HELD)
    hand_over(session)
    invitations.remind(session, MONDAY + timedelta(days=3))
    hand_over(session, MONDAY + timedelta(days=3))
    changed = [take_in(session, stevns, LATER[0][1], now=MONDAY + timedelta(days=4)).changed for _ in range(2)]
    assert changed == [True, False]
    assert state(session) == [("invitation", "sent", None), ("reminder", "sent", None)]


def test_an_expired_link_is_not_taken_back(session: Session, stevns: Municipality) -> None:
    """Nothing more would leave: the file brings nothing new."""
    take_in(session, stevns, HELD)
    hand_over(session)
    assert not take_in(session, stevns, LATER[0][1], now=MONDAY + timedelta(days=14)).changed


def test_a_trial_takes_nothing_back(session: Session, stevns: Municipality) -> None:
    """It says what would happen, and the invitation goes on waiting."""
    take_in(session, stevns, HELD)
    report = take_in(session, stevns, LATER[0][1], dry_run=True)
    assert report.counts == {"cancelled": 1}
    assert state(session) == [("invitation", "waiting", None)]


def test_what_is_being_taken_back_is_claimed_by_no_worker(database_url: str) -> None:
    """A worker that looks while the later file is taken in passes the message over."""
    engine, now = db.connect(database_url), MONDAY + timedelta(hours=3)
    with db.transaction() as session:
        stevns = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=MONDAY)
        open_key(session, stevns, MONDAY)
        take_in(session, stevns, HELD)
        session.refresh(stevns)
    with db.transaction() as importing:
        take_in(importing, stevns, LATER[0][1], now=now)
        with db.transaction() as worker:
            assert claim(worker, now).claimed == []
    with db.transaction() as session:
        assert state(session) == [("invitation", "skipped", HELD_BACK)]
    engine.dispose()
