"""Shares below each other: a dot on the way from nobody to all, with its interval, and both numbers in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.charts import key, marks
from admin.charts.axes import Axis
from admin.charts.key import Entry
from admin.charts.letters import shortened, width, wrapped
from admin.charts.paper import WIDE, Drawing, Shape, Size, empty, flowing, line, text, titled

FONT, LINE = 13, 17
ENDS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Where the axis is ruled."""


@dataclass(frozen=True)
class ShareRow:
    """One share of 1 as published: `text` says it ("43/53 = 81,1 %"), or why `value` is None and hidden.

    `low` and `high` are the interval, both or neither, and `interval` says it.
    """

    name: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    interval: str = ""

    @property
    def title(self) -> str:
        """ "SMS: 43/53 = 81,1 %, usikkerhed 68,6 % til 89,4 %"."""
        return f"{self.name}: {self.text}{f', usikkerhed {self.interval}' if self.interval else ''}"


@dataclass(frozen=True)
class Shares:
    """Rows in the order they are drawn, all of the same kind."""

    label: str
    rows: tuple[ShareRow, ...]
    value_text: str = "andel"
    empty_text: str = "Ingen andele at vise endnu"


def drawing(chart: Shares, size: Size) -> Drawing:
    """The chart in one size; without rows a line that says so."""
    if not chart.rows:
        return empty(size, chart.label, chart.empty_text)
    said = max(width(each.text, FONT, bold=True) for each in chart.rows)
    axis = Axis(0, 1, 214, max(330.0, size.width - said - 12)) if size is WIDE else Axis(0, 1, 6, size.width - 8)
    keyed, y = key.laid(_entries(chart), size.width)
    shapes, y = [keyed], y + 6
    for row in chart.rows:
        lines = wrapped(row.name, axis.start - 20 if size is WIDE else size.width, FONT, at_most=3)
        high = _height(row, lines, size)
        draw = _beside if size is WIDE else _below
        shapes.append(titled(row.title, *draw(row, lines, axis, y, high, size)))
        y += high
    return Drawing(size, y + 22, chart.label, (*shapes, *_scale(axis, y + 14)))


def _entries(chart: Shares) -> list[Entry]:
    if all(row.value is None for row in chart.rows):
        return []
    if any(row.low is not None for row in chart.rows):
        return [Entry(f"{chart.value_text} med usikkerhed", (line("interval", 1, 0, 23, 0), *marks.DOTTED))]
    return [Entry(chart.value_text, marks.DOTTED)]


def _height(row: ShareRow, lines: Sequence[str], size: Size) -> float:
    if size is WIDE:
        return max(36, LINE * len(lines) + 12)
    return LINE * (len(lines) + 1) + (12 if row.value is None else 36)


def _scale(axis: Axis, y: float) -> list[Shape]:
    """Nobody, half, all."""
    places = ((0.0, "start"), (0.5, "middle"), (1.0, "end"))
    return [
        text("mark", axis.at(share), y, f"{share * 100:.0f}\N{NO-BREAK SPACE}%", anchor if share else "")
        for share, anchor in places
    ]


def _rulers(axis: Axis, upper: float, lower: float) -> list[Shape]:
    return [line("grid", axis.at(share), upper, axis.at(share), lower) for share in ENDS]


def _mark(row: ShareRow, axis: Axis, y: float) -> list[Shape]:
    """The dot on its interval; of a hidden share nothing: its words say so."""
    if row.value is None:
        return []
    bar = (
        [line("interval", axis.at(row.low), y, axis.at(row.high), y)]
        if row.low is not None and row.high is not None
        else []
    )
    return [*bar, marks.dot(axis.at(row.value), y, 5)]


def _number(row: ShareRow) -> tuple[str, str]:
    return ("mark" if row.value is None else "figure"), row.text


def _beside(row: ShareRow, lines: Sequence[str], axis: Axis, y: float, high: float, size: Size) -> list[Shape]:
    """On a wide drawing: the name before the axis, both numbers after it."""
    centre = y + high / 2
    first = centre + 5 - LINE * (len(lines) - 1) / 2
    look, words = _number(row)
    return [
        *(text("said", 0, first + LINE * place, each) for place, each in enumerate(lines)),
        *_rulers(axis, y, y + high),
        *_mark(row, axis, centre),
        flowing(axis.end + 12, centre + 5, (look, shortened(words, size.width - axis.end - 12, FONT))),
    ]


def _below(row: ShareRow, lines: Sequence[str], axis: Axis, y: float, high: float, size: Size) -> list[Shape]:
    """On a phone: name and numbers above the axis."""
    look, words = _number(row)
    told = y + 16 + LINE * len(lines)
    return [
        *(text("said", 0, y + 16 + LINE * place, each) for place, each in enumerate(lines)),
        flowing(0, told, (look, shortened(words, size.width, FONT))),
        *([] if row.value is None else _rulers(axis, told + 6, y + high)),
        *_mark(row, axis, told + 17),
    ]
