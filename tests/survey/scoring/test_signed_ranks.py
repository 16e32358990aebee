"""Signed ranks and signs, out of how often each difference occurs."""

import random
from collections import Counter
from itertools import product

import pytest
from scipy.stats import binomtest, rankdata, wilcoxon

from survey.scoring import signed_ranks
from survey.scoring.signed_ranks import Zeros


def differences(seed: int, n: int) -> list[int]:
    """Differences on a scale of four, a little upwards."""
    draw = random.Random(seed)
    return [draw.choice((-2, -1, -1, 0, 0, 1, 1, 1, 2, 3)) for _pair in range(n)]


@pytest.mark.parametrize("zeros", ["pratt", "drop"])
@pytest.mark.parametrize("seed", range(3))
def test_the_normal_p_agrees_with_the_rows(seed: int, zeros: Zeros) -> None:
    """SciPy's asymptotic p with Pratt's zeros and without them."""
    values = differences(seed, 50)
    method = "pratt" if zeros == "pratt" else "wilcox"
    expected = wilcoxon(values, zero_method=method, method="asymptotic")
    assert signed_ranks.signed_rank(Counter(values), zeros).p == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("zeros", ["pratt", "drop"])
def test_the_exact_p_is_that_of_every_sign(zeros: Zeros) -> None:
    """Eleven pairs, every way to give them signs, counted out."""
    values = [d for d in differences(4, 11) if d or zeros == "pratt"]
    ranks = rankdata([abs(d) for d in values]).tolist()
    ranks = [rank for rank, d in zip(ranks, values, strict=True) if d]
    centre = sum(ranks) / 2
    seen = abs(sum(rank for rank, d in zip(ranks, (d for d in values if d), strict=True) if d > 0) - centre)
    sums = [
        sum(rank for rank, up in zip(ranks, ups, strict=True) if up) for ups in product((0, 1), repeat=len(ranks))
    ]
    expected = sum(abs(each - centre) >= seen for each in sums) / len(sums)
    assert signed_ranks.exact_p(Counter(values), zeros) == pytest.approx(expected)


@pytest.mark.parametrize(("better", "worse"), [(12, 2), (3, 3), (0, 6), (0, 0)])
def test_the_sign_test_is_a_coin(better: int, worse: int) -> None:
    """SciPy's exact binomial; nobody changed is no sign of anything."""
    expected = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert signed_ranks.sign_p(better, worse) == pytest.approx(expected)


def test_nothing_but_zeros_is_no_difference() -> None:
    """p is 1 in both forms."""
    assert signed_ranks.signed_rank({0: 8}).p == 1.0
    assert signed_ranks.exact_p({0: 8}) == 1.0
