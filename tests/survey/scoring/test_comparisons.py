"""Groups side by side, out of counts."""

import random
from itertools import combinations

import pytest
from scipy.stats import brunnermunzel, kruskal, mannwhitneyu, rankdata

from survey.scoring import comparisons
from tests.survey.rows import scored


def answers(seed: int, n: int, centre: float = 3.0) -> list[int]:
    """Answers on 1-4 with many ties."""
    draw = random.Random(seed)
    return [min(4, max(1, round(draw.gauss(centre, 0.9)))) for _person in range(n)]


@pytest.mark.parametrize("seed", range(3))
def test_kruskal_agrees_with_the_rows(seed: int) -> None:
    """SciPy's H and p of four groups."""
    groups = [answers(seed + 10 * place, 9 + place) for place in range(4)]
    found, expected = comparisons.kruskal([scored(group) for group in groups]), kruskal(*groups)
    assert (found.h, found.p) == pytest.approx((expected.statistic, expected.pvalue))


@pytest.mark.parametrize("seed", range(3))
def test_two_groups_agree_with_the_rows(seed: int) -> None:
    """SciPy's Mann-Whitney with and without continuity correction, and its Brunner-Munzel."""
    first, second = answers(seed, 20), answers(seed + 10, 15, 2.6)
    ranks = comparisons.mann_whitney(scored(first), scored(second))
    corrected = mannwhitneyu(first, second, method="asymptotic")
    plain = mannwhitneyu(first, second, method="asymptotic", use_continuity=False)
    assert (ranks.u, ranks.p, ranks.p_uncorrected) == pytest.approx((corrected[0], corrected[1], plain[1]))
    spread = comparisons.brunner_munzel(scored(first), scored(second))
    expected = brunnermunzel(first, second)
    assert spread is not None
    assert (spread.statistic, spread.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert spread.better == pytest.approx(1 - ranks.better)


def test_the_exact_p_is_that_of_every_parting() -> None:
    """Nine people, every way to take four of them, counted out."""
    first, second = [4, 4, 3, 2], [1, 2, 2, 3, 1]
    ranks = rankdata(first + second).tolist()
    expected_sum = sum(ranks) * 4 / 9
    sums = [abs(sum(chosen) - expected_sum) for chosen in combinations(ranks, 4)]
    expected = sum(each >= abs(sum(ranks[:4]) - expected_sum) for each in sums) / len(sums)
    assert comparisons.permutation_p(scored(first), scored(second)) == pytest.approx(expected)


def test_groups_that_do_not_overlap_have_no_interval() -> None:
    """SciPy would say nan; ranks still tell them apart."""
    low, high = scored([1, 2] * 6), scored([3, 4] * 6)
    assert comparisons.brunner_munzel(low, high) is None
    found = comparisons.compare({"lav": low, "høj": high})
    assert found is not None
    assert found.groups["lav"] is not None
    assert (found.groups["lav"].place, found.groups["lav"].interval) == ("under de andre", None)


def test_people_of_one_mind_do_not_differ() -> None:
    """p is 1, not a division by nought."""
    same = scored([4] * 12)
    found = comparisons.compare({"a": same, "b": same})
    assert found is not None
    assert (found.overall.p, found.groups["a"] and found.groups["a"].p) == (1.0, 1.0)
    assert found.groups["a"] and found.groups["a"].place == "ingen sikker forskel"


def test_each_group_is_held_against_the_rest() -> None:
    """A team clearly below, two alike, and one too small to judge, in the order given."""
    groups = {
        "Nord": scored(answers(1, 40)),
        "Syd": scored(answers(2, 40)),
        "Vest": scored(answers(3, 40, 1.8)),
        "Ny": scored([1, 1, 1]),
    }
    found = comparisons.compare(groups)
    assert found is not None
    assert list(found.groups) == list(groups)
    assert found.groups["Ny"] is None
    vest = found.groups["Vest"]
    assert vest is not None
    assert (vest.place, vest.difference < 0, vest.better < 0.5) == ("under de andre", True, True)
    assert vest.adjusted == pytest.approx(3 * vest.p)
    nord = found.groups["Nord"]
    assert nord is not None
    assert nord.place == "over de andre"


def test_one_large_group_has_nobody_to_be_compared_with() -> None:
    """Nine beside forty are too few."""
    assert comparisons.compare({"a": scored(answers(1, 40)), "b": scored(answers(2, 9))}) is None


def test_a_group_stands_out_only_where_groups_differ() -> None:
    """Eight equal teams, fifty times: a team is said to stand out in few."""
    told = 0
    for seed in range(50):
        found = comparisons.compare({str(team): scored(answers(100 * seed + team, 12)) for team in range(8)})
        assert found is not None
        told += any(each and each.place != "ingen sikker forskel" for each in found.groups.values())
    assert told <= 5
