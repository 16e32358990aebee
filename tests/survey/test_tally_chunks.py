"""A tally of more than it can hold: what is written chunk by chunk is whole, and nothing is left out."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import batches, counts, fragments, nightly, tally
from survey.models import Batch, BatchComplete, BatchPerson, BatchStatement, Fragment, Municipality, Response

Lay = Callable[..., None]
FIRST, LAST = date(2021, 5, 3), date(2021, 5, 7)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of twenty, and counts of every seven different answers."""
    for module in (batches, fragments):
        monkeypatch.setattr(module, "CHUNK", 20)
    monkeypatch.setattr(batches, "PATTERNS", 7)


def fragments_in(session: Session) -> int:
    """How many fragments there are."""
    return session.scalar(select(func.count()).select_from(Fragment)) or 0


def test_a_batch_of_many_chunks_is_whole(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, small: None
) -> None:
    """Every answer is there, the first and the last day, and pieces of each kind: four, of target groups five."""
    laid = [(a, b, 4, None if a == b else 3, 4) for a in range(1, 5) for b in range(5) for _again in range(5)]
    for number, answers in enumerate(laid[:93]):
        lay(session, box, answers=answers, day=LAST if number % 3 else FIRST)
    (report,) = nightly.tally_all(places, now)
    assert (report.tallied.answers, report.alarms) == (93, [])
    batch = session.scalars(select(Batch)).one()
    assert (batch.n, batch.first_on, batch.last_on) == (93, FIRST, LAST)
    written = Counter(tuple(answers) for answers in session.scalars(select(Response.answers)))
    assert written == Counter(laid[:93])
    assert fragments_in(session) == 5 * 4 + 5


def test_counts_taken_in_parts_are_those_of_all(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, small: None
) -> None:
    """By statement, by person and over complete rows: what the responses give when they are counted at once."""
    for number in range(60):
        lay(session, box, answers=(number % 4 + 1, number % 5, 4, 1 + number % 3, None if number % 7 else 2))
    nightly.tally_all(places, now)
    patterns = Counter(tuple(answers) for answers in session.scalars(select(Response.answers)))
    found = counts.left(patterns, 5, 4)
    columns = (BatchStatement.n1, BatchStatement.n2, BatchStatement.n3, BatchStatement.n4, BatchStatement.n5)
    rows = session.execute(select(*columns, BatchStatement.dont_know).order_by(BatchStatement.position))
    assert [tuple(row) for row in rows] == found.statements
    persons = session.execute(select(BatchPerson.answered, BatchPerson.total, BatchPerson.n))
    assert {(answered, total): n for answered, total, n in persons} == found.persons
    complete = session.scalars(select(BatchComplete)).one()
    assert {name: getattr(complete, name) for name in vars(found.complete)} == vars(found.complete)


def test_who_writes_unasked_is_hidden_among_those_before_them(
    session: Session,
    box: Municipality,
    places: list[Path],
    now: datetime,
    lay: Lay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A comment that comes last gives each answer before it an empty fragment: as many as where it comes first."""
    opened: Any = tally._opened
    monkeypatch.setattr(tally, "_opened", lambda *given: sorted(opened(*given), key=lambda said: said.comment))
    lay(session, box, n=8)
    lay(session, box, comment="Tak")
    nightly.tally_all(places, now)
    assert fragments_in(session) == 9 + 1 + 5
