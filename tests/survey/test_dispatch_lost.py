"""A living worker loses the lock by which others know it: nothing leaves twice, nothing untried is in doubt."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import Session

from survey import db, dispatch, jobs, lanes, municipalities, operations, outbox, pace
from survey.config import Settings
from survey.dispatch import Crew, Outpost, Shift
from survey.gateways import Letter, Outcome
from survey.jobs import Work
from survey.letters import Claimed
from survey.models import Message
from tests.survey.sending import Obedient, claim, open_key, queue


@pytest.fixture
def engine(database_url: str, now: datetime) -> Iterator[Engine]:
    """Six messages in a database that commits."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
        open_key(session, stevns, now)
        queue(session, stevns, now, 6)
    yield engine
    engine.dispose()


def cut(administration: Engine, connection: Connection) -> None:
    """End a connection from the server's side."""
    pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]  # it is psycopg's
    with administration.connect() as other:
        other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))


def again(now: datetime) -> int:
    """How many of those in doubt an administrator may send again."""
    with db.transaction() as session:
        rows = session.execute(select(Message.municipality_id, Message.id).where(Message.state == "unknown")).all()
        ids = [row.id for row in rows]
        return operations.decide(session, rows[0].municipality_id, ids, "send again", now) if rows else 0


def until(done: Callable[[], bool]) -> None:
    """Wait for a condition, half a minute at most."""
    for _ in range(3000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def states(engine: Engine) -> Counter[str]:
    """How many messages are in each state."""
    with Session(engine) as session:
        return Counter(session.scalars(select(Message.state)))


def test_a_worker_that_lost_its_lock_in_the_middle_of_a_batch_doubles_nothing(
    engine: Engine, administration: Engine, settings: Settings, now: datetime
) -> None:
    """Others take it for dead and its batch for doubtful; it stops by itself and notes what it knows."""
    stopped, decided = Event(), list[int]()

    def answer(letter: Letter) -> Outcome:
        if letter.reference.endswith(f"-{second}-1"):
            cut(administration, worker.connection)
            until(lambda: recovered() > 0)
            decided.append(again(now + timedelta(minutes=4)))
            assert stopped.wait(30)
        return Outcome("accepted")

    def recovered() -> int:
        with db.transaction() as session:
            return outbox.recover(session, now)

    def check() -> None:
        try:
            worker.check()
        except DBAPIError:
            crew.halted = True  # as `send` does it next, before any thread goes on
            stopped.set()
            raise

    with Session(engine) as session:
        second = session.scalars(select(Message.id).order_by(Message.id)).all()[1]
    first_worker, second_worker = Obedient(answer), Obedient()
    carriers = (lanes.ForAll("obedient", ("sms",)),)
    with jobs.working() as worker:
        post = Outpost(first_worker, carriers, settings, worker.number, check, lambda: now)
        crew = Crew(post)
        shift = Shift(post, crew, Counter())
        with pytest.raises(DBAPIError):
            shift.run()
        crew.dismiss()
        shift.rescue()
    assert again(now + timedelta(minutes=6)) == 0
    jobs.send(Work(settings, [second_worker], print, lambda: now))
    sent = Counter(letter.reference for letter in first_worker.letters + second_worker.letters)
    assert (len(first_worker.letters), decided, states(engine)) == (2, [0], Counter(sent=6))
    assert (len(sent), set(sent.values())) == (6, {1})


def claimed(engine: Engine, now: datetime) -> list[Claimed]:
    """All six, in the hands of worker 7."""
    with Session(engine) as session, session.begin():
        return claim(session, now).claimed


@pytest.mark.parametrize(("seconds", "left"), [(-60.0, 6), (2.5, 0)])
def test_a_crew_whose_worker_was_not_seen_to_live_hands_nothing_over(
    engine: Engine, settings: Settings, now: datetime, seconds: float, left: int
) -> None:
    """For two seconds: who looks after it may be waiting for a database that does not answer."""
    gateway = Obedient()
    crew = Crew(Outpost(gateway, (), settings, 7, lambda: None, lambda: now))
    crew.seen -= seconds
    crew.give(claimed(engine, now))
    until(lambda: len(crew._done) == 6)
    crew.dismiss()
    words = Counter(one.outcome.word for one in crew.take(6, 0))
    assert (len(gateway.letters), words["accepted"], words["skipped"]) == (left, left, 6 - left)


def test_every_note_is_preceded_by_a_look_at_the_lock(engine: Engine, settings: Settings, now: datetime) -> None:
    """Not only every claim."""
    looks = list[float]()
    post = Outpost(Obedient(), (), settings, 7, lambda: looks.append(time.monotonic()), lambda: now)
    crew = Crew(post)
    shift = Shift(post, crew, Counter())
    crew.give(claimed(engine, now))
    crew.seen = 0.0
    shift._note(None)
    crew.dismiss()
    assert len(looks) == 1
    assert crew.seen <= looks[0]


def test_what_a_long_claim_brings_leaves(engine: Engine, settings: Settings, now: datetime) -> None:
    """Nobody looked at the lock while it lasted: that is made up for before the crew gets anything."""
    looks, gateway = list[float](), Obedient()
    post = Outpost(gateway, (), settings, 7, lambda: looks.append(time.monotonic()), lambda: now)
    crew = Crew(post)
    crew.seen -= 60.0
    Shift(post, crew, Counter())._give(claimed(engine, now))
    until(lambda: len(crew._done) == 6)
    crew.dismiss()
    assert (len(gateway.letters), len(looks)) == (6, 1)


def test_what_was_claimed_but_got_no_time_to_leave_is_not_in_doubt(
    engine: Engine, administration: Engine, settings: Settings, now: datetime
) -> None:
    """The connection is lost between the claim and the reservation at the gateway's rate."""

    def lose(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement == reserving:
            cut(administration, connection)

    reserving = str(pace._RESERVE.compile(engine))
    event.listen(engine, "before_cursor_execute", lose)
    gateway = Obedient(rate=50.0)
    with pytest.raises(DBAPIError):
        jobs.send(Work(settings, [gateway], print, lambda: now))
    assert (gateway.letters, states(engine)) == ([], Counter(waiting=6))


def test_what_a_second_gateway_knows_is_noted_too(
    engine: Engine, administration: Engine, settings: Settings, now: datetime
) -> None:
    """For it the connection is known to be lost already: another kind of error, the same end."""

    def answer(_letter: Letter) -> Outcome:
        if not lost.is_set():
            lost.set()
            cut(administration, worker.connection)
        return Outcome("accepted")

    def check() -> None:
        if lost.is_set():
            with suppress(DBAPIError, PendingRollbackError):
                worker.check()
        worker.check()

    lost, carriers = Event(), (lanes.ForAll("obedient", ("sms",)),)
    with jobs.working() as worker:
        gateway = Obedient(answer, rate=6.0)  # so slow that there is more than one note, however busy the machine
        post = Outpost(gateway, carriers, settings, worker.number, check, lambda: now)
        with pytest.raises((DBAPIError, PendingRollbackError)):
            dispatch.send(post)
    found = states(engine)
    assert found["sent"] + found["waiting"] == 6
    assert found["sent"] > 0
