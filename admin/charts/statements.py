"""Statements: how the answers spread around the middle of the scale, and beside it the mean with its interval."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from admin.charts import boxes, key, marks
from admin.charts.axes import Axis
from admin.charts.key import Entry
from admin.charts.letters import shortened, width, wrapped
from admin.charts.paper import WIDE, Drawing, Shape, Size, empty, flowing, line, shape, text, titled

LOOKS = {4: ("low2", "low1", "high1", "high2"), 5: ("low2", "low1", "middle", "high1", "high2")}
ON = {"low2": "on-deep", "high2": "on-deep"}
"""The look of a count on a deep colour; on the others it is on-pale."""
BAR = 22
FONT, LINE = 13, 17


@dataclass(frozen=True)
class Part:
    """The share of one point of the scale: `value` of 1, in words ("27/53 = 50,9 %"), and `short` for the bar."""

    value: float
    text: str
    short: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement. `parts` lowest first, or None, and then `unshown` says why in words.

    `mean` is as published, None where it is hidden; `mean_text` says it, or why it is hidden. `low` and `high` are
    the interval, both or neither, and `interval` says it ("3,1 til 3,6").
    """

    text: str
    parts: tuple[Part, ...] | None
    mean: float | None
    mean_text: str
    n: int | None
    low: float | None = None
    high: float | None = None
    interval: str = ""
    unshown: str = "fordelingen vises ikke"

    @property
    def title(self) -> str:
        """ "Udsagn: 3,4 (n = 53), usikkerhed 3,1 til 3,6"."""
        base = f" (n = {self.n})" if self.n is not None else ""
        return f"{self.text}: {self.mean_text}{base}{f', usikkerhed {self.interval}' if self.interval else ''}"


@dataclass(frozen=True)
class StatementBars:
    """Statements in the order they are drawn, on a scale with `labels`, lowest first (4 or 5)."""

    label: str
    labels: tuple[str, ...]
    statements: tuple[Statement, ...]
    target: float | None = None
    target_text: str = "mål 3,0"
    empty_text: str = "Ingen udsagn at vise endnu"


@dataclass(frozen=True)
class _Columns:
    """Where things stand: a statement's words, `beside` the bars or above them, shares, means, the mean in words.

    `shares` are of 1, counted from the middle of the scale.
    """

    room: float
    beside: bool
    shares: Axis
    means: Axis
    value: float = 0


@dataclass(frozen=True)
class _Row:
    """The height a statement has, from `upper` to `lower`."""

    upper: float
    lower: float


def drawing(chart: StatementBars, size: Size) -> Drawing:
    """The chart in one size; without statements a line that says so."""
    if not chart.statements:
        return empty(size, chart.label, chart.empty_text)
    columns = _columns(chart, size)
    keyed, y = key.laid(_entries(chart), size.width)
    shapes, y = [keyed], y + 10
    for statement in chart.statements:
        lines = wrapped(statement.text, columns.room, FONT, at_most=4)
        high = max(46, LINE * len(lines) + 14) if columns.beside else LINE * len(lines) + 80
        shapes.append(_row(chart, columns, statement, lines, _Row(y, y + high)))
        y += high
    if columns.beside:
        shapes += _numbers(columns, range(1, len(chart.labels) + 1), y + 13)
        y += 20
    return Drawing(size, y, chart.label, tuple(shapes))


def _columns(chart: StatementBars, size: Size) -> _Columns:
    below, above = _reach(chart)
    if size is WIDE:
        return _Columns(226, True, Axis(-below, above, 240, 460), Axis(1, len(chart.labels), 486, 622), 640)
    return _Columns(size.width, False, Axis(-below, above, 0, 190), Axis(1, len(chart.labels), 216, 330))


def _sides(parts: Sequence[Part]) -> tuple[float, float]:
    """How much lies below and above the middle of the scale; a middle point lies on both sides."""
    half = len(parts) // 2
    middle = parts[half].value / 2 if len(parts) % 2 else 0
    return sum(part.value for part in parts[:half]) + middle, sum(part.value for part in parts[-half:]) + middle


def _reach(chart: StatementBars) -> tuple[float, float]:
    """How far the bars reach to either side, in shares of 1, so that all have one scale."""
    sides = [_sides(each.parts) for each in chart.statements if each.parts is not None]
    return max([0.1, *(low for low, _ in sides)]), max([0.1, *(high for _, high in sides)])


# The key and the axis ------------------------------------------------------------------------------------


def _entries(chart: StatementBars) -> list[Entry]:
    """The scale's words, each beside the middle as its bars are, so that sides can be told without colours."""
    found = []
    if any(each.parts is not None for each in chart.statements):
        looks = LOOKS[len(chart.labels)]
        found = [Entry(words, _sample(look)) for words, look in zip(chart.labels, looks, strict=True)]
    if any(each.mean is not None for each in chart.statements):
        bar = (line("interval", 1, 0, 23, 0),) if any(each.low is not None for each in chart.statements) else ()
        found.append(Entry("gennemsnit med usikkerhed" if bar else "gennemsnit", (*bar, *marks.DOTTED)))
    if chart.target is not None:
        found.append(Entry(chart.target_text, (line("target", 12, -8, 12, 8),)))
    return found


def _sample(look: str) -> tuple[Shape, ...]:
    left, wide, zero = {"low": (5, 12, 17), "mid": (4, 16, 12), "hig": (7, 12, 7)}[look[:3]]
    return line("zero", zero, -8, zero, 8), shape("rect", look, x=left, y=-5, width=wide, height=10)


def _numbers(columns: _Columns, values: Iterable[int], y: float) -> list[Shape]:
    """Points of the scale, named below the means."""
    return [text("mark", columns.means.at(value), y, str(value), "middle") for value in values]


# One statement -------------------------------------------------------------------------------------------


def _row(chart: StatementBars, columns: _Columns, statement: Statement, lines: Sequence[str], band: _Row) -> Shape:
    """Words and figures; on a phone the figures stand between the words and the bar."""
    last = LINE * (len(lines) - 1)
    if columns.beside:
        centre, ruled = (band.upper + band.lower) / 2, band
        first, figures = centre + 5 - last / 2, centre
    else:
        centre, first = band.lower - 38, band.upper + 16
        ruled, figures = _Row(centre - 17, centre + 17), band.upper + 16 + last + LINE
    return titled(
        statement.title,
        *(text("said", 0, first + LINE * row, each) for row, each in enumerate(lines)),
        *_rulers(chart, columns, ruled),
        *_shares(chart, columns, statement, centre),
        *_mean(columns, statement, centre),
        *_figures(columns, statement, figures),
        # On a phone the words part the statements, so each has its own ends of the scale.
        *([] if columns.beside else _numbers(columns, (1, len(chart.labels)), centre + 29)),
    )


def _rulers(chart: StatementBars, columns: _Columns, band: _Row) -> list[Shape]:
    """The points of the scale, and the target, where the means are."""
    places = [("grid", float(value)) for value in range(1, len(chart.labels) + 1) if value != chart.target]
    if chart.target is not None:
        places.append(("target", chart.target))
    return [
        line(look, columns.means.at(value), band.upper, columns.means.at(value), band.lower)
        for look, value in places
    ]


def _shares(chart: StatementBars, columns: _Columns, statement: Statement, centre: float) -> list[Shape]:
    """The bar with its counts and the zero line; or in words why there is none."""
    if statement.parts is None:
        room = columns.means.start - columns.shares.start - 8
        return [text("mark", columns.shares.start, centre + 4, shortened(statement.unshown, room, 12))]
    zero, half = columns.shares.at(0), BAR / 2
    shapes = [line("zero", zero, centre - half - 5, zero, centre + half + 5)]
    at = -_sides(statement.parts)[0]
    for part, look, name in zip(statement.parts, LOOKS[len(chart.labels)], chart.labels, strict=True):
        if part.value > 0:
            box = boxes.Box(
                columns.shares.at(at), centre - half, columns.shares.at(at + part.value), centre + half
            )
            shapes.append(_part(part, look, name, box))
        at += part.value
    return shapes


def _part(part: Part, look: str, name: str, box: boxes.Box) -> Shape:
    wide, high = box.right - box.left, box.bottom - box.top
    bar = shape("rect", look, x=box.left, y=box.top, width=wide, height=high)
    title = f"{name}: {part.text}"
    if not part.short or width(part.short, 11, bold=True) + 6 > wide:
        return titled(title, bar)
    words = text(ON.get(look, "on-pale"), (box.left + box.right) / 2, box.top + high / 2 + 4, part.short, "middle")
    return titled(title, bar, words)


def _mean(columns: _Columns, statement: Statement, centre: float) -> list[Shape]:
    """The mean on the scale with its interval."""
    if statement.mean is None:
        return []
    shapes = []
    if statement.low is not None and statement.high is not None:
        low, high = columns.means.at(statement.low), columns.means.at(statement.high)
        feet = [line("interval", x, centre - 4, x, centre + 4) for x in (low, high)]
        shapes = [line("interval", low, centre, high, centre), *feet]
    return [*shapes, marks.dot(columns.means.at(statement.mean), centre, 4.5)]


def _figures(columns: _Columns, statement: Statement, y: float) -> list[Shape]:
    """The mean in words, with its n below it, or after it on a phone."""
    mean = ("mark" if statement.mean is None else "figure", statement.mean_text)
    count = ("count", "" if statement.n is None else f"n = {statement.n}")
    if not columns.beside:
        return [flowing(0, y, mean, count)]
    if not count[1]:
        return [flowing(columns.value, y + 5, mean)]
    return [flowing(columns.value, y - 2, mean), flowing(columns.value, y + 13, count)]
