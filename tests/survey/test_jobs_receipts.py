"""Timed work about receipts and gateways: applying, fetching, silence, credit, and who does what side by side."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import backlog, jobs, receipts
from survey.accounts import Account
from survey.config import Settings
from survey.gateways import Credit, Report
from survey.jobs import JOBS, Work
from survey.models import GatewayState, Municipality, Stop
from tests.survey.sending import BOTH, Obedient, queue


@dataclass
class Asked(Obedient):
    """A gateway whose reports are fetched, and which knows its credit."""

    ready: list[list[Report]] = field(default_factory=list)
    left: Credit | None = None

    def poll(self) -> list[Report]:
        """What nobody has read yet."""
        return self.ready.pop(0) if self.ready else []

    def credit(self) -> Credit | None:
        """What is left."""
        return self.left


@pytest.fixture
def work(settings: Settings, now: datetime) -> Callable[..., Work]:
    """`work(gateway, …)`: what a worker works with at ten o'clock."""
    return lambda *gateways: Work(settings, gateways, print, lambda: now)


def test_reports_that_are_fetched_settle_their_messages(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """All that are ready are stored, then applied; a gateway that is not asked has none."""
    messages = queue(session, ready, now, 2)
    gateway = Asked()
    jobs.send(work(gateway))
    session.expire_all()
    gateway.ready = [[Report(f"e{m.id}", str(m.reference), "delivered")] for m in messages]
    assert jobs.poll(work(Obedient(), gateway)) == 2
    assert jobs.apply_receipts(work()) == 2
    session.expire_all()
    assert {message.state for message in messages} == {"delivered"}


def test_what_was_sent_three_days_ago_without_a_receipt_is_in_doubt(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """Only where receipts are due, and a receipt that comes later still settles it."""
    (message,) = queue(session, ready, now)
    gateway = Obedient()
    jobs.send(work(gateway))
    later = [
        replace(work(each), clock=lambda: now + timedelta(days=3))
        for each in (Obedient(reports=False), Obedient(name="other"), gateway)
    ]
    assert [jobs.fall_silent(each) for each in later] == [0, 0, 1]
    session.expire_all()
    assert (message.state, message.reason) == ("unknown", "ingen kvittering i tre døgn")
    with_receipt = [Report("e", str(message.reference), "delivered")]
    receipts.store(session, "obedient", with_receipt, now)
    assert jobs.apply_receipts(later[0]) == 1
    session.expire_all()
    assert message.state == "delivered"


def test_a_day_less_than_three_is_not_silence(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """Two days and 23 hours."""
    queue(session, ready, now)
    jobs.send(work(Obedient()))
    early = replace(work(Obedient()), clock=lambda: now + timedelta(days=2, hours=23))
    assert jobs.fall_silent(early) == 0


def test_a_stopping_worker_begins_nothing_new(session: Session, work: Callable[..., Work]) -> None:
    """Neither receipts nor silence."""
    stopping = work(Obedient())
    stopping.stopping.set()
    assert (jobs.apply_receipts(stopping), jobs.fall_silent(stopping)) == (0, 0)


def test_credit_is_noted_where_it_is_told(session: Session, now: datetime, work: Callable[..., Work]) -> None:
    """The newest counts; who does not say changes nothing."""
    for amount in ("12.5", "11"):
        jobs.ask_credit(work(Asked(left=Credit(Decimal(amount), "DKK")), Asked(name="quiet"), Obedient(name="x")))
    session.expire_all()
    (state,) = session.scalars(select(GatewayState))
    assert (state.credit, state.currency, state.credit_at) == (Decimal(11), "DKK", now)


def test_each_gateway_sends_by_itself(work: Callable[..., Work]) -> None:
    """Side by side, each knowing what the others carry; other jobs are one."""
    sending, applying, *_others = JOBS
    two = work(Obedient(name="sms", channels=("sms",)), Obedient(name="all"))
    shares = sending.shares(two)
    assert [[gateway.name for gateway in share.gateways] for share in shares] == [["sms"], ["all"]]
    assert [account.name for account in shares[1].carriers] == ["sms", "all"]
    assert applying.shares(two) == [two]
    assert len(sending.shares(work())) == 1


def test_an_administrator_stops_one_municipality(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work], employ: Callable[..., object]
) -> None:
    """Its messages wait, and the program says for what."""
    person = employ(session, ready, "administrator")
    session.add(Stop(municipality_id=ready.id, gateway="obedient", stopped_at=now, stopped_by=person.id))  # type: ignore[attr-defined]  # it is a Staff
    queue(session, ready, now)
    assert jobs.send(work(Obedient())) == {}
    assert backlog.waiting(session, BOTH, now) == {"gatewayen er standset": 1}


def test_an_account_serves_only_its_municipalities(session: Session, ready: Municipality, now: datetime) -> None:
    """Another's account carries nothing for Stevns."""
    queue(session, ready, now)
    theirs = Account("obedient", "simulated", ("sms",), frozenset({"faxe"}))
    assert backlog.waiting(session, [theirs], now) == {"ingen gateway til kanalen": 1}
    ours = Account("obedient", "simulated", ("sms",), frozenset({"stevns"}))
    assert backlog.waiting(session, [ours], now) == {"klar til afsendelse": 1}


def test_trial_messages_and_alarms_are_timed(
    session: Session, ready: Municipality, work: Callable[..., Work]
) -> None:
    """Nothing is asked for and nothing has stopped."""
    assert (jobs.try_out(work(Obedient())), jobs.raise_alarms(work(Obedient()))) == (0, 0)
