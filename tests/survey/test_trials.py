"""Trial messages: a fixed text to an address of one's own, forgotten when it is sent."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from survey import trials
from survey.gateways import Outcome
from survey.models import Municipality, Staff


@pytest.fixture
def staff_id(session: Session) -> int:
    """Whoever asks."""
    person = Staff(email="a@stevns.dk", name="A", password_hash="x")
    session.add(person)
    session.flush()
    return person.id


def ask(session: Session, stevns: Municipality, staff_id: int, now: datetime, channel: str = "sms") -> bool:
    """Ask for a trial message."""
    address = "+4520123456" if channel == "sms" else "a@stevns.dk"
    return trials.ask(session, stevns.id, channel=channel, address=address, staff_id=staff_id, now=now)


@pytest.mark.parametrize(
    ("channel", "sender", "subject"), [("sms", "Stevns", ""), ("email", "Stevns Kommune", trials.SUBJECT)]
)
def test_a_trial_message_is_handed_over_once(
    session: Session, stevns: Municipality, staff_id: int, now: datetime, channel: str, sender: str, subject: str
) -> None:
    """A second claim finds nothing."""
    ask(session, stevns, staff_id, now, channel)
    letters = [trial.letter for trial in trials.claim(session)]
    assert [(letter.channel, letter.sender, letter.subject) for letter in letters] == [(channel, sender, subject)]
    assert trials.claim(session) == []


@pytest.mark.parametrize(
    ("word", "state"), [("accepted", "accepted"), ("unknown", "unknown"), ("skipped", "refused")]
)
def test_what_the_gateway_said_is_kept_and_the_address_is_not(
    session: Session, stevns: Municipality, staff_id: int, now: datetime, word: str, state: str
) -> None:
    """The newest first."""
    ask(session, stevns, staff_id, now)
    trial = trials.claim(session)[0]
    trials.note(session, trial, Outcome(word, "hvorfor"))  # type: ignore[arg-type]  # one of the words
    session.expire_all()
    latest = trials.latest(session, stevns.id)[0]
    assert (latest.state, latest.detail, latest.address) == (state, "hvorfor", None)


def test_five_an_hour_are_enough(session: Session, stevns: Municipality, staff_id: int, now: datetime) -> None:
    """Nobody's phone can be flooded through it."""
    asked = [ask(session, stevns, staff_id, now) for _ in range(6)]
    assert asked == [True] * 5 + [False]
    assert ask(session, stevns, staff_id, now + timedelta(hours=1))
