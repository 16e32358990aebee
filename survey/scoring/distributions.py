"""Tails and quantiles of the distributions the tests end in. Two-sided p-values are at most 1."""

from math import erfc, sqrt
from statistics import NormalDist


def normal_quantile(probability: float) -> float:
    """The standard normal quantile."""
    return NormalDist().inv_cdf(probability)


def normal_p(z: float) -> float:
    """Two-sided p of a standard normal `z`."""
    return erfc(abs(z) / sqrt(2))


def chi_square_p(statistic: float, df: int) -> float:
    """The upper tail of chi-square with `df` degrees of freedom."""
    from scipy.special import chdtrc  # costs half a second: only figures need it

    return float(chdtrc(df, statistic))


def t_p(t: float, df: float) -> float:
    """Two-sided p of Student's t."""
    from scipy.special import stdtr  # costs half a second: only figures need it

    return 2 * float(stdtr(df, -abs(t)))


def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t."""
    from scipy.special import stdtrit  # costs half a second: only figures need it

    return float(stdtrit(df, probability))


def f_quantile(probability: float, numerator_df: float, denominator_df: float) -> float:
    """The quantile of the F distribution."""
    from scipy.special import fdtri  # costs half a second: only figures need it

    return float(fdtri(numerator_df, denominator_df, probability))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The quantile of the Beta distribution."""
    from scipy.special import betaincinv  # costs half a second: only figures need it

    return float(betaincinv(a, b, probability))
