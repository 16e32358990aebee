"""Points of a chart and their expected swing."""

import pytest

from survey import scoring
from survey.scoring import chart_points


def test_the_swing_follows_n_and_stays_on_the_scale() -> None:
    """Half a standard deviation either way for 36; clipped at the top for nine, at both ends for one."""
    baseline = scoring.moments([2, 4, 8, 16])
    centre, sd = float(baseline.mean), float(baseline.variance) ** 0.5
    assert chart_points.expected_swing(baseline, 36, 4) == pytest.approx((centre - sd / 2, centre + sd / 2))
    low, high = chart_points.expected_swing(baseline, 9, 4)
    assert (low, high) == pytest.approx((centre - sd, 4.0))
    assert chart_points.expected_swing(baseline, 1, 4) == (1.0, 4.0)
