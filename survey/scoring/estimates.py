"""Intervals: for a share, for a mean on a scale, and the one-sided bounds a verdict rests on."""

from fractions import Fraction
from math import sqrt

from survey.scoring.distributions import beta_quantile, normal_quantile
from survey.scoring.scores import Moments

DISPLAY = Fraction(1)
"""Weight of the prior behind a display interval, in answers: covers 89-97 % from three answers on."""


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval for the share k/n, as fractions of 1 (Wilson 1927, no continuity correction).

    Raises ZeroDivisionError for n = 0.
    """
    z = normal_quantile((1 + level) / 2)
    centre = (k + z**2 / 2) / (n + z**2)
    reach = z * sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    return 0.0 if k == 0 else centre - reach, 1.0 if k == n else centre + reach


def mean_interval(scores: Moments, points: int, level: float = 0.95) -> tuple[float, float]:
    """Two-sided display interval for a mean on 1 … `points`, in points of the scale.

    The posterior of a mean under a Dirichlet prior of total weight 1, spread evenly over the scale, matched
    by a Beta distribution of the same mean and variance. Stays on the scale, also for equal answers. For a mean
    over several statements the scores are the persons' own means.
    """
    tail = (1 - level) / 2
    return _quantiles(scores, points, DISPLAY, tail, 1 - tail)


def mean_bounds(scores: Moments, points: int, level: float = 0.95) -> tuple[float, float]:
    """The lower and the upper one-sided bound for a mean on 1 … `points`, each at `level`.

    As the display interval, but with a prior weight of 1/2 per point: from ten scores on the lower bound is above
    the truth in at most 1 - `level` for every shape of answers that was tried. The prior leans towards the middle
    of the scale, so above it the upper bound is below the truth a little more often: 6 to 7 of 100 at 95 %.
    """
    return _quantiles(scores, points, Fraction(points, 2), 1 - level, level)


def _quantiles(scores: Moments, points: int, prior: Fraction, *tails: float) -> tuple[float, float]:
    scale = range(1, points + 1)
    weight = scores.n + prior
    centre = (scores.total + prior * Fraction(sum(scale), points)) / weight
    second = (scores.squares + prior * Fraction(sum(point * point for point in scale), points)) / weight
    place = (centre - 1) / (points - 1)
    spread = (second - centre**2) / (weight + 1) / (points - 1) ** 2
    strength = place * (1 - place) / spread - 1
    low, high = (beta_quantile(tail, float(place * strength), float((1 - place) * strength)) for tail in tails)
    return 1 + (points - 1) * low, 1 + (points - 1) * high
