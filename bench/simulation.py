"""Alarms and verdicts in simulated periods, through batches as the tally makes them. Goals in docs/statistics.md.

The model: five statements on 1-4, each a cut of a normal variable, correlated 0,6 within a person; Poisson answers
on 75 working days of 105; a batch of one team whenever five or more wait at night. (A ballot that has waited 28
days goes to its law group's batch: with one team in the group it simply waits on, as here.) The baseline is the
batches closed in the 105 days before, or from further back until it has fifty questionnaires. A change is there on
day 1.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist, median

import numpy as np

from survey.scoring import early_warning, evidence, scores, target
from survey.scoring.early_warning import Baseline
from survey.scoring.scores import Scores

RUNS = 1000
SEED = 20261201
K = 5
STATEMENTS = 5
CORRELATION = 0.6
WORKDAYS = 75
HISTORY = 2 * WORKDAYS
VOLUMES = {"Ydelse": 0.72, "Opfølgning": 7.15}
USUAL = 3.4
TARGET = 3.0
SHAPE = (0.04, 0.12, 0.44)
"""Shares at or below 1, 2 and 3 of a statement whose mean is 3,4 (Opfølgning: 4, 8, 32 and 56 %)."""
NORMAL = NormalDist()
CUTS = [NORMAL.inv_cdf(share) for share in SHAPE]
SCORES = [Fraction(total, STATEMENTS) for total in range(4 * STATEMENTS + 1)]
GOALS = {
    ("Ydelse", 3.4): " (false; goal at most 9 %)",
    ("Opfølgning", 3.4): " (false; goal at most 9 %)",
    ("Ydelse", 2.9): " (goal at least 85 %)",
    ("Opfølgning", 3.1): " (goal at least 95 %, day 14 or sooner)",
    ("Ydelse", 3.0): " (both false; goal for over at most 5 %)",
    ("Opfølgning", 3.0): " (both false; goal for over at most 5 %)",
}
Batches = list[tuple[int, Scores]]
"""The working day in whose night each batch closed, from the start of the history, and its scores."""


@dataclass(frozen=True)
class World:
    """One run: answers' working days and traits, and each batch's day with how many answers have come by then."""

    days: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    traits: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    ends: list[tuple[int, int]]

    def batches(self, mean: float, *, before: float) -> Batches:
        """Every batch, when the mean was `before` in the history and is `mean` in the period."""
        shifts = np.where(self.days < HISTORY, shift(before), shift(mean))
        totals = (1 + np.searchsorted(CUTS, self.traits + shifts[:, None])).sum(axis=1)
        found: Batches = []
        first = 0
        for day, last in self.ends:
            seen = np.bincount(totals[first:last]).tolist()
            found.append((day, {SCORES[total]: n for total, n in enumerate(seen) if n}))
            first = last
        return found


def shift(mean: float) -> float:
    """How far the normal variable must move for a statement's mean to be `mean`."""
    low, high = -4.0, 4.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        reached = 4 - sum(NORMAL.cdf(cut - middle) for cut in CUTS)
        low, high = (middle, high) if reached < mean else (low, middle)
    return low


def world(draw: np.random.Generator, volume: float) -> World:
    """A history and the period after it."""
    arriving = draw.poisson(volume, HISTORY + WORKDAYS)
    days = np.repeat(np.arange(HISTORY + WORKDAYS), arriving)
    own = draw.standard_normal((len(days), 1)) * CORRELATION**0.5
    traits = own + draw.standard_normal((len(days), STATEMENTS)) * (1 - CORRELATION) ** 0.5
    ends, taken, come = [], 0, 0
    for day, n in enumerate(arriving.tolist()):
        come += n
        if come - taken >= K:
            ends.append((day, come))
            taken = come
    return World(days, traits, ends)


def of_period(batches: Batches) -> Batches:
    """Those closed in the period."""
    return [(day, one) for day, one in batches if day >= HISTORY]


def baseline(batches: Batches) -> tuple[Baseline | None, bool]:
    """The baseline before the period, and whether 105 days were enough for it."""
    taken: list[Scores] = []
    n, enough = 0, False
    for day, one in reversed([(day, one) for day, one in batches if day < HISTORY]):
        if day < HISTORY - WORKDAYS and n >= early_warning.SMALLEST_BASELINE:
            break
        taken.append(one)
        n += scores.size(one)
        enough = enough or (day >= HISTORY - WORKDAYS and n >= early_warning.SMALLEST_BASELINE)
    return early_warning.baseline(taken[::-1], SEED), enough


def alarm(base: Baseline | None, batches: Batches) -> int:
    """The day of the period, from 1, on whose morning the alarm is seen; more than a lifetime without one."""
    place = early_warning.watch(base, [one for _day, one in batches]).alarm if base else None
    if place is None:
        return 10**6
    since = batches[place][0] - HISTORY
    return since // 5 * 7 + since % 5 + 2


def verdict(batches: Batches) -> str:
    """What is said of the period's mean."""
    return target.judge(scores.moments_of(scores.together(one for _day, one in batches)), 4, TARGET).outcome


def claim(batches: Batches) -> str:
    """What may be claimed at some time in the period."""
    found = evidence.claim([one for _day, one in batches], 4, TARGET)
    return found.outcome if found else ""


def alarms(worlds: Sequence[World], name: str) -> Iterator[str]:
    """The lines about alarms in the group of that name."""
    found = [baseline(each.batches(USUAL, before=USUAL)) for each in worlds]
    bases = [base for base, _enough in found]
    within, at_all = share(enough for _base, enough in found), share(base is not None for base in bases)
    yield f"  the fifty questionnaires of a baseline: {within} in 105 days, {at_all} from further back too"
    for mean in (3.4, 3.1, 2.9):
        days = [
            alarm(base, of_period(each.batches(mean, before=USUAL)))
            for each, base in zip(worlds, bases, strict=True)
        ]
        middle = f"median day {median(days):.0f}" if median(days) < 10**6 else "most without"
        goal = GOALS.get((name, mean), "")
        yield f"  {USUAL} → {mean}: alarm in {share(day < 10**6 for day in days)}, {middle}{goal}"


def verdicts(worlds: Sequence[World], name: str) -> Iterator[str]:
    """The lines about verdicts, and about claims, which are made at any time."""
    said: tuple[tuple[str, Callable[[Batches], str]], ...] = (("verdict", verdict), ("claim", claim))
    for mean in (2.8, 3.0, 3.2):
        periods = [of_period(each.batches(mean, before=mean)) for each in worlds]
        for kind, say in said:
            words = [say(batches) for batches in periods]
            over, under = (share(word == which for word in words) for which in ("over mål", "under mål"))
            goal = GOALS.get((name, mean), "") if kind == "verdict" else ""
            yield f"  always {mean}: {kind} over {over}, under {under}{goal}"


def share(flags: Iterable[bool]) -> str:
    """How many of all, in percent."""
    listed = list(flags)
    return f"{100 * sum(listed) / len(listed):.1f} %"


def main() -> None:
    """Print the tables of both groups."""
    print(f"{RUNS} periods of 105 days each")
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
