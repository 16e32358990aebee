"""Shares of answers that come several from each person: as uncertain as the persons make them."""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from survey.scoring.estimates import wilson
from survey.scoring.scores import Counts, Moments, answers, moments


@dataclass(frozen=True)
class Share:
    """`k` of `n` answers; `effect` is how many answers are worth one that came alone (Kish 1965: deff)."""

    k: int
    n: int
    effect: float = 1.0

    @property
    def value(self) -> Fraction:
        """The share as a fraction of 1. Raises ZeroDivisionError without answers."""
        return Fraction(self.k, self.n)


@dataclass(frozen=True)
class Difference:
    """The first less the second, with its interval."""

    value: Fraction
    low: float
    high: float


def design_effect(people: Moments, chosen: Counts) -> float:
    """How many answers are worth one: the variance of persons' means against that of as many single answers.

    `people` are the persons' own means, `chosen` all their answers. Never below 1; 1 where everybody answered
    alike. It is of scores, and taken for the share of the highest points too.
    """
    spread = moments(chosen).variance if answers(chosen) > 1 else 0
    if people.n < 2 or not spread:
        return 1.0
    each = Fraction(answers(chosen), people.n)
    return max(1.0, float(people.variance * each / spread))


def share_interval(share: Share, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval, as fractions of 1: Wilson 1927 of as many answers as they are worth."""
    return wilson(share.k / share.effect, share.n / share.effect, level)


def share_bounds(share: Share, level: float = 0.95) -> tuple[float, float]:
    """The lower and the upper one-sided bound, each at `level`."""
    return share_interval(share, 2 * level - 1)


def share_difference(first: Share, second: Share, level: float = 0.95) -> Difference:
    """Newcombe 1998, method 10: the intervals of both shares put together."""
    return _together(
        first.value,
        second.value,
        share_interval(first, level),
        share_interval(second, level),
    )


def mean_difference(
    first: Fraction, second: Fraction, of_first: tuple[float, float], of_second: tuple[float, float]
) -> Difference:
    """Two means, each with its interval, put together in the same way (MOVER; Zou and Donner 2008)."""
    return _together(first, second, of_first, of_second)


def _together(
    first: Fraction, second: Fraction, of_first: tuple[float, float], of_second: tuple[float, float]
) -> Difference:
    # A bound may lie on the other side of its mean, where the prior draws it to the middle: no reach, then.
    (low, high), (other_low, other_high) = of_first, of_second
    down, up = max(0.0, float(first) - low), max(0.0, high - float(first))
    other_down, other_up = max(0.0, float(second) - other_low), max(0.0, other_high - float(second))
    value = first - second
    below, above = sqrt(down**2 + other_up**2), sqrt(up**2 + other_down**2)
    return Difference(value, float(value) - below, float(value) + above)
