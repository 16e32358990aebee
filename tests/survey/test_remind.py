"""One reminder, three days after, to those who have not answered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import invitations, sending_rules, workdays
from survey.gateways import Letter, Outcome
from survey.models import Contact, DeadAddress, Invitation, Message, Municipality, OptOut, Pause, Staff, Team
from survey.sending_rules import Rule
from survey.workdays import Window
from tests.survey.sending import Obedient, open_key, queue, send

THREE_DAYS = timedelta(days=3)
MOBILE, EMAIL = b"m" * 32, b"e" * 32


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


# Who is left in peace, by which channel, and when -----------------------------------------------------------


@pytest.fixture
def handed_over(session: Session, ready: Municipality, now: datetime) -> Message:
    """An invitation that has left by SMS to a citizen with a mobile and an e-mail address."""
    (message,) = queue(session, ready, now, email=True)
    session.execute(update(Contact).values(mobile_print=MOBILE, email_print=EMAIL))
    send(session, now, Obedient())
    return message


def kill(session: Session, municipality: Municipality, *prints: bytes) -> None:
    """Let these addresses be dead."""
    for mark in prints:
        row = DeadAddress(municipality_id=municipality.id, fingerprint=mark, channel="sms", reason="findes ikke")
        row.found_on = date(2021, 5, 1)
        session.add(row)
    session.flush()


def reminder(session: Session) -> Message | None:
    """The only reminder."""
    return session.scalars(select(Message).where(Message.kind == "reminder")).one_or_none()


@pytest.mark.parametrize("mark", [MOBILE, EMAIL])
def test_who_has_opted_out_is_not_reminded(
    session: Session, ready: Municipality, handed_over: Message, now: datetime, mark: bytes
) -> None:
    """By the mobile the message went to, or by the other address."""
    session.add(OptOut(municipality_id=ready.id, fingerprint=mark, opted_out_at=now))
    session.flush()
    assert invitations.remind(session, now + THREE_DAYS) == 0


def test_who_is_paused_is_not_reminded_until_the_pause_is_over(
    session: Session, ready: Municipality, handed_over: Message, now: datetime, employ: Callable[..., Staff]
) -> None:
    """The link still works then."""
    staff = employ(session, ready, "administrator")
    pause = Pause(
        municipality_id=ready.id, fingerprint=MOBILE, reason="illness", paused_at=now, paused_by=staff.id
    )
    pause.team_id = session.scalars(select(Team.id).where(Team.municipality_id == ready.id)).first() or 0
    pause.from_on, pause.until_on = now.date(), now.date() + timedelta(days=5)
    session.add(pause)
    session.flush()
    assert invitations.remind(session, now + timedelta(days=5)) == 0
    assert invitations.remind(session, now + timedelta(days=6)) == 1


@pytest.mark.parametrize(
    ("channel", "dead"), [("sms", []), ("sms", [EMAIL]), ("email", [MOBILE]), ("sms", [MOBILE, EMAIL])]
)
def test_a_reminder_goes_to_an_address_that_lives(
    session: Session, ready: Municipality, handed_over: Message, now: datetime, channel: str, dead: list[bytes]
) -> None:
    """By SMS as the invitation did, by e-mail when the mobile is dead; with none alive it is skipped later."""
    kill(session, ready, *dead)
    invitations.remind(session, now + THREE_DAYS)
    made = reminder(session)
    assert made is not None
    assert channel == made.channel


def test_a_reminder_follows_an_invitation_that_fell_over(
    session: Session, ready: Municipality, handed_over: Message, now: datetime
) -> None:
    """It went by e-mail in the end, so the reminder does."""
    handed_over.channel, handed_over.fell_over = "email", True
    session.flush()
    invitations.remind(session, now + THREE_DAYS)
    made = reminder(session)
    assert made is not None
    assert made.channel == "email"


def test_a_reminder_waits_for_the_municipality_s_own_window(
    session: Session, ready: Municipality, handed_over: Message, now: datetime
) -> None:
    """On Sundays from ten to noon: sent on a Tuesday, due on Friday, it leaves on Sunday."""
    own = Rule(window=Window(frozenset({7}), time(10), time(12)))
    sending_rules.save(session, ready.id, own, staff_id=None, now=now)
    invitations.remind(session, now + THREE_DAYS)
    made = reminder(session)
    assert made is not None
    assert workdays.at(date(2021, 5, 16), time(10)) == made.due_at
