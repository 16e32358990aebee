"""The rules of cells by worked examples, and the least and the most a count can be by trying every one."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from uuid import uuid4

import pytest

from survey import cells, scoring
from survey.cells import Counted, Unit, Untold

DAY = date(2021, 5, 5)
YDELSE = Unit(1, "LAS", 1, "remote")


def counted(*statements: Sequence[int]) -> Counted:
    """Statements as counts of 1 … points; each person answers one and the same number of statements."""
    people = max(map(sum, statements))
    persons = Counter({(len(statements), 0): people})
    rows = tuple((0, *counts) for counts in statements)
    return Counted(DAY, DAY, 1, people, rows, persons, {}, (0, 0, 0))


def part(*statements: Sequence[int], told: Sequence[int] = ()) -> Untold:
    """One part of Ydelse; where something is told of it, a group of one cell."""
    one = counted(*statements)
    return Untold(uuid4(), YDELSE, one, told, [one])


def every(n: int, points: int) -> Iterator[tuple[int, ...]]:
    """All ways in which `n` answers fall on the points of a scale."""
    return (counts for counts in product(range(n + 1), repeat=points) if sum(counts) == n)


@pytest.mark.parametrize("points", [4, 5])
def test_a_mean_that_leaves_open_leaves_every_count_open(points: int) -> None:
    """Of all that have the same mean some have three more at any point than others have; tried one by one."""
    by_total: dict[int, list[tuple[int, ...]]] = {}
    for counts in every(9, points):
        by_total.setdefault(scoring.total(counts), []).append(counts)
    judged = Counter[bool]()
    for same in by_total.values():
        wide = all(max(column) - min(column) >= cells.OPEN for column in zip(*same, strict=True))
        left_open = cells.leaves_open(same[0])
        judged[left_open] += 1
        assert wide or not left_open, same[0]
    assert judged[True]
    assert judged[False]


@pytest.mark.parametrize("seed", range(40))
def test_the_ranges_of_a_part_are_those_of_trying_everything(seed: int) -> None:
    """For the counts of a part of which its size and sum are known, and all counts of the whole."""
    rng = random.Random(seed)
    points = rng.choice((4, 5))
    whole = [rng.randint(0, 5) for _ in range(points)]
    mine = [rng.randint(0, most) for most in whole]
    n, total = sum(mine), scoring.total(mine)
    ways = [
        counts
        for counts in product(*(range(most + 1) for most in whole))
        if (sum(counts), scoring.total(counts)) == (n, total)
    ]
    expected = [(min(column), max(column)) for column in zip(*ways, strict=True)]
    assert scoring.part_ranges(n, total, whole) == expected


def test_a_part_that_cannot_be_has_no_ranges() -> None:
    """Three answers with the sum one."""
    with pytest.raises(ValueError, match="zero-size"):
        scoring.part_ranges(3, 1, [3, 3, 3, 3])


@pytest.mark.parametrize(
    ("statements", "stands"),
    [
        ([(0, 4, 4, 0)] * 5, True),
        ([(0, 4, 3, 0)] * 5, False),
        ([(0, 0, 0, 12)] * 5, False),
        ([(0, 0, 2, 10)] * 5, True),
        ([(0, 0, 1, 11)] * 5, False),
        ([(0, 0, 0, 50)] * 5, True),
        ([(0, 0, 0, 49)] * 5, False),
        ([(1, 3, 3, 2)], False),
        ([(1, 3, 3, 3)], True),
    ],
)
def test_when_a_mean_may_be_told(statements: list[tuple[int, ...]], stands: bool) -> None:
    """Eight people, nine points from both ends; or fifty. A lone statement's mean is that of ten."""
    assert cells.may_stand(counted(*statements), 5) is stands


def test_k_can_be_raised() -> None:
    """Twelve where twelve are asked for, of means and of distributions too."""
    few, enough = counted(*[(2, 3, 3, 3)] * 5), counted(*[(3, 3, 3, 3)] * 5)
    one = [part(*[(3, 3, 3, 3)] * 5)]
    assert [cells.may_stand(each, 12) for each in (few, enough)] == [False, True]
    assert [cells.may_tell_means(each, one, 12) for each in (few, enough)] == [False, True]
    assert [len(cells.spread(each, [], 12)) for each in (few, enough)] == [0, 0]


def test_a_mean_near_an_end_is_told_of_a_single_part_alone() -> None:
    """Beside it the same mean of the other parts would be known."""
    high = part((0, 5, 45, 10), (0, 0, 0, 60))
    both = high.counted.plus(high.counted)
    assert cells.told(high.counted, [high], 5) == [1, 2]
    assert cells.told(both, [high, high], 5) == []


def test_a_spread_uncovers_no_part() -> None:
    """Ten at 4 and two at 1 beside a part of evenly spread answers: the whole would leave too little open."""
    flat = part((5, 5, 5, 5), told=[1])
    odd = part((2, 0, 0, 10), told=[1])
    assert cells.spread(flat.counted, [flat], 5) == []
    lone = part((3, 3, 3, 3), told=[1])
    alone = Counted(DAY, DAY, 1, 15, ((3, 3, 3, 3, 3),), Counter({(1, 2): 12, (0, 0): 3}), {}, (0, 0, 0))
    assert cells.spread(alone, [lone], 5) == [1]
    whole = flat.counted.plus(odd.counted)
    assert cells.spread(whole, [flat, odd], 5) == []


def test_what_hidden_statements_have_together_stays_open() -> None:
    """Two three points from the end are six from it together: a person at the other end could be seen."""
    near, even = (0, 0, 3, 17), (5, 5, 5, 5)
    one = part(near, near, even, even, even)
    assert cells.told(one.counted, [one], 5) == [4, 5]


LOW = part((9, 0, 0, 3), (12, 0, 0, 0), (12, 0, 0, 0))
HIGH = part((0, 0, 0, 12), (1, 1, 0, 10), (1, 0, 1, 10))
"""Both have a mean nine points from an end. Together every statement is in the middle."""


def test_statements_uncover_no_cell() -> None:
    """The first differ by all that is open in either cell: in both it would be known who is at the other end."""
    both = LOW.counted.plus(HIGH.counted)
    assert all(cells.may_stand(each.counted, 5) for each in (LOW, HIGH))
    assert all(map(cells.leaves_open, both.chosen))
    assert cells.told(both, [LOW, HIGH], 5) == []
    assert not cells.may_tell_means(both, [LOW, HIGH], 5)


def test_a_cell_between_them_makes_room() -> None:
    """With twelve of all minds beside them every statement is told."""
    parts = [LOW, HIGH, part(*[(3, 3, 3, 3)] * 3)]
    assert cells.told(cells.together([each.counted for each in parts]), parts, 5) == [1, 2, 3]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [((3, 3, 3, 3), (10, 10, 10, 10), [1]), ((3, 0, 0, 9), (10, 1, 1, 28), [])],
)
def test_a_spread_uncovers_no_cell(one: Sequence[int], other: Sequence[int], told: list[int]) -> None:
    """Of a group of two: where hardly anybody chose a middle point, the sum of twelve says how many chose 1."""
    mine = [counted(one), counted(other)]
    whole = cells.together(mine)
    assert cells.spread(whole, [Untold(uuid4(), YDELSE, whole, [1], mine)], 5) == told


def test_what_is_left_over_waits() -> None:
    """Parts are put together in order until they are enough; the last ones are not."""
    parts = [part((n, n, n, n)) for n in (1, 2, 3, 1, 1)]
    found = cells.closed(parts, lambda whole, _: whole.people >= 12)
    assert [(whole.people, len(mine)) for whole, mine in found] == [(12, 2), (12, 1)]


def test_of_the_same_cells_is_asked_once() -> None:
    """By which cells they are, in their order, and by what else is asked; of sums of cells every time."""
    asked: list[tuple[int, int]] = []

    @cells.remembered
    def people(told: Sequence[Counted], times: int) -> int:
        asked.append((len(told), times))
        return times * sum(one.n for one in told)

    one, other = (replace(counted((2, 3)), cell=number) for number in (1, 2))
    assert [people([one, other], 2), people([one, other], 2), people([other], 2), people([other], 3)] == [
        20,
        20,
        10,
        15,
    ]
    assert asked == [(2, 2), (1, 2), (1, 3)]
    both = one.plus(other)
    assert [people([both], 1), people([both], 1)] == [10, 10]
    assert asked[3:] == [(1, 1), (1, 1)]


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    """Then all of it is forgotten, and asked anew."""
    asked: list[int] = []

    @cells.remembered
    def people(told: Sequence[Counted]) -> int:
        asked.append(told[0].cell)
        return told[0].n

    every = [replace(counted((2, 3)), cell=number) for number in range(1, cells.REMEMBERED + 2)]
    for one in (*every, every[0], every[-1]):
        assert people([one]) == 5
    assert asked == [*range(1, cells.REMEMBERED + 2), 1]
