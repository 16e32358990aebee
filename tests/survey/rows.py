"""Random answers as rows, and the counts the tally would keep of them."""

import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from survey import counts
from survey.counts import Complete

Row = tuple[int, ...]


def rows(seed: int, n: int, width: int = 5, points: int = 4) -> list[Row]:
    """`n` complete rows with many ties, statements a little different."""
    draw = random.Random(seed)  # a test's own dice
    return [
        tuple(min(points, max(1, round(draw.gauss(3 - place / 4, 1)))) for place in range(width))
        for _row in range(n)
    ]


def complete(of: Sequence[Row], points: int = 4) -> Complete:
    """What the tally keeps of complete rows."""
    return counts.complete(dict(Counter[tuple[int | None, ...]](of)), len(of[0]), points)


def scored(values: Sequence[Fraction | float]) -> dict[Fraction, int]:
    """How many had each score."""
    return dict(Counter(Fraction(value) for value in values))
