"""The early warning of a drop, batch by batch."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from statistics import fmean

import pytest

from survey.scoring import early_warning
from survey.scoring.early_warning import SMOOTHING, Baseline
from survey.scoring.scores import Scores
from tests.survey.rows import scored

AGAINST = Baseline(n=50, mean=Fraction(3), sd=0.5, limit=3.5, seed=1)


def batches(seed: int, sizes: Sequence[int], centre: float) -> list[Scores]:
    """Batches of people's means in fifths about `centre`."""
    draw = random.Random(seed)

    def person() -> Fraction:
        return Fraction(min(20, max(5, round(draw.gauss(5 * centre, 3)))), 5)

    return [scored([person() for _person in range(size)]) for size in sizes]


def one_by_one(values: Sequence[float]) -> float:
    """The weighted mean after questionnaires in this order."""
    level = 0.0
    for value in values:
        level = (1 - SMOOTHING) * level + SMOOTHING * value
    return level


def test_a_batch_moves_as_its_people_would_on_average() -> None:
    """Over all orders of four people the level is, on average, where the batch takes it."""
    values = [1.0, -2.0, 0.5, -0.5]
    average = fmean(one_by_one(order) for order in permutations(values))
    (step,) = early_warning.ewma([fmean(values)], [4], AGAINST)
    assert step.level == pytest.approx(average)


def test_batches_of_one_have_the_exact_spread() -> None:
    """The standard deviation of Roberts' chart, for each questionnaire."""
    steps = list(early_warning.ewma([0.0] * 5, [1] * 5, AGAINST))
    expected = [(SMOOTHING / (2 - SMOOTHING) * (1 - (1 - SMOOTHING) ** (2 * n))) ** 0.5 for n in range(1, 6)]
    assert [step.spread for step in steps] == pytest.approx(expected)


def test_a_batch_where_nobody_answered_changes_nothing() -> None:
    """Neither at the start nor later."""
    watched = early_warning.watch(AGAINST, [{}, {Fraction(3): 5}, {}])
    assert watched.steps[0].statistic == 0
    assert watched.steps[1] == watched.steps[2]


def test_the_same_baseline_gives_the_same_limit() -> None:
    """To the last digit, and another seed gives another near it."""
    base = batches(1, [6] * 15, 3.4)
    first, again, other = (early_warning.baseline(base, seed) for seed in (7, 7, 8))
    assert first == again
    assert first is not None
    assert other is not None
    assert 0 < abs(first.limit - other.limit) < 0.5


def test_only_a_fall_alarms_and_only_once() -> None:
    """The first batch under the limit is told; satisfaction alone never is."""
    base = early_warning.baseline(batches(1, [6] * 15, 3.4), 7)
    assert base is not None
    assert early_warning.watch(base, batches(2, [6] * 15, 4.0)).alarm is None
    fallen = early_warning.watch(base, batches(3, [6] * 15, 2.6))
    assert fallen.alarm is not None
    assert all(step.statistic >= -base.limit for step in fallen.steps[: fallen.alarm])
    fallen_to = float(base.mean) + fallen.steps[fallen.alarm].level * base.sd
    assert fallen_to < fallen.steps[fallen.alarm].lowest


def test_a_small_or_uniform_baseline_is_none() -> None:
    """Forty-nine people, people of one mind, and one dissentient among fifty, whom half the draws would miss."""
    assert early_warning.baseline(batches(1, [7] * 7, 3.4), 7) is None
    assert early_warning.baseline([{Fraction(4): 60}], 7) is None
    assert early_warning.baseline([{Fraction(4): 49, Fraction(3): 1}], 7) is None


def test_a_longer_watch_has_a_wider_limit() -> None:
    """More people watched give chance more occasions."""
    base = batches(1, [6] * 10, 3.4)
    short, long_ = early_warning.baseline(base, 7), early_warning.baseline(base, 7, watched=600)
    assert short is not None
    assert long_ is not None
    assert long_.limit > short.limit


def test_few_stable_periods_alarm() -> None:
    """Forty periods like their baselines: at most six alarm, where five of a hundred are meant to."""
    alarms = 0
    for seed in range(40):
        base = early_warning.baseline(batches(seed, [6] * 10, 3.4), 7)
        assert base is not None
        alarms += early_warning.watch(base, batches(1000 + seed, [6] * 10, 3.4)).alarm is not None
    assert alarms <= 6


def test_of_many_people_the_limit_is_drawn_without_drawing_each() -> None:
    """About the same as where each is drawn; ten million people would else take eighty gigabytes."""
    share = batches(3, [60], 3.4)[0]
    each, together, millions = (
        early_warning.baseline([{score: count * times for score, count in share.items()}] * cells, 7)
        for times, cells in ((1, 100), (2, 100), (1000, 200))
    )
    assert each is not None
    assert together is not None
    assert millions is not None
    assert abs(each.limit - together.limit) < 0.25
    assert abs(together.limit - millions.limit) < 0.25
