"""Room for labels: boxes that do not meet, and heights pushed apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from admin.charts.letters import width


@dataclass(frozen=True)
class Box:
    """What something covers, in the chart's units; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Do the two overlap?"""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: "Box") -> bool:
        """Does all of it lie inside `other`?"""
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom


def of_text(x: float, y: float, words: str, size: float, anchor: str = "", *, bold: bool = False) -> Box:
    """What `words` on the base line `y` cover, with a little air at both ends."""
    wide = width(words, size, bold=bold)
    left = x - {"": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Box(left - 1, y - 0.8 * size, left + wide + 1, y + 0.25 * size)


def around(x: float, y: float, radius: float) -> Box:
    """The square around a mark."""
    return Box(x - radius, y - radius, x + radius, y + radius)


def free(box: Box, taken: Iterable[Box]) -> bool:
    """Does `box` meet none of what is `taken`?"""
    return not any(box.meets(other) for other in taken)


def placed(centres: Sequence[float], widths: Sequence[float], *, rows: int) -> list[int | None]:
    """The row (0 …) in which each centred label has room beside those before it; None where none has."""
    ends = [float("-inf")] * rows
    found: list[int | None] = []
    for centre, wide in zip(centres, widths, strict=True):
        row = next((row for row, end in enumerate(ends) if centre - wide / 2 >= end + 3), None)
        if row is not None:
            ends[row] = centre + wide / 2
        found.append(row)
    return found


def apart(wanted: Sequence[float], gap: float, first: float, last: float) -> list[float]:
    """Places as near `wanted` as can be, in the same order, at least `gap` apart, between `first` and `last`.

    Where there is not room for all, they begin at `first` and go beyond `last`.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    groups: list[list[float]] = []  # the sum of where its members would have it begin, and how many they are
    for rank, index in enumerate(order):
        groups.append([wanted[index] - rank * gap, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] >= groups[-1][0] / groups[-1][1]:
            total, members = groups.pop()
            groups[-1] = [groups[-1][0] + total, groups[-1][1] + members]
    starts = [total / members for total, members in groups for _ in range(int(members))]
    highest = last - (len(wanted) - 1) * gap
    found = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        found[index] = max(first, min(starts[rank], highest)) + rank * gap
    return found
