"""Scores and how many people had them: the shapes that every figure, interval and test starts from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import lcm
from typing import TypeVar

Counts = Sequence[int]
"""How many chose each point of the scale, lowest first; "ved ikke" is not among them."""
Scores = Mapping[Fraction, int]
"""How many had each score: a point of the scale, or a person's own mean."""
Persons = Mapping[tuple[int, int], int]
"""How many persons answered so many statements with such a sum."""

Ranked = TypeVar("Ranked", int, Fraction)


class MixedScalesError(ValueError):
    """Answers on two scales were to be put together."""


@dataclass(frozen=True)
class Moments:
    """`n` scores with the sum `total` and the sum of squares `squares`; scores may be person means."""

    n: int
    total: Fraction
    squares: Fraction

    @property
    def mean(self) -> Fraction:
        """The exact mean. Raises ZeroDivisionError when there are no scores."""
        return self.total / self.n

    @property
    def variance(self) -> Fraction:
        """The exact sample variance, divided by n - 1. Raises ZeroDivisionError below two scores."""
        return (self.squares - self.total**2 / self.n) / (self.n - 1)


def answers(counts: Counts) -> int:
    """How many answers lie in `counts`."""
    return sum(counts)


def total(counts: Counts) -> int:
    """The sum of the scores in `counts`."""
    return sum(point * count for point, count in enumerate(counts, 1))


def mean(counts: Counts) -> Fraction:
    """The exact mean of all answers. Raises ZeroDivisionError when there are none."""
    return Fraction(total(counts), answers(counts))


def pooled(groups: Iterable[Counts]) -> list[int]:
    """Counts of all `groups` together: the way to a period's mean, never the mean of daily means.

    Raises MixedScalesError when they are not of one scale.
    """
    listed = list(groups)
    widths = sorted({len(counts) for counts in listed})
    if len(widths) > 1:
        scales = " og ".join(f"1-{width}" for width in widths)
        raise MixedScalesError(f"Svar på skalaerne {scales} kan ikke lægges sammen. Vis dem hver for sig.")
    return [sum(column) for column in zip(*listed, strict=True)]


def moments(counts: Counts) -> Moments:
    """The answers in `counts` as moments."""
    return moments_of(of_counts(counts))


def of_counts(counts: Counts) -> dict[Fraction, int]:
    """Single answers as scores."""
    return {Fraction(point): count for point, count in enumerate(counts, 1) if count}


class _Known(Fraction):
    """A fraction that remembers its hash: reckoning it takes longer than the rest of a look-up."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:  # type: ignore[override]  # numbers.Complex has none to override
        return self._hash


@cache
def _own_mean(answered: int, summed: int) -> Fraction:
    """A person's mean, one and the same object for all that are equal."""
    exact = Fraction(summed, answered)
    if (exact.denominator, exact.numerator) != (answered, summed):
        return _own_mean(exact.denominator, exact.numerator)
    known = _Known(summed, answered)
    known._hash = hash(exact)
    return known


def of_people(histogram: Persons) -> dict[Fraction, int]:
    """Each person's own mean as scores. Who answered no statement has none."""
    found: dict[Fraction, int] = {}
    for (answered, summed), n in histogram.items():
        if answered:
            mean = _own_mean(answered, summed)
            found[mean] = found.get(mean, 0) + n
    return found


def of_all_people(histograms: Iterable[Persons]) -> dict[Fraction, int]:
    """The scores of all persons in `histograms`, which must be of one scale: whole numbers are summed first."""
    return of_people(people_together(histograms))


def by_day(batches: Iterable[tuple[date, Persons]]) -> list[tuple[date, dict[Fraction, int]]]:
    """The scores of each day's persons, the first day first."""
    of_day: dict[date, list[Persons]] = defaultdict(list)
    for day, histogram in batches:
        of_day[day].append(histogram)
    return [(day, of_all_people(of_day[day])) for day in sorted(of_day)]


def people_together(histograms: Iterable[Persons]) -> dict[tuple[int, int], int]:
    """All `histograms` as one."""
    found: dict[tuple[int, int], int] = {}
    for histogram in histograms:
        for person, n in histogram.items():
            found[person] = found.get(person, 0) + n
    return found


def together(groups: Iterable[Scores]) -> dict[Fraction, int]:
    """The scores of all `groups`, which must be of one scale."""
    found: dict[Fraction, int] = defaultdict(int)
    for scores in groups:
        for score, n in scores.items():
            found[score] += n
    return dict(found)


def size(scores: Scores) -> int:
    """How many have a score."""
    return sum(scores.values())


def moments_of(scores: Scores) -> Moments:
    """`scores` as moments."""
    # Over one denominator, so that whole numbers are added.
    parts = lcm(*(score.denominator for score in scores))
    whole = [(score.numerator * (parts // score.denominator), n) for score, n in scores.items()]
    summed, squares = sum(score * n for score, n in whole), sum(score * score * n for score, n in whole)
    return Moments(size(scores), Fraction(summed, parts), Fraction(squares, parts * parts))


def tied(scores: Scores) -> int:
    """The sum of t³ - t over the groups of equal scores: what ties take from a rank test's variance."""
    return sum(n**3 - n for n in scores.values())


def doubled_ranks(scores: Mapping[Ranked, int]) -> dict[Ranked, int]:
    """Twice the mid-rank of each score, 1 for the lowest: whole numbers, so that rank sums are exact."""
    ranks, below = {}, 0
    for score in sorted(scores):
        ranks[score] = 2 * below + scores[score] + 1
        below += scores[score]
    return ranks
