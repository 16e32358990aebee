"""The counts a batch leaves behind equal a recount of its responses, and what NumPy and SciPy make of them."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import friedmanchisquare
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import batches, counts, nightly
from survey.models import Batch, BatchComplete, BatchPerson, BatchStatement, Municipality, Response

Answers = tuple[int | None, ...]

PEOPLE: list[tuple[int, ...]] = [
    (4, 3, 4, 2, 4),
    (4, 4, 4, 1, 4),
    (3, 3, 4, 2, 2),
    (2, 4, 4, 3, 1),
    (1, 4, 3, 4, 4),
    (4, 2, 1, 1, 3),
]
PATTERNS: Counter[Answers] = Counter([*PEOPLE, PEOPLE[0], (0, 4, 3, 2, 1), (None, None, None, None, None)])
ROWS = np.array([*PEOPLE, PEOPLE[0]])


def friedman(sums: counts.Complete, width: int) -> float:
    """Friedman's statistic with tie correction from a batch's sums."""
    n, k = sums.n, width
    ranks = [doubled / 2 for doubled in sums.doubled_ranks]
    above = 12 * sum(rank**2 for rank in ranks) / (n * k * (k + 1)) - 3 * n * (k + 1)
    return above / (1 - sums.ties / (n * (k**3 - k)))


def test_statements_and_persons_are_counted() -> None:
    """Worked by hand: "ved ikke" apart, blanks nowhere, a person with nothing answered in (0, 0)."""
    patterns: Counter[Answers] = Counter({(4, 0, None): 2, (1, 5, 3): 1, (None, 0, None): 1})
    assert counts.per_statement(patterns, 3) == [(1, 0, 0, 2, 0, 0), (0, 0, 0, 0, 1, 3), (0, 0, 1, 0, 0, 0)]
    assert counts.per_person(patterns) == {(1, 4): 2, (3, 9): 1, (0, 0): 1}


def test_rank_sums_and_ties_give_friedmans_statistic() -> None:
    """Friedman 1937 from the doubled mid-ranks and the tie term is what SciPy computes from the rows."""
    sums = counts.complete(PATTERNS, 5, 4)
    assert sums.n == 7
    assert friedman(sums, 5) == pytest.approx(friedmanchisquare(*ROWS.T).statistic)


def test_sums_and_products_give_the_covariances() -> None:
    """Σx and Σxy give NumPy's covariance matrix of the complete rows."""
    sums = counts.complete(PATTERNS, 5, 4)
    total, products = np.array(sums.sums), np.array(sums.products).reshape(5, 5)
    covariance = (products - np.outer(total, total) / sums.n) / (sums.n - 1)
    assert np.allclose(np.cov(ROWS.T), covariance)


def test_differences_are_histograms_per_pair() -> None:
    """Ten pairs of seven possible differences each, equal to a recount from the rows."""
    found = counts.complete(PATTERNS, 5, 4).differences
    pairs = [(i, j) for i in range(5) for j in range(i + 1, 5)]
    assert found == [int(np.sum(ROWS[:, i] - ROWS[:, j] == d)) for i, j in pairs for d in range(-3, 4)]


def test_no_complete_row_gives_zeros() -> None:
    """The sums of nothing, in full width."""
    sums = counts.complete(Counter({(0, 1): 3}), 2, 4)
    assert sums == counts.Complete(0, [0, 0], 0, [0, 0], [0] * 4, [0] * 7)


def test_what_the_tally_writes_equals_a_recount_of_its_responses(
    session: Session,
    box: Municipality,
    places: list[Path],
    now: datetime,
    lay: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """57 answers in chunks of ten: nothing lost or doubled, and every count as recounted."""
    monkeypatch.setattr(batches, "CHUNK", 10)
    draw = random.Random(7)
    people = [tuple(draw.choice((None, 0, 1, 2, 3, 4, 4, 4)) for _ in range(5)) for _ in range(57)]
    for answers in people:
        lay(session, box, answers=answers)
    nightly.tally_all(places, now)
    written = Counter(tuple(answers) for answers in session.scalars(select(Response.answers)))
    assert written == Counter(people)
    batch = session.scalars(select(Batch)).one()
    mine = {"municipality_id": box.id, "batch_id": batch.id}
    per_statement = session.scalars(
        select(BatchStatement).filter_by(**mine).order_by(BatchStatement.position)
    ).all()
    chosen = [(row.n1, row.n2, row.n3, row.n4, row.n5, row.dont_know) for row in per_statement]
    assert chosen == [tuple(column.count(x) for x in (1, 2, 3, 4, 5, 0)) for column in zip(*people, strict=True)]
    persons = session.scalars(select(BatchPerson).filter_by(**mine)).all()
    assert {(row.answered, row.total): row.n for row in persons} == counts.per_person(written)
    row = session.get_one(BatchComplete, (box.id, batch.id))
    expected = vars(counts.complete(written, 5, 4))
    assert {name: getattr(row, name) for name in expected} == expected
