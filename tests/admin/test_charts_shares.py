"""Shares below each other: from nobody to all, intervals, and words where one is hidden."""

import pytest

from admin import charts
from admin.charts import ShareRow, Shares
from admin.charts.paper import SIZES, Size
from tests.chart_examples import agreed, share
from tests.chart_reading import drawing, labels, of_look, titles

SIZED = pytest.mark.parametrize("size", SIZES)


def drawn(*rows: ShareRow, size: Size = SIZES[0]) -> tuple[list[float], list[float]]:
    """Where the dots lie, and where the axis is ruled."""
    root = drawing(charts.on_page(Shares("Prøve", rows)), size)
    return [each.at("cx") for each in of_look(root, "dot")], [each.at("x1") for each in of_look(root, "grid")]


@SIZED
def test_the_axis_is_always_from_nobody_to_all(size: Size) -> None:
    """A half lies in the middle, however alike the shares are."""
    dots, rules = drawn(share("A", 0, 50), share("B", 25, 50), share("C", 50, 50), size=size)
    assert dots == pytest.approx([rules[0], rules[2], rules[4]], abs=0.2)


@SIZED
def test_a_hidden_share_has_words_and_no_dot(size: Size) -> None:
    """And what shows only an end has no interval."""
    root = drawing(charts.on_page(agreed()), size)
    assert len(of_look(root, "dot")) == 5
    assert len([each for each in of_look(root, "interval") if not each.in_key]) == 4
    assert "vises ikke" in [words for words, _ in labels(root)]


def test_a_share_says_both_numbers_and_how_sure_it_is() -> None:
    """In its title, for who points at it."""
    root = drawing(charts.on_page(Shares("Prøve", (share("SMS", 43, 53), ShareRow("Papir", None, "for få svar")))))
    assert titles(root) == ["SMS: 43/53 = 81,1 %, usikkerhed 67,4 % til 94,9 %", "Papir: for få svar"]


def test_without_rows_it_says_so() -> None:
    """One line."""
    root = drawing(charts.on_page(Shares("Prøve", ())))
    assert [words for words, _ in labels(root)] == ["Ingen andele at vise endnu"]
    (only,) = labels(drawing(charts.on_page(Shares("Prøve", (), empty_text="Intet"))))
    assert only[0] == "Intet"
