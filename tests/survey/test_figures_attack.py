"""What an attacker learns who keeps everything published: every period, team and day, and the public page.

All of it is made of what a cell tells by itself and what a group of cells does. So the attacker is given these
numbers exactly, and solves a linear programme for every count that is not among them.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from scipy.optimize import linprog

from survey import cells, figures, public_figures, scoring, telling
from survey.cells import Counted, Unit, Untold
from survey.results import CellView, Counts, Period, TeamView
from survey.waves import Wave

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

DAY = date(2021, 5, 5)
SMALLEST = 5
MOODS = ((1, 2, 5, 8), (0, 0, 1, 12), (3, 3, 3, 3), (0, 0, 0, 1), (9, 1, 0, 0), (0, 1, 2, 30), (5, 0, 0, 5))
TEAM = Unit(1, "LAS", 1, "remote")
OTHER = Unit(None, "LAS", 1, "remote")
VERSION = SimpleNamespace(id=1, name="Ydelse", number=1, points=4, labels=["1", "2", "3", "4"])
Place = tuple[int, int, int]
"""A cell's place in its group, a statement's, and the point chosen (0 for "ved ikke")."""
Equation = tuple[Mapping[Place, float], float]
"""Weights of counts, and their sum."""


@dataclass(frozen=True)
class Group:
    """Cells whose distributions are told together, or not yet; `means` are the groups of statements' means."""

    cells: Sequence[Counted]
    means: Sequence[tuple[range, Sequence[int]]]
    spread: Sequence[int]


Person = tuple[int, ...]
"""One citizen's answer to each statement, 0 for "ved ikke"."""


def people(rng: random.Random, statements: int, of: Sequence[Sequence[int]] = MOODS) -> list[Person]:
    """Who answers in a night: five to forty people, of one mind or of several, some of whom say "ved ikke"."""
    moods = [rng.choice(of) for _ in range(statements)]
    silent = [rng.choice((0, 0, 0, 0.1, 0.5)) for _ in range(statements)]
    return [
        tuple(
            0 if rng.random() < s else rng.choices(range(1, len(mood) + 1), mood)[0]
            for mood, s in zip(moods, silent, strict=True)
        )
        for _ in range(rng.choice((5, 6, 8, 12, 20, 40)))
    ]


def counted(given: Sequence[Person], day: date, points: int = 4) -> Counted:
    """What is counted of the answers of a night."""
    rows = tuple(tuple(column.count(point) for point in range(points + 1)) for column in zip(*given, strict=True))
    persons = Counter((sum(map(bool, one)), sum(one)) for one in given)
    return Counted(day, day, 1, len(given), rows, persons, {}, (0, 0, 0))


def batch(rng: random.Random, day: date, statements: int) -> Counted:
    """A night's answers, counted."""
    return counted(people(rng, statements), day)


def groups(batches: Sequence[Counted], unit: Unit = TEAM, asked: Sequence[Wave] = ()) -> Iterator[Group]:
    """What the nights make of `batches` of one unit, by the program's own rules; of waves, when they are over."""

    def closed(parts: Sequence[Untold], may_tell: telling.Rule) -> list[tuple[Counted, list[Untold]]]:
        over = DAY + timedelta(99)
        return telling._closed(parts, asked, over, lambda whole, each: bool(may_tell(whole, each, SMALLEST)))

    parts = [Untold(uuid4(), unit, one) for one in batches]
    found = [
        Untold(uuid4(), unit, one)
        for one, _ in cells.closed(parts, lambda whole, _: cells.may_stand(whole, SMALLEST))
    ]
    means = closed(found, cells.may_tell_means)
    wholes = [
        Untold(uuid4(), unit, one, cells.told(one, mine, SMALLEST), [part.counted for part in mine])
        for one, mine in means
    ]
    spreads = closed(wholes, cells.may_tell_spread)
    inside = [part for _, mine in spreads for part in mine]
    waiting: list[tuple[Counted | None, list[Untold]]] = [(None, [part]) for part in wholes if part not in inside]
    for one, mine in [*spreads, *waiting]:
        start, ranges = 0, []
        for part in mine:
            ranges.append((range(start, start + len(part.cells)), part.told))
            start += len(part.cells)
        yield Group(
            [counted for part in mine for counted in part.cells],
            ranges,
            cells.spread(one, mine, SMALLEST) if one else [],
        )
    loose = found[sum(len(mine) for _, mine in means) :]
    yield from (Group([part.counted], [], []) for part in loose)


# The attacker --------------------------------------------------------------------------------------------


def known(group: Group) -> Iterator[Equation]:
    """Everything told: a sum over counts, and what it is."""
    for place, cell in enumerate(group.cells):
        yield {at: at[2] for at in of_cell(place, cell)}, sum(map(scoring.total, cell.chosen))
    for mine, rows in told_means(group):
        yield {at: at[2] for at in mine}, sum(map(scoring.total, rows))
    yield from allowed(group)


def allowed(group: Group) -> Iterator[Equation]:
    """What may be told whatever it gives away: how many answered, distributions, and means from fifty."""
    for place, cell in enumerate(group.cells):
        yield dict.fromkeys(of_cell(place, cell), 1.0), sum(map(scoring.answers, cell.chosen))
    for mine, rows in told_means(group):
        n = sum(map(scoring.answers, rows))
        yield dict.fromkeys(mine, 1.0), n
        if n >= scoring.PRECISE_FROM:
            yield {at: at[2] for at in mine}, sum(map(scoring.total, rows))
    for s in (number - 1 for number in group.spread):
        for p in range(len(group.cells[0].statements[s])):
            at = [(place, s, p) for place in range(len(group.cells))]
            yield dict.fromkeys(at, 1.0), sum(cell.statements[s][p] for cell in group.cells)


def of_cell(place: int, cell: Counted) -> list[Place]:
    """The counts of every answer on the scale in a cell."""
    return [(place, s, p) for s, row in enumerate(cell.statements) for p in range(1, len(row))]


def told_means(group: Group) -> Iterator[tuple[list[Place], list[list[int]]]]:
    """For each statement's told mean the counts it is of, and what they are."""
    for places, told in group.means:
        for s in (number - 1 for number in told):
            rows = [group.cells[place].chosen[s] for place in places]
            mine = [(place, s, p) for place in places for p in range(1, len(rows[0]) + 1)]
            yield mine, rows


def width(
    heard: Sequence[Counted], equations: Sequence[Equation], at: Place, limits: Sequence[Equation] = ()
) -> int:
    """How many whole numbers beside the least the count at a place can be. Nobody answers a statement twice.

    `limits` are sums that are at most something.
    """
    rows = [(c, s, len(row)) for c, one in enumerate(heard) for s, row in enumerate(one.statements)]
    every = [(c, s, p) for c, s, points in rows for p in range(points)]
    index = {place: number for number, place in enumerate(every)}

    def table(of: Sequence[Equation]) -> tuple[Any, list[float]]:
        rows = np.zeros((len(of), len(every)))
        for row, (weights, _) in enumerate(of):
            rows[row, [index[place] for place in weights]] = list(weights.values())
        return rows, [total for _, total in of]

    once: list[Equation] = [({(c, s, p): 1.0 for p in range(points)}, heard[c].n) for c, s, points in rows]
    aim = np.zeros(len(every))
    aim[index[at]] = 1
    rules: dict[str, Any] = dict(zip(("A_ub", "b_ub"), table([*once, *limits]), strict=True))
    if equations:
        rules |= zip(("A_eq", "b_eq"), table(equations), strict=True)
    rules["bounds"] = (0, None)
    low, high = (linprog(aim * sign, **rules) for sign in (1, -1))
    assert low.status == high.status == 0
    return int(floor(-high.fun + 1e-5) - ceil(low.fun - 1e-5))


def may_be_known(cell: Counted, statement: int) -> bool:
    """Whether the rules would let the cell's own distribution of the statement be told."""
    return scoring.published_distribution(cell.statements[statement], smallest=10) is not None


# Everything printed is made of these numbers -----------------------------------------------------------


def views(found: Sequence[Group], unit: Unit) -> list[CellView]:
    """Cells as the pages read them, of a period that takes them all."""
    return [
        CellView(
            unit.team_id,
            unit.law,
            unit.version_id,
            unit.mode,
            cell,
            True,
            next((tuple(told) for places, told in group.means if place in places), None),
            tuple(group.spread) if group.spread else None,
            False,
        )
        for group in found
        for place, cell in enumerate(group.cells)
    ]


def pages(seen: Sequence[CellView]) -> list[Any]:
    """Every page of every first and last cell: law group, team and public; less the intervals."""
    team = TeamView(1, "Ydelse", "LAS", shown=True)
    version = SimpleNamespace(**vars(VERSION), texts=["?"] * len(seen[0].counted.statements))
    empty: dict[str, Any] = {key: [] for key in ("weeks", "meetings", "waiting", "unshown")}
    found: list[Any] = []
    for first in range(len(seen)):
        for last in range(first, len(seen)):
            read: dict[str, Any] = {"versions": [version], "cells": seen[first : last + 1], "teams": (team,)}
            counts = Counts(period=Period(DAY, DAY + timedelta(99)), smallest=SMALLEST, **read, **empty)
            sections = [figures.section(counts, "LAS"), figures.section(counts, "LAS", team)]
            found += [replace(one, interval=None) for section in sections for one in section.series]
            found += [replace(one, interval=None) for group in public_figures.groups(counts) for one in group.told]
    return found


def changed(cell: CellView, rng: random.Random) -> CellView | None:
    """The cell with other counts that tell the same; None where none was found."""
    rows = [list(row) for row in cell.counted.statements]
    s = rng.randrange(len(rows))
    down, up = rng.choice((2, 3, 4)), rng.choice((1, 2, 3))
    other = s if cell.means is not None else rng.randrange(len(rows))
    if cell.spread is not None or (down == up + 1 and s == other):
        return None
    rows[s][down], rows[s][down - 1] = rows[s][down] - 1, rows[s][down - 1] + 1
    rows[other][up], rows[other][up + 1] = rows[other][up] - 1, rows[other][up + 1] + 1
    if min(min(row) for row in rows) < 0:
        return None
    return replace(cell, counted=replace(cell.counted, statements=tuple(map(tuple, rows))))


@pytest.mark.parametrize("seed", range(12))
def test_pages_say_nothing_else(seed: int) -> None:
    """Where hidden counts are others, but what cells and groups tell is the same, every page is the same."""
    rng = random.Random(seed)
    both = [
        view
        for unit in (TEAM, OTHER)
        for view in views(list(groups([batch(rng, DAY + timedelta(n), 3) for n in range(4)], unit)), unit)
    ]
    twins = [next(filter(None, (changed(view, rng) for _ in range(200))), view) for view in both]
    assert not both or any(view.spread is not None for view in both) or twins != both
    assert pages(twins) == pages(both) if both else True
