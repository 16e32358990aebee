"""Published control charts."""

from statistics import NormalDist

import pytest
from scipy.stats import binom

from survey.scoring import control_limits

NHS = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


@pytest.mark.parametrize(("screened", "low", "high"), [(True, -0.71556, 4.60444), (False, -3.06261, 6.95150)])
def test_xmr_gives_the_published_limits(screened: bool, low: float, high: float) -> None:
    """The NHS vignette's series with one outlier, its moving ranges screened and not."""
    limits = control_limits.xmr(NHS, screened=screened)
    assert (limits.centre, limits.lower[0], limits.upper[0]) == pytest.approx((1.94444, low, high), abs=1e-5)
    assert limits.outside(NHS) == [value == 10 for value in NHS]


def test_xmr_can_be_frozen_and_flat() -> None:
    """Limits of the first four hold for what follows; four equal values leave no room."""
    assert control_limits.xmr([3, 3, 3, 3, 2], frozen=4).outside([3, 3, 3, 3, 2]) == [False] * 4 + [True]


def test_p_limits_follow_n_and_stay_shares() -> None:
    """Twenty per cent of 100 within ± 12 points, of 9 from nought."""
    limits = control_limits.p_chart([20, 1, 3], [100, 9, 11])
    assert limits.centre == pytest.approx(0.2)
    assert (limits.lower[0], limits.upper[0]) == pytest.approx((0.08, 0.32))
    assert limits.lower[1] == 0


def test_p_prime_is_wider_where_points_differ_more_than_by_chance() -> None:
    """Laney's factor: the mean moving range of the standardised shares over 1,128."""
    successes, sizes = [22, 28, 22, 28], [100, 100, 100, 100]
    spread = (0.25 * 0.75 / 100) ** 0.5
    wanted = 0.25 + 3 * spread * (0.06 / spread / 1.128)
    assert control_limits.p_prime(successes, sizes).upper[0] == pytest.approx(wanted)
    assert control_limits.p_chart(successes, sizes).upper[0] < wanted


@pytest.mark.parametrize("chances", range(1, 60))
def test_the_fewest_crossings_are_a_fair_coins(chances: int) -> None:
    """The 5 % quantile of SciPy's binomial."""
    values = [(-1) ** place for place in range(chances + 1)]
    assert control_limits.run_chart([*values, 0, 0, 0]).fewest_crossings == binom.ppf(0.05, chances, 0.5)


def test_a_long_run_is_a_signal_and_change_is_none() -> None:
    """Ten above after ten below; then values that alternate."""
    shifted = control_limits.run_chart([1] * 10 + [2] * 10)
    assert (shifted.useful, shifted.longest, shifted.crossings, shifted.signal) == (20, 10, 1, True)
    assert not control_limits.run_chart([1, 2] * 10).signal
    with pytest.raises(ValueError, match="off the median"):
        control_limits.run_chart([3, 3, 3])


def test_i_prime_of_equal_sizes_is_a_plain_chart() -> None:
    """With n equal, sigma is √π/2 times the mean moving range."""
    limits = control_limits.i_prime([3.0, 3.4, 3.0, 3.4], [8] * 4)
    assert limits.upper[0] - limits.centre == pytest.approx(
        3 * 0.4 * NormalDist().stdev * (3.141592653589793**0.5) / 2
    )
