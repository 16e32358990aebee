"""The dashboard's figures as charts: what `survey.figures` publishes, in the words of `admin.charts`."""

from markupsafe import Markup

from admin import charts
from survey.figures import Point, Series, StatementResult


def over_time(series: Series, label: str) -> Markup:
    """ "Gennemsnit ift. dato", a point a batch."""
    points = tuple(_point(point) for point in series.points)
    return charts.on_page(charts.DateLine(label, len(series.labels), points, series.target))


def by_statement(series: Series, label: str) -> Markup:
    """How the answers to each statement spread, and its mean, in the questionnaire's order."""
    statements = tuple(_statement(each) for each in series.statements)
    return charts.on_page(charts.StatementBars(label, series.labels, statements, series.target))


def _point(point: Point) -> charts.Point:
    return charts.Point(point.first_on, point.last_on, point.n, point.mean.value, point.mean.text)


def _statement(result: StatementResult) -> charts.Statement:
    shares = result.distribution
    parts = tuple(
        charts.Part(share.value, share.text, share.text.partition("/")[0])
        for share in shares or ()
        if share.value is not None
    )
    return charts.Statement(result.text, parts or None, result.mean.value, result.mean.text, result.mean.n)
