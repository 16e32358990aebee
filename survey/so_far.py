"""Is the mean over the level, of a period that is not over? Always valid: by the e-process, never by a test."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from survey import goal_verdicts, goals
from survey.cells import Counted, remembered
from survey.goal_verdicts import OUTCOMES, Group, Outcome, Verdict
from survey.goals import Goal
from survey.results import Period
from survey.scoring import evidence, scores
from survey.scoring.target import SMALLEST_JUDGED

LATELY = timedelta(days=45)
"""So long after the newest answering day a period that holds it may still get answers."""


def is_open(period: Period, today: date, newest: date | None) -> bool:
    """Whether `period` is not over: its last day is today or later, or it reaches the newest answers, of late.

    `newest` is the last answering day that is told, None where nothing is.
    """
    if period.last >= today:
        return True
    return newest is not None and is_newest(period, newest) and today - newest <= LATELY


def is_newest(period: Period, newest: date | None) -> bool:
    """Whether no answer is told that is newer than `period`."""
    return newest is None or newest <= period.last


def level(goal: Goal, group: Group) -> Verdict:
    """Over, under or undecided, and the sentence; the cells of `group` are in the order of closing.

    However often it is read before the period is over, it says "over" of a mean that is not in at most one of
    twenty periods, and "under" likewise. A mean that has gone back over the level since takes the claim with it.
    """
    mean, aim = group.moments, goals.number(goal.value)
    if mean.n < SMALLEST_JUDGED:
        return goal_verdicts.unjudged(mean.n)
    told = f"gennemsnittet er {group.series.mean.text} (n = {mean.n})."
    outcome = _claimed([cell.counted for cell in group.cells if cell.mean], goal.points, goal.value)
    if outcome == "undecided" or (mean.mean > goal.value) != (outcome == "over"):
        return "undecided", f"Kan ikke afgøres endnu: {told} Dommen falder, når perioden er slut."
    return outcome, f"Allerede nu sikkert {outcome} {aim}: {told} Det gælder, hvor ofte man end ser efter."


@remembered
def _claimed(told: Sequence[Counted], points: int, value: Fraction) -> Outcome:
    made = evidence.claim([scores.of_people(one.persons) for one in told], points, float(value))
    return OUTCOMES[made.outcome] if made else "undecided"
