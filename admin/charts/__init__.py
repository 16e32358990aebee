"""Charts as SVG made on the server: no script, no style attribute, colours by CSS class, or none at all.

A chart is a dataclass, made by whoever has the figures. `on_page` writes it for a page with dashboard.css, in two
widths of which the style sheet shows one; `standalone` as a file of its own, for a report.
"""

from markupsafe import Markup

from admin.charts import comparison, dateline, funnel, paper, shares, statements
from admin.charts.axes import days
from admin.charts.comparison import Comparison, Limits, Place
from admin.charts.funnel import Funnel, Step
from admin.charts.glyphs import Verdict, glyph, standalone_glyph
from admin.charts.paper import NARROW, SIZES, WIDE, Drawing, Size
from admin.charts.points import Break, DateLine, Point
from admin.charts.shares import ShareRow, Shares
from admin.charts.statements import Part, Statement, StatementBars

__all__ = [
    "NARROW",
    "WIDE",
    "Break",
    "Chart",
    "Comparison",
    "DateLine",
    "Funnel",
    "Limits",
    "Part",
    "Place",
    "Point",
    "ShareRow",
    "Shares",
    "Statement",
    "StatementBars",
    "Step",
    "Verdict",
    "days",
    "glyph",
    "on_page",
    "standalone",
    "standalone_glyph",
]

Chart = DateLine | StatementBars | Funnel | Comparison | Shares


def on_page(chart: Chart) -> Markup:
    """The chart for a page with dashboard.css: both widths, of which the page shows the one it has room for."""
    return paper.on_page([drawn(chart, size) for size in SIZES])


def standalone(chart: Chart, size: Size = WIDE) -> str:
    """The chart as an SVG file of its own in light colours, 720 (WIDE) or 340 (NARROW) units wide."""
    return paper.alone(drawn(chart, size))


def drawn(chart: Chart, size: Size) -> Drawing:
    """The chart in one size, as shapes."""
    match chart:
        case DateLine():
            return dateline.drawing(chart, size)
        case StatementBars():
            return statements.drawing(chart, size)
        case Funnel():
            return funnel.drawing(chart, size)
        case Comparison():
            return comparison.drawing(chart, size)
        case Shares():
            return shares.drawing(chart, size)
