"""Guessed codes: failures are counted per source and together, and slow look-ups are few at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import guesses
from survey.guesses import BusyError, Turnstile, Watch
from survey.models import SignInAttempt

HERE, THERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def watch() -> Watch:
    """One process's."""
    return Watch(b"k" * 32)


def fail(watch: Watch, session: Session, source: str, now: datetime, times: int) -> None:
    """Send wrong codes from `source`."""
    for _ in range(times):
        watch.count(session, source, now)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("@", "unknown"),
    ],
)
def test_a_household_is_one_source(address: str | None, source: str) -> None:
    """An address of IPv4, a /64 of IPv6."""
    assert guesses.source(address) == source


def test_ten_failures_limit_their_source_alone(session: Session, watch: Watch, now: datetime) -> None:
    """Nine do not; whoever is elsewhere notices nothing; after a quarter of an hour it is over."""
    fail(watch, session, HERE, now, guesses.PER_SOURCE - 1)
    assert not watch.limited(session, HERE, now)
    fail(watch, session, HERE, now, 1)
    assert [watch.limited(session, source, now) for source in (HERE, THERE)] == [True, False]
    assert not watch.limited(session, HERE, now + guesses.WINDOW)


def test_failures_of_reading_requests_count_without_being_written(
    session: Session, watch: Watch, now: datetime
) -> None:
    """They are in this process's memory, together with those of the table."""
    fail(watch, session, HERE, now, 1)
    for _ in range(guesses.PER_SOURCE - 1):
        watch.remember(HERE, now)
    assert watch.limited(session, HERE, now)
    assert not Watch(b"k" * 32).limited(session, HERE, now)
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 2


def test_many_sources_together_make_one_failure_enough(session: Session, watch: Watch, now: datetime) -> None:
    """Whoever has not failed at all is still not limited."""
    for number in range(guesses.TOGETHER):
        watch.remember(f"10.0.{number // 250}.{number % 250}", now)
    assert [watch.limited(session, source, now) for source in ("10.0.0.1", HERE)] == [True, False]


def test_what_is_over_is_deleted_with_the_next_failure(session: Session, watch: Watch, now: datetime) -> None:
    """And no address can be read from what is kept."""
    fail(watch, session, HERE, now - guesses.WINDOW, 3)
    fail(watch, session, THERE, now, 1)
    rows = session.scalars(select(SignInAttempt.who)).all()
    assert len(rows) == 2
    assert not [who for who in rows if THERE.encode() in who]


def test_memory_is_bounded(watch: Watch, now: datetime) -> None:
    """The oldest failures are forgotten first."""
    for second in range(guesses.REMEMBERED + 5):
        watch.remember(HERE, now + timedelta(seconds=second))
    assert len(watch.failed) == guesses.REMEMBERED


def test_a_lane_lets_few_in_and_some_wait(watch: Watch) -> None:
    """Two turns are held; who would wait longer than allowed is told to come again, and then there is room."""
    turnstile = Turnstile(at_once=2, waiting=1, seconds=0)
    with ExitStack() as held:
        held.enter_context(turnstile.turn())
        held.enter_context(turnstile.turn())
        with pytest.raises(BusyError), turnstile.turn():
            pass
    with turnstile.turn():
        pass


def test_who_waits_in_a_lane_gets_the_next_turn() -> None:
    """And whoever finds every place taken is told at once."""
    turnstile = Turnstile(at_once=1, waiting=1, seconds=60)

    def wait() -> bool:
        with turnstile.turn():
            return True

    with ThreadPoolExecutor(1) as pool:
        with turnstile.turn():
            second = pool.submit(wait)
            while not full(turnstile):
                pass
            with pytest.raises(BusyError), turnstile.turn():
                pass
        assert second.result()


def full(turnstile: Turnstile) -> bool:
    """Are all places of the turnstile taken?"""
    return turnstile._places._value == 0


def test_the_limited_share_a_lane_of_their_own(watch: Watch) -> None:
    """They never stand in the way of the others."""
    assert watch.turnstile(True) is not watch.turnstile(False)
