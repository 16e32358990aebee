"""Statements: bars around the middle of the scale, means with their intervals, words where figures are hidden."""

from dataclasses import replace

import pytest

from admin import charts
from admin.charts import Part, Statement, StatementBars
from admin.charts.paper import NARROW, SIZES, Size
from tests import chart_examples
from tests.chart_examples import FIVE, FOUR, statement
from tests.chart_reading import Element, drawing, elements, labels, of_look, titles


def bars(*statements: Statement, scale: tuple[str, ...] = FOUR, target: float | None = None) -> StatementBars:
    """Statements on a scale."""
    return StatementBars("Prøve", scale, statements, target)


def rows(chart: StatementBars, look: str, size: Size = SIZES[0]) -> list[Element]:
    """Elements of a drawing that look so."""
    return of_look(drawing(charts.on_page(chart), size), look)


def zero(chart: StatementBars) -> float:
    """Where the middle of the scale lies."""
    return rows(chart, "zero")[0].at("x1")


def test_disagreement_lies_left_of_the_middle_and_agreement_right() -> None:
    """On 1-4 two points lie on each side, and they meet in the middle."""
    chart = bars(statement("A", (10, 20, 30, 40)))
    ends = {look: rows(chart, look)[0] for look in ("low2", "low1", "high1", "high2")}
    assert ends["low1"].at("x") + ends["low1"].at("width") == pytest.approx(zero(chart), abs=0.2)
    assert ends["high1"].at("x") == pytest.approx(zero(chart), abs=0.2)
    widths = [each.at("width") for each in ends.values()]
    assert [wide / widths[0] for wide in widths] == pytest.approx([1, 2, 3, 4], rel=0.02)


def test_a_middle_point_lies_on_both_sides() -> None:
    """On 1-5 "både og" straddles the middle, hollow."""
    chart = bars(statement("A", (10, 10, 20, 30, 30)), scale=FIVE)
    (middle,) = rows(chart, "middle")
    assert middle.at("x") + middle.at("width") / 2 == pytest.approx(zero(chart), abs=0.2)


def test_all_bars_have_one_scale() -> None:
    """The same share is as long in every row, and the middle is in the same place."""
    chart = bars(statement("A", (0, 0, 25, 75)), statement("B", (50, 25, 25, 0)))
    one, other = rows(chart, "high1")
    assert one.at("width") == pytest.approx(other.at("width"), abs=0.2)
    assert one.at("x") == pytest.approx(other.at("x"), abs=0.2)


def test_counts_stand_in_the_bars_that_have_room_and_all_in_titles() -> None:
    """A share of one answer in a hundred has no room."""
    chart = bars(statement("A", (1, 19, 40, 40)))
    assert [each.words for each in rows(chart, "on-pale") + rows(chart, "on-deep")] == ["19", "40", "40"]
    assert titles(drawing(charts.on_page(chart)))[1:3] == ["Helt uenig: 1/100 = 1,0 %", "Uenig: 19/100 = 19,0 %"]


def test_a_share_of_nobody_has_no_bar() -> None:
    """Not even a line."""
    assert rows(bars(statement("A", (0, 10, 20, 30))), "low2") == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_hidden_distribution_is_words_in_place_of_the_bar(size: Size) -> None:
    """And a hidden mean words in place of the figure."""
    hidden = Statement("A", None, None, "for få svar", None, unshown="vises ikke")
    mean_alone = Statement("B", None, 3.4, "3,4", 14)
    said = [words for words, _ in labels(drawing(charts.on_page(bars(hidden, mean_alone)), size))]
    assert {"vises ikke", "for få svar", "fordelingen vises ikke"} <= set(said)
    assert len(rows(bars(hidden, mean_alone), "dot", size)) == 1
    assert rows(bars(hidden), "zero", size) == []


def test_the_mean_stands_on_the_scale_with_its_interval() -> None:
    """At its value, between both ends of the interval, beside the target."""
    chart = bars(replace(statement("A", (10, 20, 30, 40)), mean=3.0, low=2.5, high=3.5), target=3.0)
    (dot,), whole = rows(chart, "dot"), rows(chart, "interval")[0]
    assert dot.at("cx") == pytest.approx(rows(chart, "target")[0].at("x1"), abs=0.1)
    assert (whole.at("x1") + whole.at("x2")) / 2 == pytest.approx(dot.at("cx"), abs=0.1)
    assert whole.at("x2") - whole.at("x1") == pytest.approx((622 - 486) / 3, abs=0.1)


def test_a_row_says_all_its_figures_in_its_title() -> None:
    """Statement, mean, n and interval."""
    one = Statement("A", None, 3.4, "3,4", 14, 3.1, 3.6, "3,1 til 3,6")
    bare = Statement("B", None, None, "vises ikke", None)
    assert (one.title, bare.title) == ("A: 3,4 (n = 14), usikkerhed 3,1 til 3,6", "B: vises ikke")


def test_a_mean_without_n_is_printed_alone() -> None:
    """Beside a hidden statement the number of answers is not told."""
    said = [words for words, _ in labels(drawing(charts.on_page(bars(Statement("A", None, 3.4, "3,4", None)))))]
    assert "3,4" in said
    assert not any("n =" in words for words in said)


def test_long_statements_are_wrapped_and_on_a_phone_stand_above_their_bar() -> None:
    """Beside the bars on the wide drawing."""
    chart = bars(statement(chart_examples.TEXTS[4], (10, 20, 30, 40)))
    for size, lines in zip(SIZES, (4, 3), strict=True):
        said = rows(chart, "said", size)
        bar = rows(chart, "high1", size)[0].at("y")
        above = [each for each in said if each.at("y") < bar and not each.node.findall("*")]
        assert len([each for each in said if each.node.text]) == lines
        assert (len(above) == lines) == (size is NARROW)


def test_a_statement_longer_than_four_lines_ends_in_dots() -> None:
    """Its title has all of it."""
    text = "Beskæftigelsesindsatsen " * 20
    root = drawing(charts.on_page(bars(Statement(text, None, 3.0, "3,0", 9))))
    assert [each.words for each in of_look(root, "said") if each.words.endswith("…")]
    assert titles(root)[0].startswith(text)


def test_the_key_has_the_scales_words_and_only_what_is_drawn() -> None:
    """No interval, no target, no distribution: none of them in the key."""
    full = [words for words, _ in labels(drawing(charts.on_page(chart_examples.four())))]
    assert full[:6] == [*FOUR, "gennemsnit med usikkerhed", "mål 3,0"]
    bare = [words for words, _ in labels(drawing(charts.on_page(bars(Statement("A", None, 3.0, "3,0", 9)))))]
    assert bare[:2] == ["gennemsnit", "A"]


def test_no_statements_is_a_line_that_says_so() -> None:
    """Not an empty frame."""
    root = drawing(charts.on_page(bars()))
    assert [each.words for each in elements(root)] == ["Ingen udsagn at vise endnu"]


def test_a_part_needs_no_short_words() -> None:
    """Then the bar is bare."""
    parts = tuple(Part(0.25, "25 %") for _ in FOUR)
    assert rows(bars(Statement("A", parts, 2.5, "2,5", 9)), "on-deep") == []
