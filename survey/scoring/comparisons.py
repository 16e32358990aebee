"""Groups side by side: whether they differ at all, and each against the rest. Never a ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt
from typing import Literal

from survey.scoring.distributions import chi_square_p, normal_p, t_p, t_quantile
from survey.scoring.multiplicity import holm
from survey.scoring.scores import Scores, doubled_ranks, moments_of, size, tied, together

Place = Literal["over de andre", "under de andre", "ingen sikker forskel"]

SMALLEST_COMPARED = 10
"""People of a group, and of the rest, before they are compared."""
LEVEL = 0.95


@dataclass(frozen=True)
class Kruskal:
    """Kruskal-Wallis: chi-square `h` with `df`, tie-corrected, and its `p`."""

    h: float
    df: int
    p: float


@dataclass(frozen=True)
class MannWhitney:
    """`u` of the first group and the probability that one of it scores `better` than one of the second, ties half.

    Two-sided `p` with continuity correction, tie-corrected; `p_uncorrected` without.
    """

    u: Fraction
    better: float
    p: float
    p_uncorrected: float


@dataclass(frozen=True)
class BrunnerMunzel:
    """The probability that one of the second group scores `better` than one of the first, with its interval.

    Brunner and Munzel 2000: `statistic` with `df`, two-sided `p`, also where the groups' spreads differ.
    """

    statistic: float
    df: float
    p: float
    better: float
    low: float
    high: float


@dataclass(frozen=True)
class AgainstRest:
    """One group against all others: `place` from `adjusted` (Holm over the groups compared), two-sided 5 %.

    `difference` of the means in points; `better` is the probability that one of the group scores above one of the
    rest, ties half, with its interval, None where the two overlap too little for one.
    """

    place: Place
    difference: Fraction
    better: float
    interval: tuple[float, float] | None
    p: float
    adjusted: float


@dataclass(frozen=True)
class Comparison:
    """Whether the groups differ at all, and each by name, None for too few; in the order given."""

    overall: Kruskal
    groups: Mapping[str, AgainstRest | None]


def compare(groups: Mapping[str, Scores]) -> Comparison | None:
    """The groups that have ten people, against each other; None where fewer than two have.

    First Kruskal-Wallis over all of them. Only where its p is under 5 % is a group said to lie over or under the
    rest.
    """
    large = {name: scores for name, scores in groups.items() if size(scores) >= SMALLEST_COMPARED}
    if len(large) < 2:
        return None
    overall = kruskal(list(large.values()))
    rests = {name: together(one for other, one in large.items() if other != name) for name in large}
    tests = {name: mann_whitney(large[name], rests[name]) for name in large}
    adjusted = dict(zip(large, holm([tests[name].p for name in large]), strict=True))
    differ = overall.p < 1 - LEVEL
    found = {
        name: _against(large[name], rests[name], tests[name], adjusted[name], differ=differ) for name in large
    }
    return Comparison(overall, {name: found.get(name) for name in groups})


def _against(group: Scores, rest: Scores, test: MannWhitney, adjusted: float, *, differ: bool) -> AgainstRest:
    spread = brunner_munzel(rest, group)
    place: Place = "ingen sikker forskel"
    if differ and adjusted < 1 - LEVEL:
        place = "over de andre" if test.better > 1 / 2 else "under de andre"
    difference = moments_of(group).mean - moments_of(rest).mean
    interval = (spread.low, spread.high) if spread else None
    return AgainstRest(place, difference, test.better, interval, test.p, adjusted)


def kruskal(groups: Sequence[Scores]) -> Kruskal:
    """Kruskal and Wallis 1952, tie-corrected. Where everybody has the same score nothing differs: 0, and p is 1.

    Raises ZeroDivisionError for an empty group.
    """
    everybody = together(groups)
    n, ranks = size(everybody), doubled_ranks(everybody)
    sums = [sum(count * ranks[score] for score, count in scores.items()) for scores in groups]
    between = sum((Fraction(s * s, size(scores)) for s, scores in zip(sums, groups, strict=True)), Fraction())
    untied = n**3 - n - tied(everybody)
    if not untied:
        return Kruskal(0.0, len(groups) - 1, 1.0)
    h = (n - 1) * (3 * between - 3 * n * (n + 1) ** 2) / untied
    return Kruskal(float(h), len(groups) - 1, chi_square_p(float(h), len(groups) - 1))


def mann_whitney(first: Scores, second: Scores) -> MannWhitney:
    """Mann and Whitney 1947 by the normal approximation; p is 1 where everybody has the same score.

    SciPy's exact method ignores ties, and so is wrong here.
    """
    m, n = size(first), size(second)
    everybody = together([first, second])
    ranks = doubled_ranks(everybody)
    u = Fraction(sum(count * ranks[score] for score, count in first.items()) - m * (m + 1), 2)
    variance = Fraction(m * n * ((m + n) ** 3 - (m + n) - tied(everybody)), 12 * (m + n) * (m + n - 1))
    off = u - Fraction(m * n, 2)
    if not variance:
        return MannWhitney(u, 0.5, 1.0, 1.0)
    corrected = max(abs(off) - Fraction(1, 2), Fraction())
    ps = (normal_p(float(each) / sqrt(variance)) for each in (corrected, off))
    return MannWhitney(u, float(u / (m * n)), *ps)


def permutation_p(first: Scores, second: Scores) -> float:
    """The two-sided p of Mann-Whitney's u over all ways to part the scores in two such groups, ties as they are.

    Its cost grows with the fourth power of the people: for some fifty in all.
    """
    everybody = together([first, second])
    ranks, m = doubled_ranks(everybody), size(first)
    ways = {(0, 0): 1}
    for score, n in everybody.items():
        ways = _parted(ways, ranks[score], n, m)
    sums = {at: count for (taken, at), count in ways.items() if taken == m}
    expected = m * (size(everybody) + 1)
    reach = abs(sum(count * ranks[score] for score, count in first.items()) - expected)
    extreme = sum(count for at, count in sums.items() if abs(at - expected) >= reach)
    return float(Fraction(extreme, sum(sums.values())))


def _parted(ways: Mapping[tuple[int, int], int], rank: int, n: int, most: int) -> dict[tuple[int, int], int]:
    """In how many ways so many people with such a rank sum can be taken once `n` more of `rank` may be."""
    found: dict[tuple[int, int], int] = {}
    for (taken, at), count in ways.items():
        for more in range(min(n, most - taken) + 1):
            key = taken + more, at + more * rank
            found[key] = found.get(key, 0) + count * comb(n, more)
    return found


def brunner_munzel(first: Scores, second: Scores) -> BrunnerMunzel | None:
    """Brunner and Munzel 2000; None where the groups do not overlap, or each has one score: "for få svar".

    Raises ZeroDivisionError for a group below two.
    """
    m, n = size(first), size(second)
    ranks = doubled_ranks(together([first, second]))
    (mean_x, spread_x), (mean_y, spread_y) = _placements(first, ranks), _placements(second, ranks)
    # The overlap of each group with the other, weighted as the statistic asks.
    x, y = m * spread_x, n * spread_y
    if not x + y:
        return None
    statistic = m * n * float(mean_y - mean_x) / ((m + n) * sqrt(x + y))
    df = float((x + y) ** 2 / (x**2 / (m - 1) + y**2 / (n - 1)))
    better = float((mean_y - Fraction(n + 1, 2)) / m)
    reach = t_quantile((1 + LEVEL) / 2, df) * sqrt(x + y) / (m * n)
    return BrunnerMunzel(
        statistic, df, t_p(statistic, df), better, max(0.0, better - reach), min(1.0, better + reach)
    )


def _placements(scores: Scores, ranks: Mapping[Fraction, int]) -> tuple[Fraction, Fraction]:
    """The mean rank of `scores` among all, and the variance of rank among all less rank among themselves."""
    own, n = doubled_ranks(scores), size(scores)
    mean = Fraction(sum(count * ranks[score] for score, count in scores.items()), 2 * n)
    centre = mean - Fraction(n + 1, 2)
    squares = (count * (Fraction(ranks[score] - own[score], 2) - centre) ** 2 for score, count in scores.items())
    return mean, sum(squares, Fraction()) / (n - 1)
