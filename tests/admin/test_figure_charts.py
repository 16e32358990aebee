"""The dashboard's figures as charts: what is published is drawn, what is hidden is words."""

from dataclasses import replace
from datetime import date

from admin import figure_charts
from survey import scoring
from survey.figures import Point, Series, StatementResult
from survey.scoring import Figure
from tests.chart_reading import drawing, labels, of_look, titles

MEAN = Figure("3,4", 53, 3.4)
SERIES = Series(
    version_id=1,
    name="Opfølgning",
    number=1,
    mode="remote",
    labels=("Helt uenig", "Uenig", "Enig", "Helt enig"),
    target=3.0,
    respondents=53,
    answers=106,
    mean=MEAN,
    interval=None,
    points=(),
    statements=(),
    asked_tag=False,
    tags=None,
    turnout=None,
    waiting_since=None,
    unshown=0,
    teams=(),
)


def test_a_batch_is_a_point_at_its_published_mean() -> None:
    """With its days, its text and its n; a hidden one is no dot."""
    day = date(2021, 5, 5)
    points = (Point(day, day, 7, Figure("mindst 3,9", 7, 3.9)), Point(day, date(2021, 5, 9), 5, scoring.HIDDEN))
    root = drawing(figure_charts.over_time(replace(SERIES, points=points), "Prøve"))
    assert titles(root) == ["5. maj 2021: mindst 3,9 (n = 7)", "5. – 9. maj 2021: for få svar (n = 5)"]
    assert len(of_look(root, "dot")) == 1


def test_a_statement_is_a_bar_of_counts_beside_its_mean() -> None:
    """The count is what stands before the stroke in "5/53 = 9,4 %"."""
    shares = tuple(Figure(f"{k}/53 = x %", 53, k / 53) for k in (5, 10, 18, 20))
    statements = (
        StatementResult(1, "A", MEAN, shares, MEAN),
        StatementResult(2, "B", MEAN, None, scoring.HIDDEN),
    )
    root = drawing(figure_charts.by_statement(replace(SERIES, statements=statements), "Prøve"))
    assert [each.words for each in of_look(root, "on-deep")] == ["5", "20"]
    assert "Helt uenig: 5/53 = x %" in titles(root)
    assert "fordelingen vises ikke" in [words for words, _ in labels(root)]
