"""A report as HTML: the body of a staff page, or a file of its own that needs nothing beside it."""

from pathlib import Path

from flask import current_app
from markupsafe import Markup

from admin import charts, figure_charts, report_pages
from admin.report_blocks import Picture
from survey.findings import Finding
from survey.reports import Report

STYLE = Path(__file__).parent.parent / "static" / "report.css"


def write(report: Report) -> bytes:
    """The report as an HTML file in light colours, with its style inside; for a web site, or to keep."""
    # Not by render_template: a command has no request, and the file needs nothing of one.
    page = current_app.jinja_env.get_template("reports/alone.html").render(
        report=report,
        blocks=report_pages.blocks(report),
        style=Markup(STYLE.read_text("utf-8")),  # noqa: S704 - our own style sheet
        draw=_alone,
        mark=_mark_alone,
        title=report_pages.TITLE,
        under=report_pages.under_title(report),
    )
    return page.encode()


def on_page(picture: Picture) -> Markup:
    """A picture for a page with dashboard.css."""
    return charts.on_page(picture.chart)


def _alone(picture: Picture) -> Markup:
    return Markup(charts.standalone(picture.chart))  # noqa: S704 - our own drawing; foreign text in it is escaped


def _mark_alone(finding: Finding) -> Markup:
    verdict = figure_charts.MARKS.get(finding.sign)
    if verdict is None:
        return Markup()
    drawn = Markup(charts.standalone_glyph(verdict))  # noqa: S704 - our own drawing
    return Markup('<span aria-hidden="true">{}</span>').format(drawn)
