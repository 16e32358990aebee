"""Is the mean over the target? Three outcomes, decided once per period, and how many answers a decision takes."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

from survey.scoring.distributions import normal_quantile
from survey.scoring.estimates import mean_bounds
from survey.scoring.scores import Moments

Outcome = Literal["over mål", "under mål", "kan ikke afgøres endnu", "for få svar"]

SMALLEST_JUDGED = 10
"""People behind a mean before it is judged."""
LEVEL = 0.95
MOST_MISSING = 100_000
"""More answers than this nobody will wait for."""


@dataclass(frozen=True)
class Judgement:
    """What may be said of a mean of `n` scores against a target.

    `lower` and `upper` are one-sided 95 % bounds in points of the scale, None below ten scores. `missing`: about
    how many more answers like these would decide it; None where it is decided, or never would be.
    """

    outcome: Outcome
    n: int
    lower: float | None
    upper: float | None
    missing: int | None


def judge(scores: Moments, points: int, target: float) -> Judgement:
    """The mean of `scores` on 1 … `points` against `target`: over it when the lower bound is, under it when the
    upper bound is.

    Asked once per period, "over mål" is wrong in at most 5 % of periods, "under mål" in 6 to 7 % (`mean_bounds`).
    Looked at every day either would be said far too often; `evidence` may be looked at always. Scores are persons'
    means, or the answers to one statement.
    """
    if scores.n < SMALLEST_JUDGED:
        return Judgement("for få svar", scores.n, None, None, None)
    lower, upper = mean_bounds(scores, points, LEVEL)
    outcome = _outcome(lower, upper, target)
    missing = answers_missing(scores, points, target) if outcome == "kan ikke afgøres endnu" else None
    return Judgement(outcome, scores.n, lower, upper, missing)


def _outcome(lower: float, upper: float, target: float) -> Outcome:
    if lower > target:
        return "over mål"
    return "under mål" if upper < target else "kan ikke afgøres endnu"


def answers_missing(scores: Moments, points: int, target: float) -> int | None:
    """How many more answers with the same mean and spread would decide it; 0 when it is decided.

    None when the mean is the target itself, or so near that more than `MOST_MISSING` would be needed.
    """
    if scores.mean == Fraction(target):
        return None

    def decided(n: int) -> bool:
        part = Fraction(n, scores.n)
        more = Moments(n, scores.total * part, scores.squares * part)
        return _outcome(*mean_bounds(more, points, LEVEL), target) != "kan ikke afgøres endnu"

    enough = scores.n
    while not decided(enough):
        if enough > MOST_MISSING:
            return None
        enough *= 2
    too_few = max(scores.n - 1, enough // 2)
    while enough - too_few > 1:
        between = (too_few + enough) // 2
        too_few, enough = (too_few, between) if decided(between) else (between, enough)
    return enough - scores.n


def answers_needed(distance: float, sd: float = 0.75, *, power: float = 0.8) -> int:
    """Answers that decide with probability `power`, one-sided 5 %, when the truth is `distance` from the target.

    `sd` is the standard deviation between persons, in points. Normal approximation, for planning a goal.
    """
    reach = normal_quantile(LEVEL) + normal_quantile(power)
    return ceil((reach * sd / distance) ** 2)
