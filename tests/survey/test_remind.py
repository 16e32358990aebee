"""One reminder, three days after, to those who have not answered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import invitations
from survey.gateways import Letter, Outcome
from survey.models import Invitation, Message, Municipality
from tests.survey.sending import Obedient, open_key, queue, send

THREE_DAYS = timedelta(days=3)


def accepted(_letter: Letter) -> Outcome:
    """Taken on."""
    return Outcome("accepted")


def doubtful(_letter: Letter) -> Outcome:
    """Nobody can tell."""
    return Outcome("unknown")


def refused(_letter: Letter) -> Outcome:
    """For ever."""
    return Outcome("refused", permanent=True)


@pytest.mark.parametrize(("expected", "answer"), [(1, accepted), (1, doubtful), (0, refused)])
def test_who_was_reached_or_may_have_been_is_reminded(
    session: Session, ready: Municipality, now: datetime, expected: int, answer: Callable[[Letter], Outcome]
) -> None:
    """A message in doubt counts as handed over, a refused one does not."""
    queue(session, ready, now)
    send(session, now, Obedient(answer))
    assert expected == invitations.remind(session, now + THREE_DAYS)


def test_a_reminder_is_made_once(session: Session, ready: Municipality, now: datetime) -> None:
    """Not before three days have passed, and never a second time, also after it was sent."""
    queue(session, ready, now, 2)
    send(session, now, Obedient())
    at = now + THREE_DAYS
    assert invitations.remind(session, at - timedelta(seconds=1)) == 0
    assert invitations.remind(session, at) == 2
    assert invitations.remind(session, at) == 0
    gateway = Obedient()
    send(session, at, gateway)
    assert invitations.remind(session, at + THREE_DAYS) == 0
    assert all("Påmindelse" in letter.body for letter in gateway.letters)


def test_who_has_answered_is_not_reminded(session: Session, ready: Municipality, now: datetime) -> None:
    """The one who has not, is."""
    queue(session, ready, now, 2)
    send(session, now, Obedient())
    session.scalars(select(Invitation)).first().answered = True  # type: ignore[union-attr]  # there are two
    session.flush()
    assert invitations.remind(session, now + THREE_DAYS) == 1


def test_an_expired_link_is_not_reminded_of(session: Session, ready: Municipality, now: datetime) -> None:
    """After an outage of two weeks it is too late."""
    queue(session, ready, now)
    send(session, now, Obedient())
    assert invitations.remind(session, now + timedelta(days=14)) == 0


def test_a_reminder_leaves_when_the_send_window_opens(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Sent on Wednesday, reminded on Saturday: it leaves on Monday at 9, Copenhagen time."""
    wednesday = now + timedelta(days=1)
    queue(session, ready, wednesday)
    send(session, wednesday, Obedient())
    invitations.remind(session, wednesday + THREE_DAYS)
    reminder = session.scalars(select(Message).where(Message.kind == "reminder")).one()
    assert reminder.due_at == datetime(2021, 5, 17, 7, 0, tzinfo=UTC)


def test_three_days_are_days_on_the_clock(session: Session, stevns: Municipality) -> None:
    """Over the night when summer time begins, 9:30 is followed by 9:30, not by 10:30."""
    friday = datetime(2021, 3, 26, 8, 30, tzinfo=UTC)
    open_key(session, stevns, friday)
    queue(session, stevns, friday)
    send(session, friday, Obedient())
    assert invitations.remind(session, datetime(2021, 3, 29, 7, 29, tzinfo=UTC)) == 0
    assert invitations.remind(session, datetime(2021, 3, 29, 7, 30, tzinfo=UTC)) == 1
