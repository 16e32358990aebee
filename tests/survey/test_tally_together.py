"""Answers that come while the tally runs, and two tallies at once: nothing is lost, nobody dies."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from survey import ballot_box, db, municipalities, nightly, responses
from survey.keys import KeyStore
from survey.models import Ballot, BallotKey, Batch, Municipality, Response

Answers = Counter[tuple[int | None, ...]]
NOW = datetime.now(UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database in which transactions really commit."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def town(engine: Engine, places: list[Path]) -> Municipality:
    """A municipality with an open key."""
    with db.transaction() as session:
        made = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=NOW)
    nightly.ensure_open_key(places, made.id, NOW)
    return made


@pytest.fixture
def links(town: Municipality, invite: Callable[..., int], send_link: Callable[..., str]) -> list[str]:
    """A hundred citizens' links."""
    with db.transaction() as session:
        return [send_link(session, town, invite(session, town)) for _citizen in range(100)]


def post(token: str, answers: tuple[int, ...]) -> bool:
    """A citizen's answer; whether it was acknowledged."""
    with db.transaction() as session:
        return responses.submit(session, token, answers, NOW)


def until_waiting(future: Future[Any]) -> None:
    """Come back when some connection to this database waits for a lock; `future` must not be done by then."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    seen = False
    while not seen:
        assert not future.done()
        # A transaction of its own for each look: within one, PostgreSQL shows the same activity for ever.
        with db.transaction() as looking:
            seen = bool(looking.scalar(text(waiting)))


def test_answers_during_the_tally_are_tallied_or_wait(
    town: Municipality,
    places: list[Path],
    links: list[str],
    responses_in: Callable[[Session], Answers],
    ballots_in: Callable[[Session], Answers],
) -> None:
    """A hundred posts from four threads while nights follow each other: acknowledged = tallied + waiting."""
    given = [(1 + n % 4, 1 + n // 4 % 4, 1 + n // 16 % 4, 4, 1) for n in range(len(links))]
    with ThreadPoolExecutor(5) as pool:
        posts = [pool.submit(post, token, answers) for token, answers in zip(links, given, strict=True)]
        nights = [nightly.tally_all(places, NOW)[0]]
        while not all(future.done() for future in posts):
            nights += nightly.tally_all(places, NOW)
    assert [True] * len(links) == [future.result() for future in posts]
    assert [alarm for night in nights for alarm in night.alarms] == []
    with db.transaction() as session:
        assert responses_in(session) + ballots_in(session) == Counter(given)
        in_batches = session.scalar(select(func.coalesce(func.sum(Batch.n), 0)))
        assert in_batches == session.scalar(select(func.count()).select_from(Response))


def test_an_answer_that_waited_for_the_key_takes_the_next_one(
    town: Municipality, places: list[Path], links: list[str]
) -> None:
    """While the tally closes the key an answer waits, and is then sealed to the key that came after."""
    store = KeyStore(places)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as closing:
            key_id, public = store.make(town.id)
            ballot_box.alone(closing, town.id)
            ballot_box.open_next(closing, town.id, key_id, public, NOW)
            answer = pool.submit(post, links[0], (4, 4, 4, 4, 4))
            until_waiting(answer)
        assert answer.result()
    with db.transaction() as session:
        assert key_id == session.scalars(select(Ballot.key_id)).one()


def test_a_key_is_not_closed_under_an_answer(town: Municipality, places: list[Path], links: list[str]) -> None:
    """The tally waits for the answer under way, whose ballot then lies in the key that is closed."""
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as answering:
            assert responses.submit(answering, links[0], (4, 4, 4, 4, 4), NOW)
            before = answering.scalars(select(BallotKey.id)).one()
            closing: Future[None] = pool.submit(rotate, town.id, *KeyStore(places).make(town.id))
            until_waiting(closing)
        closing.result()
    with db.transaction() as session:
        key = session.scalars(select(BallotKey).join(Ballot)).one()
        assert (before, "closed") == (key.id, key.state)


def rotate(municipality_id: int, key_id: UUID, public_key: bytes) -> None:
    """Close the open key and open this one."""
    with db.transaction() as session:
        ballot_box.alone(session, municipality_id)
        ballot_box.open_next(session, municipality_id, key_id, public_key, NOW)


def test_tallies_at_once_both_live(
    town: Municipality, places: list[Path], lay: Callable[..., None], responses_in: Callable[[Session], Answers]
) -> None:
    """Four tallies at the same moment: each answer is in one batch once, no alarm, one open key."""
    with db.transaction() as session:
        lay(session, town, n=30)
        lay(session, town, "Opfølgning", n=3, answers=(4,) * 7)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(nightly.tally_all, places, NOW + timedelta(hours=1)) for _tally in range(4)]
    reports = [run.result()[0] for run in runs]
    assert [alarm for report in reports for alarm in report.alarms] == []
    assert sum(report.tallied.answers for report in reports) == 30
    with db.transaction() as session:
        assert responses_in(session).total() == 30
        states = Counter(session.scalars(select(BallotKey.state)))
        assert (states["open"], states["closed"]) == (1, 0)
