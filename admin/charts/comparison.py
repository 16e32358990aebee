"""Municipalities or teams by size, and what chance alone would do: a funnel plot, never a ranking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from admin.charts import axes, boxes, key, marks
from admin.charts.axes import Axis
from admin.charts.boxes import Box
from admin.charts.key import Entry
from admin.charts.paper import Drawing, Shape, Size, empty, line, number, shape, text, titled

HEIGHT = {"wide": 280, "narrow": 260}
LEFT, RADIUS, FONT = 52, 5, 12
NEAR = 14
"""A name no further than this from its place needs no line to it."""
FURTHER = range(18, 80, 12)
"""How far a name may be moved up or down to find room, nearest first."""


@dataclass(frozen=True)
class Place:
    """A municipality or a team: `n` answers, `value` a share of 1 as published, `text` that share in words.

    `outside` is True beyond the outer limits. A hidden place is not drawn: it has no place here.
    """

    name: str
    n: int
    value: float
    text: str
    outside: bool = False

    @property
    def title(self) -> str:
        """ "Stevns: 43/53 = 81,1 % (n = 53), uden for det ventede"."""
        return f"{self.name}: {self.text} (n = {self.n}){', uden for det ventede' if self.outside else ''}"


@dataclass(frozen=True)
class Limits:
    """What chance alone would give `n` answers around the common value: 95 % of the time, and 99.8 %."""

    n: int
    low: float
    high: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Comparison:
    """Places around what they have in common, both shares of 1; `limits` by rising n draw the funnel."""

    label: str
    places: tuple[Place, ...]
    limits: tuple[Limits, ...]
    common: float
    common_text: str
    value_text: str = "andel"
    n_text: str = "antal besvarelser"
    empty_text: str = "Ingen at vise ved siden af hinanden endnu"


@dataclass(frozen=True)
class _Plane:
    x: Axis
    y: Axis

    @property
    def area(self) -> Box:
        return Box(self.x.start, self.y.end, self.x.end, self.y.start)

    def holds(self, n: int, value: float) -> bool:
        return self.x.first <= n <= self.x.last and self.y.first <= value <= self.y.last

    def at(self, place: Place) -> tuple[float, float]:
        return self.x.at(place.n), self.y.at(place.value)


def drawing(chart: Comparison, size: Size) -> Drawing:
    """The chart in one size; without places a line that says so."""
    if not chart.places:
        return empty(size, chart.label, chart.empty_text)
    keyed, high = key.laid(_entries(chart), size.width)
    plane = _plane(chart, size, high + 30)
    curves = _curves(plane, chart)
    shapes = [
        keyed,
        *_grid(plane, chart),
        *(each for look, through in curves for each in _curve(look, through)),
        *(titled(place.title, *_mark(plane, place)) for place in chart.places),
        *_names(plane, chart.places, _covered(curves), size.width),
    ]
    return Drawing(size, plane.y.start + 44, chart.label, tuple(shapes))


def _plane(chart: Comparison, size: Size, upper: float) -> _Plane:
    most = max(place.n for place in chart.places) * 1.06
    values = [chart.common, *(place.value for place in chart.places)]
    values += [end for each in chart.limits for end in (each.lowest, each.highest)]
    low, high = axes.tenths(values, least=3)
    return _Plane(Axis(0, most, LEFT, size.width - 14), Axis(low, high, upper + HEIGHT[size.name], upper))


def _entries(chart: Comparison) -> list[Entry]:
    found = [Entry(chart.common_text, key.stroke("centre"))]
    if chart.limits:
        found.append(Entry("ventet udsving, 95 %", key.stroke("bound")))
        found.append(Entry("ventet udsving, 99,8 %", key.stroke("limit")))
    if any(place.outside for place in chart.places):
        found.append(Entry("uden for det ventede", marks.WARNED))
    return found


def _grid(plane: _Plane, chart: Comparison) -> list[Shape]:
    area = plane.area
    shapes = []
    for tenth in range(round(plane.y.first * 10), round(plane.y.last * 10) + 1):
        y = plane.y.at(tenth / 10)
        shapes += [line("grid", area.left, y, area.right, y)]
        shapes += [text("mark", area.left - 8, y + 4, f"{tenth * 10}\N{NO-BREAK SPACE}%", "end")]
    for n in axes.round_steps(plane.x.last, at_most=int((area.right - area.left) // 60)):
        x = plane.x.at(n)
        shapes += [line("notch", x, area.bottom, x, area.bottom + 5)]
        shapes += [text("mark", x, area.bottom + 19, f"{n:.0f}", "middle")]
    shapes.append(line("axis", area.left, area.bottom, area.right, area.bottom))
    return [
        *shapes,
        text("mark", 0, area.top - 14, chart.value_text),
        text("mark", area.right, area.bottom + 36, chart.n_text, "end"),
    ]


def _curves(plane: _Plane, chart: Comparison) -> list[tuple[str, list[tuple[float, float]]]]:
    """The four limits and the common value: look, and the places each goes through inside the drawing."""
    ends = [("limit", "lowest"), ("limit", "highest"), ("bound", "low"), ("bound", "high")]
    found = [(look, [(each.n, float(getattr(each, end))) for each in chart.limits]) for look, end in ends]
    curves = [
        (look, [(plane.x.at(n), plane.y.at(value)) for n, value in values if plane.holds(n, value)])
        for look, values in found
    ]
    common = plane.y.at(chart.common)
    return [*curves, ("centre", [(plane.x.start, common), (plane.x.end, common)])]


def _curve(look: str, through: Sequence[tuple[float, float]]) -> list[Shape]:
    if len(through) < 2:
        return []
    return [shape("polyline", look, points=" ".join(f"{number(x)},{number(y)}" for x, y in through))]


# Places --------------------------------------------------------------------------------------------------


def _names(plane: _Plane, places: Sequence[Place], lines: Sequence[Box], right: float) -> list[Shape]:
    """Each name beside its place where it meets no mark, no other name and no line, limits least of all.

    Far from its place it is tied to it. A name without room stands in its place's title alone.
    """
    taken = [boxes.around(*plane.at(place), 9 if place.outside else RADIUS) for place in places]
    area = Box(plane.x.start, plane.y.end - 8, right, plane.y.start)
    names = []
    for place in sorted(places, key=lambda place: not place.outside):
        spots = [(spot, boxes.of_text(*spot[:2], place.name, FONT, spot[2])) for spot in _around(plane, place)]
        free = [(spot, box) for spot, box in spots if box.within(area) and boxes.free(box, (*taken, *lines))]
        if free:
            (x, y, anchor), box = free[0]
            taken.append(box)
            names += [*_tie(plane.at(place), box), text("name", x, y, place.name, anchor)]
    return names


def _tie(mark: tuple[float, float], box: Box) -> list[Shape]:
    """A thin line from a place to a name that is not right beside it."""
    (x, y), end = mark, ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    nearest = (min(max(x, box.left), box.right), box.top if end[1] > y else box.bottom)
    beside = max(box.left - x, x - box.right, box.top - y, y - box.bottom) < NEAR
    return [] if beside else [line("trace", x, y, *nearest)]


def _covered(curves: Sequence[tuple[str, list[tuple[float, float]]]]) -> list[Box]:
    """What the curves cover, piece by piece."""
    return [
        Box(min(a, c), min(b, d) - 1, max(a, c), max(b, d) + 1)
        for _, through in curves
        for (a, b), (c, d) in pairwise(through)
    ]


def _around(plane: _Plane, place: Place) -> Iterator[tuple[float, float, str]]:
    """Where a name may stand: right, left, above, below, and aslant; then further up and down."""
    (x, y), away = plane.at(place), 12 if place.outside else 8
    yield from ((x + away, y + 4, ""), (x - away, y + 4, "end"))
    yield from ((x, y - away - 1, "middle"), (x, y + away + 9, "middle"))
    for lift in (-8, 16):
        yield from ((x + 6, y + lift, ""), (x - 6, y + lift, "end"))
    for far in FURTHER:
        for lift in (-far, far + FONT):
            yield from ((x, y + lift, "middle"), (x + 6, y + lift, ""), (x - 6, y + lift, "end"))


def _mark(plane: _Plane, place: Place) -> tuple[Shape, ...]:
    return marks.warning(*plane.at(place)) if place.outside else (marks.dot(*plane.at(place), RADIUS),)
