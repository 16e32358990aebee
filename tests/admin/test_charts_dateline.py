""" "Gennemsnit ift. dato": where points, band, levels, breaks, days and names stand."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from admin import charts
from admin.charts import Break, DateLine, Point
from admin.charts.paper import NARROW, SIZES
from tests import chart_examples
from tests.chart_examples import MONDAY, point
from tests.chart_reading import Element, drawing, labels, of_look, titles

MONTHS = ("jun", "jul", "aug", "sep", "okt", "nov", "dec", "jan", "feb", "mar", "apr")


def line(*points: Point, **more: object) -> DateLine:
    """Points on 1-4 with the target."""
    return replace(DateLine("Prøve", 4, points, 3.0), **more)  # type: ignore[arg-type]  # its own fields


def look(chart: DateLine, name: str) -> list[Element]:
    """Elements of the wide drawing that look so."""
    return of_look(drawing(charts.on_page(chart)), name)


def words(chart: DateLine) -> list[str]:
    """All that is written on the wide drawing."""
    return [said for said, _ in labels(drawing(charts.on_page(chart)))]


def test_the_scale_is_whole_and_the_target_is_on_it() -> None:
    """1 at the bottom, 4 at the top, a mean of 3,0 on the target line."""
    chart = line(point(0, 3.0), point(1, 1.0), point(2, 4.0))
    heights = [dot.at("cy") for dot in look(chart, "dot")]
    grid = [each.at("y1") for each in look(chart, "grid")]
    (target,) = look(chart, "target")
    assert (target.at("y1"), grid[0], grid[-1]) == pytest.approx(heights, abs=0.1)
    assert len(grid) == 4


def test_nothing_is_drawn_where_nothing_was_measured() -> None:
    """Over more than sixty days there is neither line nor band; waves, which have names, are still joined."""
    days = [(0, 60), (0, 61)]
    drawn = [line(*(point(day, swing=3.2) for day in (*pair, pair[1] + 1))) for pair in days]
    assert [len(look(chart, "band")) for chart in drawn] == [1, 2]
    (whole,), (rest,) = (look(chart, "trace") for chart in drawn)
    assert [len(each.node.get("points", "").split()) for each in (whole, rest)] == [3, 2]
    assert look(line(point(0, name="maj"), point(120, name="august")), "trace")


def test_another_scale_has_its_own_points_and_no_target() -> None:
    """Five lines on 1-5, and no target of 1-4."""
    five = DateLine("Prøve", 5, (point(0),))
    assert len(look(five, "grid")) == 5
    assert not look(five, "target")
    assert "mål 3,0" not in words(five)


def test_every_point_has_a_title() -> None:
    """Also a hidden one, drawn below the scale; a wave begins with its name, a warning with "Advarsel"."""
    alarm = point(9, 2.6, 12, before=6, alarm=True)
    chart = line(point(0, None, 5), replace(point(1, 3.9), text="mindst 3,9"), alarm, point(20, name="Forår"))
    assert titles(drawing(charts.on_page(chart))) == [
        "3. maj 2021: for få svar (n = 5)",
        "4. maj 2021: mindst 3,9 (n = 9)",
        "Forår: 23. maj 2021: 3,4 (n = 9)",
        "Advarsel: 6. – 12. maj 2021: 2,6 (n = 12)",
    ]
    assert look(chart, "unshown")[0].at("y") > look(chart, "grid")[0].at("y1")


def test_a_warning_is_told_by_its_shape() -> None:
    """A diamond in a ring where the others have a dot."""
    chart = chart_examples.few()
    assert [len(look(chart, name)) for name in ("dot", "alarm", "ring")] == [4, 1, 1]
    assert "advarsel" in words(chart)


def test_a_point_of_several_days_has_a_bar_to_its_last() -> None:
    """The point stands at the last day; the bar reaches back to the first."""
    bar, _foot = look(line(point(9, before=5), point(40)), "span")
    dots = look(line(point(9, before=5), point(40)), "dot")
    assert bar.at("x2") == dots[0].at("cx")
    assert bar.at("x1") < bar.at("x2")


def test_a_dots_area_follows_its_n() -> None:
    """The most answers make the largest dot, and few a smaller one that can still be seen."""
    few, most = (dot.at("r") for dot in look(line(point(0, n=5), point(9, n=50)), "dot"))
    assert 0.6 * most < few < most


def test_n_stands_at_every_point_that_has_room() -> None:
    """All of them where there are few, and the key says so."""
    chart = chart_examples.few()
    assert [each.words for each in look(chart, "count")] == ["8", "9", "11", "8", "5", "12"]
    assert "gennemsnit, tallet er n" in words(chart)


def test_in_a_crowd_n_stands_in_the_titles_alone() -> None:
    """Where nobody could tell whose a number is there are none; every title has its n."""
    crowd = drawing(charts.on_page(chart_examples.crowd()))
    assert of_look(crowd, "count") == []
    assert sum("(n = " in title for title in titles(crowd)) == 260


def test_where_some_have_no_room_the_key_says_so() -> None:
    """75 points: most have their n."""
    chart = chart_examples.many()
    assert 37 < len(look(chart, "count")) < 75
    assert "gennemsnit, n hvor der er plads" in words(chart)


def test_the_band_is_drawn_in_steps_where_it_is_known() -> None:
    """One surface for points that follow each other, two where one between them has none."""
    swing = [point(day, swing=3.4) for day in (0, 7, 14)]
    assert len(look(line(*swing), "band")) == 1
    assert len(look(line(*swing), "rim")) == 2
    assert len(look(line(swing[0], point(7), swing[2]), "band")) == 2
    assert not look(line(point(0)), "band")


def test_points_of_one_day_are_neither_joined_nor_banded() -> None:
    """A line follows one series; two teams' points of the same day have none."""
    assert look(line(point(0), point(1)), "trace")
    same = line(point(0, swing=3), point(0, 2.0, swing=3), point(1, swing=3))
    assert not look(same, "trace")
    assert not look(same, "band")


def test_a_break_cuts_the_line_and_says_why() -> None:
    """A line down at its day, a label, a title; and no line between what cannot be compared."""
    days = [point(day, swing=3.4) for day in (0, 7, 14, 21)]
    chart = line(*days, breaks=(Break(MONDAY + timedelta(10), "nyt udsagn 5"),))
    assert len(look(chart, "trace")) == 2
    assert len(look(chart, "band")) == 2
    assert len(look(chart, "break")) == 1
    assert "nyt udsagn 5" in words(chart)
    assert "13. maj 2021: nyt udsagn 5" in titles(drawing(charts.on_page(chart)))


@pytest.mark.parametrize("centre", [1.0, 2.95, 3.0, 3.05, 4.0])
def test_the_words_of_target_and_level_never_meet(centre: float) -> None:
    """However close the two lines are; on a phone both stand in the key."""
    chart = line(point(0), centre=centre, centre_text="gennemsnit 3,0")
    for size in SIZES:
        boxes = dict(labels(drawing(charts.on_page(chart), size)))
        assert not boxes["mål 3,0"].meets(boxes["gennemsnit 3,0"])


def test_days_are_marked_by_mondays_in_a_summer() -> None:
    """Every second on the wide drawing, the others without words; the year where it begins."""
    said = words(chart_examples.few())
    assert [word for word in said if ". " in word][:3] == ["3. maj", "17. maj", "31. maj"]
    assert said.count("2021") == 1
    marks = sorted({each.at("x1") for each in look(chart_examples.few(), "notch")})
    assert len(marks) == 15
    assert all(b - a == pytest.approx(marks[1] - marks[0], abs=0.2) for a, b in pairwise(marks))


def test_a_year_is_marked_by_months() -> None:
    """The first of each month, and each year once."""
    said = words(chart_examples.year())
    assert [word for word in said if len(word) == 3] == list(MONTHS)
    assert [word for word in said if word in ("2021", "2022")] == ["2021", "2022"]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_waves_name_stands_below_its_days(size: charts.paper.Size) -> None:
    """All five have room on both; below each other where one row is too short."""
    said = dict(labels(drawing(charts.on_page(chart_examples.waves()), size)))
    names = [said[point.name] for point in chart_examples.waves().points]
    assert len({box.top for box in names}) == (2 if size is NARROW else 1)


def test_one_point_has_a_week_around_it() -> None:
    """In the middle of its days, not alone in a corner."""
    (dot,) = look(chart_examples.single(), "dot")
    assert 200 < dot.at("cx") < 520
    assert "4. maj" in words(chart_examples.single())


def test_no_points_is_a_frame_that_says_so() -> None:
    """The scale, the target and the period's days are there, and words instead of points."""
    assert {"Ingen svar at vise endnu", "mål 3,0", "17. maj", "4"} <= set(words(chart_examples.none()))
    bare = words(DateLine("Prøve", 4, ()))
    assert bare == ["1", "2", "3", "4", "Ingen svar at vise endnu"]


def test_a_period_is_at_least_what_the_axis_shows() -> None:
    """Its days, and those of a batch that began before it."""
    chart = line(point(40), period=(MONDAY, date(2021, 8, 1)))
    assert "3. maj" in words(chart)
    (dot,) = look(chart, "dot")
    assert dot.at("cx") < 400
