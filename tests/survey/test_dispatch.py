"""One gateway's lane of work: what stops it, what it leaves undone, and that others go on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import breaker, db, dispatch, jobs, municipalities, pace, sending_rules
from survey.config import Settings
from survey.gateways import Letter, Outcome
from survey.jobs import Work
from survey.models import GatewayState, Message, Municipality
from tests.survey.sending import Obedient, open_key, queue


@pytest.fixture
def work(settings: Settings, now: datetime) -> Callable[..., Work]:
    """`work(gateway, …)`: what a worker works with at ten o'clock."""
    return lambda *gateways: Work(settings, gateways, print, lambda: now)


def states(session: Session) -> list[str]:
    """The state of every message, oldest first."""
    session.expire_all()
    return list(session.scalars(select(Message.state).order_by(Message.id)))


def test_a_gateway_without_credit_stops_after_one_letter(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """All wait, no attempt is counted, and nothing more is tried until the breaker lets one through."""
    queue(session, ready, now, 30)
    gateway = Obedient(lambda _: Outcome("refused", "ingen kredit", stops=True))
    jobs.send(work(gateway))
    jobs.send(work(gateway))
    assert (len(gateway.letters), set(states(session))) == (1, {"waiting"})
    assert set(session.scalars(select(Message.attempts))) == {0}
    assert session.scalars(select(GatewayState.reason)).all() == ["ingen kredit"]


def test_a_gateway_that_hangs_puts_a_handful_in_doubt(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """Five without an answer; the rest of the batch waits."""
    queue(session, ready, now, 30)
    jobs.send(work(Obedient(lambda _: Outcome("unknown", "intet svar"))))
    assert sorted(states(session)) == ["unknown"] * 5 + ["waiting"] * 25
    assert breaker.stopped(session, now) == {"obedient"}


def test_trouble_before_counts_with_trouble_now(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """Four at the last run and one now are five in a row."""
    queue(session, ready, now, 1)
    breaker.trouble(session, "obedient", "intet svar", now, n=4)
    jobs.send(work(Obedient(lambda _: Outcome("unknown", "intet svar"))))
    assert breaker.stopped(session, now) == {"obedient"}


def test_one_letter_tries_and_when_it_is_taken_on_the_rest_follows(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """Ten minutes after the stop, at the next tick at the latest."""
    queue(session, ready, now, 3)
    breaker.trouble(session, "obedient", "500", now - timedelta(minutes=10), at_once=True)
    first = jobs.send(work(Obedient()))
    assert first + jobs.send(work(Obedient())) == {"sent": 3}


def test_what_was_under_way_when_the_gateway_stopped_does_not_start_it_again(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """Claimed before the stop, taken on after it."""
    queue(session, ready, now, 1)
    breaker.trouble(session, "obedient", "spærret", now + timedelta(seconds=1), at_once=True)
    session.execute(update(GatewayState).values(probe_at=now))
    jobs.send(work(Obedient()))
    session.expire_all()
    assert (states(session), session.scalars(select(GatewayState.reason)).all()) == (["sent"], ["spærret"])


def test_a_gateway_that_asks_for_patience_gets_it(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """429 with Retry-After: the rest of the batch is not tried, and neither is the next tick."""
    (first, *_others) = queue(session, ready, now, 5)
    gateway = Obedient(lambda _: Outcome("refused", "429", retry_after=1200))
    jobs.send(work(gateway))
    jobs.send(work(gateway))
    session.expire_all()
    assert len(gateway.letters) == 1
    assert (first.attempts, first.due_at) == (1, now + timedelta(minutes=20))
    assert pace.held(session, "obedient") > 1


def test_a_rate_is_kept(session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]) -> None:
    """The batch is small, and its time is reserved for all workers."""
    queue(session, ready, now, 4)
    gateway = Obedient(rate=200.0)
    assert jobs.send(work(gateway)) == {"sent": 4}
    assert session.scalars(select(GatewayState.free_at)).one() is not None


def test_codes_are_drawn_before_the_claim(
    session: Session, ready: Municipality, now: datetime, work: Callable[..., Work]
) -> None:
    """In the mode "code_only" the letter says where to go and which code to type."""
    rule = replace(sending_rules.DEFAULT, link_mode="code_only")
    sending_rules.save(session, ready.id, rule, staff_id=None, now=now)
    queue(session, ready, now, 1)
    gateway = Obedient()
    assert jobs.send(work(gateway)) == {"sent": 1}
    assert "/svar" in gateway.letters[0].body
    assert "/s/" not in gateway.letters[0].body


def test_a_slow_gateway_delays_no_other(database_url: str, settings: Settings, now: datetime) -> None:
    """While SMS hangs the e-mails leave; both are counted."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="stevns", name="Stevns", phone="1", sms_sender="Stevns", now=now
        )
        open_key(session, stevns, now)
        queue(session, stevns, now, 1)
        queue(session, stevns, now, 1, sms=False, email=True)
    mailed = Event()

    def hang(_letter: Letter) -> Outcome:
        assert mailed.wait(30)
        return Outcome("accepted")

    def mail(_letter: Letter) -> Outcome:
        mailed.set()
        return Outcome("accepted")

    slow = Obedient(hang, name="sms", channels=("sms",))
    quick = Obedient(mail, name="mail", channels=("email",))
    assert jobs.send(Work(settings, (slow, quick), print, lambda: now)) == {"sent": 2}
    engine.dispose()


def test_a_batch_is_a_quarter_second_within_its_limits(work: Callable[..., Work], settings: Settings) -> None:
    """Twenty to begin with, more for many threads, few for a slow rate, a thousand at most."""

    def size(per_second: float, **gateway: float) -> int:
        post = dispatch.Outpost(Obedient(**gateway), (), settings, 1, lambda: None)  # type: ignore[arg-type]  # fields of it
        crew = dispatch.Crew(replace(post, gateway=Obedient()))
        crew.dismiss()
        shift = dispatch.Shift(post, crew, Counter())
        shift.per_second = per_second
        return shift.size()

    assert [size(0), size(400), size(99999), size(0, at_once=32)] == [20, 100, 1000, 64]
    assert [size(0, rate=0.1), size(0, rate=3.0)] == [1, 6]
