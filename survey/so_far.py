"""A goal in a period that is not over: always valid, by an e-process, or not judged yet; never by a test."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from operator import itemgetter

from survey import goal_verdicts, goals, top_two, workdays
from survey.cells import Counted, remembered
from survey.goal_verdicts import OUTCOMES, Evidence, Outcome, Verdict
from survey.goals import Goal
from survey.results import Period
from survey.scoring import evidence, scores
from survey.scoring.evidence import Claim
from survey.scoring.shares import Share
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


def judge(goal: Goal, seen: Evidence, last: date) -> Verdict:
    """Met ("over"), missed ("under") or undecided so far, and the sentence; the period ends on `last`.

    However often it is read before the period is over, it says "over" of a goal that is not met in at most one of
    twenty periods, and "under" likewise. The cells of `seen` are in the order of closing.
    """
    ways: Mapping[str, Callable[[Goal, Evidence, date], Verdict]]
    ways = {"level": level, "share": share, "trend": trend, "equality": equality}
    return ways[goal.kind](goal, seen, last)


# By an e-process -----------------------------------------------------------------------------------------


def level(goal: Goal, seen: Evidence, last: date) -> Verdict:
    """By the persons' own means, cell by cell in the order of closing."""
    group = seen.group
    mean = group.moments
    if mean.n < SMALLEST_JUDGED:
        return goal_verdicts.unjudged(mean.n)
    told = f"gennemsnittet er {group.series.mean.text} (n = {mean.n})"
    outcome = _mean_claimed(group.told, goal.points, goal.value)
    return _status(_still(outcome, mean.mean, goal.value), goals.number(goal.value), told, last)


@remembered
def _mean_claimed(told: Sequence[Counted], points: int, value: Fraction) -> Outcome:
    return _outcome(evidence.claim([scores.of_people(one.persons) for one in told], points, float(value)))


def share(goal: Goal, seen: Evidence, last: date) -> Verdict:
    """By the answers at the two highest points, as distributions came to be told: it uses nothing that is not."""
    found = top_two.of(seen.group.cells, seen.smallest)
    if found is None or not found.figure.shown:
        return "undecided", goal_verdicts.FEW_SHARES
    whole = [
        (cell.spread_on, cell.counted) for cell in seen.group.cells if cell.spread_on and top_two.is_whole(cell)
    ]
    whole.sort(key=itemgetter(0))
    outcome = _share_claimed([counted for _, counted in whole], tuple(day for day, _ in whole), goal.value)
    told = goal_verdicts.chosen(found, seen.points)
    return _status(_still(outcome, found.share.value, goal.value), goals.percent(goal.value), told, last)


@remembered
def _share_claimed(told: Sequence[Counted], days: Sequence[date], value: Fraction) -> Outcome:
    """By what was told on each of `days`, those of the cells: all of one day at once."""
    batches = [
        Share(*map(sum, zip(*(top_two.answers(one) for _, one in of_day), strict=True)))
        for _, of_day in groupby(zip(days, told, strict=True), key=itemgetter(0))
    ]
    return _outcome(evidence.share_claim(batches, len(told[0].statements), float(value))) if told else "undecided"


def _outcome(made: Claim | None) -> Outcome:
    return OUTCOMES[made.outcome] if made else "undecided"


def _still(outcome: Outcome, now: Fraction, value: Fraction) -> Outcome:
    """The claim; none of a figure that has gone back over the goal since."""
    return outcome if (now > value) == (outcome == "over") else "undecided"


def _status(outcome: Outcome, aim: str, told: str, last: date) -> Verdict:
    if outcome == "undecided":
        return _undecided(f"{told}.", last)
    return outcome, f"Allerede nu sikkert {outcome} {aim}: {told}. Det gælder, hvor ofte man end ser efter."


# When the period is over ---------------------------------------------------------------------------------

TOO_OFTEN = "Blev der dømt, hver gang man så efter, ville dommen for ofte være forkert."


def trend(_goal: Goal, seen: Evidence, last: date) -> Verdict:
    """Not before the period is over."""
    found = goal_verdicts.by_day(seen.group.told, seen.points)
    if found.kendall is None:
        return "undecided", goal_verdicts.too_few(found)
    return _undecided(f"perioden er ikke slut (n = {found.n}). {TOO_OFTEN}", last)


def equality(_goal: Goal, seen: Evidence, last: date) -> Verdict:
    """Not before the period is over."""
    mine, other = seen.group, seen.other
    if other is None:
        return "undecided", goal_verdicts.ALONE
    if not goal_verdicts.comparable(mine, other):
        return "undecided", goal_verdicts.FEW_COMPARED
    return _undecided(f"{goal_verdicts.side_by_side(mine, other)}. {TOO_OFTEN}", last)


def _undecided(told: str, last: date) -> Verdict:
    """With the day by which the verdict is there: then nobody waits for answers of a period to `last` any more."""
    day = workdays.long_date(last + LATELY + timedelta(days=1))
    return "undecided", f"Kan ikke afgøres endnu: {told} Dommen falder, når perioden er slut, senest {day}."
