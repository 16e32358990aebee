"""Participation per week of sending, as the tally counts it and as it stays."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import participation
from survey.models import ACCEPTED_STATES, Invitation, Meeting, MeetingCount, Message, Municipality, Participation

WEEK = date(2021, 5, 10)


def counted(session: Session) -> list[tuple[Any, ...]]:
    """Week, invited, sent, unknown, delivered, answered and closed of every row."""
    session.expire_all()
    p = Participation
    figures = select(p.week, p.invited, p.sent, p.unknown, p.delivered, p.answered, p.closed)
    return [tuple(row) for row in session.execute(figures.order_by(p.week, p.invited))]


def test_every_state_of_the_first_message_counts_where_it_belongs(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """Accepted and in doubt are sent, refused and waiting at the gateway are not."""
    for state in ("sent", "delivered", "delivered", "failed", "unknown", "refused", "claimed"):
        sent(session, stevns, state=state)
    participation.snapshot_participation(session, stevns.id, now)
    assert counted(session) == [(WEEK, 7, 5, 1, 2, 0, False)]


def test_whoever_answered_was_reached(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """An answer on a message still being handed over counts as sent, so no rate is over 100 %."""
    sent(session, stevns, state="claimed", answered=True)
    sent(session, stevns, answered=True)
    participation.snapshot_participation(session, stevns.id, now)
    assert counted(session) == [(WEEK, 2, 2, 0, 1, 2, False)]


def test_whoever_answered_is_not_in_doubt(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """A message nobody knows the fate of has arrived when its link was used."""
    sent(session, stevns, state="unknown", answered=True)
    sent(session, stevns, state="unknown")
    participation.snapshot_participation(session, stevns.id, now)
    assert counted(session) == [(WEEK, 2, 2, 1, 0, 1, False)]


@pytest.mark.parametrize(("state", "in_doubt"), [("sent", 0), ("failed", 0), ("unknown", 1), ("waiting", 1)])
def test_an_accepted_reminder_ends_the_doubt(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int], state: str, in_doubt: int
) -> None:
    """One that waits or is in doubt itself does not."""
    number = sent(session, stevns, state="unknown")
    reminder = Message(municipality_id=stevns.id, invitation_id=number, kind="reminder", due_at=now, state=state)
    reminder.channel, reminder.claimed_at, reminder.claimed_by = "sms", now, 1
    reminder.sent_at = now if state in ACCEPTED_STATES else None
    session.add(reminder)
    session.flush()
    participation.snapshot_participation(session, stevns.id, now)
    assert counted(session) == [(WEEK, 1, 1, in_doubt, 0, 0, False)]


def test_a_reminder_alone_is_not_sent(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int], send_link: Callable[..., str]
) -> None:
    """The first message was refused, its reminder accepted: invited, and neither sent nor in doubt."""
    send_link(session, stevns, sent(session, stevns, state="refused"), "reminder")
    participation.snapshot_participation(session, stevns.id, now)
    assert counted(session) == [(WEEK, 1, 0, 0, 0, 0, False)]


def test_weeks_and_teams_are_counted_apart_and_anew_each_night(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """A second snapshot changes what changed, and nothing is counted twice."""
    first = sent(session, stevns)
    sent(session, stevns, "Opfølgning")
    sent(session, stevns, at=now + timedelta(days=7))
    participation.snapshot_participation(session, stevns.id, now)
    session.execute(update(Invitation).where(Invitation.id == first).values(answered=True))
    participation.snapshot_participation(session, stevns.id, now)
    assert sorted(row[5] for row in counted(session)) == [0, 0, 1]
    assert [row[0] for row in counted(session)] == [WEEK, WEEK, WEEK + timedelta(days=7)]


def test_a_closed_week_is_never_touched(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """Whatever happens to invitations afterwards, the figures of the week stay."""
    sent(session, stevns, answered=True)
    participation.close(session, stevns.id, [WEEK])
    sent(session, stevns)
    participation.snapshot_participation(session, stevns.id, now)
    participation.close(session, stevns.id, [WEEK])
    assert counted(session) == [(WEEK, 1, 1, 0, 1, 1, True)]


@pytest.mark.parametrize(
    ("decided_at", "week"),
    [
        (datetime(2021, 5, 9, 21, 59, 59, tzinfo=UTC), date(2021, 5, 3)),
        (datetime(2021, 5, 9, 22, 0, 0, tzinfo=UTC), date(2021, 5, 10)),
    ],
)
def test_a_decision_belongs_to_its_week_in_copenhagen(
    session: Session, stevns: Municipality, invite: Callable[..., int], decided_at: datetime, week: date
) -> None:
    """A second before midnight on Sunday is the old week, midnight the new one."""
    invite(session, stevns)
    session.execute(update(Meeting).values(decided_at=decided_at))
    participation.snapshot_participation(session, stevns.id, datetime(2021, 5, 17, 2, tzinfo=UTC))
    assert session.execute(select(MeetingCount.week, MeetingCount.decision, MeetingCount.n)).all() == [
        (week, "invited", 1)
    ]


def test_meetings_are_counted_once_their_week_is_over(
    session: Session, stevns: Municipality, now: datetime, invite: Callable[..., int]
) -> None:
    """Not while it runs, and not again when meetings of it are decided anew."""
    sunday = datetime(2021, 5, 16, 21, 59, 59, tzinfo=UTC)
    invite(session, stevns)
    participation.snapshot_participation(session, stevns.id, sunday)
    assert session.scalars(select(MeetingCount)).all() == []
    participation.snapshot_participation(session, stevns.id, sunday + timedelta(seconds=1))
    invite(session, stevns)
    participation.snapshot_participation(session, stevns.id, sunday + timedelta(days=1))
    assert session.scalars(select(MeetingCount.n)).all() == [1]


def test_a_booked_meeting_is_counted_only_when_it_is_decided(
    session: Session, stevns: Municipality, invite: Callable[..., int]
) -> None:
    """Booked in one week and held in the next: invited once, in the second, and no meeting nobody asked about."""
    invite(session, stevns)
    for monday, status, decision in (
        (datetime(2021, 5, 10, 8, tzinfo=UTC), "booked", "in_the_future"),
        (datetime(2021, 5, 17, 8, tzinfo=UTC), "held", "invited"),
    ):
        session.execute(update(Meeting).values(status=status, decision=decision, decided_at=monday))
        participation.snapshot_participation(session, stevns.id, monday + timedelta(days=7))
    counts = select(MeetingCount.week, MeetingCount.decision, MeetingCount.n)
    assert session.execute(counts).all() == [(date(2021, 5, 17), "invited", 1)]
