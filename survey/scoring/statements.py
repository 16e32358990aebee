"""Do the statements differ? Friedman's test on complete rows, and which pairs differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from survey.counts import Complete
from survey.scoring.distributions import chi_square_p
from survey.scoring.multiplicity import holm
from survey.scoring.signed_ranks import signed_rank

SMALLEST_HOMOGENEITY = 10
"""Complete questionnaires before statements are compared."""


@dataclass(frozen=True)
class Friedman:
    """Friedman's test over `n` complete rows: chi-square with `df`, and its `p`.

    Kendall's `w` is how much persons agree about which statements are higher: 0 not at all, 1 wholly.
    """

    n: int
    chi_square: float
    df: int
    p: float
    w: float


@dataclass(frozen=True)
class Pair:
    """Statements at places `first` and `second`, from 0: the mean `difference`, first less second, in points of
    the scale, the signed-rank `p`, and the same `adjusted` for all pairs (Holm).
    """

    first: int
    second: int
    difference: Fraction
    p: float
    adjusted: float


@dataclass(frozen=True)
class Homogeneity:
    """Whether the statements differ at all, and by pairs in the order of the questionnaire."""

    overall: Friedman
    pairs: tuple[Pair, ...]


def together(parts: Sequence[Complete]) -> Complete:
    """The sums over all rows of `parts`, of one questionnaire version. Raises ValueError where widths differ."""

    def added(name: str) -> list[int]:
        return [sum(column) for column in zip(*(getattr(part, name) for part in parts), strict=True)]

    lists = ("doubled_ranks", "sums", "products", "differences")
    n, ties = sum(part.n for part in parts), sum(part.ties for part in parts)
    return Complete(n=n, ties=ties, **{name: added(name) for name in lists})


def homogeneity(rows: Complete) -> Homogeneity | None:
    """Whether and where statements differ; None below ten complete rows, or for a single statement."""
    if rows.n < SMALLEST_HOMOGENEITY or len(rows.sums) < 2:
        return None
    return Homogeneity(friedman(rows), tuple(pairs(rows)))


def friedman(rows: Complete) -> Friedman:
    """Friedman 1937 with ties, out of rank sums. Where every row is tied throughout nothing differs: p is 1."""
    n, width = rows.n, len(rows.sums)
    untied = n * width * (width**2 - 1) - rows.ties
    if untied == 0:
        return Friedman(n, 0.0, width - 1, 1.0, 0.0)
    centre = n * (width + 1)
    spread = sum((doubled - centre) ** 2 for doubled in rows.doubled_ranks)
    statistic = Fraction(3 * (width - 1) * spread, untied)
    p = chi_square_p(float(statistic), width - 1)
    return Friedman(n, float(statistic), width - 1, p, float(statistic / (n * (width - 1))))


def pairs(rows: Complete) -> list[Pair]:
    """Every two statements by Pratt's signed-rank test, adjusted together by Holm."""
    places = list(combinations(range(len(rows.sums)), 2))
    found = [signed_rank(_differences(rows, place, len(places))).p for place in range(len(places))]
    return [
        Pair(i, j, Fraction(rows.sums[i] - rows.sums[j], rows.n), p, adjusted)
        for (i, j), p, adjusted in zip(places, found, holm(found), strict=True)
    ]


def _differences(rows: Complete, place: int, places: int) -> Mapping[int, int]:
    """How often each difference occurs in the pair at `place`."""
    width = len(rows.differences) // places
    part = rows.differences[place * width : (place + 1) * width]
    return {difference: n for difference, n in enumerate(part, -(width // 2)) if n}
