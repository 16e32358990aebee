"""Statements against each other, out of the sums over complete rows."""

import pytest
from scipy.stats import friedmanchisquare, wilcoxon

from survey import counts
from survey.scoring import multiplicity, statements
from tests.survey.rows import complete, rows


@pytest.mark.parametrize("seed", range(5))
def test_friedman_agrees_with_the_rows(seed: int) -> None:
    """SciPy's chi-square and p, and Kendall's W from it, with many ties."""
    answers = rows(seed, 40)
    found = statements.friedman(complete(answers))
    expected = friedmanchisquare(*zip(*answers, strict=True))
    assert (found.chi_square, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert found.w == pytest.approx(expected.statistic / (40 * 4))


@pytest.mark.parametrize("seed", range(3))
def test_pairs_agree_with_the_rows(seed: int) -> None:
    """Each pair by SciPy's signed-rank test with Pratt's zeros, all ten adjusted together."""
    answers = rows(seed, 60)
    found = statements.pairs(complete(answers))
    columns = list(zip(*answers, strict=True))
    expected = [
        wilcoxon(columns[pair.first], columns[pair.second], zero_method="pratt", method="asymptotic").pvalue
        for pair in found
    ]
    assert [pair.p for pair in found] == pytest.approx(expected)
    assert [pair.adjusted for pair in found] == pytest.approx(multiplicity.holm(expected))
    first, second = sum(columns[0]), sum(columns[1])
    assert found[0].difference * 60 == first - second


def test_batches_add_up() -> None:
    """Three batches together are their rows together; questionnaires of two widths are refused."""
    answers = rows(9, 45)
    parts = [complete(answers[first : first + 15]) for first in (0, 15, 30)]
    assert statements.together(parts) == complete(answers)
    with pytest.raises(ValueError, match="zip"):
        statements.together([*parts, complete(rows(1, 10, width=3))])


def test_ten_complete_rows_are_needed() -> None:
    """Nine show nothing, nor does one statement; ten show all pairs."""
    assert statements.homogeneity(complete(rows(1, 9))) is None
    assert statements.homogeneity(complete(rows(1, 10, width=1))) is None
    found = statements.homogeneity(complete(rows(1, 10)))
    assert found is not None
    assert len(found.pairs) == 10


def test_people_of_one_mind_show_no_difference() -> None:
    """Every row tied throughout: p is 1, not a division by nought."""
    found = statements.homogeneity(complete([(4,) * 5] * 12))
    assert found is not None
    assert (found.overall.p, found.overall.w) == (1.0, 0.0)
    assert {pair.p for pair in found.pairs} == {1.0}


def test_those_who_left_one_out_are_not_among_them() -> None:
    """Only complete rows count, as the tally keeps them."""
    kept = counts.complete({(4, 3, 2, 1, 1): 9, (4, 0, 2, 1, 1): 5}, 5, 4)
    assert statements.homogeneity(kept) is None
