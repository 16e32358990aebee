"""Small marks for a verdict or a direction, told apart by shape: for the first lines of a page or report."""

from enum import StrEnum

from markupsafe import Markup

from admin.charts.paper import Drawing, Shape, Size, alone, line, shape, small

SIDE = Size("glyph", 20, air=0)


class Verdict(StrEnum):
    """What can be said of a mean against its target, or of its course. The value is how it is said in Danish."""

    OVER = "over mål"
    UNDER = "under mål"
    UNDECIDED = "kan ikke afgøres endnu"
    RISING = "stigende"
    FALLING = "faldende"
    UNCHANGED = "ingen sikker ændring"


SHAPES: dict[Verdict, tuple[Shape, ...]] = {
    Verdict.OVER: (shape("path", "good", d="M10 3L18 17H2z"),),
    Verdict.UNDER: (shape("path", "poor", d="M10 17L2 3H18z"),),
    Verdict.UNDECIDED: (
        shape("circle", "open", cx=10, cy=10, r=7),
        shape("path", "half", d="M10 3a7 7 0 0 0 0 14z"),
    ),
    Verdict.RISING: (shape("path", "rise", d="M3 16L16 5M8.5 4.5H16.5V12"),),
    Verdict.FALLING: (shape("path", "sink", d="M3 4L16 15M8.5 15.5H16.5V8"),),
    Verdict.UNCHANGED: (line("still", 3, 7, 17, 7), line("still", 3, 13, 17, 13)),
}


def glyph(verdict: Verdict, *, beside_words: bool = False) -> Markup:
    """The mark of a verdict, 20 × 20, for a page with dashboard.css.

    Named by its value for who cannot see it; left out for them where it stands `beside_words` that say the same.
    """
    return small(_drawing(verdict), unnamed=beside_words)


def standalone_glyph(verdict: Verdict) -> str:
    """The mark as an SVG file of its own in light colours."""
    return alone(_drawing(verdict))


def _drawing(verdict: Verdict) -> Drawing:
    return Drawing(SIDE, 20, verdict.value, SHAPES[verdict])
