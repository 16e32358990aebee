"""Operations: what waits, how gateways fare, and what becomes of messages in doubt."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey import backlog, breaker, message_states, operations, outbox, sending_rules, workdays
from survey.backlog import Queue
from survey.models import GatewayState, Message, Municipality, RefusedReceipt, Staff, Stop
from survey.sending_rules import Rule
from survey.workdays import Window
from tests.survey.sending import BOTH, Obedient, queue, send

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


def test_what_waits_is_counted_by_channel_and_reason_with_its_oldest(
    session: Session, stevns: Municipality, now: datetime
) -> None:
    """SMS first."""
    queue(session, stevns, now, 2)
    queue(session, stevns, now + timedelta(hours=1), 1, sms=False, email=True)
    expected = [
        Queue("sms", "klar til afsendelse", 2, now),
        Queue("email", "endnu ikke tid", 1, now + timedelta(hours=1)),
    ]
    assert backlog.queues(session, stevns.id, BOTH, now) == expected
    assert backlog.queues(session, stevns.id + 1, BOTH, now) == []


def test_what_waits_leaves_in_its_municipalitys_own_window(
    session: Session, stevns: Municipality, now: datetime
) -> None:
    """Stevns sends on Saturdays alone."""
    assert backlog.leaving(session, now) is None
    saturdays = Window(frozenset({6}), time(10), time(12))
    sending_rules.save(session, stevns.id, Rule(window=saturdays), staff_id=None, now=now)
    queue(session, stevns, now, 2)
    saturday = workdays.next_send_time(now, saturdays)
    assert backlog.leaving(session, now) == (2, saturday, saturday)
    assert workdays.day(saturday).isoweekday() == 6


def test_outcomes_are_counted_by_gateway_state_and_reason(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """What only waits is no outcome."""
    queue(session, stevns, now, 3)
    expected = [operations.Outcomes("g", "unknown", "intet svar", None, 1, 0, 0)]
    assert operations.outcomes(session, stevns.id, now) == expected


def test_what_failed_for_good_is_told_apart_and_what_was_taken_on_is_paid(
    session: Session, stevns: Municipality, now: datetime
) -> None:
    """Segments of what failed are counted, of what was refused are not."""
    ids = [message.id for message in queue(session, stevns, now, 3)]
    handled = {"claimed_at": now, "claimed_by": 1, "attempts": 1, "gateway": "g", "segments": 2}
    for number, permanent, state in zip(ids, (True, False, True), ("failed", "failed", "refused"), strict=True):
        sent_at = now if state == "failed" else None
        values = handled | {"state": state, "permanent": permanent, "sent_at": sent_at}
        session.execute(update(Message).where(Message.id == number).values(values))
    found = operations.outcomes(session, stevns.id, now)
    assert [(row.state, row.permanent, row.n, row.last_hour) for row in found] == [
        ("failed", False, 1, 1),
        ("failed", True, 1, 1),
        ("refused", True, 1, 0),
    ]
    assert operations.segments(found) == 4


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


def test_nothing_else_can_be_decided(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """What a worker may do to a message, an administrator may not."""
    with pytest.raises(ValueError, match="accept"):
        operations.decide(session, stevns.id, [doubt.id], "accept", now)


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
    """With what a person needs to look it up at the provider's and to decide, and no address."""
    session.execute(update(Message).values(reference=f"{stevns.id}-{doubt.id}-1", provider_id="p7"))
    reference = f"{stevns.id}-{doubt.id}-1"
    expected = backlog.Doubt("stevns", doubt.id, "sms", "g", now, "intet svar", reference, "p7")
    assert operations.in_doubt(session, stevns.id) == [expected]


def test_a_municipality_stops_and_resumes_its_own_sending(
    session: Session, stevns: Municipality, staff_id: int, now: datetime
) -> None:
    """Twice is once; resuming ends a stop of the gateway's own too."""
    for _ in range(2):
        operations.stop(session, stevns.id, "g", staff_id=staff_id, now=now)
    breaker.trouble(session, "g", "ingen kredit", now, at_once=True)
    assert operations.health(session, stevns.id, ["g"], [], now)[0].stopped_by_us == now
    operations.resume(session, stevns.id, "g")
    session.expire_all()
    after = operations.health(session, stevns.id, ["g"], [], now)[0]
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
    handled = operations.outcomes(session, stevns.id, now)
    g, fresh = operations.health(session, stevns.id, ["g", "fresh"], handled, now)
    assert (g.last_hour, g.credit, g.currency, g.forged) == (1, 1250, "DKK", 2)
    assert (fresh.last_hour, fresh.credit, fresh.trouble, fresh.forged) == (0, None, None, 0)


def test_all_that_share_a_reason_are_settled_together(
    session: Session, stevns: Municipality, doubt: Message, now: datetime
) -> None:
    """Another gateway's, another reason's, and what came into doubt since the page was shown, stay."""
    assert operations.doubts_by_reason(session, stevns.id) == [operations.Doubts("g", "intet svar", 1)]
    before = now - timedelta(days=1)
    for gateway, reason, at in (("x", "intet svar", now), ("g", "andet", now), ("g", "intet svar", before)):
        assert operations.decide_all(session, stevns.id, gateway, reason, "give up", at) == 0
    assert operations.decide_all(session, stevns.id, "g", "intet svar", "give up", now) == 1
