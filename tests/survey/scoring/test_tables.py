"""What sums of rows and columns tell of a table's places, by trying every table there can be."""

import random
from itertools import combinations_with_replacement, product

import numpy as np
import pytest

from survey import scoring
from survey.scoring import tables


@pytest.mark.parametrize("seed", range(12))
def test_the_ranges_of_sums_are_those_of_trying_every_table(seed: int) -> None:
    """Two cells and three statements, or three and two: of all tables with these sums the least and the most."""
    rng = random.Random(seed)
    shape = rng.choice(((2, 3), (3, 2)))
    true = np.array([[rng.randint(0, 4) for _ in range(shape[1])] for _ in range(shape[0])])
    least = np.array([[rng.randint(0, n) for n in row] for row in true])
    most = np.array([[rng.randint(n, 4) for n in row] for row in true])
    each = [range(low, high + 1) for low, high in zip(least.flat, most.flat, strict=True)]
    every = (np.array(one).reshape(shape) for one in product(*each))
    same = [one for one in every if all((one.sum(axis) == true.sum(axis)).all() for axis in (0, 1))]
    low, high = tables.sum_ranges((least, most), true.sum(1), true.sum(0))
    assert (low.tolist(), high.tolist()) == (np.min(same, 0).tolist(), np.max(same, 0).tolist())


def ways(n: int, whole: list[int]) -> list[tuple[int, ...]]:
    """All ways to take `n` answers out of `whole`."""
    return [one for one in product(*(range(count + 1) for count in whole)) if sum(one) == n]


@pytest.mark.parametrize("points", [4, 5])
@pytest.mark.parametrize("n", range(8))
def test_three_at_either_end_leave_every_count_open(points: int, n: int) -> None:
    """Between which sums ever: every count has a span of three, or of all, just where this is said."""
    every = ways(n, [n] * points)
    for low, high in combinations_with_replacement(range(n, points * n + 1), 2):
        mine = [one for one in every if low <= scoring.total(one) <= high]
        wide = all(max(column) - min(column) >= min(3, n) for column in zip(*mine, strict=True))
        free, now = (np.array([[n]]), np.array([[points * n]])), (np.array([[low]]), np.array([[high]]))
        assert tables._sums_stay_open(np.array([[n]]), points, free, now)[0, 0] == wide, (low, high)


@pytest.mark.parametrize("seed", range(40))
def test_the_ranges_of_counts_are_those_of_trying_everything(seed: int) -> None:
    """Of all ways to take so many answers out of a distribution, their sum between two."""
    rng = random.Random(seed)
    whole = [rng.randint(2, 6) for _ in range(rng.choice((4, 5)))]
    true = [rng.randint(0, count) for count in whole]
    n, total = sum(true), scoring.total(true)
    between = total - rng.randint(1, 3), total + rng.randint(1, 3)
    mine = [one for one in ways(n, whole) if between[0] <= scoring.total(one) <= between[1]]
    found = tables.count_ranges(np.array([n]), (np.array(between[:1]), np.array(between[1:])), whole)
    expected = [(min(column), max(column)) for column in zip(*mine, strict=True)]
    assert [(int(low[0]), int(high[0])) for low, high in found] == expected


def open_beside(*table: tuple[list[int], ...], wholes: tuple[list[int] | None, ...] = (None, None)) -> bool:
    """Whether a table of two statements stays open, asked about every place."""
    return scoring.table_stays_open(table, [[True] * len(row) for row in table], wholes)


def test_two_cells_far_apart_give_each_other_away() -> None:
    """All of each chose one end of a statement, or nearly: the statements' means leave no other way."""
    even = [3, 3, 3, 3]
    assert open_beside((even, even), (even, even))
    assert not open_beside(([0, 0, 0, 12], [12, 0, 0, 0]), ([0, 0, 0, 12], [11, 0, 0, 1]))


def test_of_what_may_be_told_nothing_is_asked() -> None:
    """The same two cells, where the pinned places are not asked about."""
    table = ([0, 0, 0, 12], [12, 0, 0, 0]), ([0, 0, 0, 12], [11, 0, 0, 1])
    assert scoring.table_stays_open(table, [[False] * 2] * 2, (None, None))


def test_what_a_cells_own_mean_tells_is_no_ones_fault() -> None:
    """All of both cells at the highest point: the statements' means add nothing."""
    high = [0, 0, 0, 60]
    assert open_beside((high, high), (high, high))


def test_a_known_distribution_narrows_a_cell_whose_sum_is_known() -> None:
    """A lone statement: of ten out of these the sum says how many chose 1; out of even answers it does not."""
    lone = [2, 0, 0, 8], [5, 5, 5, 5]
    table = [(counts,) for counts in lone]
    assert open_beside(*table, wholes=(None,))
    assert open_beside(([3, 2, 3, 2],), ([5, 5, 5, 5],), wholes=([8, 7, 8, 7],))
    assert not open_beside(*table, wholes=([7, 5, 5, 13],))
