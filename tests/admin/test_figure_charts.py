"""The dashboard's figures as charts: what is published is drawn, what is hidden is words."""

from dataclasses import replace
from datetime import date

from admin import figure_charts
from survey import scoring
from survey.baselines import Rebased
from survey.figures import Point, Series, StatementResult
from survey.findings import Finding, Findings
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
    exact=None,
    interval=None,
    points=(),
    means=None,
    spread=None,
    statements=(),
    asked_tag=False,
    tags=None,
    turnout=None,
    waiting_since=None,
    unshown=0,
    teams=(),
)


QUIET = Finding("?", "none", "?")
FOUND = Findings(QUIET, QUIET, QUIET, QUIET, None, None)


def test_a_batch_is_a_point_at_its_published_mean() -> None:
    """With its days, its text and its n; a hidden one is no dot."""
    day, late = date(2021, 5, 5), date(2021, 5, 9)
    near = Point(day, day, 7, Figure("mindst 3,9", 7, 3.9), day, day)
    points = (near, Point(day, late, 5, scoring.HIDDEN, late, late))
    root = drawing(figure_charts.over_time(replace(SERIES, points=points), FOUND, "Prøve"))
    assert titles(root) == ["5. maj 2021: mindst 3,9 (n = 7)", "5. – 9. maj 2021: for få svar (n = 5)"]
    assert len(of_look(root, "dot")) == 1


def test_a_statement_is_a_bar_of_counts_beside_its_mean() -> None:
    """The count is what stands before the stroke in "5/53 = 9,4 %"."""
    shares = tuple(Figure(f"{k}/53 = x %", 53, k / 53) for k in (5, 10, 18, 20))
    statements = (
        StatementResult(1, "A", MEAN, ("3,2", "3,6"), shares, MEAN),
        StatementResult(2, "B", MEAN, None, None, scoring.HIDDEN),
    )
    root = drawing(figure_charts.by_statement(replace(SERIES, statements=statements), "Prøve"))
    assert [each.words for each in of_look(root, "on-deep")] == ["5", "20"]
    assert "Helt uenig: 5/53 = x %" in titles(root)
    assert "fordelingen vises ikke" in [words for words, _ in labels(root)]


def test_an_alarm_and_what_chance_would_give_are_drawn() -> None:
    """The first point that ends on the day of the alarm or after it is marked; each has its band."""
    days = [date(2021, 5, 3), date(2021, 5, 10), date(2021, 5, 17)]
    points = tuple(Point(day, day, 20, MEAN, day, day) for day in days)
    found = replace(FOUND, alarm_on=date(2021, 5, 8), baseline=scoring.moments([2, 8, 20, 25]))
    root = drawing(figure_charts.over_time(replace(SERIES, points=points), found, "Prøve"))
    warned = [title for title in titles(root) if title.startswith("Advarsel: ")]
    assert [title.partition(": ")[2][:6] for title in warned] == ["10. ma"]
    assert of_look(root, "band")


def test_a_new_baseline_is_a_line_and_the_band_begins_after_it() -> None:
    """At its day, with its words; the level names itself, and a day before the points is not drawn."""
    days = [date(2021, 5, 3), date(2021, 5, 10), date(2021, 5, 17)]
    series = replace(SERIES, points=tuple(Point(day, day, 20, MEAN, day, day) for day in days))
    rebased = Rebased("LAB", None, 1, "remote", date(2021, 5, 3), "Ny bemanding")
    found = replace(FOUND, baseline=scoring.moments([2, 8, 20, 25]), rebased=rebased)
    chart = figure_charts.date_line(series, found, "Prøve")
    assert [(each.on, each.label) for each in chart.breaks] == [(date(2021, 5, 3), "ny udgangslinje")]
    assert [point.low is None for point in chart.points] == [True, False, False]
    assert chart.centre_text == "ny udgangslinje 3,2"
    earlier = replace(found, rebased=replace(rebased, since=date(2021, 5, 2)))
    assert figure_charts.date_line(series, earlier, "Prøve").breaks == ()
    assert figure_charts.date_line(replace(series, points=()), found, "Prøve").breaks == ()


def test_without_a_baseline_the_band_is_of_the_period_itself() -> None:
    """And says so; with few answers there is none."""
    day = date(2021, 5, 3)
    series = replace(SERIES, points=(Point(day, day, 20, MEAN, day, day),))
    first = replace(FOUND, own=scoring.moments([2, 8, 20, 25]))
    chart = figure_charts.date_line(series, first, "Prøve")
    assert (chart.centre_text, chart.points[0].low is None) == ("perioden 3,2", False)
    assert "om periodens eget gennemsnit (n = 55)" in figure_charts.band(first)
    assert "(n = 55)" in figure_charts.band(replace(FOUND, baseline=scoring.moments([2, 8, 20, 25])))
    assert figure_charts.band(FOUND).startswith("Få svar svinger meget")
    assert figure_charts.date_line(series, FOUND, "Prøve").centre is None


def test_a_finding_has_a_mark_unless_it_says_nothing() -> None:
    """Over is a mark; a plain fact has none."""
    assert "<svg" in figure_charts.mark(replace(QUIET, sign="over"))
    assert figure_charts.mark(QUIET) == ""
