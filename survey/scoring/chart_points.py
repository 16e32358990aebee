"""Points of a chart: the swing to be expected of each."""

from math import sqrt

from survey.scoring.scores import Moments


def expected_swing(baseline: Moments, n: int, points: int) -> tuple[float, float]:
    """Where a mean of `n` scores lies by chance: mean ± 3 sd/√n of the frozen `baseline`, clipped to 1 … `points`.

    The upper end is often the top of the scale: then no point can stand out as better.
    """
    centre, reach = float(baseline.mean), 3 * sqrt(baseline.variance / n)
    return max(1.0, centre - reach), min(float(points), centre + reach)
