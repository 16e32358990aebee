"""What the silent could change: weights, bounds, the tipping point, and how even the response is."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from survey.scoring.rates import Rate
from survey.scoring.scores import Scores, moments_of, size, together


@dataclass(frozen=True)
class Weighted:
    """A mean as if every group had answered alike, beside the `raw` one, in points of the scale.

    `standard_error` with finite population correction (the sent are all there are), `standard_error_open` without.
    """

    raw: Fraction
    weighted: Fraction
    standard_error: float
    standard_error_open: float


@dataclass(frozen=True)
class Evenness:
    """The R-indicator: 1 where all groups answer alike, less the more their rates differ (Schouten et al. 2009).

    `r_sample` divides by n - 1; `variation` is the rates' coefficient of variation.
    """

    rate: Fraction
    r: float
    r_sample: float
    variation: float


def post_stratified(groups: Sequence[tuple[Scores, int]]) -> Weighted | None:
    """The mean weighted by how many each group was sent; None where nobody of a group that was sent some answered.

    The standard error is linearised, as R's survey::postStratify gives it. Raises ValueError where more answered
    than were sent.
    """
    asked = [(scores, sent) for scores, sent in groups if sent]
    if not asked or any(not size(scores) for scores, _sent in asked):
        return None
    if any(size(scores) > sent for scores, sent in asked):
        raise ValueError("more answered than were sent")
    each = [(moments_of(scores), sent) for scores, sent in asked]
    n, sent = sum(group.n for group, _sent in each), sum(sent for _group, sent in each)
    weighted = sum((group.mean * part for group, part in each), Fraction()) / sent
    squares = ((Fraction(part, m.n) ** 2) * (m.squares - m.total**2 / m.n) for m, part in each)
    variance = sum(squares, Fraction()) * Fraction(n, max(n - 1, 1)) / sent**2
    raw = moments_of(together(scores for scores, _sent in asked)).mean
    return Weighted(raw, weighted, sqrt(variance * (1 - Fraction(n, sent))), sqrt(variance))


def bounds(mean: Fraction, rate: Fraction, points: int) -> tuple[Fraction, Fraction]:
    """The mean of all, had every silent one chosen 1, and had they all chosen `points` (Manski 1989)."""
    return rate * mean + (1 - rate), rate * mean + (1 - rate) * points


def tipping_point(mean: Fraction, rate: Fraction, target: float | Fraction) -> Fraction | None:
    """What the silent would have to average for the mean of all to be `target`; None where nobody is silent.

    Outside the scale no answers of theirs could change the verdict.
    """
    return (Fraction(target) - rate * mean) / (1 - rate) if rate < 1 else None


def evenness(groups: Sequence[Rate]) -> Evenness:
    """How even the response is over groups of (answered, sent). Raises ZeroDivisionError where nobody answered."""
    sent = sum(n for _k, n in groups)
    rate = Fraction(sum(k for k, _n in groups), sent)
    squares = sum((n * (Fraction(k, n) - rate) ** 2 for k, n in groups if n), Fraction())
    spread, sample = sqrt(squares / sent), sqrt(squares / (sent - 1))
    return Evenness(rate, 1 - 2 * spread, 1 - 2 * sample, spread / float(rate))
