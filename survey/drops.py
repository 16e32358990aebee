"""Has it dropped? What of a series is watched, against what, and where the early warning alarms. Pure rules."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from math import ceil

from survey.baselines import Rebased
from survey.cells import Counted, remembered
from survey.results import Period
from survey.scoring import early_warning, scores
from survey.scoring.early_warning import SMALLEST_BASELINE, Baseline

SEED = 1
"""Draws the limit of the early warning: the same answers always give the same alarm."""
A_YEAR = timedelta(days=365)
"""The days of a baseline, and those in which a false alarm may be raised with 5 %."""


def fewest(smallest: int) -> int:
    """People in a baseline: enough to watch by, and to tell the mean of (`smallest` is k)."""
    return max(SMALLEST_BASELINE, smallest)


def held(
    period: Period,
    before: Sequence[Counted],
    told: Sequence[Counted],
    rebased: Rebased | None,
    enough: int = SMALLEST_BASELINE,
) -> tuple[list[Counted], list[Counted]]:
    """The baseline, and what is watched against it, both in the order of closing.

    `enough` are the fewest people of a baseline. Neither knows the period's last day: in every period that begins
    on the same day they begin alike, so that an alarm stays where it was when more have answered. Where a person
    let the warning begin anew, nothing answered up to that day is in either; the first of the period's own then
    fill the baseline up.
    """
    if rebased is None:
        return _baseline(period.first, before, enough), list(told)
    ground, watched = ([one for one in part if one.first_on > rebased.since] for part in (before, told))
    ground = _baseline(period.first, ground, enough)
    people = sum(one.people for one in ground)
    while watched and people < enough:
        ground.append(watched.pop(0))
        people += ground[-1].people
    return ground, watched


def _baseline(first: date, before: Sequence[Counted], enough: int) -> list[Counted]:
    """The newest of `before`: those of a year, or as far back as a baseline takes."""
    begins = first - min(A_YEAR, first - date.min)
    found, people = list[Counted](), 0
    for counted in reversed(before):
        if counted.last_on < begins and people >= enough:
            break
        found.insert(0, counted)
        people += counted.people
    return found


def alarm(watched: Sequence[Counted], ground: Sequence[Counted]) -> Counted | None:
    """The cell at which the early warning first alarms; None when it does not, or has no baseline.

    The limit holds for as many people as the baseline lets a year expect; where more have answered, for twice as
    many, and so on. So whether a cell alarms is settled by it and those before it, never by what comes later.
    """
    place = _place([*ground, *watched], len(ground)) if watched else None
    return None if place is None else watched[place]


@remembered
def _place(cells: Sequence[Counted], begins: int) -> int | None:
    """Which of those watched it is (0 is the first); they are the cells from the place `begins` on."""
    ground, watched = cells[:begins], cells[begins:]
    people = [scores.of_people(one.persons) for one in watched]
    so_far = list(accumulate(map(scores.size, people)))
    enough = expected(ground, watched[0].first_on)
    while against := _against(ground, enough):
        place = early_warning.watch(against, people).alarm
        if place is not None and so_far[place] <= enough:
            return place
        if so_far[-1] <= enough:
            return None
        enough *= 2
    return None


def expected(ground: Sequence[Counted], until: date) -> int:
    """How many will answer in a year, if as many a day as since the first of `ground`, up to the day `until`."""
    if not ground:
        return 0
    days = max(1, (until - min(one.first_on for one in ground)).days)
    return ceil(sum(one.people for one in ground) * A_YEAR.days / days)


@remembered
def _against(ground: Sequence[Counted], watched: int) -> Baseline | None:
    if sum(one.people for one in ground) < SMALLEST_BASELINE:
        return None
    return early_warning.baseline([scores.of_people(one.persons) for one in ground], SEED, watched=watched)
