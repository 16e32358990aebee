"""Cronbach's alpha from sums."""

import numpy as np
import pytest

from survey.scoring import reliability
from tests.survey.rows import Row, complete, rows


@pytest.mark.parametrize("seed", range(3))
def test_alpha_agrees_with_the_rows(seed: int) -> None:
    """NumPy's covariances and correlations of the rows themselves."""
    answers = rows(seed, 50)
    found = reliability.reliability(complete(answers))
    values = np.array(answers)
    covariances, correlations = np.cov(values.T), np.corrcoef(values.T)
    assert found is not None
    assert found.raw == pytest.approx(5 / 4 * (1 - np.trace(covariances) / covariances.sum()))
    average = (correlations.sum() - 5) / 20
    assert found.standardised == pytest.approx(5 * average / (1 + 4 * average))
    rest = values[:, 1:].sum(axis=1)
    assert found.item_total[0] == pytest.approx(np.corrcoef(values[:, 0], rest)[0, 1])
    without = np.cov(values[:, 1:].T)
    assert found.if_dropped[0] == pytest.approx(4 / 3 * (1 - np.trace(without) / without.sum()))
    assert found.low < found.raw < found.high


def test_statements_that_measure_one_thing_may_be_averaged() -> None:
    """Rows that rise together reach 0,7; random ones do not."""
    alike = reliability.reliability(complete([(n % 4 + 1,) * 4 + (n % 3 + 1,) for n in range(36)]))
    assert alike is not None
    assert alike.one_thing
    random_ones = reliability.reliability(complete(rows(1, 50)))
    assert random_ones is not None
    assert not random_ones.one_thing


def test_thirty_complete_rows_are_needed() -> None:
    """Twenty-nine say nothing of alpha."""
    assert reliability.reliability(complete(rows(1, 29))) is None


@pytest.mark.parametrize(
    "answers",
    [[(3, 1), (3, 2)] * 9, [(1,), (2,)] * 9, [(1, 4), (4, 1), (2, 3)] * 9, [(1, 4, 2), (4, 1, 3), (2, 3, 1)] * 9],
)
def test_where_nothing_varies_there_is_no_alpha(answers: list[Row]) -> None:
    """A statement everybody answered alike, one statement, and a sum that is always the same."""
    assert reliability.cronbach(complete(answers)) is None


def test_of_two_statements_one_alone_has_no_alpha() -> None:
    """With two there is nothing to drop."""
    found = reliability.cronbach(complete([(1, 2), (2, 2), (4, 3)] * 9))
    assert found is not None
    assert found.if_dropped == (None, None)
