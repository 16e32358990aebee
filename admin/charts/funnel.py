"""The way from meetings to answers, step by step: a bar each, its number, and its share of a step before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from admin.charts.letters import shortened, width, wrapped
from admin.charts.paper import WIDE, Drawing, Shape, Size, empty, flowing, number, shape, text, titled

BAR = 24
FONT, LINE = 13, 16


@dataclass(frozen=True)
class Step:
    """ "Udsendt", 167, "167", "93 % af de egnede". Where it is hidden, `n` is None and `text` says why."""

    name: str
    n: int | None
    text: str
    share: str = ""

    @property
    def title(self) -> str:
        """ "Udsendt: 167, 93 % af de egnede"."""
        return f"{self.name}: {self.text}{', ' if self.share else ''}{self.share}"


@dataclass(frozen=True)
class Funnel:
    """Steps from the widest to the narrowest."""

    label: str
    steps: tuple[Step, ...]
    empty_text: str = "Ingen samtaler at vise endnu"


@dataclass(frozen=True)
class _Bar:
    """Where a step's bar lies; `end` is None where its number is hidden."""

    start: float
    end: float | None
    y: float


def drawing(chart: Funnel, size: Size) -> Drawing:
    """The chart in one size; without steps a line that says so."""
    if not chart.steps:
        return empty(size, chart.label, chart.empty_text)
    most = max([1, *(step.n for step in chart.steps if step.n is not None)])
    start, room = (170.0, 250.0) if size is WIDE else (0.0, size.width - 1.0)
    bars, y = [], 6.0
    for step in chart.steps:
        long = None if step.n is None else start + max(1.0, room * step.n / most)
        bars.append(_Bar(start, long, y if size is WIDE else y + LINE + 6))
        y += _height(step, size)
    draw = _beside if size is WIDE else _below
    shapes = [titled(step.title, *draw(step, bar, size)) for step, bar in zip(chart.steps, bars, strict=True)]
    return Drawing(size, y, chart.label, (*(_falls(bars) if size is WIDE else ()), *shapes))


def _height(step: Step, size: Size) -> float:
    if size is WIDE:
        return 44
    return (32 if step.n is None else 62) + (18 if step.share else 0)


def _falls(bars: Sequence[_Bar]) -> list[Shape]:
    """What is lost between two steps, as a pale slope."""
    return [
        shape(
            "polygon",
            "fall",
            points=f"{number(upper.start)},{number(upper.y + BAR)} {number(upper.end)},{number(upper.y + BAR)} "
            f"{number(lower.end)},{number(lower.y)} {number(lower.start)},{number(lower.y)}",
        )
        for upper, lower in pairwise(bars)
        if upper.end is not None and lower.end is not None
    ]


def _bar(bar: _Bar) -> list[Shape]:
    if bar.end is None:
        return []
    return [shape("rect", "step", x=bar.start, y=bar.y, width=bar.end - bar.start, height=BAR)]


def _beside(step: Step, bar: _Bar, size: Size) -> list[Shape]:
    """On a wide drawing: the name before the bar, number and share after it."""
    lines, y = wrapped(step.name, bar.start - 14, FONT, at_most=2), bar.y + BAR / 2 + 5
    names = [text("said", 0, y + LINE * (row - (len(lines) - 1) / 2), each) for row, each in enumerate(lines)]
    x = bar.start if bar.end is None else bar.end + 8
    room = size.width - x - width(step.text, FONT, bold=True) - 12
    return [*names, *_bar(bar), flowing(x, y, _number(step), ("mark", shortened(step.share, room, FONT)))]


def _below(step: Step, bar: _Bar, size: Size) -> list[Shape]:
    """On a phone: name and number above the bar, the share below it."""
    name = shortened(step.name, size.width - width(step.text, FONT, bold=True) - 14, FONT)
    shapes = [flowing(0, bar.y - 6, ("name", name), _number(step)), *_bar(bar)]
    share = shortened(step.share, size.width, 12)
    return [*shapes, *([text("mark", 0, bar.y + BAR + 15, share)] if share else [])]


def _number(step: Step) -> tuple[str, str]:
    return "mark" if step.n is None else "figure", step.text
