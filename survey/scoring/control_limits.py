"""Limits of published control charts, to compare with: XmR, I', P, P', and the runs of a run chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import comb, log2, pi, sqrt
from statistics import fmean, median

SCREEN = 3.267
"""Moving ranges of so many times their mean are left out once (Nelson 1982)."""


@dataclass(frozen=True)
class Limits:
    """The centre line, and the lower and the upper limit of each point."""

    centre: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def outside(self, values: Sequence[float]) -> list[bool]:
        """Which of `values` lie outside their limits."""
        limits = zip(values, self.lower, self.upper, strict=True)
        return [not low <= value <= high for value, low, high in limits]


def xmr(values: Sequence[float], *, frozen: int | None = None, screened: bool = True) -> Limits:
    """Individuals chart: mean ± 2,66 mean moving range of the first `frozen` values (NHS Making Data Count).

    Raises StatisticsError for fewer than two values, or where every moving range is screened.
    """
    base = values[:frozen]
    ranges = [abs(after - before) for before, after in pairwise(base)]
    average = fmean(ranges)
    if screened and average > 0:
        average = fmean(each for each in ranges if each < SCREEN * average)
    centre, reach = fmean(base), 2.66 * average
    return Limits(centre, (centre - reach,) * len(values), (centre + reach,) * len(values))


def i_prime(means: Sequence[float], sizes: Sequence[int], *, sigmas: float = 3) -> Limits:
    """Individuals chart for points of varying size (qicharts2 "ip"): limits before they are clipped to a scale."""
    points = list(zip(means, sizes, strict=True))
    centre = sum(mean * n for mean, n in points) / sum(sizes)
    sigma = fmean(sqrt(pi / 2) * abs(y - x) / sqrt(1 / m + 1 / n) for (x, m), (y, n) in pairwise(points))
    reaches = [sigmas * sigma / sqrt(n) for n in sizes]
    return Limits(centre, tuple(centre - reach for reach in reaches), tuple(centre + reach for reach in reaches))


def p_chart(successes: Sequence[int], sizes: Sequence[int], *, sigmas: float = 3) -> Limits:
    """Shares by binomial limits, clipped to 0 … 1. Raises ZeroDivisionError where nobody was asked."""
    return _shares(successes, sizes, sigmas)


def p_prime(successes: Sequence[int], sizes: Sequence[int], *, sigmas: float = 3) -> Limits:
    """Shares by limits widened for what varies between the points (Laney 2002), clipped to 0 … 1.

    Raises ZeroDivisionError where all or nobody succeeded.
    """
    centre = sum(successes) / sum(sizes)
    spreads = [sqrt(centre * (1 - centre) / n) for n in sizes]
    scores = [(k / n - centre) / spread for k, n, spread in zip(successes, sizes, spreads, strict=True)]
    return _shares(successes, sizes, sigmas * fmean(abs(y - x) for x, y in pairwise(scores)) / 1.128)


def _shares(successes: Sequence[int], sizes: Sequence[int], sigmas: float) -> Limits:
    centre = sum(successes) / sum(sizes)
    reaches = [sigmas * sqrt(centre * (1 - centre) / n) for n in sizes]
    lower = tuple(max(0.0, centre - reach) for reach in reaches)
    return Limits(centre, lower, tuple(min(1.0, centre + reach) for reach in reaches))


@dataclass(frozen=True)
class Runs:
    """Runs about the median, values on it left out: `signal` for a run too long or crossings too few."""

    centre: float
    useful: int
    longest: int
    longest_allowed: int
    crossings: int
    fewest_crossings: int

    @property
    def signal(self) -> bool:
        """True when the values do not vary as by chance."""
        return self.longest > self.longest_allowed or self.crossings < self.fewest_crossings


def run_chart(values: Sequence[float]) -> Runs:
    """The runs of `values` about their median (Anhøj 2014). Raises ValueError where none lies off the median."""
    centre = median(values)
    runs = [len(list(run)) for _above, run in groupby(value > centre for value in values if value != centre)]
    if not runs:
        raise ValueError("no value lies off the median")
    useful = sum(runs)
    return Runs(centre, useful, max(runs), round(log2(useful)) + 3, len(runs) - 1, _fewest_crossings(useful - 1))


def _fewest_crossings(chances: int) -> int:
    """The 5 % quantile of a fair coin's heads in so many throws."""
    heads, below = 0, 1
    while below < 2**chances / 20:
        heads += 1
        below += comb(chances, heads)
    return heads
