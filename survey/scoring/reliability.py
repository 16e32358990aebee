"""May the statements be averaged? Cronbach's alpha from a batch's sums of complete rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from survey.counts import Complete
from survey.scoring.distributions import f_quantile

SMALLEST_RELIABILITY = 30
"""Complete questionnaires before alpha is spoken of."""
ENOUGH = 0.7
"""Below this alpha statements are shown singly."""


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha over `n` complete rows, `raw` and `standardised`; `low` and `high` are of the raw one.

    `if_dropped`: alpha without each statement in turn (None entries with two statements: one has no alpha);
    `item_total`: each statement's correlation with the sum of the others.
    """

    n: int
    raw: float
    standardised: float
    low: float
    high: float
    if_dropped: tuple[float | None, ...]
    item_total: tuple[float, ...]

    @property
    def one_thing(self) -> bool:
        """True when the statements may be averaged."""
        return self.raw >= ENOUGH


def reliability(rows: Complete) -> Reliability | None:
    """`cronbach`; None below thirty complete rows, where alpha says nothing."""
    return cronbach(rows) if rows.n >= SMALLEST_RELIABILITY else None


def cronbach(rows: Complete) -> Reliability | None:
    """Cronbach 1951, 95 % interval by Feldt 1965.

    None for one statement, or where one of them, or the sum of all or of all but one, is the same throughout.
    """
    covariances = _covariances(rows)
    items = range(len(covariances))
    dropped = [[j for j in items if j != i] for i in items]
    alone = [[i] for i in items]
    if len(items) < 2 or not all(_spread(covariances, some) for some in [items, *dropped, *alone]):
        return None
    raw = _alpha(covariances, items)
    low, high = _feldt(float(raw), rows.n, len(items))
    return Reliability(
        rows.n,
        float(raw),
        _standardised(covariances),
        low,
        high,
        tuple(float(_alpha(covariances, rest)) if len(rest) > 1 else None for rest in dropped),
        tuple(_item_total(covariances, i, rest) for i, rest in enumerate(dropped)),
    )


Covariances = Sequence[Sequence[Fraction]]


def _covariances(rows: Complete) -> Covariances:
    """Sample covariances, exact."""
    width, n, sums = len(rows.sums), rows.n, rows.sums
    return [
        [(rows.products[i * width + j] - Fraction(sums[i] * sums[j], n)) / (n - 1) for j in range(width)]
        for i in range(width)
    ]


def _spread(covariances: Covariances, items: Sequence[int]) -> Fraction:
    """The variance of the sum of `items`."""
    return sum((covariances[i][j] for i in items for j in items), Fraction())


def _alpha(covariances: Covariances, items: Sequence[int]) -> Fraction:
    single = sum((covariances[i][i] for i in items), Fraction())
    return Fraction(len(items), len(items) - 1) * (1 - single / _spread(covariances, items))


def _standardised(covariances: Covariances) -> float:
    """Alpha of the correlations: as if every statement had the same spread."""
    spreads = [sqrt(row[i]) for i, row in enumerate(covariances)]
    width = len(spreads)
    every = [covariances[i][j] / (spreads[i] * spreads[j]) for i in range(width) for j in range(width) if i != j]
    average = sum(every) / len(every)
    return width * average / (1 + (width - 1) * average)


def _item_total(covariances: Covariances, item: int, rest: Sequence[int]) -> float:
    shared = sum((covariances[item][j] for j in rest), Fraction())
    return float(shared) / sqrt(covariances[item][item] * _spread(covariances, rest))


def _feldt(alpha: float, n: int, width: int) -> tuple[float, float]:
    low, high = (f_quantile(tail, n - 1, (n - 1) * (width - 1)) for tail in (0.975, 0.025))
    return 1 - (1 - alpha) * low, 1 - (1 - alpha) * high
