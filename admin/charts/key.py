"""The key above a chart: a sample of each mark and what it means, in as many lines as it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.charts.letters import width, wrapped
from admin.charts.paper import Shape, line, moved, shape, text

SAMPLE = 24
"""How wide a sample is; it is drawn from x = 0 around y = 0."""
LINE = 18
FONT = 12


@dataclass(frozen=True)
class Entry:
    """What a mark means, and a sample of it."""

    words: str
    sample: tuple[Shape, ...]


def laid(entries: Sequence[Entry], right: float) -> tuple[Shape, float]:
    """The key from x = 0 to `right` and from y = 0 down, and how high it is: 0 without entries."""
    shapes: list[Shape] = []
    x, y = 0.0, LINE / 2 + 1
    for entry in entries:
        lines = wrapped(entry.words, right - SAMPLE - 6, FONT, at_most=3)
        wide = SAMPLE + 6 + max((width(each, FONT) for each in lines), default=0)
        if x > 0 and x + wide > right:
            x, y = 0.0, y + LINE
        shapes.append(moved(x, y, *entry.sample))
        shapes += [text("mark", x + SAMPLE + 6, y + 4 + row * 15, each) for row, each in enumerate(lines)]
        x, y = x + wide + 16, y + 15 * (len(lines) - 1)
    return shape("g", "key", *shapes), y + LINE / 2 + 3 if entries else 0.0


def stroke(look: str) -> tuple[Shape, ...]:
    """The sample of a line."""
    return (line(look, 0, 0, SAMPLE, 0),)
