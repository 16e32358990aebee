"""What an attacker learns who adds the means by language, channel and so on to the sums of cells.

The parts of a dimension are the people of whole cells in another order: what all parts chose is what all cells
chose. So both are in one linear programme, which is solved for every count that is not told.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest

from survey import cells, dimensions, scoring
from survey.cells import Counted
from survey.dimensions import REST
from tests.survey.test_figures_attack import (
    DAY,
    MOODS,
    Equation,
    Group,
    Person,
    Place,
    counted,
    groups,
    known,
    may_be_known,
    people,
    width,
)

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

ENOUGH = 10
CONTENT = ((1, 0, 0, 40), (3, 1, 0, 60), (1, 0, 0, 9), (2, 2, 2, 90), (1, 1, 1, 40))
"""Moods of people nearly all of whom choose the highest point."""
Moods = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Quarter:
    """The groups of cells of a quarter, and each dimension as it is told: parts with how often all was chosen."""

    groups: Sequence[Group]
    splits: Sequence[Sequence[Counted]]

    @property
    def heard(self) -> list[Counted]:
        """All cells, then all parts: the first number of a place counts along this."""
        return [*self.cells, *(part for split in self.splits for part in split)]

    @property
    def cells(self) -> list[Counted]:
        """Of all groups."""
        return [cell for group in self.groups for cell in group.cells]

    @property
    def starts(self) -> list[int]:
        """Where each dimension's parts begin, and where the last one's end."""
        found = [len(self.cells)]
        for split in self.splits:
            found.append(found[-1] + len(split))
        return found


def values(given: Sequence[Person], sizes: Sequence[int], how: str, rng: random.Random) -> list[int]:
    """A value of each person: the first for the first of so many, by lot, or those least or most content first."""
    sign = {"lot": 0, "least": 1, "most": -1}[how]
    content = [(sign * sum(one) / max(1, sum(map(bool, one))), rng.random()) for one in given]
    order = sorted(range(len(given)), key=content.__getitem__)
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    found = [0] * len(given)
    for rank, place in enumerate(order):
        found[place] = sum(rank >= end for end in ends)
    return found


def split(given: Sequence[Person], of: Sequence[int]) -> list[Counted]:
    """The parts of a dimension that are told."""
    by = {str(value): [one for one, mine in zip(given, of, strict=True) if mine == value] for value in set(of)}
    shown = dimensions.told([dimensions.part(value, mine, 4) for value, mine in by.items()], ENOUGH)
    named = {part.value for part in shown}
    rest = [one for value, mine in by.items() if value not in named for one in mine]
    return [counted(rest if part.value == REST else by[part.value], DAY) for part in shown]


def quarter(seed: int, moods: Moods = MOODS) -> Quarter:
    """Nights of one unit until so many are in cells as a quarter must have; two dimensions are told of them."""
    rng = random.Random(seed)
    statements = rng.choice((1, 3, 5))
    nights = list[list[Person]]()
    while not nights or sum(cell.n for group in made(nights) for cell in group.cells) < dimensions.FEWEST + 25:
        nights.append(people(rng, statements, moods))
    found = made(nights)
    n = sum(cell.n for group in found for cell in group.cells)
    given = [one for night in nights for one in night][:n]
    sizes = [(rng.randint(10, 20), rng.randint(10, 60)), (rng.randint(10, 40),)]
    hows = [rng.choice(("lot", "least", "most")) for _ in sizes]
    splits = [split(given, values(given, size, how, rng)) for size, how in zip(sizes, hows, strict=True)]
    return Quarter(found, splits)


def made(nights: Sequence[Sequence[Person]]) -> list[Group]:
    """The groups of cells of these nights, in their order; a last that is no cell is in none."""
    return list(groups([counted(night, DAY + timedelta(n)) for n, night in enumerate(nights)]))


# The attacker --------------------------------------------------------------------------------------------


def of_groups(mine: Quarter) -> Iterator[Equation]:
    """What is told of the groups of cells."""
    start = 0
    for group in mine.groups:
        for weights, total in known(group):
            yield {(c + start, s, p): weight for (c, s, p), weight in weights.items()}, total
        start += len(group.cells)


def together(mine: Quarter) -> Iterator[Equation]:
    """All parts of a dimension chose what all cells did, whatever that was."""
    for first, end in pairwise(mine.starts):
        for s in range(len(mine.cells[0].statements)) if end > first else ():
            for p in range(5):
                parts = {(place, s, p): 1.0 for place in range(first, end)}
                yield parts | {(place, s, p): -1.0 for place in range(len(mine.cells))}, 0


def rounded(mine: Quarter) -> Iterator[Equation]:
    """The printed means of parts: the sum of the scores lies between two lines."""
    for place, part in list(enumerate(mine.heard))[len(mine.cells) :]:
        mean = float(scoring.rounded(scoring.mean(scoring.pooled(part.chosen)), 1))
        at = [(place, s, p) for s in range(len(part.statements)) for p in range(1, 5)]
        yield {one: mean - 0.05 - one[2] for one in at}, 0
        yield {one: one[2] - mean - 0.05 for one in at}, 0


def hidden(mine: Quarter, rng: random.Random) -> list[Place]:
    """Some counts of cells, and more of parts, that may not be told."""
    every = [
        (place, s, p)
        for place, one in enumerate(mine.heard)
        for s in range(len(one.statements))
        if not may_be_known(one, s)
        for p in range(1, 5)
    ]
    of_cells = [at for at in every if at[0] < len(mine.cells)]
    of_parts = [at for at in every if at[0] >= len(mine.cells)]
    return rng.sample(of_cells, min(4, len(of_cells))) + rng.sample(of_parts, min(8, len(of_parts)))


def found(mine: Quarter, rng: random.Random) -> list[Place]:
    """The hidden counts that are narrower than three, and than they are without the side means."""
    told = [*of_groups(mine), *together(mine)]
    means = list(rounded(mine))
    return [
        at
        for at in hidden(mine, rng)
        if (left := width(mine.heard, told, at, means)) < cells.OPEN and left < width(mine.heard, told, at)
    ]


@pytest.mark.parametrize("seeds", [range(start, start + 5) for start in range(0, 20, 5)])
def test_side_means_pin_no_hidden_count(seeds: range) -> None:
    """Each stays open by three, or as far as the cells leave it alone: counts of cells, and of parts."""
    for seed in seeds:
        assert found(quarter(seed), random.Random(seed)) == []


@pytest.mark.parametrize("seed", [39, 216])
def test_nor_where_most_of_the_few_dissatisfied_are_in_one_part(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Two quarters in which some would be pinned if a part were asked only for what a cell is asked for."""
    assert found(quarter(seed, CONTENT), random.Random(seed)) == []
    monkeypatch.setattr(dimensions, "stays_open", lambda _mine, _every: True)
    assert found(quarter(seed, CONTENT), random.Random(seed))
