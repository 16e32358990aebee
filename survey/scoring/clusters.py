"""Means where the same citizen answers several times. Our counts follow nobody, so no page shows these."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from survey.scoring.distributions import t_quantile
from survey.scoring.scores import Scores, moments_of, together

ROUNDS = 50
"""Rounds in which weights and mean settle."""


@dataclass(frozen=True)
class Clustered:
    """The mean per answer with errors that know who answered again, in points of the scale.

    `per_answer` and `per_person` (the mean of persons' means) are different questions. `naive` takes every answer
    as a person; `linear` is the linearised error with m/(m - 1), `interval` by t with m - 1; `cr2` is Bell and
    McCaffrey's (2002) with Satterthwaite's `df`, `cr2_interval` by t with that.
    """

    per_answer: Fraction
    per_person: Fraction
    naive: float
    linear: float
    interval: tuple[float, float]
    cr2: float
    df: float
    cr2_interval: tuple[float, float]


def clustered(persons: Sequence[Scores], level: float = 0.95) -> Clustered:
    """The mean over `persons`, each with all their scores. Raises ZeroDivisionError below two persons."""
    each = [moments_of(scores) for scores in persons]
    whole = moments_of(together(persons))
    n, m, mean = whole.n, len(each), whole.mean
    squares = [(one.total - one.n * mean) ** 2 for one in each]
    linear = sqrt(sum(squares, Fraction()) * Fraction(m, m - 1)) / n
    corrected = (square / (1 - Fraction(one.n, n)) for square, one in zip(squares, each, strict=True))
    cr2 = sqrt(sum(corrected, Fraction())) / n
    df = float(_satterthwaite([Fraction(one.n, n) for one in each]))
    return Clustered(
        mean,
        sum((one.mean for one in each), Fraction()) / m,
        sqrt(whole.variance / n),
        linear,
        _interval(mean, linear, m - 1, level),
        cr2,
        df,
        _interval(mean, cr2, df, level),
    )


def exchangeable_mean(persons: Sequence[Scores]) -> float:
    """The mean weighted for equally correlated answers of a person (Liang and Zeger 1986): between the others."""
    each = [moments_of(scores) for scores in persons]
    whole = moments_of(together(persons))
    pairs = sum(one.n * (one.n - 1) for one in each)
    mean = float(whole.mean)
    for _round in range(ROUNDS if pairs and whole.variance else 0):
        squares = float(whole.squares) - 2 * mean * float(whole.total) + whole.n * mean**2
        own = sum((float(one.total) - one.n * mean) ** 2 for one in each)
        alike = (own - squares) / pairs / (squares / whole.n)
        weights = [one.n / (1 + (one.n - 1) * alike) for one in each]
        mean = sum(weight * float(one.mean) for weight, one in zip(weights, each, strict=True)) / sum(weights)
    return mean


def _satterthwaite(shares: Sequence[Fraction]) -> Fraction:
    """Degrees of freedom of the CR2 error when the clusters have these shares of the answers."""
    whole = sum(shares)
    own = sum((share**2 for share in shares), Fraction())
    weights = [share**2 / (1 - share) for share in shares]
    crossed = sum(weights, Fraction()) ** 2 - sum((weight**2 for weight in weights), Fraction())
    return Fraction(whole) ** 2 / (own + crossed)


def _interval(mean: Fraction, error: float, df: float, level: float) -> tuple[float, float]:
    reach = t_quantile((1 + level) / 2, df) * error
    return float(mean) - reach, float(mean) + reach
