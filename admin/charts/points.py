"""Points over time: what a date line is drawn of, and its band, its line, its marks and their numbers.

Coordinates are made of published values only, so that a drawing tells no more than the text beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt

from admin.charts import axes, boxes, marks
from admin.charts.axes import Axis
from admin.charts.boxes import Box
from admin.charts.paper import Shape, number, shape, text, titled

GAP = 60
"""Days without a measurement over which neither line nor band is drawn; waves are joined by name all the same."""
CROWDED = 6
"""Points closer than this, in the chart's units, have no numbers beside them."""


@dataclass(frozen=True)
class Point:
    """A batch, or several put together, or a wave: `n` people who answered from `first_on` to `last_on`.

    `value` is the mean as published, None where it is hidden (then `n` may be 0, for not told); `text` is that
    value, or why it is hidden, in words. `low` and `high` are what chance alone would give so few answers, both or
    neither. `name` is a wave's.
    """

    first_on: date
    last_on: date
    n: int
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    alarm: bool = False
    name: str = ""

    @property
    def title(self) -> str:
        """ "Advarsel: 3. – 9. maj 2021: 2,9 (n = 12)"."""
        words = [*(["Advarsel"] if self.alarm else []), *([self.name] if self.name else [])]
        of = f" (n = {self.n})" if self.n else ""
        return ": ".join([*words, axes.days(self.first_on, self.last_on), f"{self.text}{of}"])


@dataclass(frozen=True)
class Break:
    """From the day `on` the figures mean something else: `label` says what, "nyt udsagn 5"."""

    on: date
    label: str


@dataclass(frozen=True)
class DateLine:
    """Points on the scale 1 … `top`. `label` names the chart for who cannot see it.

    `centre` is the level chance swings around, named by `centre_text` ("gennemsnit 3,4"). `period` is at least
    the days the axis shows; without it they are those of the points. `point_text` says what a point is.
    """

    label: str
    top: int
    points: tuple[Point, ...]
    target: float | None = None
    target_text: str = "mål 3,0"
    centre: float | None = None
    centre_text: str = "gennemsnit"
    breaks: tuple[Break, ...] = ()
    period: tuple[date, date] | None = None
    point_text: str = "gennemsnit"
    empty_text: str = "Ingen svar at vise endnu"


@dataclass(frozen=True)
class Plane:
    """The drawing's area between `upper` and `lower`: from days and points of the scale to its units."""

    x: Axis
    y: Axis
    upper: float
    lower: float

    @property
    def ends(self) -> tuple[float, float]:
        """Where lines across the whole area begin and end."""
        return self.x.start - 12, self.x.end + 12

    def across(self, on: date) -> float:
        """Where the day lies."""
        return self.x.at(on.toordinal())


@dataclass(frozen=True)
class Course:
    """What lies `behind` all lines, and the `figures` before them; how many have their n and their bar."""

    behind: list[Shape]
    figures: list[Shape]
    numbers: int
    bars: int


def course(plane: Plane, chart: DateLine) -> Course:
    """Band, line, marks and numbers of all points."""
    points = sorted(chart.points, key=lambda point: (point.last_on, point.first_on))
    runs = _runs(points, chart.breaks)
    spots = _spots(plane, points)
    numbers = _numbers(plane, spots)
    # What warns is drawn last, so that nothing covers it.
    drawn = [titled(spot.point.title, *_mark(spot)) for spot in sorted(spots, key=lambda spot: spot.point.alarm)]
    return Course(
        [each for run in runs for each in _band(plane, run)],
        [*(_trace(plane, run) for run in runs if len(run) > 1), *drawn, *numbers],
        len(numbers),
        sum(spot.has_bar for spot in spots),
    )


def _runs(points: Sequence[Point], breaks: Sequence[Break]) -> list[list[Point]]:
    """Shown points that follow each other without a break or long gap between; none where two lie on one day.

    Several teams' batches of one day are no course over time, and a line between them would mean nothing.
    """
    shown = [point for point in points if point.value is not None]
    if not shown or len({point.last_on for point in shown}) < len(shown):
        return []
    runs = [[shown[0]]]
    for before, point in pairwise(shown):
        apart = not point.name and (point.first_on - before.last_on).days > GAP
        if apart or any(before.last_on < each.on <= point.last_on for each in breaks):
            runs.append([])
        runs[-1].append(point)
    return runs


def _trace(plane: Plane, run: Sequence[Point]) -> Shape:
    places = [(plane.across(point.last_on), plane.y.at(point.value or 0)) for point in run]
    return shape("polyline", "trace", points=" ".join(f"{number(x)},{number(y)}" for x, y in places))


def _band(plane: Plane, run: Sequence[Point]) -> list[Shape]:
    """The band in steps: each point's own, from half-way to the one before to half-way to the next."""
    centres = [plane.across(point.last_on) for point in run]
    edges = [(a + b) / 2 for a, b in pairwise(centres)]
    reach = min([12.0, *(b - a for a, b in pairwise(edges))])
    edges = [centres[0] - reach, *edges, centres[-1] + reach]
    steps = [
        _Step(left, right, plane.y.at(point.high), plane.y.at(point.low))
        for (left, right), point in zip(pairwise(edges), run, strict=True)
        if point.low is not None and point.high is not None
    ]
    return [each for whole in _whole(steps) for each in _surface(whole)]


@dataclass(frozen=True)
class _Step:
    left: float
    right: float
    high: float
    low: float


def _whole(steps: Sequence[_Step]) -> list[list[_Step]]:
    """Steps that touch, together."""
    found: list[list[_Step]] = []
    for step in steps:
        if found and found[-1][-1].right == step.left:
            found[-1].append(step)
        else:
            found.append([step])
    return found


def _surface(steps: Sequence[_Step]) -> tuple[Shape, ...]:
    """The band's surface and its two rims."""
    upper = "".join(f"V{number(step.high)}H{number(step.right)}" for step in steps)
    lower = "".join(f"V{number(step.low)}H{number(step.right)}" for step in steps)
    back = "".join(f"V{number(step.low)}H{number(step.left)}" for step in reversed(steps))
    start = number(steps[0].left)
    return (
        shape("path", "band", d=f"M{start} {number(steps[0].high)}{upper}{back}z"),
        shape("path", "rim", d=f"M{start} {number(steps[0].high)}{upper}"),
        shape("path", "rim", d=f"M{start} {number(steps[0].low)}{lower}"),
    )


# Marks and numbers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Spot:
    """Where a point lies, and where its first day; a hidden one lies on the axis, below the scale."""

    point: Point
    start: float
    x: float
    y: float
    radius: float

    @property
    def has_bar(self) -> bool:
        """Is there room for a bar back to the first day?"""
        return self.point.value is not None and self.x - self.start > 2.5 * self.radius

    @property
    def box(self) -> Box:
        """What the mark covers."""
        return boxes.around(self.x, self.y, 9 if self.point.alarm else self.radius)


def _spots(plane: Plane, points: Sequence[Point]) -> list[_Spot]:
    """A dot's area follows its n, within what can be told apart; the more points, the smaller all of them."""
    most = max((point.n for point in points), default=0) or 1
    largest = min(5.5, max(3.0, (plane.x.end - plane.x.start) / (2 * max(len(points), 1))))
    return [
        _Spot(
            point,
            plane.across(point.first_on),
            plane.across(point.last_on),
            plane.lower if point.value is None else plane.y.at(point.value),
            largest * max(0.7, sqrt(point.n / most)),
        )
        for point in points
    ]


def _mark(spot: _Spot) -> tuple[Shape, ...]:
    if spot.point.value is None:
        return (marks.unshown(spot.x, spot.y),)
    bar = marks.span(spot.start, spot.x, spot.y) if spot.has_bar else ()
    alarm = spot.point.alarm
    return *bar, *(marks.warning(spot.x, spot.y) if alarm else (marks.dot(spot.x, spot.y, spot.radius),))


def _numbers(plane: Plane, spots: Sequence[_Spot]) -> list[Shape]:
    """n above or below each point where it meets no mark and no other n; none at all in a crowd.

    There nobody could tell whose a number is, and the few with room would look chosen. Titles have them all.
    """
    if plane.x.end - plane.x.start < CROWDED * len(spots):
        return []
    area = Box(plane.ends[0], plane.upper, plane.ends[1], plane.lower)
    taken, shapes = [spot.box for spot in spots], list[Shape]()
    for spot in spots:
        n = str(spot.point.n or "")
        for y in (spot.box.top - 3, spot.box.bottom + 11):
            box = boxes.of_text(spot.x, y, n, 11, "middle")
            if box.within(area) and boxes.free(box, taken):
                taken.append(box)
                shapes.append(text("count", spot.x, y, n, "middle"))
                break
    return shapes
