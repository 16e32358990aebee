"""Rising or falling: Kendall's test and Theil-Sen's slope on tables of counts."""

import random
from datetime import date, timedelta
from fractions import Fraction

import pytest
from scipy.stats import kendalltau, theilslopes

from survey.scoring import trends
from survey.scoring.scores import Scores
from tests.survey.rows import scored

DAY = date(2021, 5, 3)


def series(seed: int, days: int, slope: float, each: int = 6) -> list[tuple[int, list[int]]]:
    """Answers on 1-4 by day, whose mean moves by `slope` a day."""
    draw = random.Random(seed)

    def answer(day: int) -> int:
        return min(4, max(1, round(draw.gauss(2.5 + slope * day, 0.9))))

    return [(day, [answer(day) for _person in range(draw.randint(1, each))]) for day in range(days)]


def batches(answers: list[tuple[int, list[int]]]) -> list[tuple[date, Scores]]:
    """The same as the tally's batches."""
    return [(DAY + timedelta(7 * day), scored(values)) for day, values in answers]


@pytest.mark.parametrize("seed", range(6))
def test_kendall_agrees_with_the_rows(seed: int) -> None:
    """SciPy's tau-b and its p without continuity correction, ties in days and answers."""
    answers = series(seed, 12, 0.05 * (seed - 2))
    found = trends.kendall([(day, scored(values)) for day, values in answers])
    days, values = zip(*((day, value) for day, values in answers for value in values), strict=True)
    expected = kendalltau(days, values, method="asymptotic")
    assert (found.tau_b, found.p_uncorrected) == pytest.approx((expected.statistic, expected.pvalue))
    assert found.p > found.p_uncorrected
    assert found.n == len(values)


def test_two_batches_of_one_day_are_one_place() -> None:
    """Split or together, on any order of rows."""
    whole = [(0, scored([1, 2, 4])), (1, scored([2, 3, 3]))]
    parts = [(1, scored([3, 2])), (0, scored([1, 4])), (0, scored([2])), (1, scored([3]))]
    assert trends.kendall(whole) == trends.kendall(parts)


def test_two_people_and_equal_answers_have_no_trend() -> None:
    """p is 1, not a division by nought; two people give the smallest table there is."""
    assert trends.kendall([(0, scored([3, 3])), (1, scored([3]))]) == trends.Kendall(3, 0, 0.0, 0.0, 1.0, 1.0)
    assert trends.kendall([(0, scored([3])), (1, scored([4]))]).s == 1


@pytest.mark.parametrize("seed", range(4))
def test_theil_sen_agrees_with_scipy(seed: int) -> None:
    """Median of the slopes and Sen's interval, with tied values and places."""
    draw = random.Random(seed)
    points = [(float(draw.randint(0, 15)), draw.randint(10, 20) / 5) for _point in range(20)]
    found = trends.theil_sen(points)
    expected = theilslopes([y for _x, y in points], [x for x, _y in points])
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx(expected[0:1] + expected[2:4])
    assert trends.theil_sen([(1, 2), (1, 3)]) is None


@pytest.mark.parametrize(
    ("slope", "word"), [(0.05, "stigende"), (-0.05, "faldende"), (0.0, "ingen sikker ændring")]
)
def test_the_word_comes_from_the_test(slope: float, word: str) -> None:
    """A year of weekly batches that rise, fall, or only swing."""
    found = trends.trend(batches(series(1, 30, slope)), 4)
    assert found.word == word
    assert found.slope is not None
    assert found.slope.low <= found.slope.value <= found.slope.high


@pytest.mark.parametrize(("last", "told"), [(90, False), (91, True)])
def test_a_slope_per_quarter_takes_a_quarter(last: int, told: bool) -> None:
    """Ninety-one days from the first to the last; the word needs no such span."""
    rising = [(DAY + timedelta(day), {Fraction(20 + day, 40): 5}) for day in (*range(20, 29), 20 + last)]
    found = trends.trend(rising, 4)
    assert (found.word, found.slope is not None) == ("stigende", told)


def test_the_slope_is_per_quarter() -> None:
    """A tenth of a point more every week is 1,3 points a quarter."""
    rising = [(DAY + timedelta(7 * week), {Fraction(20 + week, 10): 5}) for week in range(14)]
    found = trends.trend(rising, 4)
    assert found.slope is not None
    assert found.slope.value == pytest.approx(0.1 * 365.25 / 4 / 7)


def test_near_the_top_nothing_is_rising() -> None:
    """3,7 of 4, and 4,6 of 5; it may still be falling."""
    top = [(DAY + timedelta(7 * week), scored([4] * 9 + [4 - (week < 5)])) for week in range(12)]
    assert trends.trend(top, 5).word == "stigende"
    assert trends.trend(top, 4).word == "ingen sikker ændring"
    assert trends.trend([(DAY - (day - DAY), one) for day, one in top], 4).word == "faldende"
    assert (trends.ceiling(4), trends.ceiling(5)) == (Fraction(37, 10), Fraction(23, 5))


def test_a_trend_needs_thirty_answers_on_eight_days() -> None:
    """Seven days, or 29 answers, are too few; a batch where nobody answered is no day."""
    week = [(DAY + timedelta(7 * place), scored([3] * 5)) for place in range(7)]
    assert trends.trend([*week, (DAY + timedelta(99), {})], 4) == trends.Trend("for få svar", 35, 7, None, None)
    assert trends.trend([(DAY + timedelta(place), scored([3])) for place in range(29)], 4).word == "for få svar"
    assert trends.trend([*week, (DAY + timedelta(99), scored([3]))], 4).word == "ingen sikker ændring"
