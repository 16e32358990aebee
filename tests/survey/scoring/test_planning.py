"""What a goal takes: the known numbers, and more the nearer the truth lies to it."""

import pytest

from survey.scoring import planning
from survey.scoring.planning import NEVER, Plan
from survey.scoring.shares import Share


@pytest.mark.parametrize(("distance", "people"), [(0.05, 1392), (0.1, 348), (0.2, 87), (0.3, 39), (0.4, 22)])
def test_a_level_takes_the_answers_that_were_measured(distance: float, people: int) -> None:
    """A spread of 0,75, 80 %, one-sided 5 %; at ten a month the months follow, rounded up."""
    assert planning.for_distance(distance, 0.75, 10) == Plan(people, -(-people // 10))


def test_two_groups_take_twice_as_many_each() -> None:
    """A difference is as uncertain as both together: 174 in each for 0,2 where one alone takes 87."""
    assert planning.for_distance(0.2, 0.75, 10, groups=2) == Plan(174, 18)


def test_nothing_is_decided_by_a_few() -> None:
    """Ten for a verdict and thirty for a trend, however far away the goal lies."""
    assert planning.for_distance(2.0, 0.5, 20) == Plan(10, 1)
    assert planning.for_rise(2.5, 0.1, 10) == Plan(30, 3)


def test_some_goals_nobody_will_see_decided() -> None:
    """On the very line, without answers, or by more than anybody waits for."""
    assert planning.for_distance(0.0, 0.75, 10) == NEVER
    assert planning.for_distance(0.1, 0.75, 0) == NEVER
    assert planning.for_distance(0.1, 0.75, None) == planning.Plan(348, None)
    assert planning.for_distance(0.001, 0.75, 10) == NEVER
    assert planning.for_rise(0.0, 0.75, 10) == planning.for_rise(0.2, 0.75, 0) == NEVER
    assert planning.for_rise(0.0001, 0.75, 1000) == NEVER


def test_a_rise_takes_twelve_times_the_square_in_a_year() -> None:
    """12·(2,80·0,6/0,2)² = 848 in a year: just that where so many come; fewer in more months, as it rises on."""
    assert planning.for_rise(0.2, 0.6, 848 / 12) == Plan(848, 12)
    slow = planning.for_rise(0.2, 0.6, 848 / 12 / 8)
    assert (slow.people, slow.months) == (212, 24)


def test_a_share_is_of_persons() -> None:
    """Three answers worth two make a person's share vary less than a single answer, and more than three would."""
    one = planning.share_spread(Share(80, 100), 100)
    three = planning.share_spread(Share(240, 300, 2.0), 100)
    assert one == pytest.approx(0.4)
    assert three == pytest.approx(0.4 * (2 / 3) ** 0.5)
