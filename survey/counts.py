"""What a batch leaves behind: exact integer counts of its answers, enough for every figure we publish."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from operator import add
from typing import Any

Patterns = Mapping[tuple[int | None, ...], int]
"""How many persons answered so: by position a point of the scale, 0 for "ved ikke", None for left blank."""


@dataclass(frozen=True)
class Complete:
    """Sums over persons with every statement on the scale; statements in order.

    `doubled_ranks` twice the sum of mid-ranks within each person, `ties` the sum of t³ - t over tied groups
    (Friedman 1937); `sums` Σx; `products` Σxy, row-major over all pairs; `differences` per pair i < j how
    often x_i - x_j was -(points-1) … points-1.
    """

    n: int
    doubled_ranks: list[int]
    ties: int
    sums: list[int]
    products: list[int]
    differences: list[int]

    def plus(self, other: "Complete") -> "Complete":
        """Both together."""
        mine, theirs = vars(self).values(), vars(other).values()
        return Complete(*(_sum(one, more) for one, more in zip(mine, theirs, strict=True)))


@dataclass(frozen=True)
class Left:
    """All that a batch leaves: per statement how many chose 1 … 5 and "ved ikke", persons, and complete rows."""

    statements: list[tuple[int, ...]]
    persons: Counter[tuple[int, int]]
    complete: Complete

    def plus(self, other: "Left") -> "Left":
        """Both together."""
        pairs = zip(self.statements, other.statements, strict=True)
        statements = [tuple(_sum(list(one), list(more))) for one, more in pairs]
        return Left(statements, self.persons + other.persons, self.complete.plus(other.complete))


def _sum(one: Any, other: Any) -> Any:
    return list(map(add, one, other)) if isinstance(one, list) else one + other


def left(patterns: Patterns, width: int, points: int) -> Left:
    """What answers of `width` statements on a scale of `points` leave."""
    persons = Counter(per_person(patterns))
    return Left([*per_statement(patterns, width)], persons, complete(patterns, width, points))


def per_statement(patterns: Patterns, width: int) -> list[tuple[int, int, int, int, int, int]]:
    """Per statement how many chose 1, 2, 3, 4, 5 and "ved ikke"."""
    chosen = [Counter[int | None]() for _ in range(width)]
    for answers, n in patterns.items():
        for counter, answer in zip(chosen, answers, strict=True):
            counter[answer] += n
    return [(c[1], c[2], c[3], c[4], c[5], c[0]) for c in chosen]


def per_person(patterns: Patterns) -> dict[tuple[int, int], int]:
    """How many persons answered that many statements on the scale with that sum."""
    histogram = Counter[tuple[int, int]]()
    for answers, n in patterns.items():
        points = [answer for answer in answers if answer]
        histogram[len(points), sum(points)] += n
    return dict(histogram)


def complete(patterns: Patterns, width: int, points: int) -> Complete:
    """The sums over the complete rows among `patterns`, of `width` statements on a scale of `points`."""
    rows = [([x for x in answers if x], n) for answers, n in patterns.items() if all(answers)]
    each = range(width)
    return Complete(
        n=sum(n for _row, n in rows),
        doubled_ranks=[sum(n * doubled_rank(row, i) for row, n in rows) for i in each],
        ties=sum(n * (t**3 - t) for row, n in rows for t in Counter(row).values()),
        sums=[sum(n * row[i] for row, n in rows) for i in each],
        products=[sum(n * row[i] * row[j] for row, n in rows) for i in each for j in each],
        differences=_differences(rows, width, points),
    )


def doubled_rank(row: list[int], position: int) -> int:
    """Twice the mid-rank (1 for the lowest) of the value at `position` among `row`."""
    value = row[position]
    return 2 * sum(other < value for other in row) + row.count(value) + 1


def _differences(rows: list[tuple[list[int], int]], width: int, points: int) -> list[int]:
    counts = []
    for i, j in combinations(range(width), 2):
        seen = Counter[int]()
        for row, n in rows:
            seen[row[i] - row[j]] += n
        counts += [seen[difference] for difference in range(1 - points, points)]
    return counts
