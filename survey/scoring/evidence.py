"""A status against the target that may be looked at always: a mixture of bets on bounded scores (e-process)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log, log1p
from typing import TYPE_CHECKING, Literal

from survey.scoring.scores import Counts, Scores, answers, size, total
from survey.scoring.shares import Share

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Array = NDArray[float64]

ENOUGH = 20
"""Evidence from which a claim is made: false in at most 1 of 20, however often one looks."""
OVER = tuple(Fraction(percent, 100) for percent in (4, 10, 20, 30, 40, 50, 60, 70, 80, 90))
UNDER = tuple(Fraction(percent, 100) for percent in (2, 5, 10, 20, 30, 40, 50, 60, 70, 80))
"""Bets, as parts of the stake at which one answer at the wrong end would lose everything."""


@dataclass(frozen=True)
class Evidence:
    """Natural logarithms of the evidence after a batch, that the mean is `over` or `under` the target."""

    over: float
    under: float


@dataclass(frozen=True)
class Claim:
    """What is claimed, first after which batch (0 is the first), on how many scores, or answers of a share."""

    outcome: Literal["over mål", "under mål"]
    batch: int
    n: int


def evidence(batches: Sequence[Scores], points: int, target: float) -> list[Evidence]:
    """The evidence after each of `batches`, in the order in which they closed; scores on 1 … `points`.

    The mean over fixed bets of the product over persons of 1 + bet · (score - target), and the same with
    target - score (Waudby-Smith and Ramdas 2024). As the bets are fixed, the product does not depend on the order
    within a batch, which nobody knows. While the true mean is not on that side of the target, the evidence ever
    reaches 20 with probability 1/20 at most. Raises ValueError for a target at an end of the scale or beyond, and
    for a score off the scale.
    """
    if not 1 < target < points:
        raise ValueError("the target lies within the scale")
    import numpy as np  # costs a third of a second: only figures need it

    place: dict[Fraction, int] = {}
    found = [
        (row, place.setdefault(score, len(place)), n)
        for row, scores in enumerate(batches)
        for score, n in scores.items()
    ]
    known = list(place)
    if not all(1 <= score <= points for score in known):
        raise ValueError(f"a score lies outside 1-{points}")
    counts = np.zeros((len(batches), len(known)))
    for row, column, n in found:
        counts[row, column] = n
    # Whole numbers are summed, and only then multiplied out: nothing is rounded on the way.
    until = counts.cumsum(axis=0)
    over = _grown(until, known, [bet / (Fraction(target) - 1) for bet in OVER], target)
    under = _grown(until, known, [-bet / (points - Fraction(target)) for bet in UNDER], target)
    return [Evidence(*pair) for pair in zip(over, under, strict=True)]


def _grown(until: "Array", known: Sequence[Fraction], bets: Sequence[Fraction], target: float) -> list[float]:
    """The logarithm of the mean over `bets` after each batch, from how often each score came `until` then."""
    import numpy as np

    won = [[log1p(bet * (score - Fraction(target))) for bet in bets] for score in known]
    return _mixed(until @ np.array(won).reshape(len(known), len(bets)))


def _mixed(grown: "Array") -> list[float]:
    """The logarithm of the mean over bets, a column each, from their logarithms."""
    import numpy as np

    most = grown.max(axis=1, keepdims=True)
    found: list[float] = (most[:, 0] + np.log(np.exp(grown - most).mean(axis=1))).tolist()
    return found


def share_evidence(batches: Sequence[Share], each: int, target: float) -> list[Evidence]:
    """The evidence after each of `batches` that the share of all answers is over or under `target`, a part of 1.

    A person gives `each` answers at most and is one bet, on k - target · n of them; but how a batch's k fall on
    its persons nobody knows. So the evidence is the least that any way would give, that of k / each persons with
    all their answers among the k and (n - k) / each with none: the logarithm of a bet is concave (Hoeffding 1963).
    Raises ValueError for a target of 0 or 1, or beyond.
    """
    if not 0 < target < 1:
        raise ValueError("the target lies between 0 and 1")
    import numpy as np

    until = np.array([(share.n - share.k, share.k) for share in batches]).reshape(-1, 2).cumsum(axis=0) / each
    ends = (Fraction(0), Fraction(1))
    over = _grown(until, ends, [bet / Fraction(target) for bet in OVER], target)
    under = _grown(until, ends, [-bet / (1 - Fraction(target)) for bet in UNDER], target)
    return [Evidence(*pair) for pair in zip(over, under, strict=True)]


def mean_evidence(batches: Sequence[Counts], each: int, target: float, variance: Fraction) -> list[Evidence]:
    """The evidence that the mean of all answers is over or under `target`, from how many chose each point.

    It uses the batches' means alone, and that persons' own means do not differ by more than `variance`; a person
    answers `each` statements at most. Until each batch it is the least that persons with that mean and variance
    can give: so many at the wrong end of the scale, the others all alike (Bennett 1962). Someone who skips
    statements counts for less than one. Raises ValueError for a target at an end of the scale or beyond.
    """
    points = len(batches[0]) if batches else 2
    if batches and not 1 < target < points:
        raise ValueError("the target lies within the scale")
    import numpy as np

    sums = [(answers(chosen), total(chosen)) for chosen in batches]
    until = np.array(sums, dtype=float).reshape(-1, 2).cumsum(axis=0)
    people, mean = until[:, :1] / each, until[:, 1:] / until[:, :1]
    over = _least(people, mean - 1, points - 1, target - 1, variance, OVER)
    under = _least(people, points - mean, points - 1, points - target, variance, UNDER)
    return [Evidence(*pair) for pair in zip(over, under, strict=True)]


def _least(
    people: "Array", mean: "Array", most: float, target: float, variance: Fraction, bets: Sequence[Fraction]
) -> list[float]:
    """The logarithm of the mean over `bets` for scores on 0 … `most`: people at 0, others all at one."""
    import numpy as np

    mean = np.maximum(mean, 1e-9)
    spread = np.minimum(float(variance), mean * (most - mean))
    at_end, others = spread / (spread + mean**2), mean + spread / mean
    parts = np.array([float(bet) / target for bet in bets])
    grown = people * (at_end * np.log1p(-parts * target) + (1 - at_end) * np.log1p(parts * (others - target)))
    return _mixed(grown)


def mean_claim(batches: Sequence[Counts], each: int, target: float, variance: Fraction) -> Claim | None:
    """The same of the mean of all answers: the latest claim by `mean_evidence`."""
    return _latest(mean_evidence(batches, each, target, variance), [answers(chosen) for chosen in batches])


def claim(batches: Sequence[Scores], points: int, target: float) -> Claim | None:
    """The latest claim that `batches` make against `target`; None while the evidence is below 20 both ways.

    A claim once made stands, until the evidence for the other side has grown to 20 too.
    """
    return _latest(evidence(batches, points, target), [size(scores) for scores in batches])


def share_claim(batches: Sequence[Share], each: int, target: float) -> Claim | None:
    """The same of a share: the latest claim by `share_evidence`."""
    return _latest(share_evidence(batches, each, target), [share.n for share in batches])


def _latest(evidences: Sequence[Evidence], sizes: Sequence[int]) -> Claim | None:
    found: list[Claim] = []
    n = 0
    for batch, (seen, more) in enumerate(zip(evidences, sizes, strict=True)):
        n += more
        made = {one.outcome for one in found}
        if seen.over >= log(ENOUGH) and "over mål" not in made:
            found.append(Claim("over mål", batch, n))
        if seen.under >= log(ENOUGH) and "under mål" not in made:
            found.append(Claim("under mål", batch, n))
    return found[-1] if found else None
