"""The funnel of steps, the comparison of places, and the marks of verdicts."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from admin import charts
from admin.charts import Comparison, Funnel, Place, Step, Verdict, boxes
from admin.charts.paper import NARROW, SIZES, WIDE, Size
from tests import chart_examples
from tests.chart_reading import Element, drawing, labels, of_look, titles


def said(chart: charts.Chart, size: Size = WIDE) -> list[str]:
    """All that is written on a drawing."""
    return [words for words, _ in labels(drawing(charts.on_page(chart), size))]


# Steps ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_step_is_as_long_as_its_number(size: Size) -> None:
    """The widest fills the room, half as many are half as long."""
    chart = Funnel("Prøve", (Step("Udsendt", 200, "200"), Step("Besvaret", 100, "100", "50 % af de udsendte")))
    one, half = (each.at("width") for each in of_look(drawing(charts.on_page(chart), size), "step"))
    assert half == pytest.approx(one / 2, abs=0.2)
    assert "".join(said(chart, size)).count("50 % af de udsendte") == 1


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_hidden_step_is_words(size: Size) -> None:
    """No bar, and no slope to or from it."""
    chart = chart_examples.funnel()
    root = drawing(charts.on_page(chart), size)
    assert len(of_look(root, "step")) == 5
    assert len(of_look(root, "fall")) == (0 if size is NARROW else 3)
    assert any("kvittering kendes ikke" in words for words in said(chart, size))


def test_every_step_has_a_title() -> None:
    """Name, number and share."""
    assert titles(drawing(charts.on_page(chart_examples.funnel())))[-1] == "Besvaret: 559, 53,6 % af de udsendte"


def test_a_step_of_nobody_can_still_be_seen() -> None:
    """A thin line, also where all are nobody."""
    chart = Funnel("Prøve", (Step("Udsendt", 0, "0"),))
    assert of_look(drawing(charts.on_page(chart)), "step")[0].at("width") == 1


# Places --------------------------------------------------------------------------------------------------


def test_places_stand_by_size_and_share() -> None:
    """More answers further right, a higher share further up, in the order given: no ranking."""
    root = drawing(charts.on_page(chart_examples.comparison()))
    stevns, faxe, *_ = of_look(root, "dot")
    assert stevns.at("cx") > faxe.at("cx")
    assert stevns.at("cy") < faxe.at("cy")
    assert titles(root)[0] == "Stevns: 515/612 = 84,2 % (n = 612)"


def test_a_place_outside_is_told_by_shape_and_words() -> None:
    """A diamond in a ring, and its title says so."""
    root = drawing(charts.on_page(chart_examples.comparison()))
    assert len(of_look(root, "alarm")) == 1
    assert "Tårnby: 295/402 = 73,4 % (n = 402), uden for det ventede" in titles(root)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_every_place_has_its_name_where_there_is_room(size: Size) -> None:
    """Eight municipalities have room on both."""
    names = {place.name for place in chart_examples.comparison().places}
    assert names <= set(said(chart_examples.comparison(), size))


def test_a_name_without_room_stands_in_its_title() -> None:
    """Thirty places in one spot: a few names, thirty titles."""
    crowd = tuple(Place(f"Kommune {number}", 100, 0.8, "80/100 = 80,0 %") for number in range(30))
    chart = Comparison("Prøve", crowd, (), 0.8, "fælles 80,0 %")
    root = drawing(charts.on_page(chart))
    assert 0 < len(of_look(root, "name")) < 10
    assert len(titles(root)) == 30


def test_limits_are_curves_inside_the_drawing() -> None:
    """Two dashed, two whole, named in the key; without them there is the common line alone."""
    chart = chart_examples.comparison()
    root = drawing(charts.on_page(chart))
    assert [len(of_look(root, name)) for name in ("bound", "limit")] == [2, 2]
    assert {"ventet udsving, 95 %", "ventet udsving, 99,8 %", "fælles andel 81,0 %"} <= set(said(chart))
    bare = drawing(charts.on_page(replace(chart, limits=())))
    assert of_look(bare, "limit") + of_look(bare, "bound") == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_every_limit_is_drawn_whole_and_no_name_lies_on_one(size: Size) -> None:
    """A place near the top with few answers: its limit ends below 100 %, and the name finds room elsewhere."""
    few = Place("Skovby Kommune", 65, 0.9, "396/441 = 89,8 %")
    chart = chart_examples.comparison()
    root = drawing(charts.on_page(replace(chart, places=(few, *chart.places))), size)
    through = [curve(each) for look in ("limit", "bound") for each in of_look(root, look)]
    assert [len(each) for each in through] == [sum(each.n <= 612 * 1.06 for each in chart.limits)] * 4
    names = [box for words, box in labels(root) if words in {few.name, *(place.name for place in chart.places)}]
    assert len(names) == 9
    assert not [1 for box in names for each in through for x, y in each if box.meets(boxes.around(x, y, 0.5))]


def curve(element: Element) -> list[tuple[float, float]]:
    """The places a line goes through."""
    pairs = (pair.split(",") for pair in element.node.get("points", "").split())
    return [(float(x) + element.right, float(y) + element.down) for x, y in pairs]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.98, 1.0])
def test_the_axis_of_shares_is_in_tenths_and_never_beyond_all(share: float) -> None:
    """At least three tenths, and all places on it."""
    chart = Comparison("Prøve", (Place("A", 50, share, "k/n"),), (), share, "fælles")
    tenths = [int(words.removesuffix("\N{NO-BREAK SPACE}%")) for words in said(chart) if words.endswith("%")]
    assert tenths[0] <= share * 100 <= tenths[-1]
    assert 0 <= tenths[0] <= tenths[-1] - 30 <= 70


@pytest.mark.parametrize("chart", [Funnel("Prøve", ()), Comparison("Prøve", (), (), 0.5, "fælles")])
def test_nothing_to_draw_is_a_line_that_says_so(chart: charts.Chart) -> None:
    """Not an empty frame."""
    assert said(chart)[0].startswith("Ingen ")
    assert len(said(chart)) == 1


# Verdicts ------------------------------------------------------------------------------------------------


def test_every_verdict_has_a_shape_of_its_own() -> None:
    """Twenty by twenty, named in Danish, and no two are drawn alike."""
    drawn = [str(charts.glyph(verdict)) for verdict in Verdict]
    roots = [ET.fromstring(text) for text in drawn]  # noqa: S314 - our own drawing
    assert [root.get("aria-label") for root in roots] == [verdict.value for verdict in Verdict]
    assert {(root.get("width"), root.get("height")) for root in roots} == {("20", "20")}
    shapes = {tuple((node.tag, node.get("d"), node.get("y1")) for node in root) for root in roots}
    assert len(shapes) == len(Verdict)


def test_beside_words_a_verdict_is_not_said_twice() -> None:
    """The mark is hidden from who hears the words."""
    text = charts.glyph(Verdict.OVER, beside_words=True)
    assert 'aria-hidden="true"' in text
    assert "aria-label" not in text


def test_a_verdict_can_stand_alone() -> None:
    """For a report: colours in the file, no class."""
    text = charts.standalone_glyph(Verdict.UNDECIDED)
    assert "class=" not in text
    assert 'aria-label="kan ikke afgøres endnu"' in text
