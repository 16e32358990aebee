"""Charts as SVG text made on the server: no script, no style attribute, colours by CSS class alone.

Every chart comes in two widths, switched by a media query: one drawing scaled to a phone would be unreadable.
Coordinates are made of published values only, so that a drawing tells no more than the text beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from textwrap import wrap

from markupsafe import Markup, escape

from survey.figures import Point, StatementResult
from survey.workdays import MONTHS

TARGET = "mål 3,0"
DIGIT = 6.2
"""Width of a digit in the small print of a chart, in pixels."""


@dataclass(frozen=True)
class Size:
    """One of a chart's widths in pixels: `height` of the date line's plane, margins, `text` beside bars.

    `rows` is how many rows of n fit under the date line.
    """

    name: str
    width: int
    height: int
    left: int
    right: int
    text: int
    rows: int


WIDE = Size("wide", 756, 250, left=30, right=60, text=330, rows=12)
NARROW = Size("narrow", 330, 220, left=24, right=12, text=0, rows=4)
SIZES = (WIDE, NARROW)


def day(of: date) -> str:
    """ "2. maj 2021"."""
    return f"{of.day}. {MONTHS[of.month - 1]} {of.year}"


def days(first: date, last: date) -> str:
    """ "2. maj 2021", or "28. april – 3. maj 2021" for several days."""
    if first == last:
        return day(last)
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"{first.day}.{month} – {day(last)}"


# The date line -------------------------------------------------------------------------------------------


def date_line(points: Sequence[Point], *, top: int, target: float | None, label: str) -> Markup:
    """ "Gennemsnit ift. dato": each point at its last day on the whole scale 1 … `top`.

    What was gathered over several days has a bar back to the first. `n` stands under each point; where a phone
    has no room for all of them, the rest are in the points' titles and in the table. "" without points.
    """
    if not points:
        return Markup()
    return Markup().join(_date_line(size, points, top, target, label) for size in SIZES)


@dataclass(frozen=True)
class _Plane:
    """From days and points of the scale to pixels."""

    first: date
    last: date
    top: int
    left: float
    right: float
    upper: float
    lower: float

    def x(self, of: date) -> float:
        reach = (self.last - self.first).days
        share = (of - self.first).days / reach if reach else 0.5
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.lower - (value - 1) / (self.top - 1) * (self.lower - self.upper)


def _date_line(size: Size, points: Sequence[Point], top: int, target: float | None, label: str) -> Markup:
    first, last = min(point.first_on for point in points), max(point.last_on for point in points)
    upper = 12 if size is WIDE else 30
    plane = _Plane(first, last, top, size.left + 10, size.width - size.right - 8, upper, upper + size.height)
    numbers, rows = _numbers(plane, points, size.rows)
    parts = [
        *_scale_lines(plane, size),
        *_date_ticks(plane, size),
        *_target_line(plane, size, target),
        *_trace(plane, points),
        *(_point(plane, point) for point in points),
        *numbers,
    ]
    return _svg(size, plane.lower + 28 + 13 * rows, label, parts)


def _scale_lines(plane: _Plane, size: Size) -> list[str]:
    right = size.width - size.right
    return [
        f'<line class="grid" x1="{size.left}" x2="{right}" y1="{_n(plane.y(value))}" y2="{_n(plane.y(value))}"/>'
        f'<text class="mark end" x="{size.left - 6}" y="{_n(plane.y(value) + 4)}">{value}</text>'
        for value in range(1, plane.top + 1)
    ]


def _target_line(plane: _Plane, size: Size, target: float | None) -> list[str]:
    if target is None:
        return []
    y, right = plane.y(target), size.width - size.right
    line = f'<line class="target" x1="{size.left}" x2="{right}" y1="{_n(y)}" y2="{_n(y)}"/>'
    if size is WIDE:
        return [line, f'<text class="aim" x="{right + 6}" y="{_n(y + 4)}">{TARGET}</text>']
    # On a phone there is no room beside the line, so its name stands above the drawing.
    key = f'<line class="target" x1="{size.left}" x2="{size.left + 28}" y1="10" y2="10"/>'
    return [line, key, f'<text class="aim" x="{size.left + 34}" y="14">{TARGET}</text>']


def _trace(plane: _Plane, points: Sequence[Point]) -> list[str]:
    shown = [(point.last_on, point.mean.value) for point in points if point.mean.value is not None]
    if len(shown) < 2:
        return []
    path = " ".join(f"{_n(plane.x(when))},{_n(plane.y(value))}" for when, value in shown)
    return [f'<polyline class="trace" points="{path}"/>']


def _point(plane: _Plane, point: Point) -> str:
    if point.mean.value is None:
        return ""
    x, y, start = plane.x(point.last_on), plane.y(point.mean.value), plane.x(point.first_on)
    bar = "" if point.first_on == point.last_on else f'<path class="span" d="M{_n(start)} {_n(y)}H{_n(x)}"/>'
    title = f"{days(point.first_on, point.last_on)}: {point.mean.text} (n = {point.n})"
    radius = min(6.0, 1.2 + 0.8 * sqrt(point.n))
    dot = f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'
    return f"<g><title>{escape(title)}</title>{bar}{dot}</g>"


def _numbers(plane: _Plane, points: Sequence[Point], at_most: int) -> tuple[list[str], int]:
    """The n under the axis, each below its point, and how many rows they take."""
    y = plane.lower + 34
    places = [plane.x(point.last_on) for point in points]
    rows = placed(places, [DIGIT * len(str(point.n)) for point in points], rows=at_most)
    texts = [
        f'<text class="n" x="{_n(x)}" y="{_n(y + 13 * row)}">{point.n}</text>'
        for x, row, point in zip(places, rows, points, strict=True)
        if row is not None
    ]
    name = f'<text class="mark end" x="{_n(plane.left - 16)}" y="{_n(y)}">n</text>'
    return [name, *texts], 1 + max(row or 0 for row in rows)


def placed(centres: Sequence[float], widths: Sequence[float], *, rows: int) -> list[int | None]:
    """The row (0 …) in which each centred label has room beside those before it; None where none has."""
    ends = [float("-inf")] * rows
    found: list[int | None] = []
    for centre, width in zip(centres, widths, strict=True):
        row = next((row for row, end in enumerate(ends) if centre - width / 2 >= end + 3), None)
        if row is not None:
            ends[row] = centre + width / 2
        found.append(row)
    return found


def _date_ticks(plane: _Plane, size: Size) -> list[str]:
    every = ticks(plane.first, plane.last, at_most=(size.width - size.left - size.right) // 62)
    return [
        f'<line class="tick" x1="{_n(plane.x(when))}" x2="{_n(plane.x(when))}" '
        f'y1="{_n(plane.lower)}" y2="{_n(plane.lower + 5)}"/>'
        f'<text class="mark middle" x="{_n(plane.x(when))}" y="{_n(plane.lower + 18)}">{name}</text>'
        for when, name in every
    ]


def ticks(first: date, last: date, *, at_most: int) -> list[tuple[date, str]]:
    """Where the date axis is marked: Mondays within seven weeks, else the first of months, thinned evenly."""
    if (last - first).days <= 48:
        start = first + timedelta(days=-first.weekday() % 7)
        mondays = [start + timedelta(days=7 * week) for week in range((last - start).days // 7 + 1)]
        marks = [(when, f"{when.day}. {MONTHS[when.month - 1][:3]}") for when in mondays]
    else:
        months = [
            divmod(number, 12) for number in range(first.year * 12 + first.month, last.year * 12 + last.month)
        ]
        firsts = [date(year, month + 1, 1) for year, month in months]
        if (firsts[0] - first).days * at_most >= (last - first).days:
            firsts = [first, *firsts]  # room enough to name the month that had begun
        marks = [(when, f"{MONTHS[when.month - 1][:3]} {when.year}") for when in firsts]
    return marks[:: -(-len(marks) // max(at_most, 1)) or 1]


# Bars per statement --------------------------------------------------------------------------------------


def statement_bars(statements: Sequence[StatementResult], *, top: int, target: float | None, label: str) -> Markup:
    """A bar a statement from 1 to its mean on the whole scale, with mean and n at its end. "" without any."""
    if not statements:
        return Markup()
    return Markup().join(_statement_bars(size, statements, top, target, label) for size in SIZES)


def _statement_bars(
    size: Size, statements: Sequence[StatementResult], top: int, target: float | None, label: str
) -> Markup:
    texts = [wrap(statement.text, 50) for statement in statements]
    beside = size.text > 0
    heights = [max(36, 16 * len(lines) + 14) if beside else 16 * len(lines) + 38 for lines in texts]
    lower = float(sum(heights))
    plane = _Plane(date.min, date.min, top, size.text + 8, size.width - 96, 0, lower)
    parts, y = _value_axis(plane, target), 0.0
    for statement, lines, height in zip(statements, texts, heights, strict=True):
        # Beside the words the lines run through; below them they keep clear of the words.
        parts.append(_bar(plane, statement, lines, y, beside=beside))
        parts.append(_rulers(plane, target, y if beside else y + 16 * len(lines) + 2, y + height))
        y += height
    return _svg(size, lower + (34 if target is not None else 20), label, parts)


def _across(plane: _Plane, value: float) -> float:
    return plane.left + (value - 1) / (plane.top - 1) * (plane.right - plane.left)


def _value_axis(plane: _Plane, target: float | None) -> list[str]:
    names = [
        f'<text class="mark middle" x="{_n(_across(plane, value))}" y="{_n(plane.lower + 14)}">{value}</text>'
        for value in range(1, plane.top + 1)
    ]
    if target is not None:
        x = _n(_across(plane, target))
        names.append(f'<text class="aim middle" x="{x}" y="{_n(plane.lower + 29)}">{TARGET}</text>')
    return names


def _rulers(plane: _Plane, target: float | None, upper: float, lower: float) -> str:
    places = [("grid", float(value)) for value in range(1, plane.top + 1) if value != target]
    if target is not None:
        places.append(("target", target))
    return "".join(
        f'<line class="{name}" x1="{_n(_across(plane, value))}" x2="{_n(_across(plane, value))}" '
        f'y1="{_n(upper)}" y2="{_n(lower)}"/>'
        for name, value in places
    )


def _bar(plane: _Plane, statement: StatementResult, lines: Sequence[str], y: float, *, beside: bool) -> str:
    words = "".join(
        f'<text class="words" x="0" y="{_n(y + 12 + 16 * row)}">{escape(line)}</text>'
        for row, line in enumerate(lines)
    )
    mean = statement.mean
    centre = y + 8 * len(lines) if beside else y + 16 * len(lines) + 14
    if mean.value is None:
        return f'<g>{words}<text class="soft" x="{_n(plane.left)}" y="{_n(centre + 4)}">{mean.text}</text></g>'
    width = _across(plane, mean.value) - plane.left
    title = f"{statement.text}: {mean.text} (n = {mean.n})"
    return (
        f"<g><title>{escape(title)}</title>{words}"
        f'<rect class="bar" x="{_n(plane.left)}" y="{_n(centre - 7)}" width="{_n(width)}" height="14"/>'
        f'<text class="value" x="{_n(plane.right + 8)}" y="{_n(centre + 4)}">{mean.text}'
        f'<tspan class="soft" dx="5">n = {mean.n}</tspan></text></g>'
    )


def _svg(size: Size, height: float, label: str, parts: Sequence[str]) -> Markup:
    head = (
        f'<svg class="chart {size.name}" role="img" aria-label="{escape(label)}" '
        f'width="{size.width}" height="{_n(height)}" viewBox="0 0 {size.width} {_n(height)}">'
    )
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - built here; every foreign text is escaped above


def _n(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
