"""The early warning of a series: the same baseline, limit and alarm however often somebody looks."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from survey import drops
from survey.cells import Counted
from survey.results import Period
from tests.survey.test_findings import DAY, PERIOD, evenly

HIGH, LOWER, LOW = Fraction(34, 10), Fraction(28, 10), Fraction(26, 10)


def weekly(first: date, weeks: int, mean: Fraction, n: int = 10) -> list[Counted]:
    """A cell a week."""
    return [evenly(first + timedelta(7 * week), mean, n).counted for week in range(weeks)]


YEAR_BEFORE = weekly(DAY - timedelta(364), 52, HIGH)


@pytest.mark.parametrize("mean", [LOW, LOWER])
def test_an_alarm_stays_where_it_was_whatever_comes_later(mean: Fraction) -> None:
    """Looked at after every cell of two years, twice as busy as the one before: none, then one, never another."""
    told = weekly(DAY, 20, mean, 20) + weekly(DAY + timedelta(140), 84, HIGH, 20)
    seen = [drops.alarm(told[:look], YEAR_BEFORE) for look in range(len(told) + 1)]
    first = next(place for place, one in enumerate(seen) if one)
    assert seen[first] is told[first - 1]
    assert seen[:first] == [None] * first
    assert all(one is seen[first] for one in seen[first:])


def test_a_fall_after_more_people_than_were_expected_alarms_too() -> None:
    """Twelve hundred where 522 were: the limit is then one of twice as many, and twice that."""
    calm = weekly(DAY, 60, HIGH, 20)
    assert drops.alarm(calm, YEAR_BEFORE) is None
    found = drops.alarm([*calm, *weekly(DAY + timedelta(420), 20, LOW, 20)], YEAR_BEFORE)
    assert found is not None
    assert found.last_on >= DAY + timedelta(420)


def test_a_year_is_expected_to_bring_what_the_baseline_did() -> None:
    """Ten a week of a whole year, and of the five weeks there are; nobody after nobody."""
    assert drops.expected(YEAR_BEFORE, DAY) == 522
    assert drops.expected(weekly(DAY - timedelta(35), 5, HIGH), DAY) == 522
    assert drops.expected([], DAY) == 0


def test_what_is_watched_does_not_know_the_last_day() -> None:
    """A week, the quarter and three years that begin on the same day have one baseline: those of a year."""
    before = [*weekly(DAY - timedelta(700), 48, LOW), *YEAR_BEFORE]
    told = weekly(DAY, 4, HIGH)
    for days in (7, 105, 1095):
        ground, watched = drops.held(Period(DAY, DAY + timedelta(days)), before, told, None)
        assert (ground, watched) == (YEAR_BEFORE, told)


def test_a_baseline_reaches_as_far_back_as_fifty_people_or_k_take() -> None:
    """Eight every second month: seven cells; where a mean takes sixty, eight."""
    before = [evenly(DAY - timedelta(60 * number), HIGH, 8).counted for number in range(12, 0, -1)]
    assert len(drops.held(PERIOD, before, [], None)[0]) == 7
    assert len(drops.held(PERIOD, before, [], None, drops.fewest(60))[0]) == 8
    assert (drops.fewest(5), drops.fewest(60)) == (50, 60)


def test_without_fifty_before_nothing_is_watched() -> None:
    """Nor where nobody has answered since."""
    told = weekly(DAY, 15, LOW)
    assert drops.alarm(told, YEAR_BEFORE[-4:]) is None
    assert drops.alarm([], YEAR_BEFORE) is None
    assert drops.alarm(told, YEAR_BEFORE[-5:]) is not None
