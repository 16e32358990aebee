"""What a skip tells for twelve months: the meeting's decision must not hang on an answer."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import operations
from survey.gateways import Outcome
from survey.models import Invitation, Meeting, Message, Municipality, OptOut
from tests.survey.sending import Obedient, claim, queue, send

LATER = timedelta(hours=1)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("why", ["opted out", "too old"])
def test_what_has_left_once_never_changes_the_decision(
    session: Session, ready: Municipality, now: datetime, why: str, answered: bool
) -> None:
    """Sent again it is skipped, for being answered or for a reason of its own: the decision is the same."""
    (message,) = queue(session, ready, now)
    send(session, now, Obedient(lambda _: Outcome("unknown", "intet svar")))
    session.execute(update(Invitation).values(answered=answered))
    assert operations.decide(session, ready.id, [message.id], "send again", now + LATER) == 1
    if why == "opted out":
        citizen = session.scalars(select(Meeting.citizen)).one()
        session.add(OptOut(municipality_id=ready.id, fingerprint=citizen, opted_out_at=now))
        session.flush()
    else:
        session.execute(update(Meeting).values(held_on=now.date() - timedelta(days=40)))
    assert claim(session, now + LATER).skipped.total() == 1
    assert session.scalars(select(Message.state)).all() == ["skipped"]
    assert session.scalars(select(Meeting.decision)).all() == ["invited"]


def test_what_was_refused_and_never_left_gets_its_true_decision(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """A refusal for now takes the sending back: nobody could answer."""
    queue(session, ready, now)
    send(session, now, Obedient(lambda _: Outcome("refused", "optaget")))
    citizen = session.scalars(select(Meeting.citizen)).one()
    session.add(OptOut(municipality_id=ready.id, fingerprint=citizen, opted_out_at=now))
    session.flush()
    claim(session, now + LATER)
    assert session.scalars(select(Meeting.decision)).all() == ["opted_out"]
