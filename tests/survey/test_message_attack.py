"""What an attacker learns who adds the answers with and without a reminder to response rates by team and week.

Whoever was sent a questionnaire answered at first, was reminded and answered, was reminded and did not, or
neither: four hidden numbers for each team's week, and he solves linear programmes for every sum that is not told.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from survey import scoring, turnout_parts, workdays
from survey.turnout_parts import Part
from tests.survey.test_part_attack import FEWEST, OPEN, Unit, pages, unit

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

FIRST, SECOND, SILENT, NEITHER = range(4)
Place = tuple[int, date, int]
"""Team, week, and which of the four."""
Worlds = dict[Place, int]
Told = tuple[frozenset[Place], int]
"""What these numbers add up to."""


def reminded(of: Unit, rng: random.Random) -> Worlds:
    """How many were which; a part of the silent could not be reminded."""
    late, lost, found = rng.choice((0.1, 0.3, 0.6)), rng.choice((0.02, 0.2, 0.5)), defaultdict[Place, int](int)
    for row in of.rows:
        for person in range(row.sent):
            answered, again = person < row.answered, rng.random()
            which = (FIRST if again > late else SECOND) if answered else SILENT if again > lost else NEITHER
            found[row.team_id, row.week, which] += 1
    return found


def of_weeks(of: Unit, true: Worlds) -> Iterator[Told]:
    """How many were sent in each week, and in each block how many answered."""
    for team, week in {place[:2] for place in true}:
        mine = frozenset((team, week, which) for which in range(4))
        yield mine, sum(true.get(place, 0) for place in mine)
    for keys, low, high in pages(of):
        if low == high:
            weeks = {key[:2] for key in keys}
            yield frozenset((team, week, which) for team, week in weeks for which in (FIRST, SECOND)), low


def of_messages(of: Unit, every: Worlds) -> Iterator[Told]:
    """What is told of both messages in each quarter that is told, and every difference it leaves."""
    for quarter in {workdays.quarter(place[1]) for place in every}:
        true = {place: k for place, k in every.items() if workdays.quarter(place[1]) == quarter}
        n = [sum(k for place, k in true.items() if place[2] == which) for which in range(4)]
        weeks = [row for row in of.rows if workdays.quarter(row.week) == quarter]
        if not turnout_parts.is_told(Part("", sum(n), 0, n[FIRST] + n[SECOND]), weeks, quarter):
            continue
        parts = (Part("first", sum(n), 0, n[FIRST]), Part("reminder", n[SECOND] + n[SILENT], 0, n[SECOND]))
        for part in turnout_parts.messages(*parts, FEWEST):
            kinds = ((FIRST,) if part.value == "first" else (SECOND,)), part.answered
            yield _all(true, kinds[0]), kinds[1]
            if part.value == "reminder" and part.sent < sum(n):
                yield _all(true, (SECOND, SILENT)), part.sent


def _all(true: Worlds, kinds: Collection[int]) -> frozenset[Place]:
    return frozenset((*place[:2], which) for place in true for which in kinds)


def width(aim: Collection[Place], told: Sequence[Told]) -> tuple[int, int]:
    """The least and the most these numbers can add up to."""
    order = sorted(frozenset[Place]().union(*(places for places, _ in told)))
    at = {place: number for number, place in enumerate(order)}
    known = np.zeros((len(told), len(order)))
    for row, (places, _) in enumerate(told):
        known[row, [at[place] for place in places]] = 1
    problem: Any = {"A_eq": known, "b_eq": [total for _, total in told]}
    wanted = np.array([place in aim for place in order], dtype=float)
    least, most = linprog(wanted, **problem), linprog(-wanted, **problem)
    assert least.status == most.status == 0
    return ceil(least.fun - 1e-6), floor(-most.fun + 1e-6)


def secrets_of(true: Worlds) -> Iterator[tuple[frozenset[Place], int]]:
    """Of a team's week, a week or a team those of one kind whose share may not be printed; of how many it is."""
    found = defaultdict[Any, set[Place]](set)
    for team, week, _which in true:
        for where in ((team, week), week, team):
            for which in range(4):
                found[where, which].add((team, week, which))
    for places in found.values():
        n = sum(true.get((*place[:2], which), 0) for place in places for which in range(4))
        if not scoring.exact_share(sum(true.get(place, 0) for place in places), n, smallest=FEWEST):
            yield frozenset(places), n


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 60, 20)], ids=str)
def test_no_hidden_number_of_reminded_can_be_found(seeds: range) -> None:
    """Each stays open by three, or as far as its weeks' rates leave it."""
    kinds = set()
    for seed in seeds:
        rng, of = random.Random(seed), unit(seed, (8, 20, 60))
        true = reminded(of, rng)
        before, more = list(of_weeks(of, true)), list(of_messages(of, true))
        kinds.add(len(more))
        hidden = sorted(secrets_of(true), key=lambda pair: sorted(pair[0])) if more else []
        for places, size in rng.sample(hidden, min(25, len(hidden))):
            low, high = width(places, [*before, *more])
            if high - low < min(OPEN, size):
                least, most = width(places, before)
                assert high - low == most - least, (seed, sorted(places), low, high, least, most)
    assert {2, 3} <= kinds
