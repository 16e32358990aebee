"""The status that may be looked at always."""

import math
import random
from fractions import Fraction

import pytest

from survey.scoring import evidence
from survey.scoring.evidence import Claim
from survey.scoring.shares import Share
from tests.survey.rows import scored


def row_by_row(values: list[Fraction], points: int, target: float) -> list[float]:
    """The evidence for "over" after each person, by multiplying out."""
    bets = [float(bet) / (target - 1) for bet in evidence.OVER]
    products = [
        [math.prod(1 + bet * (float(x) - target) for x in values[:n]) for bet in bets]
        for n in range(1, len(values) + 1)
    ]
    assert points > target
    return [math.log(sum(each) / len(each)) for each in products]


@pytest.mark.parametrize(("points", "target"), [(4, 3.0), (5, 3.5)])
def test_a_batch_is_its_people_in_any_order(points: int, target: float) -> None:
    """After each batch the evidence is that of its people one by one, whatever their order was."""
    draw = random.Random(3)
    values = [Fraction(draw.randint(5, 5 * points), 5) for _person in range(60)]
    batches = [values[first : first + 6] for first in range(0, 60, 6)]
    found = evidence.evidence([{x: batch.count(x) for x in batch} for batch in batches], points, target)
    expected = row_by_row([x for batch in batches for x in sorted(batch)], points, target)
    assert [each.over for each in found] == pytest.approx(expected[5::6])


def test_it_claims_under_as_it_claims_over() -> None:
    """Dissatisfied batches are claimed under the target, with how many people that took."""
    low = {Fraction(2): 5, Fraction(3): 1}
    assert evidence.claim([low] * 5, 4, 3.0) == Claim("under mål", 1, 12)
    assert evidence.claim([low], 4, 3.0) is None


def test_the_newest_claim_stands() -> None:
    """Over the target, until the evidence against it has grown as large."""
    high, low = {Fraction(4): 10}, {Fraction(1): 10}
    assert evidence.claim([high] * 2, 4, 3.0) == Claim("over mål", 1, 20)
    assert evidence.claim([high] * 2 + [low] * 4, 4, 3.0) == Claim("under mål", 4, 50)


def test_looking_always_claims_wrongly_in_at_most_one_of_twenty_each_way() -> None:
    """Two hundred series of a hundred people whose mean is truly 3,0, looked at after every batch of five."""
    draw = random.Random(5)
    claims = 0
    for _series in range(200):
        people = [draw.choices((1, 3, 4), (1, 7, 2), k=5) for _batch in range(20)]
        claims += evidence.claim([scored(batch) for batch in people], 4, 3.0) is not None
    assert claims <= 20


def test_a_score_off_the_scale_is_refused() -> None:
    """Answers on 1-5 are not bet on as if they were on 1-4, and a target at an end is none."""
    with pytest.raises(ValueError, match="outside 1-4"):
        evidence.evidence([{Fraction(5): 1}], 4, 3.0)
    with pytest.raises(ValueError, match="within the scale"):
        evidence.evidence([], 4, 4.0)


def test_a_share_is_worth_the_least_that_its_answers_can_be() -> None:
    """As much as persons who answer all alike, and never more than others with the same k of n, skips included."""
    draw = random.Random(7)
    for _try in range(50):
        people = [[draw.random() < 0.7 for _statement in range(draw.randint(1, 5))] for _person in range(12)]
        k, n = sum(map(sum, people)), sum(map(len, people))
        (found,) = evidence.share_evidence([Share(k, n)], 5, 0.6)
        bets = [float(bet) / 0.6 for bet in evidence.OVER]
        known = [math.prod(1 + bet * (sum(one) - 0.6 * len(one)) / 5 for one in people) for bet in bets]
        assert found.over <= math.log(sum(known) / len(known)) + 1e-12
    alike = evidence.share_evidence([Share(20, 30)], 5, 0.6)[0].over
    assert alike == pytest.approx(row_by_row([Fraction(2)] * 4 + [Fraction(1)] * 2, 2, 1.6)[-1])


def test_a_share_is_claimed_over_and_under() -> None:
    """After which batch, on how many answers; none at the goal, and a claim gives way to the other one."""
    high, low = Share(50, 50), Share(10, 50)
    assert evidence.share_claim([high] * 4, 5, 0.8) == Claim("over mål", 2, 150)
    assert evidence.share_claim([low] * 2, 5, 0.8) == Claim("under mål", 0, 50)
    assert evidence.share_claim([Share(40, 50)] * 20, 5, 0.8) is None
    assert evidence.share_claim([*[high] * 4, *[low] * 9], 5, 0.8) == Claim("under mål", 7, 400)


def test_a_share_looked_at_always_is_claimed_wrongly_in_at_most_one_of_twenty_each_way() -> None:
    """Two hundred series whose share is truly 80 %, a person's answers all alike: the worst there is."""
    draw = random.Random(9)
    found = [
        evidence.share_claim(
            [Share(2 * sum(draw.random() < 0.8 for _ in range(5)), 10) for _ in range(40)], 2, 0.8
        )
        for _series in range(200)
    ]
    assert 0 < sum(one is not None for one in found) <= 20


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_share_of_none_or_all_is_no_goal(target: float) -> None:
    """Nothing can be under the one or over the other."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        evidence.share_evidence([Share(1, 2)], 1, target)


def test_a_mean_is_worth_the_least_that_persons_so_different_can_be() -> None:
    """Never more than any persons with that mean and no greater variance; as much as some at the end can be."""
    draw = random.Random(11)
    for _try in range(50):
        people = [draw.choices(range(1, 5), (1, 2, 5, 6), k=5) for _person in range(12)]
        means = [sum(one) / 5 for one in people]
        middle = sum(means) / 12
        variance = Fraction(sum((one - middle) ** 2 for one in means) / 12)
        chosen = [sum(one.count(point) for one in people) for point in range(1, 5)]
        (found,) = evidence.mean_evidence([chosen], 5, 2.8, variance)
        over = [math.prod(1 + float(bet) / 1.8 * (one - 2.8) for one in means) for bet in evidence.OVER]
        under = [math.prod(1 + float(bet) / 1.2 * (2.8 - one) for one in means) for bet in evidence.UNDER]
        assert found.over <= math.log(sum(over) / len(over)) + 1e-9
        assert found.under <= math.log(sum(under) / len(under)) + 1e-9
    widest = evidence.mean_evidence([[10, 0, 0, 30]], 5, 3.0, Fraction(9))[0].over
    ends = row_by_row([Fraction(4)] * 6 + [Fraction(1)] * 2, 4, 3.0)[-1]
    assert widest == pytest.approx(ends)


def test_a_mean_is_claimed_over_and_under() -> None:
    """After which batch, on how many answers; later where persons differ more, or skip statements."""
    high, low, even = [0, 5, 20, 75], [30, 40, 20, 10], [20, 20, 20, 40]
    usual = Fraction(9, 16)
    assert evidence.mean_claim([high] * 3, 5, 3.0, usual) == Claim("over mål", 1, 200)
    assert evidence.mean_claim([high] * 3, 10, 3.0, usual) == Claim("over mål", 2, 300)
    more = [evidence.mean_evidence([even], 5, 2.5, each)[0].over for each in (usual, Fraction(1), Fraction(2))]
    assert more == sorted(more, reverse=True)
    assert len(set(more)) == 3
    assert evidence.mean_claim([low] * 3, 5, 3.0, usual) == Claim("under mål", 0, 100)
    assert evidence.mean_claim([even] * 3, 5, 2.8, usual) is None
    assert evidence.mean_claim([*[high] * 3, *[low] * 4], 5, 3.0, usual) == Claim("under mål", 6, 700)
    assert evidence.mean_claim([], 5, 3.0, usual) is None


@pytest.mark.parametrize("target", [1.0, 4.0])
def test_a_mean_at_an_end_of_the_scale_is_no_goal(target: float) -> None:
    """Nothing can be under the one or over the other; and who all chose an end are still counted."""
    with pytest.raises(ValueError, match="within the scale"):
        evidence.mean_evidence([[1, 0, 0, 0]], 1, target, Fraction(1))
    for chosen, outcome in (([90, 0, 0, 0], "under mål"), ([0, 0, 0, 90], "over mål")):
        found = evidence.mean_claim([chosen], 5, 2.5, Fraction(1))
        assert found
        assert found.outcome == outcome
