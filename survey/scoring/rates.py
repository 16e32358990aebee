"""Shares of two groups, and the share of the two highest points."""

from dataclasses import dataclass
from fractions import Fraction
from math import comb, erfc, sqrt

from survey.scoring.estimates import wilson
from survey.scoring.scores import Counts, answers

Rate = tuple[int, int]
"""So many of so many."""


@dataclass(frozen=True)
class RateDifference:
    """The first share less the second, with its 95 % interval, as fractions of 1."""

    value: Fraction
    low: float
    high: float


def top_two(counts: Counts) -> Rate:
    """How many chose one of the two highest points, of how many answers."""
    return sum(counts[-2:]), answers(counts)


def rate_difference(first: Rate, second: Rate) -> RateDifference:
    """Newcombe 1998, method 10: the Wilson intervals of both shares put together."""
    (k, n), (j, m) = first, second
    (low, high), (other_low, other_high) = wilson(k, n), wilson(j, m)
    p, q = k / n, j / m
    value = Fraction(k, n) - Fraction(j, m)
    below = sqrt((p - low) ** 2 + (other_high - q) ** 2)
    above = sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return RateDifference(value, float(value) - below, float(value) + above)


def chi_square_p(first: Rate, second: Rate) -> float:
    """Two-sided p that both shares are one, by chi-square without continuity correction; for large groups.

    1 where all or nobody in both is so.
    """
    (k, n), (j, m) = first, second
    both = k + j
    if both in (0, n + m):
        return 1.0
    statistic = Fraction((k * (m - j) - j * (n - k)) ** 2 * (n + m), n * m * both * (n + m - both))
    return erfc(sqrt(statistic / 2))


def fisher_p(first: Rate, second: Rate) -> float:
    """Fisher's exact two-sided p: the tables no likelier than this one, with the same sums."""
    (k, n), (j, m) = first, second
    both = k + j
    ways = [comb(n, i) * comb(m, both - i) for i in range(max(0, both - m), min(n, both) + 1)]
    seen = comb(n, k) * comb(m, j)
    return float(Fraction(sum(each for each in ways if each <= seen), comb(n + m, both)))


def boschloo_p(first: Rate, second: Rate) -> float:
    """Boschloo's exact two-sided p (1970): never larger than Fisher's. For small groups."""
    from scipy.stats import boschloo_exact  # costs a second: only figures need it

    return float(boschloo_exact(_table(first, second)).pvalue)


def barnard_p(first: Rate, second: Rate) -> float:
    """Barnard's exact two-sided p (1945), pooled variance. For small groups."""
    from scipy.stats import barnard_exact  # costs a second: only figures need it

    return float(barnard_exact(_table(first, second)).pvalue)


def _table(first: Rate, second: Rate) -> list[list[int]]:
    (k, n), (j, m) = first, second
    return [[k, j], [n - k, m - j]]
