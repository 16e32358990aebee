"""Receipts end with the messages they are about: alone they would tell who was reminded."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import receipts, references, retention
from survey.gateways import Report
from survey.models import Message, Municipality, Receipt

OVER = timedelta(days=21)


@pytest.fixture
def reported(
    session: Session, stevns: Municipality, sent: Callable[..., int], now: datetime
) -> Callable[..., str]:
    """`reported(attempt, at=now)`: an invitation of two attempts and one receipt; its reference."""

    def make(attempt: int, at: datetime = now) -> str:
        invitation_id = sent(session, stevns, at=at)
        mine = Message.invitation_id == invitation_id
        session.execute(update(Message).where(mine).values(attempts=2))
        about = references.of(stevns.id, session.scalars(select(Message.id).where(mine)).one(), attempt)
        receipts.store(session, "simulated", [Report(f"e{about}", about, "delivered")], at)
        return about

    return make


def left(session: Session) -> list[str]:
    """What the receipts that are kept are about."""
    return list(session.scalars(select(Receipt.reference).order_by(Receipt.id)))


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_a_receipt_ends_with_its_message(
    session: Session, stevns: Municipality, reported: Callable[..., str], now: datetime, attempt: int
) -> None:
    """Whichever attempt it is about, also one that was not counted, and applied or not."""
    about = reported(attempt)
    assert left(session) == [about]
    retention.close_weeks(session, stevns.id, now + OVER)
    assert left(session) == []


def test_receipts_of_a_week_that_goes_on_stay(
    session: Session, stevns: Municipality, reported: Callable[..., str], now: datetime
) -> None:
    """And those of another municipality's message of the same number."""
    reported(1)
    kept = reported(1, now + timedelta(days=7))
    other = references.of(stevns.id + 1, 1, 1)
    receipts.store(session, "simulated", [Report("other", other, "delivered")], now)
    retention.close_weeks(session, stevns.id, now + OVER)
    assert left(session) == [kept, other]


def test_a_repeat_after_the_closing_changes_nothing(
    session: Session, stevns: Municipality, reported: Callable[..., str], now: datetime
) -> None:
    """Nobody knows the event any more, and nobody knows the message either."""
    about = reported(1)
    retention.close_weeks(session, stevns.id, now + OVER)
    assert receipts.store(session, "simulated", [Report(f"e{about}", about, "failed", dead=True)], now + OVER) == 1
    receipts.process(session, now + OVER)
    assert session.scalars(select(Receipt.applied)).all() == [False]
