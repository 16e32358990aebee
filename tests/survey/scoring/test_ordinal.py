"""The cumulative logit on a table of counts."""

import math

import pytest
from scipy.optimize import minimize

from survey.scoring.ordinal import cumulative_logit

TABLE = [[3, 5, 10, 12, 0], [2, 5, 9, 14, 0], [0, 0, 0, 0, 0], [1, 3, 8, 18, 0]]


def test_two_periods_and_two_points_are_the_odds_ratio() -> None:
    """The log of (30·25)/(10·15), and its standard error from the four counts."""
    found = cumulative_logit([[30, 10], [15, 25]])
    assert found is not None
    assert found.beta == pytest.approx(math.log(30 * 25 / (10 * 15)))
    assert found.standard_error == pytest.approx((1 / 30 + 1 / 10 + 1 / 15 + 1 / 25) ** 0.5)


def test_no_other_model_is_likelier() -> None:
    """A search that knows only the rows finds the same; a point and a period nobody chose do not matter."""
    found = cumulative_logit(TABLE)
    assert found is not None

    def loss(at: list[float]) -> float:
        total = 0.0
        for period, counts in enumerate(TABLE):
            below = [0.0, *(1 / (1 + math.exp(at[3] * period - cut)) for cut in sorted(at[:3])), 1.0]
            total -= sum(n * math.log(below[j + 1] - below[j]) for j, n in enumerate(counts[:4]))
        return total

    best = minimize(loss, [-2, -1, 0.5, 0], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10})
    assert found.log_likelihood == pytest.approx(-best.fun)
    assert (*found.thresholds, found.beta) == pytest.approx(tuple(best.x), abs=1e-4)


def test_periods_can_be_given() -> None:
    """Twice the distance, half the beta."""
    near, far = cumulative_logit(TABLE), cumulative_logit(TABLE, [0, 2, 4, 6])
    assert near is not None
    assert far is not None
    assert (far.beta, far.p) == pytest.approx((near.beta / 2, near.p))


@pytest.mark.parametrize("table", [[[0, 5], [0, 7]], [[3, 5]], [[0, 0], [0, 0]], [[3, 5, 0, 0], [0, 0, 5, 7]]])
def test_where_there_is_no_answer_there_is_none(table: list[list[int]]) -> None:
    """One point, one period, nobody, and later answers all above the earlier."""
    assert cumulative_logit(table) is None
