"""The public page has the dashboard's figures, with one decimal."""

from fractions import Fraction

import pytest

from survey import scoring
from survey.scoring import HIDDEN, Figure


@pytest.mark.parametrize(
    ("mean", "value", "text"),
    [
        (Figure("3,15", 60, 3.15), Fraction(3146, 1000), "3,1"),
        (Figure("3,25", 60, 3.25), Fraction(325, 100), "3,3"),
        (Figure("mindst 3,9", 12, 3.9), Fraction(395, 100), "mindst 3,9"),
        (HIDDEN, None, HIDDEN.text),
    ],
)
def test_a_mean_has_one_decimal_rounded_once(mean: Figure, value: Fraction | None, text: str) -> None:
    """From the exact mean, half up; what is hidden or shows only an end stays as it is."""
    assert scoring.one_decimal(mean, value).text == text
