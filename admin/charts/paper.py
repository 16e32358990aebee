"""What charts are drawn on: shapes in two widths, and how they are written for a page or to stand alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from admin.charts.palette import FONT, LOOKS, TEXT


@dataclass(frozen=True)
class Size:
    """One of the two widths every chart comes in, in units that are pixels where the chart is not scaled.

    `air` is what a drawing has at both sides beside its width: letters reach a little beyond their place.
    """

    name: str
    width: int
    air: int = 2


WIDE = Size("wide", 716)
NARROW = Size("narrow", 336)
SIZES = (WIDE, NARROW)


@dataclass(frozen=True)
class Shape:
    """An SVG element: its tag, its look (names in the style sheet and in LOOKS), attributes, what is inside."""

    tag: str
    look: str
    inside: tuple["Shape | str", ...]
    attributes: dict[str, str | float]


@dataclass(frozen=True)
class Drawing:
    """A chart in one size. `label` names it for who cannot see it; titles inside name its points."""

    size: Size
    height: float
    label: str
    shapes: tuple[Shape, ...]


def shape(tag: str, look: str = "", *inside: Shape | str, **attributes: str | float) -> Shape:
    """An element; `text_anchor` is written text-anchor."""
    return Shape(tag, look, inside, {name.replace("_", "-"): value for name, value in attributes.items()})


def line(look: str, x1: float, y1: float, x2: float, y2: float) -> Shape:
    """A straight line."""
    return shape("line", look, x1=x1, y1=y1, x2=x2, y2=y2)


def text(look: str, x: float, y: float, words: str, anchor: str = "") -> Shape:
    """Words on the base line `y`, from `x`; or around ("middle") or before it ("end")."""
    where = {"text_anchor": anchor} if anchor else {}
    return shape("text", look, words, x=x, y=y, **where)


def flowing(x: float, y: float, *parts: tuple[str, str]) -> Shape:
    """Looks and words that follow each other on one base line, however wide the reader's font makes them."""
    said = [(look, words) for look, words in parts if words]
    spans = [shape("tspan", look, words, dx=9 if place else 0) for place, (look, words) in enumerate(said)]
    return shape("text", "said", *spans, x=x, y=y)


def titled(title: str, *shapes: Shape) -> Shape:
    """Shapes that belong together and what they say when pointed at."""
    return shape("g", "", shape("title", "", title), *shapes)


def moved(x: float, y: float, *shapes: Shape) -> Shape:
    """Shapes drawn around (0, 0), put at (x, y)."""
    return shape("g", "", *shapes, transform=f"translate({number(x)} {number(y)})")


def empty(size: Size, label: str, words: str) -> Drawing:
    """A chart of nothing: one line that says so."""
    return Drawing(size, 60, label, (text("none", size.width / 2, 34, words, "middle"),))


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


# Writing -------------------------------------------------------------------------------------------------


def on_page(drawings: Sequence[Drawing]) -> Markup:
    """One chart's drawings for a page with dashboard.css, which shows the one there is room for."""
    svgs = "".join(_svg(each, f'class="chart {each.size.name}"', looks=None) for each in drawings)
    return Markup(f'<div class="drawing">{svgs}</div>')  # noqa: S704 - built here; every foreign text is escaped below


def small(drawing: Drawing, *, unnamed: bool) -> Markup:
    """One drawing for a line of a page with dashboard.css; `unnamed` where the words beside it say the same."""
    return Markup(_svg(drawing, f'class="{drawing.size.name}"', looks=None, unnamed=unnamed))  # noqa: S704 - all foreign text is escaped


def alone(drawing: Drawing) -> str:
    """One drawing as a file of its own, in the light colours, that needs no style sheet."""
    head = f'xmlns="http://www.w3.org/2000/svg" font-family="{FONT}"'
    return _svg(drawing, head, looks=LOOKS)


def _svg(drawing: Drawing, head: str, looks: dict[str, dict[str, str]] | None, *, unnamed: bool = False) -> str:
    air, height = drawing.size.air, number(drawing.height)
    width = drawing.size.width + 2 * air
    inside = "".join(_written(each, looks) for each in drawing.shapes)
    name = 'aria-hidden="true"' if unnamed else f'role="img" aria-label="{escape(drawing.label)}"'
    return (
        f'<svg {head} {name} width="{width}" height="{height}" viewBox="{-air} 0 {width} {height}">{inside}</svg>'
    )


def _written(each: Shape | str, looks: dict[str, dict[str, str]] | None) -> str:
    if isinstance(each, str):
        return escape(each)
    given = {**_look(each, looks), **each.attributes}
    inside = "".join([_written(part, looks) for part in each.inside])
    written = "".join([f' {name}="{_value(value)}"' for name, value in given.items()])
    return f"<{each.tag}{written}>{inside}</{each.tag}>" if inside else f"<{each.tag}{written}/>"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def _look(each: Shape, looks: dict[str, dict[str, str]] | None) -> dict[str, str]:
    """The class, for a style sheet; or the attributes it stands for."""
    if looks is None:
        return {"class": each.look} if each.look else {}
    found = dict(TEXT) if each.tag == "text" else {}
    for name in each.look.split():
        found |= looks[name]
    return found
