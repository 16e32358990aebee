"""Order, repeats and haste: whatever comes, however often and by however many, ends as the rules say."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from survey import db, municipalities, receipts
from survey.gateways import Report
from survey.models import Message, Municipality, Receipt
from tests.survey.receiving import DEAD, at_once, handed_over, report

KINDS: dict[str, dict[str, Any]] = {
    "delivered": {"state": "delivered"},
    "failed": {"state": "failed"},
    "dead": {"state": "failed", **DEAD},
    "other attempt": {"state": "delivered", "reference": "{m}-{id}-9"},
    "nobody": {"state": "failed", "reference": "0-0-0"},
}


@pytest.fixture
def give(
    session: Session, stevns: Municipality, invite: Callable[..., int], now: datetime
) -> Callable[..., Message]:
    """`give(state="sent", email=None, …)`: a message that the gateway "simulated" has."""
    return lambda **changed: handed_over(session, stevns, invite(session, stevns), now, **changed)


def said(message: Message, kinds: Sequence[str]) -> list[Report]:
    """One event for each kind."""
    about = {"m": message.municipality_id, "id": message.id}
    filled = [
        {key: value.format(**about) if key == "reference" else value for key, value in KINDS[kind].items()}
        for kind in kinds
    ]
    return [report(message, **values) for values in filled]


def rule(state: str, email: bool, batches: Sequence[Sequence[str]]) -> str:
    """What must become of a message, in words of the rules: the first batch that settles it does so."""
    for batch in batches:
        if state in ("claimed", "sent", "unknown", "waiting"):
            if "delivered" in batch:
                state = "delivered"
            elif state != "waiting" and {"failed", "dead"} & set(batch):
                state = "waiting" if email else "failed"
    return state


@pytest.mark.parametrize("email", [None, "a@b.dk"])
@pytest.mark.parametrize(
    "kinds", [("delivered", "failed", "dead"), ("failed", "dead", "other attempt"), tuple(KINDS)]
)
def test_every_order_ends_the_same(
    session: Session, give: Callable[..., Message], now: datetime, kinds: tuple[str, ...], email: str | None
) -> None:
    """All permutations of reports that are applied together, each event twice."""
    orders = list(permutations(kinds))
    messages = [give(email=email) for _ in orders]
    for message, order in zip(messages, orders, strict=True):
        events = said(message, order)
        receipts.store(session, "simulated", events, now)
        receipts.store(session, "simulated", events[::-1], now)
    receipts.process(session, now)
    session.expire_all()
    assert {rule("sent", bool(email), [kinds])} == {message.state for message in messages}
    assert {message.permanent for message in messages} == ({True} if messages[0].state == "failed" else {None})


@pytest.mark.parametrize("seed", range(5))
def test_any_order_in_any_batches_follows_the_rules(
    session: Session, give: Callable[..., Message], now: datetime, seed: int
) -> None:
    """Random reports about 30 messages, interleaved, applied whenever: no state but the rules' own."""
    chance = random.Random(seed)
    plans = []
    for _ in range(30):
        email, state = chance.choice([None, "a@b.dk"]), chance.choice(["claimed", "sent", "unknown"])
        batches = [chance.choices(list(KINDS), k=chance.randrange(4)) for _ in range(3)]
        plans.append((give(email=email, state=state), state, bool(email), batches))
    for turn in range(3):
        events = [event for message, _, _, batches in plans for event in events_of(message, batches[turn])]
        chance.shuffle(events)
        receipts.store(session, "simulated", events, now)
        receipts.process(session, now)
    session.expire_all()
    assert [rule(state, email, batches) for _, state, email, batches in plans] == [m.state for m, *_ in plans]


def events_of(message: Message, kinds: Sequence[str]) -> list[Report]:
    """The events of `kinds` and every second one again; about the first attempt, wherever the message is now."""
    reference = f"{message.municipality_id}-{message.id}-1"
    events = [
        Report(**{**event.__dict__, "reference": event.reference or reference}) for event in said(message, kinds)
    ]
    return events + events[::2]


def test_the_oldest_are_applied_first_and_the_rest_wait(
    session: Session, give: Callable[..., Message], now: datetime
) -> None:
    """As many as were asked for, then the rest, then none."""
    messages = [give() for _ in range(5)]
    for message in messages:
        receipts.store(session, "simulated", [report(message)], now)
    assert [receipts.process(session, now, limit=3) for _ in range(3)] == [3, 2, 0]


def test_statements_do_not_grow_with_the_receipts(
    session: Session,
    give: Callable[..., Message],
    now: datetime,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """One or fifty: the same number, whatever they say; one to store them."""
    counted = []
    for n in (1, 50):
        events = [report(give(), "failed", **DEAD) for _ in range(n)]
        with sql() as storing:
            receipts.store(session, "simulated", events, now)
        with sql() as applying:
            assert receipts.process(session, now) == n
        counted.append((len(storing), len(applying)))
    assert counted == [(1, 6)] * 2


@pytest.fixture
def committed(database_url: str, invite: Callable[..., int], now: datetime) -> Iterator[tuple[int, str]]:
    """A message that is really there for everybody: its id and reference."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="stevns", name="Stevns", phone="56 57 57 57", sms_sender="Stevns", now=now
        )
        message = handed_over(session, stevns, invite(session, stevns), now)
        found = (message.id, message.reference or "")
    yield found
    engine.dispose()


def test_the_same_events_stored_by_eight_at_once_are_stored_once(
    committed: tuple[int, str], now: datetime
) -> None:
    """Each shuffles them differently: nobody waits for ever, nothing is doubled."""
    events = [Report(f"e{number}", committed[1], "delivered") for number in range(40)]

    def store(number: int) -> None:
        with db.transaction() as session:
            receipts.store(session, "simulated", random.Random(number).sample(events, 40), now)

    at_once(8, store)
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == 40


def test_workers_that_apply_at_once_share_the_receipts(committed: tuple[int, str], now: datetime) -> None:
    """Each receipt is applied by one of them, and one of them changes the message."""
    with db.transaction() as session:
        events = [Report(f"e{number}", committed[1], "delivered") for number in range(40)]
        receipts.store(session, "simulated", events, now)

    def apply(_number: int) -> None:
        with db.transaction() as session:
            while receipts.process(session, now, limit=5):
                pass

    at_once(4, apply)
    with db.transaction() as session:
        receipts.process(session, now)
        applied = session.scalars(select(Receipt.applied).where(Receipt.processed_at.is_not(None))).all()
        assert (len(applied), sum(map(bool, applied))) == (40, 1)


def test_a_message_that_is_being_noted_waits_for_the_next_time(committed: tuple[int, str], now: datetime) -> None:
    """Its receipt stays as it is, and nobody waits for anybody."""
    with db.transaction() as session:
        receipts.store(session, "simulated", [Report("e", committed[1], "delivered")], now)
    with db.transaction() as worker:
        worker.execute(text("SELECT FROM message FOR UPDATE"))
        with db.transaction() as session:
            assert receipts.process(session, now) == 0
    with db.transaction() as session:
        assert receipts.process(session, now) == 1
        assert session.scalar(select(Message.state)) == "delivered"
