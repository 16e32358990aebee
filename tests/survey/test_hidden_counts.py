"""The attacker of `test_figures_attack` on made-up units of every kind: no count that is not told can be found."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from survey import cells
from survey.waves import Wave
from tests.survey.test_figures_attack import (
    DAY,
    MOODS,
    TEAM,
    Group,
    Place,
    allowed,
    counted,
    groups,
    known,
    may_be_known,
    people,
    width,
)
from tests.survey.test_side_sums import CONTENT

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too


@dataclass(frozen=True)
class Kind:
    """Of what mind the people are, how many statements they are asked, and whether they are asked in a wave."""

    moods: Sequence[Sequence[int]]
    statements: Sequence[int] = (1, 3, 5)
    asked: Sequence[Wave] = ()


WAVE = (Wave("Bølge", DAY, DAY + timedelta(9), 100),)
LOW = tuple(mood[::-1] for mood in CONTENT)
FIVE = (
    *((1, 0, 0, 0, 40), (3, 1, 0, 0, 60), (1, 0, 0, 1, 9), (2, 2, 2, 2, 90), (1, 1, 1, 1, 40)),
    *((1, 2, 3, 5, 8), (0, 0, 0, 1, 0), (40, 1, 0, 0, 1), (9, 1, 0, 0, 0), (3, 3, 3, 3, 3)),
)
KINDS: Mapping[str, Kind] = {
    "mixed": Kind(MOODS),
    "few statements": Kind((*MOODS, *CONTENT), (2, 4)),
    "content": Kind(CONTENT),
    "low": Kind(LOW, (2, 3, 4, 5)),
    "five points": Kind(FIVE, (2, 3, 5)),
    "wave": Kind((*MOODS, *CONTENT), (2, 3, 5), WAVE),
    "wave on five points": Kind(FIVE, (2, 4), WAVE),
}
"""Moods of people most of whom are of one mind leave most to find."""


@dataclass(frozen=True)
class Tried:
    """A count that is not told, of one unit: how wide it is left open, and how wide it may be narrowed."""

    seed: int
    at: Place
    left: int
    allowed: int

    @property
    def found(self) -> bool:
        """Whether it is narrower than it may be."""
        return self.left < min(cells.OPEN, self.allowed)


def unit(seed: int, kind: Kind) -> list[Group]:
    """What is told of three to nine nights."""
    rng = random.Random(seed)
    statements, points = rng.choice(kind.statements), len(kind.moods[0])
    nights = range(rng.randint(3, 9))
    batches = [counted(people(rng, statements, kind.moods), DAY + timedelta(n), points) for n in nights]
    return list(groups(batches, TEAM, kind.asked))


def hidden(group: Group) -> list[Place]:
    """The counts that are not told."""
    alone = len(group.cells) == 1
    return [
        (c, s, p)
        for c, cell in enumerate(group.cells)
        for s, row in enumerate(cell.statements)
        if not may_be_known(cell, s) and not (alone and s + 1 in group.spread)
        for p in range(1, len(row))
    ]


def tried(seed: int, kind: Kind = KINDS["mixed"], most: int = 12) -> tuple[int, list[Tried]]:
    """How many sums are told of a made-up unit, and up to so many hidden counts of each of its groups."""
    rng, told, found = random.Random(seed), 0, []
    for group in unit(seed, kind):
        everything, may_be = list(known(group)), list(allowed(group))
        told += len(everything)
        every = hidden(group)
        for at in rng.sample(every, min(most, len(every))):
            left = width(group.cells, everything, at)
            found.append(Tried(seed, at, left, width(group.cells, may_be, at) if left < cells.OPEN else left))
    return told, found


HOLES = {
    "mixed": (182, 320, 340, 390),
    "few statements": (46, 66, 87, 108, 198, 230, 233, 254, 292),
    "content": (188, 253),
    "low": (372, 386),
    "five points": (32, 49, 52, 100, 119, 139, 177, 204, 216, 246, 257, 265, 316, 337, 338, 357, 359, 363, 368),
    "wave": (66, 175, 292),
    "wave on five points": (32, 118, 233, 318, 330, 338),
}
"""Units in which something was found before each cell was asked about, and what the others leave."""


def found(kind: str, seeds: Iterable[int], most: int) -> list[Tried]:
    """What is narrower than it may be."""
    return [one for seed in seeds for one in tried(seed, KINDS[kind], most)[1] if one.found]


@pytest.mark.parametrize("first", range(0, 60, 20))
@pytest.mark.parametrize("kind", KINDS)
def test_no_hidden_count_can_be_found(kind: str, first: int) -> None:
    """Each stays open by three, or as far as a distribution that may be told leaves it."""
    assert found(kind, range(first, first + 20), 5) == []


@pytest.mark.parametrize("kind", HOLES)
def test_nor_where_some_were(kind: str) -> None:
    """Of each such unit more counts are sought."""
    assert found(kind, HOLES[kind], 12) == []
