"""An opt-out is honoured on every way a message can take: nothing reaches a gateway after it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import eligibility, invitations
from survey.gateways import Outcome
from survey.models import Contact, Meeting, Message, Municipality, OptOut
from tests.survey.sending import Obedient, queue, send

MOBILE, EMAIL = b"m" * 32, b"e" * 32
Path = Callable[[Session, Municipality, datetime], datetime]


def invited(session: Session, municipality: Municipality, now: datetime) -> None:
    """An invitation that waits, to a citizen with a mobile and an e-mail address."""
    queue(session, municipality, now, email=True)
    session.execute(update(Contact).values(mobile_print=MOBILE, email_print=EMAIL))


def an_invitation(session: Session, municipality: Municipality, now: datetime) -> datetime:
    """Made, and now due."""
    invited(session, municipality, now)
    return now


def a_second_try(session: Session, municipality: Municipality, now: datetime) -> datetime:
    """Refused for now five minutes ago."""
    invited(session, municipality, now)
    send(session, now, Obedient(lambda _letter: Outcome("refused")))
    return now + timedelta(minutes=6)


def a_fall_over(session: Session, municipality: Municipality, now: datetime) -> datetime:
    """The mobile could not be reached: it waits to go by e-mail."""
    invited(session, municipality, now)
    session.execute(update(Message).values(channel="email", fell_over=True))
    return now


def a_reminder(session: Session, municipality: Municipality, now: datetime) -> datetime:
    """Made before the opt-out, and due."""
    invited(session, municipality, now)
    send(session, now, Obedient())
    invitations.remind(session, now + timedelta(days=3))
    return now + timedelta(days=3)


def a_doubt(session: Session, municipality: Municipality, now: datetime) -> datetime:
    """Nobody knew whether it left, and an administrator had it sent again."""
    invited(session, municipality, now)
    send(session, now, Obedient(lambda _letter: Outcome("unknown")))
    session.execute(update(Message).values(state="waiting", claimed_at=None, claimed_by=None))
    return now


@pytest.mark.parametrize("mark", [MOBILE, EMAIL])
@pytest.mark.parametrize("path", [an_invitation, a_second_try, a_fall_over, a_reminder, a_doubt])
def test_nothing_leaves_after_an_opt_out(
    session: Session, ready: Municipality, now: datetime, path: Path, mark: bytes
) -> None:
    """Whatever address it was made by; the message is skipped with its reason."""
    due = path(session, ready, now)
    session.add(OptOut(municipality_id=ready.id, fingerprint=mark, opted_out_at=due))
    session.flush()
    session.expire_all()
    gateway, code = Obedient(), "opted_out"
    batch = send(session, due, gateway)
    assert (gateway.letters, dict(batch.skipped)) == ([], {eligibility.words[code]: 1})
    last = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert last is not None
    assert (last.state, last.reason) == ("skipped", eligibility.words[code])


def test_without_an_opt_out_every_one_of_them_leaves(session: Session, ready: Municipality, now: datetime) -> None:
    """The check of the check."""
    due = max(path(session, ready, now) for path in (an_invitation, a_fall_over))
    gateway = Obedient()
    send(session, due, gateway)
    assert len(gateway.letters) == 2


@pytest.mark.parametrize(("decision", "path"), [("opted_out", an_invitation), ("invited", a_reminder)])
def test_the_meeting_of_an_invitation_that_never_left_says_why(
    session: Session, ready: Municipality, now: datetime, decision: str, path: Path
) -> None:
    """Of one whose invitation has left it stays true that the citizen was invited."""
    due = path(session, ready, now)
    session.add(OptOut(municipality_id=ready.id, fingerprint=MOBILE, opted_out_at=due))
    session.flush()
    send(session, due, Obedient())
    assert decision == session.scalars(select(Meeting.decision)).one()
