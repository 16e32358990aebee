""" "Gennemsnit ift. dato": the frame around points over time. The whole scale, the days, target, level, breaks."""

from collections.abc import Sequence
from datetime import date

from admin.charts import axes, boxes, key, marks, points
from admin.charts.axes import Axis, Tick
from admin.charts.key import Entry
from admin.charts.letters import shortened, width
from admin.charts.paper import WIDE, Drawing, Shape, Size, line, moved, text, titled
from admin.charts.points import Break, Course, DateLine, Plane
from survey import workdays

HEIGHT = {"wide": 230, "narrow": 200}
"""Of the scale, from its lowest point to its highest."""
AIR = 16
"""Beyond the ends of the scale, so that a mark and its n have room there."""
ROW = 15
LEFT = 38


def drawing(chart: DateLine, size: Size) -> Drawing:
    """The chart in one size; without points a frame that says so."""
    levels = _levels(chart)
    days = _days(chart, size, levels)
    labels = _labels(chart.breaks, days, size)
    # The key comes last to be known, since it says how many numbers found room: so all else begins at 0.
    plane = _plane(chart, days, HEIGHT[size.name])
    course = points.course(plane, chart)
    keyed, high = key.laid(_entries(chart, size, levels, course), size.width)
    lifted = high + 6 + ROW * (1 + max((row for _, row, _ in labels), default=-1))
    under, deep = _under(plane, chart, size)
    shapes = [
        *course.behind,
        *_scale(plane, chart.top),
        *_across(plane, levels, size),
        *_breaks(plane, labels),
        *course.figures,
        *under,
        *([] if chart.points else [_empty(plane, chart)]),
    ]
    return Drawing(size, lifted + deep, chart.label, (keyed, moved(0, lifted, *shapes)))


def _plane(chart: DateLine, days: Axis, height: float) -> Plane:
    return Plane(days, Axis(1, chart.top, height + AIR, AIR), 0, height + 2 * AIR)


def _days(chart: DateLine, size: Size, levels: Sequence[tuple[str, float, str]]) -> Axis:
    """The days the axis shows: at least a week, and all there is to show."""
    found = [on for point in chart.points for on in (point.first_on, point.last_on)]
    found += [*(each.on for each in chart.breaks), *(chart.period or ())]
    first, last = min(found, default=date.min), max(found, default=date.min)
    short = max(0, 6 - (last - first).days)
    beside = max((width(words, 12, bold=True) for _, _, words in levels), default=0) if size is WIDE else 0
    return Axis(
        first.toordinal() - short // 2, last.toordinal() + short - short // 2, LEFT, size.width - beside - 24
    )


def _entries(chart: DateLine, size: Size, levels: Sequence[tuple[str, float, str]], course: Course) -> list[Entry]:
    """The key: only what the drawing has."""
    points, numbers = chart.points, course.numbers
    told = "" if not numbers else ", tallet er n" if numbers == len(points) else ", n hvor der er plads"
    there = [
        (any(point.value is not None for point in points), Entry(f"{chart.point_text}{told}", marks.DOTTED)),
        (course.bars > 0, Entry("fra første til sidste dag", marks.SPANNED)),
        (any(point.low is not None for point in points), Entry("ventet udsving ved n svar", marks.BAND)),
        (any(point.alarm for point in points), Entry("advarsel", marks.WARNED)),
        (any(point.value is None for point in points), Entry("vises ikke", marks.UNSHOWN)),
        # On a phone there is no room beside the lines, so the key names them.
        *((size is not WIDE, Entry(words, key.stroke(look))) for look, _, words in levels),
    ]
    return [entry for shown, entry in there if shown]


def _empty(plane: Plane, chart: DateLine) -> Shape:
    middle = (plane.ends[0] + plane.ends[1]) / 2
    return text("none", middle, (plane.y.at(1) + plane.y.at(2)) / 2, chart.empty_text, "middle")


# Across: the scale and its levels ------------------------------------------------------------------------


def _scale(plane: Plane, top: int) -> list[Shape]:
    start, end = plane.ends
    shapes = [line("axis", start, plane.lower, end, plane.lower)]
    for value in range(1, top + 1):
        y = plane.y.at(value)
        shapes += [line("grid", start, y, end, y), text("mark", start - 8, y + 4, str(value), "end")]
    return shapes


def _levels(chart: DateLine) -> list[tuple[str, float, str]]:
    """Lines across the chart: look, value, words."""
    found = [("centre", chart.centre, chart.centre_text), ("target", chart.target, chart.target_text)]
    return [(look, value, shortened(words, 160, 12)) for look, value, words in found if value is not None]


def _across(plane: Plane, levels: Sequence[tuple[str, float, str]], size: Size) -> list[Shape]:
    """The levels, each with its words at its end; words that would meet are pushed apart."""
    start, end = plane.ends
    heights = [plane.y.at(value) for _, value, _ in levels]
    shapes = [line(look, start, y, end, y) for (look, _, _), y in zip(levels, heights, strict=True)]
    if size is WIDE:
        beside = boxes.apart(heights, ROW, plane.upper + 8, plane.lower - 8)
        shapes += [text("aim", end + 6, y + 4, words) for (*_, words), y in zip(levels, beside, strict=True)]
    return shapes


# Down: breaks and days -----------------------------------------------------------------------------------


def _labels(breaks: Sequence[Break], days: Axis, size: Size) -> list[tuple[Break, int, float]]:
    """Each break with the row of its label, counted from below, and where the label begins.

    The last break has the lowest row, so that no line runs through another's label.
    """
    found: list[tuple[Break, int, float]] = []
    for each in sorted(breaks, key=lambda each: each.on, reverse=True):
        left = max(0.0, min(days.at(each.on.toordinal()) - 2, size.width - width(_label(each), 12) - 2))
        right = left + width(_label(each), 12) + 8
        rows = [row for other, row, start in found if start < right]
        found.append((each, max(rows, default=-1) + 1, left))
    return found


def _label(each: Break) -> str:
    return shortened(each.label, 200, 12)


def _breaks(plane: Plane, labels: Sequence[tuple[Break, int, float]]) -> list[Shape]:
    """A line down at each break, from its label above the scale."""
    return [
        titled(
            f"{workdays.long_date(each.on)}: {each.label}",
            line("break", plane.across(each.on), plane.upper - ROW * row - 2, plane.across(each.on), plane.lower),
            text("mark", left, plane.upper - ROW * row - 6, _label(each)),
        )
        for each, row, left in labels
    ]


def _under(plane: Plane, chart: DateLine, size: Size) -> tuple[list[Shape], float]:
    """Days and waves' names below the axis, and how deep the drawing reaches with them."""
    y = plane.lower + 18
    if not (chart.points or chart.breaks or chart.period):
        return [], y
    first, last = (date.fromordinal(int(on)) for on in (plane.x.first, plane.x.last))
    ticks = axes.ticks(first, last, room=plane.x.end - plane.x.start)
    shapes = [each for tick in ticks for each in _tick(plane, tick)]
    weeks = list(axes.mondays(first, last))
    if 1 < len(weeks) <= (plane.x.end - plane.x.start) / 8:
        shapes += [line("notch", plane.across(on), plane.lower, plane.across(on), plane.lower + 3) for on in weeks]
    names, deep = _names(plane, chart, size, y + 2 * ROW)
    return [*shapes, *names], deep


def _tick(plane: Plane, tick: Tick) -> list[Shape]:
    """A mark with its name, and its year where one begins."""
    x, y = plane.across(tick.on), plane.lower
    year = [text("mark", x, y + 19 + ROW, tick.year, "middle")] if tick.year else []
    return [line("notch", x, y, x, y + 6), text("mark", x, y + 19, tick.name, "middle"), *year]


def _names(plane: Plane, chart: DateLine, size: Size, y: float) -> tuple[list[Shape], float]:
    """The waves' names, each below its days, in up to three rows; and how deep they reach."""
    waves = sorted((point for point in chart.points if point.name), key=lambda point: point.last_on)
    names = [shortened(point.name, 120, 12) for point in waves]
    widths = [width(name, 12, bold=True) for name in names]
    middles = [(plane.across(point.first_on) + plane.across(point.last_on)) / 2 for point in waves]
    centres = [
        min(max(middle, wide / 2 + 1), size.width - wide / 2 - 1)
        for middle, wide in zip(middles, widths, strict=True)
    ]
    rows = boxes.placed(centres, widths, rows=3)
    shapes = [
        text("aim", x, y + 6 + ROW * row, name, "middle")
        for x, row, name in zip(centres, rows, names, strict=True)
        if row is not None
    ]
    return shapes, y + (10 + ROW * max(row or 0 for row in rows) if names else -6)
