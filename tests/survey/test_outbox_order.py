"""The order of an invitation and its reminder: never the invitation after it, never both within three days."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import eligibility, invitations, operations, outbox
from survey.models import Message, Municipality
from tests.survey.receiving import DEAD, come_in, report
from tests.survey.sending import Obedient, queue, send

DAYS = timedelta(days=1)


@pytest.fixture
def first(session: Session, ready: Municipality, now: datetime) -> Message:
    """An invitation that left at `now` by SMS and could go by e-mail."""
    (message,) = queue(session, ready, now, email=True)
    send(session, now, Obedient())
    return message


def reminder(session: Session) -> Message:
    """The only one."""
    session.expire_all()
    return session.scalars(select(Message).where(Message.kind == "reminder")).one()


def left(session: Session, now: datetime) -> list[str]:
    """What leaves at `now`: message and channel."""
    gateway = Obedient()
    send(session, now, gateway)
    kinds = {row.id: row.kind for row in session.execute(select(Message.id, Message.kind))}
    return [f"{kinds[int(letter.reference.split('-')[1])]} {letter.channel}" for letter in gateway.letters]


def in_doubt_after_three_days(session: Session, first: Message, now: datetime) -> datetime:
    """The reminder is in the queue and the invitation has had no receipt; three days later."""
    then = now + 3 * DAYS
    assert invitations.remind(session, then) == 1
    assert outbox.fall_silent(session, ["obedient"], then) == 1
    return then


def again(session: Session, message: Message, now: datetime) -> None:
    """The administrator's click."""
    assert operations.decide(session, message.municipality_id, [message.id], "send again", now) == 1


def test_an_invitation_does_not_follow_its_reminder(session: Session, first: Message, now: datetime) -> None:
    """Silent after three days, just when the reminder leaves; sent again it is one letter, not two."""
    then = in_doubt_after_three_days(session, first, now)
    assert left(session, then) == ["reminder sms"]
    again(session, first, then + 3 * DAYS)
    assert left(session, then + 3 * DAYS) == []
    session.expire_all()
    assert (first.state, first.reason) == ("skipped", eligibility.words["reminded"])


def test_a_reminder_waits_for_an_invitation_that_leaves_again(
    session: Session, first: Message, now: datetime
) -> None:
    """And then for three days more."""
    then = in_doubt_after_three_days(session, first, now)
    clicked = then + timedelta(minutes=5)
    again(session, first, clicked)
    assert left(session, clicked) == ["invitation sms"]
    almost = clicked + 3 * DAYS - timedelta(minutes=2)
    assert [left(session, moment) for moment in (clicked, almost, clicked + 3 * DAYS)] == [
        [],
        [],
        ["reminder sms"],
    ]
    assert reminder(session).state == "sent"


def test_an_sms_called_dead_after_three_days_is_one_email_and_a_reminder_later(
    session: Session, first: Message, now: datetime
) -> None:
    """The reminder was in the queue already."""
    then = now + 3 * DAYS
    invitations.remind(session, then)
    come_in(session, [report(first, "failed", **DEAD)], then, "obedient")
    assert [left(session, then + minutes * timedelta(minutes=1)) for minutes in (0, 1, 60)] == [
        ["invitation email"],
        [],
        [],
    ]
    assert reminder(session).state == "waiting"


def test_while_the_invitation_waits_the_reminder_does(session: Session, first: Message, now: datetime) -> None:
    """Its gateway has stopped, or its next attempt is tomorrow."""
    then = in_doubt_after_three_days(session, first, now)
    later = {"state": "waiting", "sent_at": None, "due_at": then + 9 * DAYS}
    session.execute(update(Message).where(Message.id == first.id).values(later))
    assert left(session, then + 6 * DAYS) == []


@pytest.mark.parametrize(("state", "kinds"), [("refused", ["reminder sms"]), ("skipped", [])])
def test_a_refused_invitation_holds_no_reminder_back(
    session: Session, first: Message, now: datetime, state: str, kinds: list[str]
) -> None:
    """It surely did not arrive; what was skipped when it was to leave again may have."""
    then = in_doubt_after_three_days(session, first, now)
    values = {"state": state, "claimed_at": then, "sent_at": None, "reason": "x"}
    session.execute(update(Message).where(Message.id == first.id).values(values))
    assert left(session, then) == kinds


def test_a_refused_reminder_lets_the_invitation_leave_again(
    session: Session, first: Message, now: datetime
) -> None:
    """Nobody was reminded."""
    then = in_doubt_after_three_days(session, first, now)
    refused = {"state": "refused", "claimed_at": then, "claimed_by": 1}
    session.execute(update(Message).where(Message.kind == "reminder").values(refused))
    again(session, first, then + 3 * DAYS)
    assert left(session, then + 3 * DAYS) == ["invitation sms"]
