"""Send again: never what has arrived already, never what somebody may still have in hand."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import operations, receipts
from survey.gateways import Outcome
from survey.lanes import ForAll
from survey.models import Invitation, Message, Municipality
from tests.survey.receiving import come_in, handed_over, report
from tests.survey.sending import Obedient, claim, queue, send

LATER = timedelta(minutes=5)
SIMULATED = (ForAll("simulated", ("sms", "email")),)


@pytest.fixture
def doubt(session: Session, ready: Municipality, invite: Callable[..., int], now: datetime) -> Message:
    """A message in doubt that the gateway "simulated" may have."""
    return handed_over(session, ready, invite(session, ready), now, state="unknown", email="a@b.dk")


def again(session: Session, message: Message, now: datetime) -> int:
    """How many an administrator may send again."""
    return operations.decide(session, message.municipality_id, [message.id], "send again", now)


def test_what_has_arrived_is_not_sent_again(session: Session, doubt: Message, now: datetime) -> None:
    """The receipt is stored, though no worker has applied it yet; another gateway's says nothing."""
    receipts.store(session, "other", [report(doubt)], now)
    receipts.store(session, "simulated", [report(doubt)], now)
    assert again(session, doubt, now + LATER) == 0
    receipts.process(session, now + LATER)
    session.expire_all()
    assert doubt.state == "delivered"


def test_a_receipt_that_says_nothing_of_arrival_hinders_nobody(
    session: Session, doubt: Message, now: datetime
) -> None:
    """Another gateway's word, and another attempt's."""
    receipts.store(session, "other", [report(doubt)], now)
    receipts.store(session, "simulated", [report(doubt, reference=f"{doubt.reference}1")], now)
    assert again(session, doubt, now + LATER) == 1


def test_what_arrives_while_it_waits_to_be_sent_again_does_not_leave(
    session: Session, doubt: Message, now: datetime
) -> None:
    """Not between the receipt and its application either."""
    then = now + LATER
    assert again(session, doubt, then) == 1
    receipts.store(session, "simulated", [report(doubt)], then)
    assert claim(session, then, accounts=SIMULATED).claimed == []
    receipts.process(session, then)
    session.expire_all()
    assert (doubt.state, doubt.sent_at) == ("delivered", now)


def test_an_sms_that_arrived_after_all_stops_the_email_instead(
    session: Session, doubt: Message, now: datetime
) -> None:
    """Failed, so by e-mail; but before that leaves its provider says that the SMS arrived."""
    come_in(session, [report(doubt, "failed")], now)
    assert doubt.channel == "email"
    receipts.store(session, "simulated", [report(doubt)], now)
    assert claim(session, now, accounts=SIMULATED).claimed == []


@pytest.mark.parametrize("outcome", [Outcome("skipped"), Outcome("refused"), Outcome("refused", stops=True)])
def test_what_could_not_leave_again_is_still_known_by_the_attempt_that_may_have_arrived(
    session: Session, ready: Municipality, now: datetime, outcome: Outcome
) -> None:
    """Sent again in vain, it waits; then the provider of the first attempt says that it arrived."""
    (message,) = queue(session, ready, now)
    send(session, now, Obedient(lambda _: Outcome("unknown")))
    session.expire_all()
    first, then = report(message), now + LATER
    assert again(session, message, then) == 1
    send(session, then, Obedient(lambda _: outcome))
    session.expire_all()
    assert (message.state, message.reference) == ("waiting", first.reference)
    assert session.scalars(select(Invitation.sent_week)).one() is not None
    assert come_in(session, [first], then, "obedient") == [True]
    assert message.state == "delivered"


def test_what_came_into_doubt_just_now_is_not_sent_again(session: Session, doubt: Message, now: datetime) -> None:
    """Five minutes from the doubt, however long ago it was claimed; the rest may be decided at once."""
    doubt.doubted_at = now + timedelta(hours=1)
    session.flush()
    almost = doubt.doubted_at + timedelta(minutes=4)
    assert operations.too_early(session, doubt.municipality_id, almost) == 1
    assert again(session, doubt, almost) == 0
    assert operations.too_early(session, doubt.municipality_id, almost + timedelta(minutes=1)) == 0
    assert again(session, doubt, almost + timedelta(minutes=1)) == 1
