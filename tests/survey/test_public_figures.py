"""The public page has the dashboard's figures, with one decimal."""

from fractions import Fraction

import pytest

from survey import public_figures, scatter, scoring
from survey.scoring import HIDDEN, Figure
from tests.survey.test_findings import DAY, cell, series_of


@pytest.mark.parametrize(
    ("mean", "value", "text"),
    [
        (Figure("3,15", 60, 3.15), Fraction(3146, 1000), "3,1"),
        (Figure("3,25", 60, 3.25), Fraction(325, 100), "3,3"),
        (Figure("mindst 3,9", 12, 3.9), Fraction(395, 100), "mindst 3,9"),
        (HIDDEN, None, HIDDEN.text),
    ],
)
def test_a_mean_has_one_decimal_rounded_once(mean: Figure, value: Fraction | None, text: str) -> None:
    """From the exact mean, half up; what is hidden or shows only an end stays as it is."""
    assert scoring.one_decimal(mean, value).text == text


@pytest.mark.parametrize("n", [10, 20, 49, 50, 60, 300])
@pytest.mark.parametrize("usual", [True, False])
def test_the_two_ends_lie_no_closer_than_the_dashboards(n: int, usual: bool) -> None:
    """Whatever the mean, and however the interval leans to one side: each end is rounded away from the mean."""
    tried = 0
    for mean in (Fraction(hundredths, 100) for hundredths in range(110, 395, 5)):
        figure = scoring.published_mean(mean, n, 4, answers=5 * n)
        spread = scatter.usual(4) if usual else (4 - mean) * (mean - 1)
        ends = scoring.published_interval(scatter.around(mean, n, spread), figure, 4)
        if ends is None:
            continue
        for coarse, fine, side in zip(public_figures._outwards(ends), ends, (1, -1), strict=True):
            apart = side * (value(fine) - value(coarse))
            assert 0 <= apart < Fraction(1, 10)
            assert len(coarse.partition(",")[2]) == 1
        tried += 1
    assert tried > 20


def value(text: str) -> Fraction:
    """A number as it is printed."""
    return Fraction(text.replace(",", "."))


def test_a_page_has_both_ends() -> None:
    """Sixty people who nearly all are content: the lower end is further from the mean than the upper one."""
    series = series_of([cell(DAY, [(4, 4)] * 50 + [(3, 2)] * 8 + [(1, 1)] * 2)])
    told = public_figures._as_told(series, scoring.one_decimal(series.mean, series.exact), False, ())
    assert (told.mean.text, series.interval, told.interval) == ("3,7", ("3,47", "3,84"), ("3,4", "3,9"))
