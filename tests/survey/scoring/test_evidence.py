"""The status that may be looked at always."""

import math
import random
from fractions import Fraction

import pytest

from survey.scoring import evidence
from survey.scoring.evidence import Claim
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
