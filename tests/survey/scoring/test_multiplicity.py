"""Adjusted p-values."""

import random

import pytest
from scipy.stats import false_discovery_control

from survey.scoring import multiplicity

P = [0.04, 0.001, 0.6, 0.03, 0.03]


def test_holm_multiplies_by_what_is_left() -> None:
    """The smallest by five, the next two by four, never below an earlier one, in the order given."""
    assert multiplicity.holm(P) == pytest.approx([0.12, 0.005, 0.6, 0.12, 0.12])
    assert multiplicity.bonferroni(P) == pytest.approx([0.2, 0.005, 1.0, 0.15, 0.15])


@pytest.mark.parametrize("seed", range(3))
def test_the_rates_agree_with_scipy(seed: int) -> None:
    """Benjamini-Hochberg and Benjamini-Yekutieli of twenty p-values."""
    p = [random.Random(seed * 100 + place).random() ** 3 for place in range(20)]
    assert multiplicity.benjamini_hochberg(p) == pytest.approx(false_discovery_control(p).tolist())
    assert multiplicity.benjamini_yekutieli(p) == pytest.approx(false_discovery_control(p, method="by").tolist())


def test_nothing_to_adjust_is_nothing() -> None:
    """An empty list."""
    assert multiplicity.holm([]) == multiplicity.benjamini_hochberg([]) == []
