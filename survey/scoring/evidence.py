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
    grown = until @ np.array(won).reshape(len(known), len(bets))
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


def claim(batches: Sequence[Scores], points: int, target: float) -> Claim | None:
    """The latest claim that `batches` make against `target`; None while the evidence is below 20 both ways.

    A claim once made stands, until the evidence for the other side has grown to 20 too.
    """
    return _latest(evidence(batches, points, target), [size(scores) for scores in batches])


def share_claim(batches: Sequence[Share], each: int, target: float) -> Claim | None:
    """The same of a share: the latest claim by `share_evidence`."""
    return _latest(share_evidence(batches, each, target), [share.n for share in batches])


def mean_claim(batches: Sequence[Counts], each: int, target: float) -> Claim | None:
    """The latest claim about the mean of all answers, from how many chose each point in each batch.

    The mean is a share of the scale, over `target` where that share is: so this is `share_claim`, `each` being the
    statements a person can answer. The evidence is the least that any way would give in which answers with these
    means fall on persons and points.
    """
    parts = [Share(total(chosen) - answers(chosen), answers(chosen) * (len(chosen) - 1)) for chosen in batches]
    steps = len(batches[0]) - 1 if batches else 1
    found = share_evidence(parts, each * steps, (target - 1) / steps) if parts else []
    return _latest(found, [answers(chosen) for chosen in batches])


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
