"""Who has all responses and knows the batch and the five values of every citizen ties no more than chance does.

He looks for the ways in which those of a batch can have given its responses so that all printed means come out,
and ties each citizen to the response they have most often.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from survey import dimensions, scoring
from survey.demo import MEANS, opinion
from survey.dimensions import DIMENSIONS, Answers

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

BATCH = 5
PEOPLE = 500
"""Of a trial: chance ties a hundred of them, and three deviations are 27 more."""
WAYS, BEFORE, AFTER = 100, 20, 40
"""Looked for at once, and how many rounds of exchanges they have before and while they are counted."""
Sides = Mapping[str, Mapping[str, int]]

USUAL: Sides = {
    "language": {"da": 85, "ar": 5, "uk": 4, "en": 3, "pl": 2, "so": 1},
    "channel": {"sms": 6, "email": 1},
    "first": {"first": 7, "reminder": 5},
    "target_group": dict.fromkeys("ABCDE", 1),
    "meeting_number": {"1": 60, "2-3": 25, "4+": 15},
}
"""How often each value is had: as in the demo."""
MANY: Sides = {
    **USUAL,
    "language": {"da": 10, **dict.fromkeys(("ar", "uk", "en", "pl", "so", "fa", "tr", "ro", "de", "fr"), 1)},
    "target_group": dict.fromkeys("ABCDEFGHIJKLMNOPQRST", 1),
}
"""A municipality of many languages and twenty target groups."""
FEW: Sides = {
    "language": {"da": 86, "ar": 7, "uk": 7},
    "channel": {"sms": 86, "email": 7, "paper": 7},
    "first": {"first": 93, "reminder": 7},
    "target_group": {"A": 86, "B": 7, "C": 7},
    "meeting_number": {"1": 86, "2-3": 7, "4+": 7},
}
"""Of everything one large part and one or two small ones."""


@dataclass(frozen=True)
class Quarter:
    """Answers in the order of the citizens who gave them, a batch after the other; and what is told of them.

    `members` has a row for each citizen and a column for each part, `means` its mean as it is printed.
    """

    given: Sequence[Answers]
    members: Any
    means: Any


def quarter(n: int, sides: Sides, draw: random.Random) -> Quarter:
    """`n` citizens who answer Opfølgning, whatever their values are."""
    given = [opinion(MEANS["opfoelgning"], 4, draw) for _ in range(n)]
    columns, means = [], []
    for dimension in DIMENSIONS:
        often = sides[dimension]
        values = draw.choices(list(often), list(often.values()), k=n)
        by = {value: [one for one, mine in zip(given, values, strict=True) if mine == value] for value in often}
        told = dimensions.told([dimensions.part(value, mine, 4) for value, mine in by.items() if mine], 10)
        shown = {part.value for part in told}
        columns += [[(value if value in shown else "") == part.value for value in values] for part in told]
        means += [float(scoring.rounded(part.mean, 1)) for part in told]
    return Quarter(given, np.array(columns, dtype=float).reshape(-1, n).T, np.array(means))


def tied(mine: Quarter, seed: int) -> int:
    """How many citizens are tied to the response they gave."""
    draw, n = np.random.default_rng(seed), len(mine.given)
    chosen = [[answer for answer in answers if answer] for answers in mine.given]
    heard = np.array([[sum(answers), len(answers)] for answers in chosen], dtype=float)
    often = counted(mine, heard, draw)
    right = 0
    for first in range(0, n, BATCH):
        batch = slice(first, first + BATCH)
        # Equals by lot, or the order of the citizens would help.
        people, responses = linear_sum_assignment(-often[batch, batch] - draw.random((BATCH, BATCH)) / 10)
        right += int((people == responses).sum())
    return right


def counted(mine: Quarter, heard: Any, draw: Any) -> Any:
    """How often each citizen (row) has each response (column) in the ways in which every mean comes out."""
    n = len(mine.given)
    way = np.arange(WAYS)
    held = draw.permuted(np.tile(np.arange(n).reshape(-1, BATCH), (WAYS, 1, 1)), axis=2).reshape(WAYS, n)
    sums = np.einsum("wnk,np->wkp", heard[held], mine.members)
    off, found = wrong(sums, mine.means), np.zeros((n, n))
    for step in range((BEFORE + AFTER) * n):
        # Coarsely at first, so that no way is stuck before it fits.
        patience = max(0.15, 4 * (1 - step / (BEFORE * n)))
        one = draw.integers(n, size=WAYS)
        other = one // BATCH * BATCH + (one + draw.integers(1, BATCH, size=WAYS)) % BATCH
        mine_now, others = held[way, one], held[way, other]
        gain, moved = heard[others] - heard[mine_now], mine.members[one] - mine.members[other]
        new = sums + gain[:, :, None] * moved[:, None, :]
        new_off = wrong(new, mine.means)
        take = draw.random(WAYS) < np.exp(np.minimum(0, (off - new_off) / patience))
        held[way[take], one[take]], held[way[take], other[take]] = others[take], mine_now[take]
        sums[take], off[take] = new[take], new_off[take]
        if step >= BEFORE * n and step % n == 0:
            fits = held[off < 1e-6]
            np.add.at(found, (np.tile(np.arange(n), (len(fits), 1)), fits), 1)
    return found


def wrong(sums: Any, means: Any) -> Any:
    """By how many points the sums of scores miss what rounds to the printed means; all parts together."""
    total, answers = sums[:, 0], sums[:, 1]
    low, high = (means - 0.05) * answers - total, total - (means + 0.05) * answers + 1e-9
    return (np.maximum(0, low) + np.maximum(0, high)).sum(axis=1)


def deviations(n: int, sides: Sides, seed: int) -> float:
    """How far above chance the citizens of quarters of `n` are tied, in standard deviations."""
    draw = random.Random(seed)
    right = sum(tied(quarter(n, sides, draw), seed) for _ in range(PEOPLE // n))
    chance = 1 / BATCH
    return (right - PEOPLE * chance) / sqrt(PEOPLE * chance * (1 - chance))


@pytest.mark.parametrize("sides", [USUAL, MANY, FEW])
def test_a_quarter_that_is_told_ties_no_more_than_chance(sides: Sides) -> None:
    """As few as are ever split, in batches as small as there are: at most three deviations above chance."""
    assert deviations(dimensions.FEWEST, sides, seed=0) <= 3


@pytest.mark.parametrize(
    ("sides", "fewest", "part"), [(USUAL, 100, 1), (MANY, 250, 1)], ids=["few people", "many parts"]
)
def test_the_attack_succeeds_where_more_is_told(
    monkeypatch: pytest.MonkeyPatch, sides: Sides, fewest: int, part: int
) -> None:
    """Of a hundred citizens, or with a part for each value of ten, it ties more: so it would be seen."""
    monkeypatch.setattr(dimensions, "FEWEST", fewest)
    monkeypatch.setattr(dimensions, "PEOPLE_A_PART", part)
    assert deviations(fewest, sides, seed=0) > 3


def test_a_quarter_too_small_tells_nothing() -> None:
    """One fewer than the fewest: no part, so nothing to look for."""
    assert quarter(dimensions.FEWEST - 5, USUAL, random.Random(0)).members.size == 0
