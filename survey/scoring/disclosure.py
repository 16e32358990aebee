"""What may be shown, and as what: a `Figure` is all that leaves, and its value is no finer than its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from survey.scoring.danish import NO_BREAK, count, number, percent, rounded
from survey.scoring.estimates import mean_interval, wilson
from survey.scoring.scores import Moments, answers, total

SMALLEST_GROUP = 5
"""k: people behind a mean or a share before it is shown. A municipality can raise it, never lower it."""
SMALLEST_DISTRIBUTION = 10
"""People behind a distribution before it is shown."""
PRECISE_FROM = 50
"""People from which two decimals, and shares and means at the ends, are shown as they are."""
NARROWEST = 3
"""Between the least and the most a hidden count can be, unless every number is possible."""
TOO_FEW = "for få svar"
NOT_SHOWN = "vises ikke"


@dataclass(frozen=True)
class Figure:
    """A published figure: `text` as printed, `n` people behind it, `value` to plot (the printed one).

    A hidden figure has neither `n` nor `value`.
    """

    text: str
    n: int | None
    value: float | None

    @property
    def shown(self) -> bool:
        """False when the figure is hidden."""
        return self.value is not None


HIDDEN = Figure(TOO_FEW, None, None)
WITHHELD = Figure(NOT_SHOWN, None, None)
"""Hidden only so that another hidden figure cannot be found by subtraction."""


def published_count(n: int, *, smallest: int = SMALLEST_GROUP) -> str:
    """A whole number of people or meetings as it may be shown: "færre end 5" below `smallest`, also for none."""
    return count(n) if n >= smallest else f"færre end {smallest}"


def decimals(people: int) -> int:
    """Decimals of a mean: one below 50 people, two from 50."""
    return 2 if people >= PRECISE_FROM else 1


def published_mean(
    value: Fraction, people: int, points: int, *, answers: int = 0, smallest: int = SMALLEST_GROUP
) -> Figure:
    """A mean of `answers` (else one a person) on 1 … `points` as it may be shown, with `people` behind it.

    Hidden below `smallest`; below 50 people a mean near an end shows only which end. Near is 0,1, and so few
    points away in all that nobody can be at the other end, or at most one.
    """
    if people < smallest:
        return HIDDEN
    near = _near(points, answers or people)
    if people < PRECISE_FROM and value >= points - near:
        low = Fraction(floor((points - near) * 10), 10)
        return Figure(f"mindst {number(low, 1)}", people, float(low))
    if people < PRECISE_FROM and value <= 1 + near:
        high = Fraction(ceil((1 + near) * 10), 10)
        return Figure(f"højst {number(high, 1)}", people, float(high))
    places = decimals(people)
    return Figure(number(value, places), people, float(rounded(value, places)))


def _near(points: int, answers: int) -> Fraction:
    """So close to an end is near it, for a mean of `answers`."""
    return max(Fraction(1, 10), Fraction(points - 1, answers))


@lru_cache(maxsize=10_000)  # a page has hundreds, and the next page the same
def published_share(k: int, n: int, *, smallest: int = SMALLEST_GROUP) -> Figure:
    """The share k/n as it may be shown: "559/1043 = 53,6 %"; `value` is a fraction of 1.

    Hidden below `smallest`; below 50 people a share above 90 % or below 10 % has no numerator, and up to ten,
    where only "all" or "nobody" is so near an end, it is withheld.
    """
    if n < smallest:
        return HIDDEN
    share = Fraction(k, n)
    if n <= 10 and not Fraction(1, 10) <= share <= Fraction(9, 10):
        return WITHHELD
    if n < PRECISE_FROM and share > Fraction(9, 10):
        return Figure(f"mindst 90{NO_BREAK}%", n, 0.9)
    if n < PRECISE_FROM and share < Fraction(1, 10):
        return Figure(f"højst 10{NO_BREAK}%", n, 0.1)
    return Figure(f"{count(k)}/{count(n)} = {percent(share)}", n, float(rounded(share, 3)))


def capped(figure: Figure) -> bool:
    """True when `figure` is hidden or shows only an end: something a subtraction could uncover."""
    return not figure.shown or figure.text.startswith(("mindst", "højst"))


def k_of_n(share: Figure) -> tuple[int, int] | None:
    """The two numbers a share is printed with; None where it is hidden or shows only an end."""
    if capped(share) or "/" not in share.text:
        return None
    k, n = (int(part.replace(".", "")) for part in share.text.partition(" ")[0].split("/"))
    return k, n


def one_decimal(mean: Figure, value: Fraction | None) -> Figure:
    """A published mean of exactly `value` with one decimal; as it is when it is hidden or shows only an end."""
    if capped(mean) or value is None:
        return mean
    return Figure(number(value, 1), mean.n, float(rounded(value, 1)))


def exact_share(k: int, n: int, *, smallest: int = SMALLEST_GROUP) -> bool:
    """True when the share k/n may be shown with its numerator."""
    return n >= smallest and (n >= PRECISE_FROM or n <= 10 * k <= 9 * n)


def stays_open(part: int, k: int, n: int) -> bool:
    """True when k/n leaves open how many of k lie in a `part` of n: all possible numbers, or a span of three."""
    return min(part, k) - max(0, k - (n - part)) >= min(part, NARROWEST)


def exact_distribution(counts: Sequence[int], *, smallest: int = SMALLEST_DISTRIBUTION) -> bool:
    """True when every share may be shown with its numerator.

    Below 50 people one share under 10 % or over 90 % hides them all: the rest and the mean would give it away.
    """
    n = answers(counts)
    return all(exact_share(k, n, smallest=smallest) for k in counts)


def published_distribution(
    counts: Sequence[int], *, smallest: int = SMALLEST_DISTRIBUTION
) -> tuple[Figure, ...] | None:
    """The share of each point, lowest first; None when not every one may be shown."""
    n = answers(counts)
    return tuple(published_share(k, n) for k in counts) if exact_distribution(counts, smallest=smallest) else None


def published_wilson(k: int, n: int, *, smallest: int = SMALLEST_GROUP) -> tuple[str, str] | None:
    """Both ends of the Wilson interval as text; None where the share itself is hidden or capped."""
    if capped(published_share(k, n, smallest=smallest)):
        return None
    low, high = wilson(k, n)
    return percent(Fraction(low)), percent(Fraction(high))


def published_interval(scores: Moments, figure: Figure, points: int) -> tuple[str, str] | None:
    """Both ends of the mean's interval as text; None where the mean is hidden, capped or on under ten people.

    An interval tells how answers spread, so it follows the rule of distributions.
    """
    if capped(figure) or scores.n < SMALLEST_DISTRIBUTION:
        return None
    low, high = mean_interval(scores, points)
    places = decimals(scores.n)
    return number(Fraction(low), places), number(Fraction(high), places)


def part_ranges(n: int, total: int, whole: Sequence[int]) -> list[tuple[int, int]]:
    """The least and the most that each count of a part can be: `n` answers with the sum `total` out of `whole`.

    Exact, by trying every way (lowest point first). Raises ValueError when there is none.
    """
    import numpy as np  # only the night's work asks

    # All but the two highest points are tried; those follow from n and the total.
    *free, below, top = (np.arange(min(n, most) + 1) for most in whole)
    tried = np.array(np.meshgrid(*free, indexing="ij"))
    left = n - tried.sum(axis=0)
    rest = total - np.tensordot(np.arange(1, len(whole) - 1), tried, 1)
    highest = rest - (len(whole) - 1) * left
    second = left - highest
    fits = (highest >= 0) & (highest < len(top)) & (second >= 0) & (second < len(below))
    ways = [counts[fits] for counts in (*tried, second, highest)]
    return [(int(counts.min()), int(counts.max())) for counts in ways]


def protected(hidden: Sequence[bool], sizes: Sequence[int]) -> list[bool]:
    """`hidden`, and where exactly one part of a shown total is hidden, the smallest other one too."""
    result = list(hidden)
    if sum(result) == 1 and len(result) > 1:
        others = [place for place, is_hidden in enumerate(result) if not is_hidden]
        result[min(others, key=lambda place: (sizes[place], place))] = True
    return result


def withheld(means: Sequence[Figure], parts: Sequence[Sequence[int]]) -> list[Figure]:
    """`means` of the counts in `parts`, and as many more withheld as keep the unclear ones from being found.

    Fewest answers first. The scores behind what is hidden or capped stay as open as its text leaves them, or by
    three, when all other scores and the sum of all are taken as known.
    """
    result = list(means)
    clear = sorted(range(len(parts)), key=lambda place: (capped(result[place]), answers(parts[place]), place))
    clear = [place for place in clear if result[place].shown]
    while clear and not _open_together(result, parts):
        result[clear.pop(0)] = WITHHELD
    return result


def _open_together(means: Sequence[Figure], parts: Sequence[Sequence[int]]) -> bool:
    unclear = [(mean, part) for mean, part in zip(means, parts, strict=True) if capped(mean)]
    ranges = [_scores(mean, answers(part), len(part)) for mean, part in unclear]
    together = sum(total(part) for _, part in unclear)
    least, most = sum(low for low, _ in ranges), sum(high for _, high in ranges)
    return all(
        min(high, together - least + low) - max(low, together - most + high) >= min(NARROWEST, high - low)
        for low, high in ranges
    )


def _scores(mean: Figure, n: int, points: int) -> tuple[int, int]:
    """The least and the greatest sum of `n` scores that agree with a hidden or capped `mean`."""
    if mean.text.startswith("mindst"):
        return ceil((points - _near(points, n)) * n), points * n
    if mean.text.startswith("højst"):
        return n, floor((1 + _near(points, n)) * n)
    return n, points * n
