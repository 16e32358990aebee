"""Is satisfaction rising? Kendall's test of score against day, Theil-Sen's slope, and the word that follows."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import sqrt
from statistics import median
from typing import Literal

from survey.scoring.distributions import normal_p, normal_quantile
from survey.scoring.scores import Moments, Scores, moments_of, size, together

Word = Literal["stigende", "faldende", "ingen sikker ændring", "for få svar"]

SMALLEST_TREND = 30
"""Answers before a trend is spoken of."""
FEWEST_DAYS = 8
"""Different days before a trend is spoken of."""
LEVEL = 0.95
DAYS_PER_QUARTER = Fraction(36525, 400)
SHORTEST_PACE = 91
"""Days from the first to the last before a slope per quarter is told: of fewer it would be of days to come."""


@dataclass(frozen=True)
class Kendall:
    """Kendall's test: `s` pairs in order less pairs out of order, `tau_b` between -1 and 1, two-sided `p`.

    `z` and `p` are tie-corrected with continuity correction (Mann-Kendall); `p_uncorrected` has none.
    """

    n: int
    s: int
    tau_b: float
    z: float
    p: float
    p_uncorrected: float


@dataclass(frozen=True)
class Slope:
    """A slope with its two-sided interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Trend:
    """What may be said of how scores move over time. `n` scores on `days` different days.

    `kendall` and `slope` (points of the scale per quarter, 95 % interval) are None where there are too few, and
    `slope` where the first and the last day lie less than a quarter apart.
    """

    word: Word
    n: int
    days: int
    kendall: Kendall | None
    slope: Slope | None


def ceiling(points: int) -> Fraction:
    """The mean on 1 … `points` from which nothing is called rising: 3,7 of 4, 4,6 of 5."""
    return points - Fraction(3, 10) * Fraction(points - 1, 3)


def trend(batches: Sequence[tuple[date, Scores]], points: int) -> Trend:
    """How scores on 1 … `points` move over `batches`, each with the day it closed.

    The word comes from Kendall's test on the single scores, two-sided 5 %; near the top of the scale it is never
    "stigende". The slope is Theil-Sen's on the days' means: between single scores most pairs are equal.
    """
    by_day = _by_day(batches)
    moments = moments_of(together(by_day.values()))
    if moments.n < SMALLEST_TREND or len(by_day) < FEWEST_DAYS:
        return Trend("for få svar", moments.n, len(by_day), None, None)
    first = min(by_day)
    days = [((day - first).days, scores) for day, scores in by_day.items()]
    found = kendall(days)
    slope = None
    if days[-1][0] >= SHORTEST_PACE:
        slope = theil_sen([(day / DAYS_PER_QUARTER, moments_of(scores).mean) for day, scores in days])
    return Trend(_word(found, moments, points), moments.n, len(days), found, slope)


def _by_day(batches: Sequence[tuple[date, Scores]]) -> dict[date, Scores]:
    of_day: dict[date, list[Scores]] = defaultdict(list)
    for day, scores in batches:
        if size(scores):
            of_day[day].append(scores)
    return {day: together(of_day[day]) for day in sorted(of_day)}


def _word(found: Kendall, moments: Moments, points: int) -> Word:
    if found.p >= 1 - LEVEL:
        return "ingen sikker ændring"
    if found.s < 0:
        return "faldende"
    return "stigende" if moments.mean < ceiling(points) else "ingen sikker ændring"


def kendall(rows: Sequence[tuple[Fraction | float, Scores]]) -> Kendall:
    """Kendall's tau-b and test of score against place, from how many had each score at each place.

    Places may be repeated and in any order: days, or the numbers of ordered groups. Ties in both are corrected for
    (Kendall 1970; Mann 1945 and Hirsch 1982 of time). Where everything is tied tau-b is 0 and p is 1.
    """
    by_place: dict[Fraction | float, list[Scores]] = defaultdict(list)
    for place, scores in rows:
        by_place[place].append(scores)
    groups = [together(by_place[place]) for place in sorted(by_place)]
    all_scores = together(groups)
    rank = {score: place for place, score in enumerate(sorted(all_scores))}
    s, before = 0, [0] * len(rank)
    for group in groups:
        ranked = {rank[score]: n for score, n in group.items()}
        s += _in_order(before, ranked)
        for place, n in ranked.items():
            before[place] += n
    places, ties, n = [size(group) for group in groups], list(all_scores.values()), size(all_scores)
    untied = (_pairs([n]) - _pairs(places)) * (_pairs([n]) - _pairs(ties))
    if not untied:
        return Kendall(n, 0, 0.0, 0.0, 1.0, 1.0)
    spread = sqrt(_variance(n, places, ties))
    z = (s - (s > 0) + (s < 0)) / spread
    return Kendall(n, s, s / sqrt(untied), z, normal_p(z), normal_p(s / spread))


def _in_order(before: Sequence[int], group: Mapping[int, int]) -> int:
    """Pairs of one of `before` and one of `group` where the later is higher, less those where it is lower.

    Both by the score's rank among all.
    """
    balance, below, above = 0, 0, sum(before)
    for rank, n in enumerate(before):
        above -= n
        balance += group.get(rank, 0) * (below - above)
        below += n
    return balance


def _pairs(ties: Sequence[int]) -> int:
    return sum(t * (t - 1) for t in ties) // 2


def _variance(n: int, places: Sequence[int], scores: Sequence[int]) -> Fraction:
    """The variance of s when nothing moves, exact, with ties in places and scores."""

    def plain(ties: Sequence[int]) -> int:
        return sum(t * (t - 1) * (2 * t + 5) for t in ties)

    def triples(ties: Sequence[int]) -> int:
        return sum(t * (t - 1) * (t - 2) for t in ties)

    value = Fraction(plain([n]) - plain(places) - plain(scores), 18)
    value += Fraction(4 * _pairs(places) * _pairs(scores), 2 * n * (n - 1))
    return value + (Fraction(triples(places) * triples(scores), 9 * triples([n])) if n > 2 else 0)


def theil_sen(points: Sequence[tuple[Fraction | float, Fraction | float]], level: float = LEVEL) -> Slope | None:
    """The median of the slopes between all pairs of `points` (place, value), with its interval (Sen 1968).

    None where no two points lie at different places.
    """
    ordered = sorted((float(x), float(y)) for x, y in points)
    slopes = sorted((v - y) / (u - x) for (x, y), (u, v) in combinations(ordered, 2) if x != u)
    if not slopes:
        return None
    spread = sqrt(_variance(len(points), *(list(Counter(axis).values()) for axis in zip(*ordered, strict=True))))
    reach = normal_quantile((1 + level) / 2) * spread
    low, high = round((len(slopes) - reach) / 2) - 1, round((len(slopes) + reach) / 2)
    return Slope(median(slopes), slopes[max(low, 0)], slopes[min(high, len(slopes) - 1)])
