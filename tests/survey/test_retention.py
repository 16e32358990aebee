"""When a week of sending closes and what is left of it: each boundary to the second, in Copenhagen time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey import callbacks, retention, workdays
from survey.models import CallbackRequest, Contact, Invitation, Link, Meeting, Message, Municipality, Participation

SECOND = timedelta(seconds=1)
OVER = timedelta(days=21)
"""14 days to answer and 7 days of grace."""


def left(session: Session, *tables: Any) -> list[int]:
    """How many rows each table has."""
    session.expire_all()
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


PERSONAL = (Invitation, Link, Message, Contact)


def test_a_week_closes_seven_days_after_its_last_invitation_expired(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """Not a second earlier; then participation is final and invitations, links, messages and contacts are gone."""
    sent(session, stevns, answered=True)
    sent(session, stevns, at=now + timedelta(hours=1))
    last = now + timedelta(hours=1) + OVER
    assert retention.close_weeks(session, stevns.id, last - SECOND) == (0, 0)
    assert left(session, *PERSONAL) == [2, 2, 2, 2]
    assert retention.close_weeks(session, stevns.id, last) == (1, 2)
    assert left(session, *PERSONAL) == [0, 0, 0, 0]
    row = session.scalars(select(Participation)).one()
    assert (row.invited, row.sent, row.answered, row.closed) == (2, 2, 1, True)


def test_the_grace_is_seven_days_on_the_clock_when_summer_ends(
    session: Session, stevns: Municipality, sent: Callable[..., int]
) -> None:
    """Expired on 27 October 2021 at 12:00, closed on 3 November at 12:00, although that is 169 hours."""
    expired = workdays.at(date(2021, 10, 27), time(12))
    sent(session, stevns, at=expired - timedelta(days=14))
    closes = workdays.at(date(2021, 11, 3), time(12))
    assert closes - expired == timedelta(hours=169)
    assert retention.close_weeks(session, stevns.id, closes - SECOND) == (0, 0)
    assert retention.close_weeks(session, stevns.id, closes) == (1, 1)


def test_a_closed_meeting_is_a_skeleton(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """Fingerprints, team, date and decision stay; what describes the meeting is emptied."""
    sent(session, stevns)
    session.execute(
        update(Meeting).values(kind="opfølgning", contact_form="telefon", target_group="x", held_at=now)
    )
    retention.close_weeks(session, stevns.id, now + OVER)
    session.expire_all()
    meeting = session.scalars(select(Meeting)).one()
    assert [getattr(meeting, column) for column in retention.EMPTIED] == [None] * 5
    assert (meeting.decision, meeting.held_on, len(meeting.citizen)) == ("invited", now.date(), 32)


def test_only_the_week_that_is_over_closes(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """The week after keeps everything."""
    sent(session, stevns)
    kept = sent(session, stevns, at=now + timedelta(days=7))
    assert retention.close_weeks(session, stevns.id, now + OVER) == (1, 1)
    assert session.scalars(select(Invitation.id)).all() == [kept]


def test_a_callback_outlives_the_invitation_without_the_tie(
    session: Session, stevns: Municipality, now: datetime, sent: Callable[..., int]
) -> None:
    """The wish to be called stays on the list; where it came from does not."""
    asked: dict[str, Any] = {
        "invitation_id": sent(session, stevns),
        "phone": "+4520123456",
        "wished_time": "",
        "topics": [],
        "language": "da",
    }
    assert callbacks.ask(session, municipality_id=stevns.id, **asked, now=now)
    retention.close_weeks(session, stevns.id, now + OVER)
    found = session.execute(select(CallbackRequest.state, CallbackRequest.invitation_id, CallbackRequest.name))
    assert found.all() == [("new", None, "Anne Sørensen")]


def test_an_invitation_never_sent_goes_as_old_as_the_others(
    session: Session, stevns: Municipality, now: datetime, invite: Callable[..., int]
) -> None:
    """Contact data of somebody who was never written to is not kept longer than of the others."""
    invite(session, stevns)
    assert retention.close_weeks(session, stevns.id, now + OVER - SECOND) == (0, 0)
    assert retention.close_weeks(session, stevns.id, now + OVER) == (0, 1)
    assert left(session, Invitation, Contact, Meeting, Participation) == [0, 0, 1, 0]


def test_a_meeting_nobody_was_asked_about_is_reduced_too(
    session: Session, stevns: Municipality, now: datetime, invite: Callable[..., int]
) -> None:
    """21 days after the decision; one that was asked about waits for its own week."""
    invite(session, stevns)
    invite(session, stevns)
    cancelled, invited = session.scalars(select(Meeting).order_by(Meeting.id)).all()
    cancelled.decision = cancelled.status = "cancelled"
    session.flush()
    assert retention.reduce_meetings(session, stevns.id, now + OVER - SECOND) == 0
    assert retention.reduce_meetings(session, stevns.id, now + OVER) == 1
    assert retention.reduce_meetings(session, stevns.id, now + OVER) == 0
    session.expire_all()
    assert (cancelled.caseworker, invited.caseworker) == (None, "Lis Holm")
