"""Alarms and verdicts in simulated periods, of cells as the page has them. Goals in docs/statistics.md.

The model: five statements on 1-4, each a cut of a normal variable, correlated 0,6 within a person; Poisson answers
on five working days of seven; a batch of one team whenever five or more wait at night, and a cell of batches
whenever the page may tell one. (A ballot that has waited 28 days goes to its law group's batch: with one team in
the group it simply waits on, as here.) A year of history, then a period: of 105 days, or of a year that somebody
looks at after every cell. A change is there on day 1. Baseline, limit and alarm are the page's (`survey.drops`).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, pairwise
from statistics import NormalDist, median

import numpy as np

from survey import cells, drops
from survey.cells import Counted
from survey.results import Period
from survey.scoring import evidence, scores, target
from survey.scoring.early_warning import SMALLEST_BASELINE

RUNS = 1000
SEED = 20261201
K = 5
STATEMENTS = 5
CORRELATION = 0.6
YEAR = 260
"""Working days."""
HISTORY = YEAR
PERIODS = {"105 days": 75, "a year": YEAR}
MANY = 100
MONDAY = date(2018, 1, 1)
VOLUMES = {"Ydelse": 0.72, "Opfølgning": 7.15}
USUAL = 3.4
TARGET = 3.0
SHAPE = (0.04, 0.12, 0.44)
"""Shares at or below 1, 2 and 3 of a statement whose mean is 3,4 (Opfølgning: 4, 8, 32 and 56 %)."""
NORMAL = NormalDist()
CUTS = [NORMAL.inv_cdf(share) for share in SHAPE]
GOALS = {
    ("Ydelse", 3.4): " (false; goal at most 9 %)",
    ("Opfølgning", 3.4): " (false; goal at most 9 %)",
    ("Ydelse", 2.9): " (goal at least 85 %)",
    ("Opfølgning", 3.1): " (goal at least 95 %, day 14 or sooner)",
    ("Ydelse", 3.0): " (both false; goal for over at most 5 %)",
    ("Opfølgning", 3.0): " (both false; goal for over at most 5 %)",
}
Cells = list[Counted]
_number = count(1)


@dataclass(frozen=True)
class World:
    """One run: answers' working days and traits, and each batch's day with how many answers have come by then."""

    days: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    traits: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    ends: list[tuple[int, int]]

    def cells(self, mean: float, *, before: float) -> Cells:
        """Every cell, when the mean was `before` in the history and is `mean` in the period."""
        shifts = np.where(self.days < HISTORY, shift(before), shift(mean))
        chosen = 1 + np.searchsorted(CUTS, self.traits + shifts[:, None])
        found: Cells = []
        first = 0
        for day, last in self.ends:
            made = counted(chosen[first:last], on(int(self.days[first])), on(day))
            if cells.may_stand(made, K):
                found.append(made)
                first = last
        return found


def on(day: int) -> date:
    """The date of a working day, counted from a Monday."""
    return MONDAY + timedelta(day // 5 * 7 + day % 5)


def counted(chosen: np.ndarray[tuple[int, ...], np.dtype[np.int64]], first: date, last: date) -> Counted:
    """What is counted of people, a row each with what they chose."""
    rows = tuple(tuple(np.bincount(column, minlength=5).tolist()) for column in chosen.T)
    persons = Counter((STATEMENTS, total) for total in chosen.sum(axis=1).tolist())
    return Counted(first, last, 1, len(chosen), rows, persons, {}, (0, 0, 0), cell=next(_number))


def shift(mean: float) -> float:
    """How far the normal variable must move for a statement's mean to be `mean`."""
    low, high = -4.0, 4.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        reached = 4 - sum(NORMAL.cdf(cut - middle) for cut in CUTS)
        low, high = (middle, high) if reached < mean else (low, middle)
    return low


def world(draw: np.random.Generator, volume: float) -> World:
    """A history and the year after it."""
    arriving = draw.poisson(volume, HISTORY + YEAR)
    days = np.repeat(np.arange(HISTORY + YEAR), arriving)
    own = draw.standard_normal((len(days), 1)) * CORRELATION**0.5
    traits = own + draw.standard_normal((len(days), STATEMENTS)) * (1 - CORRELATION) ** 0.5
    ends, taken, come = [], 0, 0
    for day, n in enumerate(arriving.tolist()):
        come += n
        if come - taken >= K:
            ends.append((day, come))
            taken = come
    return World(days, traits, ends)


def split(every: Cells, workdays: int) -> tuple[Cells, Cells]:
    """The baseline, and those that end in a period of so many working days."""
    period = Period(on(HISTORY), on(HISTORY + workdays) - timedelta(1))
    before = [one for one in every if one.last_on < period.first]
    told = [one for one in every if period.first <= one.last_on <= period.last]
    return drops.held(period, before, told, None)


def alarm(every: Cells) -> int:
    """The day of 105, from 1, on whose morning the alarm is seen; more than a lifetime without one."""
    ground, told = split(every, PERIODS["105 days"])
    found = drops.alarm(told, ground)
    return (found.last_on - on(HISTORY)).days + 2 if found else 10**6


def looks(every: Cells, workdays: int) -> list[bool]:
    """Whether there is an alarm, at each look of who looks after every cell; where they are many, every tenth."""
    ground, told = split(every, workdays)
    ends = range(len(told), 0, -1 if len(told) <= MANY else -10)
    return [drops.alarm(told[:seen], ground) is not None for seen in reversed(ends)]


def of_period(every: Cells) -> Cells:
    """Those of the 105 days."""
    return split(every, PERIODS["105 days"])[1]


def verdict(told: Cells) -> str:
    """What is said of the period's mean."""
    people = scores.of_all_people(one.persons for one in told)
    return target.judge(scores.moments_of(people), 4, TARGET).outcome


def claim(told: Cells) -> str:
    """What may be claimed at some time in the period."""
    found = evidence.claim([scores.of_people(one.persons) for one in told], 4, TARGET)
    return found.outcome if found else ""


def alarms(worlds: Sequence[World], name: str) -> Iterator[str]:
    """The lines about alarms in the group of that name."""
    stable = [each.cells(USUAL, before=USUAL) for each in worlds]
    people = [sum(one.people for one in split(every, YEAR)[0]) for every in stable]
    yield f"  a baseline of {SMALLEST_BASELINE} and more: {share(n >= SMALLEST_BASELINE for n in people)}"
    for words, workdays in PERIODS.items():
        seen = [looks(every, workdays) for every in stable]
        ever, end = [any(each) for each in seen], [each[-1:] == [True] for each in seen]
        gone = share(before and not after for before, after in zip(ever, end, strict=True))
        once = f"alarm at some look {share(ever)}{GOALS[name, USUAL]}"
        yield f"  stable, {words}: {once}, at the last {share(end)}, gone again {gone}"
    for mean in (3.1, 2.9):
        days = [alarm(each.cells(mean, before=USUAL)) for each in worlds]
        middle = f"median day {median(days):.0f}" if median(days) < 10**6 else "most without"
        goal = GOALS.get((name, mean), "")
        yield f"  {USUAL} → {mean}: alarm in {share(day < 10**6 for day in days)}, {middle}{goal}"


def verdicts(worlds: Sequence[World], name: str) -> Iterator[str]:
    """The lines about verdicts, and about claims, which are made at any time."""
    said: tuple[tuple[str, Callable[[Cells], str]], ...] = (("verdict", verdict), ("claim", claim))
    for mean in (2.8, 3.0, 3.2):
        periods = [of_period(each.cells(mean, before=mean)) for each in worlds]
        for kind, say in said:
            words = [say(told) for told in periods]
            over, under = (share(word == which for word in words) for which in ("over mål", "under mål"))
            goal = GOALS.get((name, mean), "") if kind == "verdict" else ""
            yield f"  always {mean}: {kind} over {over}, under {under}{goal}"


def share(flags: Iterable[bool]) -> str:
    """How many of all, in percent."""
    listed = list(flags)
    return f"{100 * sum(listed) / len(listed):.1f} %"


def main() -> None:
    """Print the tables of both groups."""
    print(f"{RUNS} periods each")
    for place, (name, volume) in enumerate(VOLUMES.items()):
        begun = time.perf_counter()
        draw = np.random.Generator(np.random.PCG64([SEED, place]))
        worlds = [world(draw, volume) for _run in range(RUNS)]
        pauses = [after - before for each in worlds for (before, _), (after, _) in pairwise(each.ends)]
        print(
            f"{name}: {volume:g} answers a working day, a batch every {median(pauses):.0f} working days (median)"
        )
        for part in (alarms, verdicts):
            for line in part(worlds, name):
                print(line, flush=True)
        print(f"  {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
