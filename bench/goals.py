"""What the page says of goals, in simulated periods of 105 days: how often it is wrong, and how often it is sure.

The model is that of `bench.simulation`, the verdicts are the page's own, and each batch is a cell. "At the end" is
the verdict of a period that is over, where distributions are told, or with the usual spread where none is; "claim"
what is said at some look, a look after every batch. On the border both "over" and "under" are false. The numbers
are in docs/goals.md.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench.simulation import CORRELATION, CUTS, NORMAL, RUNS, SEED, STATEMENTS, USUAL, VOLUMES, K, share, shift
from survey import figures, goal_verdicts, scatter
from survey.cells import Counted
from survey.figures import Series
from survey.goal_verdicts import Evidence, Group, Outcome
from survey.goals import Goal
from survey.results import CellView, Counts, Period
from survey.scoring import evidence
from survey.scoring.shares import Share

WORKDAYS = 75
MONDAY = date(2018, 1, 1)
TARGET = Fraction(3)
AIM = Fraction(8, 10)
MARGIN = Fraction(3, 10)
PERIOD = Period(MONDAY, MONDAY + timedelta(104))
Answers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Batches = list[tuple[int, Answers]]
"""The working day in whose night each batch closed, and its answers, a row a person."""
Traits = list[tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]]
"""The same of the normal variables that answers are cuts of."""


# The model -----------------------------------------------------------------------------------------------


def traits(draw: np.random.Generator, volume: float) -> Traits:
    """A period of batches, each of five people or more who wait at night."""
    found: Traits = []
    waiting = 0
    for day, n in enumerate(draw.poisson(volume, WORKDAYS).tolist()):
        waiting += n
        if waiting >= K:
            own = draw.standard_normal((waiting, 1)) * CORRELATION**0.5
            found.append((day, own + draw.standard_normal((waiting, STATEMENTS)) * (1 - CORRELATION) ** 0.5))
            waiting = 0
    return found


def answered(of: Traits, up: float) -> Batches:
    """What is answered when the normal variables lie `up` higher."""
    return [(day, 1 + np.searchsorted(CUTS, one + up)) for day, one in of]


def series_of(version: Any) -> Series:
    """A series without answers; its mean is put in later."""
    parts: dict[str, Any] = {key: [] for key in ("teams", "weeks", "meetings", "cells", "waiting")}
    unshown = [SimpleNamespace(law="LAS", version_id=1, mode="remote", n=1)]
    read: dict[str, Any] = {"versions": [version], "unshown": unshown, **parts}
    (series,) = figures.section(Counts(period=PERIOD, smallest=K, **read), "LAS").series
    return series


EMPTY = series_of(SimpleNamespace(id=1, name="", number=1, points=4, labels="1234", texts="12345"))


def group(batches: Batches, *, days: bool = False) -> Group:
    """The batches as a cell each where their `days` matter, else as one; all distributions are told."""
    parts = batches if days else [(batches[-1][0], np.concatenate([one for _day, one in batches]))]
    counts = [counted(*each) for each in parts]
    every = tuple(range(1, STATEMENTS + 1))
    cells = [CellView(None, "LAS", 1, "remote", one, True, every, every, False) for one in counts]
    return Group("LAS", replace(EMPTY, mean=figures.published(figures.together(counts), K)), cells)


def untold(of: Group) -> Group:
    """The same without distributions."""
    return replace(of, cells=[replace(cell, spread=None) for cell in of.cells])


def counted(day: int, answers: Answers) -> Counted:
    """What is counted of these people."""
    on = MONDAY + timedelta(day // 5 * 7 + day % 5)
    rows = tuple(tuple(np.bincount(column, minlength=5).tolist()) for column in answers.T)
    persons = Counter((STATEMENTS, total) for total in answers.sum(axis=1).tolist())
    return Counted(on, on, 1, len(answers), rows, persons, {}, (0, 0, 0))


def line(said: str, kind: str, told: Iterable[Outcome | set[str]]) -> None:
    """Print in how many periods "over" was told, and in how many "under"."""
    listed = [{one} if isinstance(one, str) else one for one in told]
    over, under = (share(word in words for words in listed) for word in ("over", "under"))
    print(f"  {said}: {kind} over {over}, under {under}", flush=True)


def verdict(kind: str, value: Fraction, mine: Group, other: Group | None = None) -> Outcome:
    """What is said of a period that is over."""
    return goal_verdicts.judge(Goal(1, None, 4, kind, value, MONDAY), Evidence(mine, other, K))[0]


# Each kind of goal ---------------------------------------------------------------------------------------


def claimed(found: Sequence[evidence.Evidence]) -> set[str]:
    """What is claimed at some look, whatever is claimed later."""
    ever = {"over": max(one.over for one in found), "under": max(one.under for one in found)}
    return {word for word, most in ever.items() if most >= np.log(evidence.ENOUGH)}


def of_levels(worlds: Sequence[Traits]) -> None:
    """The lines about a level of `TARGET`."""
    for mean in (2.8, 3.0, 3.2, 3.4):
        periods = [answered(each, shift(mean)) for each in worlds]
        said = f"mean {mean:g}, goal {float(TARGET):g}"
        groups = [group(each) for each in periods]
        line(said, "at the end, spread told", (verdict("level", TARGET, each) for each in groups))
        line(said, "at the end, spread usual", (verdict("level", TARGET, untold(each)) for each in groups))
        line(said, "claim", (claimed(of_means(each)) for each in periods))


def of_means(batches: Batches) -> list[evidence.Evidence]:
    """The evidence about a level, after each batch."""
    chosen = [np.bincount(one.ravel(), minlength=5)[1:].tolist() for _day, one in batches]
    return evidence.mean_evidence(chosen, STATEMENTS, float(TARGET), scatter.usual(4))


def of_shares(worlds: Sequence[Traits]) -> None:
    """The lines about a share of `AIM`."""
    for top in (0.65, 0.7, 0.75, float(AIM), 0.85, 0.9):
        periods = [answered(each, CUTS[1] - NORMAL.inv_cdf(1 - top)) for each in worlds]
        said = f"share {top:g}, goal {float(AIM):g}"
        line(said, "at the end", (verdict("share", AIM, group(each)) for each in periods))
        told = ([Share(int((one > 2).sum()), one.size) for _day, one in each] for each in periods)
        line(said, "claim", (claimed(evidence.share_evidence(each, STATEMENTS, float(AIM))) for each in told))


def of_rises(worlds: Sequence[Traits]) -> None:
    """The line about a rise where nothing changes."""
    periods = (group(answered(each, shift(USUAL)), days=True) for each in worlds)
    line("no change, goal a rise", "at the end", (verdict("trend", TARGET, each) for each in periods))


def of_equality(first: Sequence[Traits], second: Sequence[Traits]) -> None:
    """The lines about equality: of two groups that lie `MARGIN` apart, where both are false, and of others."""
    for mine, other in ((3.4, 3.1), (3.1, 3.4), (3.4, 3.4), (3.4, 2.8)):
        left, right = (
            [group(answered(each, shift(mean))) for each in worlds]
            for mean, worlds in ((mine, first), (other, second))
        )
        said = f"Ydelse {mine:g}, Opfølgning {other:g}, goal at most {float(MARGIN):g} apart"
        both = list(zip(left, right, strict=True))
        line(said, "at the end, spread told", (verdict("equality", MARGIN, *each) for each in both))
        line(said, "at the end, spread usual", (verdict("equality", MARGIN, *map(untold, each)) for each in both))


def main() -> None:
    """Print the lines of both groups, and of both together."""
    print(f"{RUNS} periods of 105 days each")
    begun, found = time.perf_counter(), []
    for place, (name, volume) in enumerate(VOLUMES.items()):
        draw = np.random.Generator(np.random.PCG64([SEED, place]))
        found.append([traits(draw, volume) for _run in range(RUNS)])
        print(f"{name}: {volume:g} answers a working day")
        parts: tuple[Callable[[Sequence[Traits]], None], ...] = (of_levels, of_shares, of_rises)
        for part in parts:
            part(found[-1])
    print("Both")
    of_equality(*found)
    print(f"  {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
