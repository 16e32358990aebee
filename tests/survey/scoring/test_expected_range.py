"""What chance alone gives around a common share: limits, sides of them, and the funnel."""

import random
from itertools import pairwise
from statistics import NormalDist

import pytest

from survey.scoring import expected_range
from survey.scoring.expected_range import Limits


def test_many_persons_have_the_normal_limits() -> None:
    """Of ten thousand persons the Beta distribution is the normal one to the third digit."""
    found = expected_range.limits(0.7, 0.04, 10_000)
    for low, high, level in ((found.low, found.high, 0.95), (found.lowest, found.highest, 0.998)):
        reach = NormalDist().inv_cdf((1 + level) / 2) * 0.2 / 100
        assert (low, high) == pytest.approx((0.7 - reach, 0.7 + reach), abs=1e-4)


def test_limits_lean_away_from_the_end_and_never_leave_the_scale() -> None:
    """Ten persons near the top: further down than up, and below 100 %."""
    found = expected_range.limits(0.93, 0.04, 10)
    assert 0 < found.lowest < found.low < 0.93 < found.high < found.highest < 1
    assert 0.93 - found.lowest > found.highest - 0.93


@pytest.mark.parametrize(("common", "variance"), [(0.5, 0.0), (0.0, 0.1), (1.0, 0.1)])
def test_without_variance_chance_gives_the_common_share_alone(common: float, variance: float) -> None:
    """Everybody alike, or a common share at an end: no funnel, and no division by zero."""
    assert expected_range.limits(common, variance, 20) == Limits(20, common, common, common, common)


def test_a_value_lies_on_one_side_or_within() -> None:
    """Beyond the outer limits alone; on them is within."""
    found = Limits(20, 0.4, 0.6, 0.3, 0.7)
    told = [expected_range.outcome(value, found) for value in (0.29, 0.3, 0.65, 0.7, 0.71)]
    assert told == ["under", "within", "within", "within", "over"]


def test_the_funnel_narrows_and_holds_every_size() -> None:
    """By rising n, from below the smallest to above the largest; the same every time."""
    found = expected_range.funnel(0.8, 0.05, [500, 30, 120])
    assert {30, 120, 500} <= {each.n for each in found}
    assert found[0].n < 30 < 500 < found[-1].n
    for before, after in pairwise(found):
        assert before.n < after.n
        assert before.lowest <= after.lowest <= after.highest <= before.highest
    assert found == expected_range.funnel(0.8, 0.05, [500, 30, 120])


def test_two_of_a_thousand_groups_lie_outside() -> None:
    """Groups of forty persons with a skewed share each, drawn from the common one: at most four of a thousand."""
    dice = random.Random(3)
    common, variance = 0.8, 0.8 * 0.2 / 6
    within = expected_range.limits(common, variance, 40)
    means = [sum(dice.betavariate(4, 1) for _person in range(40)) / 40 for _group in range(4000)]
    outside = sum(expected_range.outcome(mean, within) != "within" for mean in means)
    assert 0 < outside <= 16
