"""Charts as SVG: what stands in them, where, and that nothing in them needs a looser content policy."""

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from admin import charts
from survey import scoring
from survey.figures import Point, StatementResult
from survey.scoring import Figure

MONDAY = date(2021, 5, 3)


def point(day: int, text: str = "3,4", n: int = 7, *, before: int = 0) -> Point:
    """A batch `day` days after Monday 3 May 2021, gathered since `before` days earlier."""
    last = MONDAY + timedelta(day)
    mean = Figure(text, n, float(text.split()[-1].replace(",", ".")))
    return Point(last - timedelta(before), last, n, mean)


def drawn(points: list[Point], *, top: int = 4, target: float | None = 3.0) -> list[ET.Element]:
    """The two drawings, wide and narrow."""
    text = charts.date_line(points, top=top, target=target, label="Prøve")
    return list(ET.fromstring(f"<both>{text}</both>"))  # noqa: S314 - our own drawing


def of_class(drawing: ET.Element, name: str) -> list[ET.Element]:
    """Elements with `name` among their classes."""
    return [each for each in drawing.iter() if name in each.get("class", "").split()]


def statement(text: str, mean: Figure) -> StatementResult:
    """A statement with its mean alone."""
    return StatementResult(1, text, mean, None, scoring.HIDDEN)


def test_a_chart_comes_in_two_widths() -> None:
    """A wide and a narrow drawing of the same points, both named for who cannot see them."""
    drawings = drawn([point(0), point(1)])
    assert [each.get("class") for each in drawings] == ["chart wide", "chart narrow"]
    assert [each.get("aria-label") for each in drawings] == ["Prøve"] * 2
    assert [len(of_class(each, "dot")) for each in drawings] == [2, 2]


def test_a_drawing_has_neither_style_nor_script_nor_id() -> None:
    """A strict content policy has nothing to object to, and two drawings never repeat an id."""
    bars = charts.statement_bars([statement("A", Figure("3,4", 7, 3.4))], top=4, target=3.0, label="Prøve")
    for text in (charts.date_line([point(0, before=3)], top=4, target=3.0, label="Prøve"), bars):
        assert not re.search(r"\s(style|id|on\w+)=|<style|<script", text)


def test_foreign_text_is_escaped() -> None:
    """A statement or team name cannot become markup."""
    bars = charts.statement_bars([statement("<b>&", Figure("3,4", 7, 3.4))], top=4, target=3.0, label='"<x>"')
    assert "<b>" not in bars
    assert "<x>" not in bars
    assert "&lt;b&gt;&amp;" in bars


def test_the_scale_is_whole_and_the_target_is_on_it() -> None:
    """1 at the bottom, 4 at the top, a mean of 3,0 on the target line; on 1-5 there is no target."""
    wide = drawn([point(0, "3,0"), point(1, "1,0"), point(2, "4,0")])[0]
    heights = [float(dot.get("cy", "")) for dot in of_class(wide, "dot")]
    (line,) = of_class(wide, "target")
    grid = [float(each.get("y1", "")) for each in of_class(wide, "grid")]
    assert (float(line.get("y1", "")), grid[0], grid[-1]) == pytest.approx(heights, abs=0.1)
    five = drawn([point(0)], top=5, target=None)[0]
    assert not of_class(five, "target")
    assert len(of_class(five, "grid")) == 5


def test_a_point_shows_what_is_published_and_no_more() -> None:
    """ "mindst 3,9" is drawn at 3,9; a hidden mean leaves its n under the axis but no point."""
    hidden = Point(MONDAY, MONDAY, 5, scoring.HIDDEN)
    wide = drawn([hidden, point(1, "mindst 3,9"), point(2, "3,9", n=12)])[0]
    dots = of_class(wide, "dot")
    assert dots[0].get("cy") == dots[1].get("cy")
    assert [each.text for each in of_class(wide, "n")] == ["5", "7", "12"]
    assert [title.text for title in wide.iter("title")] == [
        "4. maj 2021: mindst 3,9 (n = 7)",
        "5. maj 2021: 3,9 (n = 12)",
    ]


def test_a_point_of_several_days_has_a_bar_to_its_last() -> None:
    """The point stands at the last day; the bar reaches back to the first."""
    wide = drawn([point(9, before=5), point(20)])[0]
    (bar,) = of_class(wide, "span")
    assert f"H{of_class(wide, 'dot')[0].get('cx')}" in bar.get("d", "")
    assert "7. – 12. maj 2021" in next(wide.iter("title")).text  # type: ignore[operator]  # it has a text


def test_every_n_of_a_busy_season_is_printed() -> None:
    """75 points in 112 days: all n on the wide drawing; on a phone those with room, the rest in titles."""
    days = [day for day in range(112) if day % 7 < 5][:75]
    wide, narrow = drawn([point(day, n=5 + day % 8) for day in days])
    assert len(of_class(wide, "n")) == 75
    assert 40 < len(of_class(narrow, "n")) <= 75
    assert len(list(narrow.iter("title"))) == 75
    rows: dict[str, list[float]] = {}
    for each in of_class(wide, "n"):
        rows.setdefault(each.get("y", ""), []).append(float(each.get("x", "")))
    assert all(b - a > charts.DIGIT for row in rows.values() for a, b in pairwise(row))


def test_points_are_joined_in_time() -> None:
    """By one line; a single point has none."""
    assert len(of_class(drawn([point(0), point(1), point(2, "2,0")])[0], "trace")) == 1
    assert not of_class(drawn([point(0)])[0], "trace")


def test_a_short_season_is_marked_by_mondays() -> None:
    """Within seven weeks the marks are Mondays, thinned to what there is room for."""
    marks = charts.ticks(date(2021, 5, 5), date(2021, 6, 1), at_most=9)
    assert marks == [
        (date(2021, 5, 10), "10. maj"),
        (date(2021, 5, 17), "17. maj"),
        (date(2021, 5, 24), "24. maj"),
        (date(2021, 5, 31), "31. maj"),
    ]
    assert len(charts.ticks(date(2021, 5, 5), date(2021, 6, 1), at_most=2)) == 2
    assert charts.ticks(date(2021, 5, 5), date(2021, 5, 6), at_most=9) == []


def test_a_long_season_is_marked_by_months() -> None:
    """The month that had begun is named where there is room for it."""
    names = [name for _, name in charts.ticks(date(2021, 5, 5), date(2021, 8, 23), at_most=9)]
    assert names == ["maj 2021", "jun 2021", "jul 2021", "aug 2021"]
    names = [name for _, name in charts.ticks(date(2021, 5, 25), date(2022, 3, 1), at_most=4)]
    assert names == ["jun 2021", "sep 2021", "dec 2021", "mar 2022"]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2021, 5, 2), date(2021, 5, 2), "2. maj 2021"),
        (date(2021, 5, 2), date(2021, 5, 9), "2. – 9. maj 2021"),
        (date(2021, 4, 28), date(2021, 5, 3), "28. april – 3. maj 2021"),
        (date(2020, 12, 28), date(2021, 1, 3), "28. december 2020 – 3. januar 2021"),
    ],
)
def test_days_are_danish(first: date, last: date, text: str) -> None:
    """Month and year are not repeated."""
    assert charts.days(first, last) == text


def test_bars_reach_the_published_mean() -> None:
    """A bar is as long as its printed mean; a hidden one is words instead."""
    text = charts.statement_bars(
        [
            statement("A", Figure("4,0", 7, 4.0)),
            statement("B", Figure("2,5", 7, 2.5)),
            statement("C", scoring.HIDDEN),
        ],
        top=4,
        target=3.0,
        label="Prøve",
    )
    wide = ET.fromstring(f"<both>{text}</both>")[0]  # noqa: S314 - our own drawing
    lengths = [float(bar.get("width", "")) for bar in of_class(wide, "bar")]
    assert lengths[1] == pytest.approx(lengths[0] / 2, abs=0.1)
    assert "for få svar" in text


def test_nothing_to_draw_is_no_drawing() -> None:
    """Without points or statements there is no empty frame; without a target no line."""
    assert charts.date_line([], top=4, target=3.0, label="x") == ""
    assert charts.statement_bars([], top=4, target=3.0, label="x") == ""
    assert "target" not in charts.statement_bars(
        [statement("A", Figure("4,0", 7, 4.0))], top=5, target=None, label="x"
    )
