"""Can a printed percentage be so many of so many? (Brown and Heathers 2017, GRIM.)"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from survey.scoring.danish import rounded


def numerator(percent: str, n: int, *, truncated: bool = False) -> int | None:
    """The k of `n` that is printed as `percent` ("31,7" or "31.7"), rounded half up or cut off; None: none is.

    The number of decimals printed counts. Where several fit, the lowest. Raises ValueError for no number.
    """
    text = percent.replace(",", ".")
    decimals = len(text.partition(".")[2])
    wanted = Fraction(text)
    near = floor(wanted * n / 100)
    fitting = (
        k for k in range(max(0, near - 1), min(n, near + 2) + 1) if _printed(k, n, decimals, truncated) == wanted
    )
    return next(fitting, None)


def _printed(k: int, n: int, decimals: int, truncated: bool) -> Fraction:
    share = Fraction(100 * k, n)
    return Fraction(floor(share * 10**decimals), 10**decimals) if truncated else rounded(share, decimals)


def denominators(
    percents: Sequence[str], first: int, last: int, *, truncated: bool = False
) -> list[tuple[int, tuple[int, ...]]]:
    """Each n from `first` to `last` of which all `percents` can be shares, with the k of each."""
    found = []
    for n in range(first, last + 1):
        ks = [numerator(percent, n, truncated=truncated) for percent in percents]
        fitting = tuple(k for k in ks if k is not None)
        if len(fitting) == len(ks):
            found.append((n, fitting))
    return found
