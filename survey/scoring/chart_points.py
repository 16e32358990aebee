"""Points of a chart: batches put together until they carry a point, and the swing to be expected of each."""

from collections.abc import Sequence
from math import sqrt

from survey.scoring.scores import Moments

SMALLEST_POINT = 8
"""Answers behind a point of the chart."""


def merged(sizes: Sequence[int], smallest: int = SMALLEST_POINT) -> list[range]:
    """Which batches, of `sizes` persons in order of closing, make each point: the next ones until there are
    `smallest`.

    What is left over at the end is in no point yet, so that a point once drawn never changes.
    """
    points, first, gathered = [], 0, 0
    for place, n in enumerate(sizes):
        gathered += n
        if gathered >= smallest:
            points.append(range(first, place + 1))
            first, gathered = place + 1, 0
    return points


def expected_swing(baseline: Moments, n: int, points: int) -> tuple[float, float]:
    """Where a mean of `n` scores lies by chance: mean ± 3 sd/√n of the frozen `baseline`, clipped to 1 … `points`.

    The upper end is often the top of the scale: then no point can stand out as better.
    """
    centre, reach = float(baseline.mean), 3 * sqrt(baseline.variance / n)
    return max(1.0, centre - reach), min(float(points), centre + reach)
