"""What chance alone would give groups of different size around one common value: the limits of a funnel plot.

Spiegelhalter 2005 draws them for shares; here they are of persons who each have a value between 0 and 1, matched
by a Beta distribution, so that they lean as answers near an end of the scale do and never leave 0 to 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from survey.scoring.distributions import beta_quantile

INNER, OUTER = 0.95, 0.998
"""Of groups that are as the common value, so many lie within the inner and the outer limits."""
STEPS = 24

Outcome = Literal["over", "under", "within"]


@dataclass(frozen=True)
class Limits:
    """Between `low` and `high` lie 95 % of groups of `n` persons, between `lowest` and `highest` 99,8 %."""

    n: int
    low: float
    high: float
    lowest: float
    highest: float


def limits(common: float, variance: float, n: int) -> Limits:
    """The limits for `n` persons whose values have this variance around `common`, all as fractions of 1.

    Without variance, or with a common value at an end, chance gives nothing but the common value itself.
    """
    spread = variance / n
    if not (0 < common < 1 and 0 < spread < common * (1 - common)):
        return Limits(n, common, common, common, common)
    strength = common * (1 - common) / spread - 1
    tails = ((1 - INNER) / 2, (1 + INNER) / 2, (1 - OUTER) / 2, (1 + OUTER) / 2)
    return Limits(n, *(beta_quantile(tail, common * strength, (1 - common) * strength) for tail in tails))


def outcome(value: float, within: Limits) -> Outcome:
    """Whether `value` lies beyond the outer limits, and on which side."""
    return "over" if value > within.highest else "under" if value < within.lowest else "within"


def funnel(common: float, variance: float, sizes: Iterable[int]) -> tuple[Limits, ...]:
    """The limits by rising n, from a little below the smallest of `sizes` to a little above the largest."""
    listed = list(sizes)
    first, last = max(2, int(min(listed) * 0.8)), int(max(listed) * 1.1) + 1
    steps = {round(first * (last / first) ** (step / STEPS)) for step in range(STEPS + 1)}
    return tuple(limits(common, variance, n) for n in sorted(steps | set(listed)))
