"""Two shares, and the two highest points."""

import pytest
from scipy.stats import barnard_exact, binomtest, boschloo_exact, chi2_contingency, fisher_exact

from survey import scoring
from survey.scoring import rates
from survey.scoring.rates import Rate

PAIRS: list[tuple[Rate, Rate]] = [((7, 15), (9, 11)), ((53, 167), (536, 1000)), ((0, 5), (3, 9))]


@pytest.mark.parametrize(("k", "n"), [(0, 5), (3, 3), (53, 167), (559, 1043)])
def test_wilson_agrees_with_scipy(k: int, n: int) -> None:
    """The same interval, ends included."""
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert scoring.wilson(k, n) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_shares_agree_with_scipy(first: Rate, second: Rate) -> None:
    """Chi-square and Fisher; for small groups also Boschloo and Barnard."""
    table = [[first[0], second[0]], [first[1] - first[0], second[1] - second[0]]]
    assert rates.chi_square_p(first, second) == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert rates.fisher_p(first, second) == pytest.approx(fisher_exact(table).pvalue)
    if first[1] < 100:
        assert rates.boschloo_p(first, second) == pytest.approx(boschloo_exact(table).pvalue)
        assert rates.barnard_p(first, second) == pytest.approx(barnard_exact(table).pvalue)


def test_a_small_difference_has_newcombes_interval() -> None:
    """7 of 15 against 9 of 11, where a score interval fails: -0,606 to 0,024."""
    found = rates.rate_difference((7, 15), (9, 11))
    assert (found.low, found.high) == pytest.approx((-0.606, 0.024), abs=1e-3)


def test_all_or_nobody_on_both_sides_is_no_difference() -> None:
    """p is 1, not a division by nought."""
    assert rates.chi_square_p((0, 5), (0, 9)) == rates.chi_square_p((5, 5), (9, 9)) == 1.0


def test_the_two_highest_points_are_counted_on_either_scale() -> None:
    """Faxe's 55 of 61 on 1-5."""
    assert rates.top_two([1, 2, 3, 25, 30]) == (55, 61)
    assert rates.top_two([1, 2, 3, 4]) == (7, 10)
