"""The database goes away while letters are under way: what the gateway said is noted when it is back."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from threading import Event

import pytest
from sqlalchemy import Engine, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey import db, dispatch, jobs, municipalities
from survey.config import Settings
from survey.gateways import Letter, Outcome
from survey.jobs import Work
from survey.models import Message
from tests.survey.sending import Obedient, open_key, queue


@pytest.fixture
def engine(database_url: str, now: datetime) -> Iterator[Engine]:
    """Three messages in a database that commits."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
        open_key(session, stevns, now)
        queue(session, stevns, now, 3)
    yield engine
    engine.dispose()


@pytest.fixture
def shut(database_url: str, administration: Engine) -> Iterator[Callable[[bool], None]]:
    """`shut(True)` cuts every connection to the database and lets nobody in until `shut(False)`."""
    name = make_url(database_url).database

    def do(closed: bool) -> None:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {not closed}")
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.exec_driver_sql(ending, (name,))

    yield do
    do(False)


def states(engine: Engine) -> Counter[str]:
    """How many messages are in each state."""
    with Session(engine) as session:
        return Counter(session.scalars(select(Message.state)))


def test_what_was_taken_on_while_the_connections_were_cut_is_noted(
    engine: Engine, settings: Settings, now: datetime, shut: Callable[[bool], None]
) -> None:
    """The run fails, but only after it has written down what it knows: nothing is in doubt."""

    def answer(_letter: Letter) -> Outcome:
        shut(True)
        shut(False)
        return Outcome("accepted")

    with pytest.raises(DBAPIError):
        jobs.send(Work(settings, [Obedient(answer)], print, lambda: now))
    assert states(engine) == Counter(sent=3)


def test_what_cannot_be_noted_is_in_doubt(
    engine: Engine,
    settings: Settings,
    now: datetime,
    shut: Callable[[bool], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database stays away for too long: the next worker finds letters that may have left."""
    monkeypatch.setattr(dispatch, "RESCUES", 0)

    def answer(_letter: Letter) -> Outcome:
        shut(True)
        return Outcome("accepted")

    with pytest.raises(DBAPIError):
        jobs.send(Work(settings, [Obedient(answer)], print, lambda: now))
    shut(False)
    gateway = Obedient()
    jobs.send(Work(settings, [gateway], print, lambda: now))
    assert (gateway.letters, states(engine)) == ([], Counter(unknown=3))


def test_a_worker_asked_to_stop_still_waits_for_the_database(
    engine: Engine, settings: Settings, now: datetime, shut: Callable[[bool], None]
) -> None:
    """It comes back at the second attempt: what the provider took on is noted, the rest waits."""
    stopping, asked = Event(), count(1)

    def answer(_letter: Letter) -> Outcome:
        shut(True)
        stopping.set()
        return Outcome("accepted")

    def clock() -> datetime:
        if stopping.is_set() and next(asked) == 3:
            shut(False)
        return now

    with pytest.raises(DBAPIError):
        jobs.send(Work(settings, [Obedient(answer)], print, clock, stopping))
    assert states(engine) == Counter(sent=1, waiting=2)


def test_nothing_under_way_needs_no_rescue(
    engine: Engine, settings: Settings, now: datetime, shut: Callable[[bool], None]
) -> None:
    """The connection is lost before anything is claimed: all waits for the next tick."""
    gateway = Obedient()

    def clock() -> datetime:
        shut(True)
        shut(False)
        return now

    with pytest.raises(DBAPIError):
        jobs.send(Work(settings, [gateway], print, clock))
    assert (gateway.letters, states(engine)) == ([], Counter(waiting=3))
