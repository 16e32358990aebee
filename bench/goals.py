"""Goals looked at after every batch of a simulated period: how often a wrong verdict is told. In docs/goals.md.

The model is that of `bench.simulation`. A share is of the answers 3 and 4, each batch told at once; equality is of
Ydelse and Opfølgning. "At every look" is the verdict of a whole period, told whenever it is sure; "at the end" the
same once; "claim" what the e-process says at any look. On the border both "over" and "under" are false.
"""

import time
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import log

import numpy as np

from bench.simulation import (
    CUTS,
    HISTORY,
    NORMAL,
    RUNS,
    SEED,
    STATEMENTS,
    USUAL,
    VOLUMES,
    Batches,
    World,
    of_period,
    share,
    world,
)
from survey.scoring import comparisons, estimates, evidence, scores, shares, trends
from survey.scoring.scores import Moments
from survey.scoring.shares import Share
from survey.scoring.target import SMALLEST_JUDGED

AIM = 0.8
MARGIN = 0.3
ENOUGH = log(evidence.ENOUGH)
NOBODY = Moments(0, Fraction(0), Fraction(0))


def line(said: str, kind: str, told: Iterable[set[str]]) -> None:
    """Print in how many periods "over" was told, and in how many "under"."""
    listed = list(told)
    over, under = (share(word in words for words in listed) for word in ("over", "under"))
    print(f"  {said}: {kind} over {over}, under {under}", flush=True)


def beside(lower: float, upper: float, aim: float) -> str:
    """What two bounds say of the aim."""
    return "over" if lower > aim else "under" if upper < aim else ""


# A share -------------------------------------------------------------------------------------------------


def answered(of: World, top: float) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """The answers of each batch of the period, a row a person, when the share `top` of all answers is 3 or 4."""
    answers = 1 + np.searchsorted(CUTS, of.traits + CUTS[1] - NORMAL.inv_cdf(1 - top))
    begins = [0, *(end for _day, end in of.ends)]
    return [answers[begin:end] for begin, (day, end) in zip(begins, of.ends, strict=False) if day >= HISTORY]


def counted(batch: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[list[int], Moments]:
    """How many chose each point, and the persons' own means."""
    sums = np.bincount(batch.sum(axis=1)).tolist()
    people = {(batch.shape[1], total): n for total, n in enumerate(sums) if n}
    return np.bincount(batch.ravel(), minlength=5)[1:].tolist(), scores.moments_of(scores.of_people(people))


def until_then(batches: Sequence[tuple[list[int], Moments]]) -> list[tuple[list[int], Moments]]:
    """The same of all batches up to each, from the one with which ten persons have answered."""
    chosen, people, found = [0] * 4, NOBODY, []
    for more, who in batches:
        chosen = scores.pooled([chosen, more])
        people = Moments(people.n + who.n, people.total + who.total, people.squares + who.squares)
        if people.n >= SMALLEST_JUDGED:
            found.append((chosen, people))
    return found


def by_wilson(look: tuple[list[int], Moments]) -> str:
    """The verdict on a share, as a period that is over has it."""
    chosen, people = look
    of = Share(sum(chosen[-2:]), sum(chosen), shares.design_effect(people, chosen))
    return beside(*shares.share_bounds(of), AIM)


def claimed(batches: Sequence[tuple[list[int], Moments]]) -> set[str]:
    """What may be claimed of a share at some look."""
    told = [Share(sum(chosen[-2:]), sum(chosen)) for chosen, _people in batches]
    found = evidence.share_evidence(told, STATEMENTS, AIM)
    ever = {"over": max(one.over for one in found), "under": max(one.under for one in found)}
    return {word for word, most in ever.items() if most >= ENOUGH}


def of_shares(worlds: Sequence[World]) -> None:
    """The lines about a share of `AIM`."""
    for top in (0.65, 0.7, 0.75, AIM, 0.85, 0.9):
        periods = [[counted(batch) for batch in answered(each, top)] for each in worlds]
        said = f"share {top:g}, goal {AIM:g}"
        looks = [until_then(batches) for batches in periods]
        if top == AIM:
            line(said, "at every look", ({by_wilson(look) for look in each} for each in looks))
        line(said, "at the end", ({by_wilson(look) for look in each[-1:]} for each in looks))
        line(said, "claim", (claimed(batches) for batches in periods))


# A rise --------------------------------------------------------------------------------------------------


def by_kendall(look: Batches) -> str:
    """The verdict on a rise."""
    found = trends.kendall([(day // 5 * 7 + day % 5, one) for day, one in look])
    return ("over" if found.s > 0 else "under") if found.p < 0.05 else ""


def of_rises(worlds: Sequence[World]) -> None:
    """The lines about a rise where nothing changes."""
    looks: list[list[str]] = []
    for each in worlds:
        batches = of_period(each.batches(USUAL, before=USUAL))
        sizes = np.cumsum([scores.size(one) for _day, one in batches]).tolist()
        enough = [place for place, n in enumerate(sizes, 1) if n >= trends.SMALLEST_TREND]
        whole = [batches[:place] for place in enough if place >= trends.FEWEST_DAYS]
        looks.append([by_kendall(look) for look in whole])
    line("no change, goal a rise", "at every look", map(set, looks))
    line("no change, goal a rise", "at the end", (set(words[-1:]) for words in looks))


# Both groups alike ---------------------------------------------------------------------------------------

Mean = tuple[Moments, tuple[float, float]]
"""Persons' own means, and the bounds of theirs."""


def one_by_one(of: World, mean: float) -> list[tuple[int, Mean]]:
    """After each batch its day and all until then, from the one with which ten persons have answered."""
    people, found = NOBODY, []
    for day, one in of_period(of.batches(mean, before=mean)):
        who = scores.moments_of(one)
        people = Moments(people.n + who.n, people.total + who.total, people.squares + who.squares)
        if people.n >= comparisons.SMALLEST_COMPARED:
            found.append((day, (people, estimates.mean_bounds(people, 4))))
    return found


def by_difference(look: tuple[Mean, Mean]) -> str:
    """The verdict on equality within `MARGIN`."""
    (first, of_first), (second, of_second) = look
    found = shares.mean_difference(first.mean, second.mean, of_first, of_second)
    widest = max(abs(found.low), abs(found.high))
    nearest = 0.0 if found.low <= 0 <= found.high else min(abs(found.low), abs(found.high))
    return "over" if widest < MARGIN else "under" if nearest > MARGIN else ""


def looks_at_both(
    first: Sequence[tuple[int, Mean]], second: Sequence[tuple[int, Mean]]
) -> list[tuple[Mean, Mean]]:
    """Both as they stand after each day on which either has a batch."""
    left, right = dict(first), dict(second)
    found, mine, other = [], None, None
    for day in sorted({*left, *right}):
        mine, other = left.get(day, mine), right.get(day, other)
        if mine and other:
            found.append((mine, other))
    return found


def of_equality(first: Sequence[World], second: Sequence[World]) -> None:
    """The lines about equality of two groups that lie `MARGIN` apart."""
    for mine, other in ((USUAL, USUAL - MARGIN), (USUAL - MARGIN, USUAL)):
        looks = [
            [by_difference(look) for look in looks_at_both(one_by_one(one, mine), one_by_one(two, other))]
            for one, two in zip(first, second, strict=True)
        ]
        said = f"Ydelse {mine:.1f}, Opfølgning {other:.1f}, goal at most {MARGIN:g} apart"
        line(said, "at every look", map(set, looks))
        line(said, "at the end", (set(words[-1:]) for words in looks))


def main() -> None:
    """Print the lines of both groups, and of both together."""
    print(f"{RUNS} periods of 105 days each")
    begun, found = time.perf_counter(), []
    for place, (name, volume) in enumerate(VOLUMES.items()):
        draw = np.random.Generator(np.random.PCG64([SEED, place]))
        found.append([world(draw, volume) for _run in range(RUNS)])
        print(f"{name}: {volume:g} answers a working day")
        of_shares(found[-1])
        of_rises(found[-1])
    print("Both")
    of_equality(*found)
    print(f"  {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
