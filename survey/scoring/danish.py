"""Danish numbers: rounded half up from exact fractions, decimal comma, no-break space before the percent sign."""

from collections.abc import Sequence
from fractions import Fraction

NO_BREAK = "\N{NO-BREAK SPACE}"


def rounded(value: Fraction, decimals: int) -> Fraction:
    """`value` rounded half up (not half to even) to `decimals`."""
    return Fraction(_steps(value, decimals), 10**decimals)


def _steps(value: Fraction, decimals: int) -> int:
    """How many units of the last of `decimals` `value` is, rounded half up."""
    scale: int = 10**decimals
    return (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)


def rounded_down(value: Fraction, decimals: int) -> Fraction:
    """`value` cut off after `decimals`: for what is said of everything below it."""
    return Fraction((value * 10**decimals).__floor__(), 10**decimals)


def rounded_up(value: Fraction, decimals: int) -> Fraction:
    """The next of `decimals` from `value` on: for what is said of everything above it."""
    return Fraction((value * 10**decimals).__ceil__(), 10**decimals)


def number(value: Fraction, decimals: int) -> str:
    """`value` (not negative) in Danish: decimal comma, rounded half up to one or more `decimals`."""
    whole, rest = divmod(_steps(value, decimals), 10**decimals)
    return f"{whole},{rest:0{decimals}}"


def percent(share: Fraction) -> str:
    """`share` (a fraction of 1) as "53,6 %" with a no-break space."""
    return f"{number(share * 100, 1)}{NO_BREAK}%"


def count(n: int) -> str:
    """A whole number in Danish; four digits without a separator, as municipalities write them."""
    return str(n) if n < 10_000 else f"{n:,}".replace(",", ".")


def listed(names: Sequence[str]) -> str:
    """ "A", "A og B", "A, B og C"."""
    return " og ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def signed(value: Fraction, decimals: int) -> str:
    """`value` with its sign, "+0,12" or "−0,12" (a minus, no hyphen), rounded half away from 0; 0 has none."""
    text = number(abs(value), decimals)
    return f"{'' if rounded(abs(value), decimals) == 0 else '+' if value > 0 else '−'}{text}"
