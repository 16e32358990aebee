"""What holds for every chart: valid, named, escaped, inside its frame, labels apart, nothing a policy forbids."""

import re
from itertools import combinations
from random import Random

import pytest

from admin import charts
from admin.charts import Chart, Funnel, Statement, StatementBars, Step
from admin.charts.boxes import Box
from tests.chart_examples import chance, every
from tests.chart_reading import ADDRESS, drawings, elements, extent, labels, titles

CHARTS = [*every().items(), *((f"chance {seed}", chance(Random(seed))) for seed in range(40))]
ALL = pytest.mark.parametrize("chart", [chart for _, chart in CHARTS], ids=[name for name, _ in CHARTS])


@ALL
def test_a_chart_comes_in_two_widths(chart: Chart) -> None:
    """A wide and a narrow drawing, valid XML, both named for who cannot see them."""
    both = drawings(charts.on_page(chart))
    assert [each.get("class") for each in both] == ["chart wide", "chart narrow"]
    assert [each.get("aria-label") for each in both] == [chart.label] * 2
    assert [each.get("width") for each in both] == ["720", "340"]


@ALL
def test_a_drawing_has_neither_style_nor_script_nor_id(chart: Chart) -> None:
    """A strict content policy has nothing to object to, and two drawings never repeat an id."""
    for text in (charts.on_page(chart), charts.standalone(chart)):
        assert not re.search(r"\s(style|id|href|on\w+)=|<style|<script|url\(", text)


@ALL
def test_everything_lies_inside_its_frame(chart: Chart) -> None:
    """Marks and words, in both widths."""
    for each in drawings(charts.on_page(chart)):
        left, top, width, height = map(float, each.get("viewBox", "").split())
        frame = Box(left, top - 1, left + width, top + height)
        assert [box for box in extent(each) if not box.within(frame)] == []


@ALL
def test_no_words_meet_other_words(chart: Chart) -> None:
    """By the widths the drawing reckons with; a browser measures the real ones in another test."""
    for each in drawings(charts.on_page(chart)):
        assert [(a, b) for (a, one), (b, other) in combinations(labels(each), 2) if one.meets(other)] == []


@ALL
def test_alone_a_drawing_needs_no_style_sheet(chart: Chart) -> None:
    """No class is left, and every mark and word has its colour or a stroke."""
    (root,) = drawings(f"<one>{charts.standalone(chart)}</one>")
    assert root.tag == f"{ADDRESS}svg"
    shown = [each for each in elements(root) if each.tag not in ("g", "title", "tspan")]
    assert [each for each in shown if each.looks or not {"fill", "stroke"} & set(each.node.keys())] == []
    assert titles(root) == titles(drawings(charts.on_page(chart))[0])


def test_the_narrow_drawing_can_stand_alone_too() -> None:
    """For a narrow column of a report."""
    assert 'width="340"' in charts.standalone(every()["few"], charts.NARROW)


def test_foreign_text_is_escaped() -> None:
    """A statement, a label or a name cannot become markup."""
    evil = '<b>&"</b>'
    bars = StatementBars(evil, ("a", "b", evil, "d"), (Statement(evil, None, 3.0, evil, 9),))
    for chart in (bars, Funnel(evil, (Step(evil, 1, evil, evil),))):
        for text in (charts.on_page(chart), charts.standalone(chart)):
            assert "<b>" not in text
            assert "&lt;b&gt;&amp;" in text


def test_a_page_of_charts_is_light() -> None:
    """75 points are drawn in less than 40 kB, both widths together."""
    assert len(charts.on_page(every()["many"])) < 40_000
