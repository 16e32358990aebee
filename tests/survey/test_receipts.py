"""Receipts: each is kept once, changes only the attempt it is about, and never a final state."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey import message_states, receipts, retention
from survey.gateways import Report
from survey.models import DeadAddress, Message, Municipality, Receipt, RefusedReceipt
from tests.survey.receiving import DEAD, come_in, handed_over, report


@pytest.fixture
def give(
    session: Session, stevns: Municipality, invite: Callable[..., int], now: datetime
) -> Callable[..., Message]:
    """`give(state="sent", email=None, …)`: a message that the gateway "simulated" has."""
    return lambda **changed: handed_over(session, stevns, invite(session, stevns), now, **changed)


@pytest.mark.parametrize(
    ("said", "state"),
    [(said, state) for said in ("delivered", "failed") for state in ("claimed", "sent", "unknown")]
    + [("delivered", "waiting")],
)
def test_a_receipt_settles_a_message(
    session: Session, give: Callable[..., Message], now: datetime, state: str, said: str
) -> None:
    """Sent, in doubt, not even noted by us yet, or to be sent again: then it was sent when it was claimed."""
    message = give(state=state, reason="intet svar")
    later = now + timedelta(hours=1)
    assert come_in(session, [report(message, said)], later) == [True]
    assert (message.state, message.sent_at) == (said, now)
    assert message.reason == (None if said == "delivered" else "ikke leveret")


@pytest.mark.parametrize("state", sorted({*message_states.STATES} - {"claimed", "sent", "unknown"}))
def test_no_receipt_changes_a_state_it_may_not(
    session: Session, give: Callable[..., Message], now: datetime, state: str
) -> None:
    """What is final, and a failure of what waits already: noted as not applied."""
    message = give(state=state, reason="x")
    said = [report(message, "failed", **DEAD)] + ([] if state == "waiting" else [report(message)])
    assert not any(come_in(session, said, now))
    assert message.state == state
    assert session.scalars(select(DeadAddress)).all() == []


@pytest.mark.parametrize(
    "changed",
    [{"reference": "{m}-{id}-2"}, {"reference": "9-9-1"}, {}],
)
def test_a_receipt_about_anything_else_changes_nothing(
    session: Session, give: Callable[..., Message], now: datetime, changed: dict[str, str]
) -> None:
    """Another attempt, a message that is not there, or (the last) another gateway."""
    message = give()
    values = {key: text.format(m=message.municipality_id, id=message.id) for key, text in changed.items()}
    assert come_in(session, [report(message, **values)], now, "simulated" if changed else "smtp") == [False]
    assert message.state == "sent"


@pytest.mark.parametrize("reference", ["x", "", "9" * 90, "+4520123456", "t1-1", "1-1-1 "])
def test_a_receipt_about_somebody_elses_message_is_not_kept(
    session: Session, give: Callable[..., Message], now: datetime, reference: str
) -> None:
    """What another system calls its messages may hold a number; ours in the same post are kept."""
    ours = report(give())
    assert receipts.store(session, "simulated", [Report("e", reference, "delivered"), ours], now) == 1
    assert session.scalars(select(Receipt.reference)).all() == [ours.reference]


def test_a_repeat_is_no_second_receipt(session: Session, give: Callable[..., Message], now: datetime) -> None:
    """In one post or in two; the same event id of another gateway is another event."""
    one = report(give())
    assert receipts.store(session, "simulated", [one, one], now) == 1
    assert receipts.store(session, "simulated", [one], now) == 0
    assert receipts.store(session, "other", [one], now) == 1
    assert receipts.store(session, "other", [], now) == 0


def test_a_receipt_is_kept_as_it_came(session: Session, now: datetime) -> None:
    """Without what no table takes, and not longer than it needs to be."""
    strange = Report("e\0\ud800", "1-1-1", "failed", permanent=True, stops=True, reason="å" * 500)
    receipts.store(session, "simulated", [strange], now)
    kept = session.scalars(select(Receipt)).one()
    assert (kept.event_id, kept.reference, kept.state) == ("e?", "1-1-1", "failed")
    assert (kept.permanent, kept.dead, kept.stops, kept.reason) == (True, False, True, "å" * receipts.LONGEST)
    assert (kept.received_at, kept.processed_at) == (now, None)


def test_refused_receipts_are_counted_by_day(session: Session, now: datetime) -> None:
    """Per gateway, Copenhagen day and what was wrong."""
    for wrong, moment in [
        ("forged", now),
        ("forged", now),
        ("unreadable", now),
        ("forged", now + timedelta(days=1)),
    ]:
        receipts.refuse(session, "simulated", wrong, moment)
    rows = session.scalars(select(RefusedReceipt).order_by(RefusedReceipt.day, RefusedReceipt.wrong))
    assert [(row.day.day, row.wrong, row.n) for row in rows] == [
        (11, "forged", 2),
        (11, "unreadable", 1),
        (12, "forged", 1),
    ]


def test_what_is_known_of_a_letter(session: Session, give: Callable[..., Message], now: datetime) -> None:
    """Its message's state, and every receipt about that attempt; nothing of a message that is gone."""
    message = give()
    come_in(session, [report(message, "failed", reason="optaget"), report(message, event_id="z")], now)
    receipts.store(session, "simulated", [report(message)], now)
    found = receipts.known(session, [message.reference or "", "9-9-9", "x"])
    assert list(found) == [message.reference]
    known = found[message.reference or ""]
    assert (known.state, known.reason, known.gateway) == ("delivered", None, "simulated")
    assert [(said.state, said.reason, said.applied) for said in known.reports] == [
        ("failed", "optaget", False),
        ("delivered", "", True),
        ("delivered", "", None),
    ]


def test_old_receipts_are_forgotten(session: Session, give: Callable[..., Message], now: datetime) -> None:
    """30 days after they were applied, counts of refused ones after a year; what waits stays."""
    come_in(session, [report(give())], now)
    receipts.refuse(session, "simulated", "forged", now)
    receipts.store(session, "simulated", [report(give())], now)
    retention.sweep(session, now + timedelta(days=29))
    assert len(session.scalars(select(Receipt)).all()) == 2
    retention.sweep(session, now + timedelta(days=30))
    assert [row.applied for row in session.scalars(select(Receipt))] == [None]
    assert len(session.scalars(select(RefusedReceipt)).all()) == 1
    retention.sweep(session, now + timedelta(days=365))
    assert session.scalars(select(RefusedReceipt)).all() == []


def test_what_is_old_is_found_by_index(
    session: Session, now: datetime, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """The nightly deletion of receipts does not read the whole table."""
    with sql() as statements:
        receipts.forget(session, now)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    found = next(line for line in statements if "DELETE FROM receipt" in line)
    plan = session.connection().exec_driver_sql(f"EXPLAIN {found}", {"processed_at_1": now})
    assert "ix_receipt_processed" in "".join(plan.scalars())
