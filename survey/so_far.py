"""A goal in a period that is not over: always valid, by an e-process, or judged by the part that is over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from operator import itemgetter

from survey import figures, goal_verdicts, goals, scatter, scoring, top_two, workdays
from survey.cells import Counted, remembered
from survey.goal_verdicts import OUTCOMES, Evidence, Group, Outcome, Verdict
from survey.goals import Goal
from survey.results import Period
from survey.scoring import evidence
from survey.scoring.evidence import Claim
from survey.scoring.shares import Share
from survey.scoring.target import SMALLEST_JUDGED

LATELY = timedelta(days=45)
"""So long after the newest answering day a period that holds it may still get answers."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Unfinished:
    """A period that is not over, from the day `first` on.

    `over` is the last day of the part of it that is over, whole calendar quarters at least one; None without one.
    `coming` is the last day of the part that will be over next.
    """

    first: date
    over: date | None
    coming: date

    @property
    def judged_on(self) -> date:
        """The day from which the part that is over next is judged: nobody waits for answers of it any more."""
        return self.coming + LATELY + A_DAY


def unfinished(period: Period, today: date, newest: date | None) -> Unfinished | None:
    """What of `period` is over, and what will be; None where all of it is.

    It is not over while its last day is today or later, or while it reaches the newest answers, of late. `newest`
    is the last answering day that is told, None where nothing is.
    """
    lately = newest is not None and is_newest(period, newest) and today - newest <= LATELY
    if period.last < today and not lately:
        return None
    waiting = today - LATELY
    whole = workdays.quarter(period.first)
    if whole < period.first:
        whole = workdays.quarter_end(period.first) + A_DAY
    over, coming = workdays.quarter(waiting) - A_DAY, workdays.quarter_end(max(waiting, whole))
    if period.last >= today:
        coming = min(coming, period.last)
    return Unfinished(period.first, over if over > whole else None, coming)


def is_newest(period: Period, newest: date | None) -> bool:
    """Whether no answer is told that is newer than `period`."""
    return newest is None or newest <= period.last


def judge(goal: Goal, seen: Evidence, of: Unfinished) -> Verdict:
    """Met ("over"), missed ("under") or undecided so far, and the sentence.

    However often it is read while the period begins on the same day, it says "over" of a level or share that is
    not met in at most one of twenty periods, and "under" likewise. A rise and equality are judged once for each
    part that is over. The cells of `seen` are in the order of closing.
    """
    ways: Mapping[str, Callable[[Goal, Evidence, Unfinished], Verdict]]
    ways = {"level": level, "share": share, "trend": trend, "equality": equality}
    return ways[goal.kind](goal, seen, of)


# By an e-process -----------------------------------------------------------------------------------------


def level(goal: Goal, seen: Evidence, of: Unfinished) -> Verdict:
    """By the means of the cells, in the order of closing, and persons who differ as is usual.

    Where distributions tell that they differ more, they do. Nothing else of single persons is used.
    """
    mean, people = seen.group.series.mean, seen.group.moments.n
    if not mean.shown or people < SMALLEST_JUDGED:
        return goal_verdicts.unjudged(seen.group)
    told = f"gennemsnittet er {mean.text} (n = {people})"
    usual, found = scatter.usual(seen.points), scatter.told(seen.group.cells)
    variance = max(usual, found.variance) if found else usual
    outcome = _still(_mean_claimed(seen.group.told, goal.value, variance), goal_verdicts.side(mean, goal.value))
    spread = " og med sædvanlig spredning" if variance == usual else ""
    return _status(outcome, goals.number(goal.value), told, of, spread)


@remembered
def _mean_claimed(told: Sequence[Counted], value: Fraction, variance: Fraction) -> Outcome:
    batches = [scoring.pooled(one.chosen) for one in told]
    return _outcome(evidence.mean_claim(batches, len(told[0].statements), float(value), variance))


def share(goal: Goal, seen: Evidence, of: Unfinished) -> Verdict:
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
    return _status(
        _still(outcome, goal_verdicts.side(found.figure, goal.value)), goals.percent(goal.value), told, of
    )


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


def _still(claimed: Outcome, now: Outcome) -> Outcome:
    """The claim; none of a figure that is printed on the other side of the goal, or on it."""
    return claimed if claimed == now else "undecided"


def _status(outcome: Outcome, aim: str, told: str, of: Unfinished, spread: str = "") -> Verdict:
    if outcome == "undecided":
        last, day = map(workdays.long_date, (of.coming, of.judged_on))
        return "undecided", f"Kan ikke afgøres endnu: {told}. En periode til og med {last} kan dømmes fra {day}."
    since = f"Regnet fra {workdays.long_date(of.first)}{spread} gælder det, hvor ofte man end ser efter."
    return outcome, f"Allerede nu sikkert {outcome} {aim}: {told}. {since}"


# By the part that is over --------------------------------------------------------------------------------

TOO_OFTEN = "Blev der dømt, hver gang man så efter, ville dommen for ofte være forkert."


def trend(goal: Goal, seen: Evidence, of: Unfinished) -> Verdict:
    """By the part that is over, where it has answers enough."""
    part = until(seen.group, of, seen.smallest)
    if not why_untrending(part):
        return _of_part(goal_verdicts.trend(goal, replace(seen, group=part)), of)
    return "undecided", why_untrending(seen.group) or waits(seen.group, of)


def why_untrending(group: Group) -> str:
    """Why no trend of `group` is spoken of; "" where one is."""
    return goal_verdicts.untrending(group, goal_verdicts.by_day(group.told, len(group.series.labels)))


def waits(group: Group, of: Unfinished) -> str:
    """The sentence about a trend of a period of which no part is over, or too little."""
    return _undecided(f"perioden er ikke slut (n = {group.moments.n})", of)


def equality(goal: Goal, seen: Evidence, of: Unfinished) -> Verdict:
    """By the part that is over, where both groups have answers enough in it."""
    mine, other = seen.group, seen.other
    if other is None:
        return "undecided", goal_verdicts.alone(mine)
    part, beside = (until(group, of, seen.smallest) for group in (mine, other))
    if goal_verdicts.comparable(part, beside):
        return _of_part(goal_verdicts.equality(goal, replace(seen, group=part, other=beside)), of)
    if not goal_verdicts.comparable(mine, other):
        return "undecided", goal_verdicts.FEW_COMPARED
    return "undecided", _undecided(goal_verdicts.side_by_side(mine, other), of)


def until(group: Group, of: Unfinished, smallest: int) -> Group:
    """What of `group` was answered in the part that is over, with its own mean; nothing where none is."""
    cells = [cell for cell in group.cells if of.over and cell.counted.last_on <= of.over]
    mean = figures.published(figures.together(cell.counted for cell in cells if cell.mean), smallest)
    return Group(group.law, replace(group.series, mean=mean), cells)


def said_of(of: Unfinished) -> str:
    """What a sentence about the part that is over ends with."""
    return f" Det gælder svarene til og med {workdays.long_date(of.over or of.coming)}."


def _of_part(verdict: Verdict, of: Unfinished) -> Verdict:
    outcome, sentence = verdict
    return outcome, sentence + said_of(of)


def _undecided(told: str, of: Unfinished) -> str:
    return f"Kan ikke afgøres endnu, tidligst {workdays.long_date(of.judged_on)}: {told}. {TOO_OFTEN}"
