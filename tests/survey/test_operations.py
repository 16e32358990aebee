"""Operations: what waits, how gateways fare, and what becomes of messages in doubt."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey import breaker, message_states, operations, outbox
from survey.models import GatewayState, Message, Municipality, RefusedReceipt, Staff, Stop
from tests.survey.sending import Obedient, queue, send

pytestmark = pytest.mark.usefixtures("ready")


@pytest.fixture
def staff_id(session: Session) -> int:
    """Somebody who may stop things."""
    person = Staff(email="a@stevns.dk", name="A", password_hash="x")
    session.add(person)
    session.flush()
    return person.id


@pytest.fixture
def doubt(session: Session, stevns: Municipality, now: datetime) -> Message:
    """A message in doubt, claimed at `now`."""
    message = queue(session, stevns, now)[0]
    handled = {"state": "unknown", "claimed_at": now, "claimed_by": 1, "attempts": 1, "gateway": "g"}
    session.execute(update(Message).where(Message.id == message.id).values(**handled, reason="intet svar"))
    session.expire_all()
    return message


def test_what_waits_is_counted_by_channel_with_its_oldest(
    session: Session, stevns: Municipality, now: datetime
) -> None:
    """SMS first."""
    queue(session, stevns, now, 2)
    queue(session, stevns, now + timedelta(hours=1), 1, sms=False, email=True)
    expected = [operations.Queue("sms", 2, now), operations.Queue("email", 1, now + timedelta(hours=1))]
    assert operations.waiting(session, stevns.id) == expected


def test_outcomes_are_counted_by_gateway_state_and_reason(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """What only waits is no outcome."""
    queue(session, stevns, now, 3)
    assert operations.outcomes(session, stevns.id) == [operations.Outcomes("g", "unknown", "intet svar", 1)]


@pytest.mark.parametrize("event", operations.EVENTS)
def test_an_administrator_settles_a_message_in_doubt(
    session: Session, stevns: Municipality, doubt: Message, now: datetime, event: str
) -> None:
    """Sent again it waits, known by its last attempt; else it was sent when claimed. Silence undoes nothing."""
    later, state = now + timedelta(days=4), message_states.after(event)
    assert operations.decide(session, stevns.id, [doubt.id], event, later) == 1
    assert outbox.fall_silent(session, ["g"], later) == 0
    session.expire_all()
    sent_at, due_at = (None, later) if state == "waiting" else (now, now)
    assert (doubt.state, doubt.claimed_at, doubt.sent_at, doubt.due_at) == (state, now, sent_at, due_at)
    assert operations.in_doubt(session, stevns.id) == []


def test_what_a_receipt_has_settled_is_left_alone(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """A decision on an old page changes nothing, nor does one about another municipality's message."""
    session.execute(update(Message).where(Message.id == doubt.id).values(state="delivered", sent_at=now))
    assert operations.decide(session, stevns.id, [doubt.id], "send again", now) == 0
    session.execute(update(Message).where(Message.id == doubt.id).values(state="unknown"))
    assert operations.decide(session, stevns.id + 1, [doubt.id], "send again", now) == 0


def test_a_message_sent_again_leaves_with_another_reference(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """The provider must not take it for the first."""
    gateway, later = Obedient(), now + operations.TOO_EARLY
    operations.decide(session, stevns.id, [doubt.id], "send again", later)
    send(session, later, gateway)
    assert [letter.reference for letter in gateway.letters] == [f"{stevns.id}-{doubt.id}-2"]


def test_the_oldest_doubt_comes_first(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """With what a person needs to decide, and no address."""
    expected = operations.Doubt(doubt.id, "sms", "g", now, "intet svar")
    assert operations.in_doubt(session, stevns.id) == [expected]


def test_a_municipality_stops_and_resumes_its_own_sending(
    session: Session, stevns: Municipality, staff_id: int, now: datetime
) -> None:
    """Twice is once; resuming ends a stop of the gateway's own too."""
    for _ in range(2):
        operations.stop(session, stevns.id, "g", staff_id=staff_id, now=now)
    breaker.trouble(session, "g", "ingen kredit", now, at_once=True)
    assert operations.health(session, stevns.id, ["g"], now)[0].stopped_by_us == now
    operations.resume(session, stevns.id, "g")
    session.expire_all()
    after = operations.health(session, stevns.id, ["g"], now)[0]
    assert (after.stopped_by_us, after.trouble, session.scalars(select(Stop)).all()) == (None, None, [])


def test_the_health_of_a_gateway_is_what_is_known_of_it(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """What was sent within the hour, the credit, and the receipts refused within thirty days; else nothing."""
    session.execute(update(Message).where(Message.id == doubt.id).values(state="sent", sent_at=now))
    state = {"name": "g", "credit": Decimal("1299.5"), "currency": "DKK", "credit_at": now}
    session.execute(insert(GatewayState).values(state))
    for days, n in ((3, 2), (40, 5)):
        day = now.date() - timedelta(days=days)
        session.execute(insert(RefusedReceipt).values(gateway="g", day=day, wrong="forged", n=n))
    g, fresh = operations.health(session, stevns.id, ["g", "fresh"], now)
    assert (g.last_hour, g.credit, g.currency, g.forged) == (1, 1250, "DKK", 2)
    assert (fresh.last_hour, fresh.credit, fresh.trouble, fresh.forged) == (0, None, None, 0)


def test_all_that_share_a_reason_are_settled_together(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """Another gateway's, another reason's, and what came into doubt since the page was shown, stay."""
    assert operations.doubts_by_reason(session, stevns.id, now) == [operations.Doubts("g", "intet svar", 1, False)]
    before = now - timedelta(days=1)
    for gateway, reason, at in (("x", "intet svar", now), ("g", "andet", now), ("g", "intet svar", before)):
        assert operations.decide_all(session, stevns.id, gateway, reason, "give up", at) == 0
    assert operations.decide_all(session, stevns.id, "g", "intet svar", "give up", now) == 1
