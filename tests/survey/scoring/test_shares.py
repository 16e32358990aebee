"""Shares of several answers a person: as uncertain as the persons make them."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from survey.scoring import estimates, scores, shares
from survey.scoring.shares import Share


def people(answers: list[list[int]]) -> scores.Moments:
    """Each person's own mean."""
    return scores.moments_of(scores.of_people(Counter((len(one), sum(one)) for one in answers)))


def chosen(answers: list[list[int]], points: int = 4) -> list[int]:
    """How many chose each point."""
    told = [answer for one in answers for answer in one]
    return [told.count(point) for point in range(1, points + 1)]


def test_persons_of_one_mind_are_worth_one_answer_each() -> None:
    """Five equal answers are worth one; those that vary as much within a person are worth themselves."""
    alike = [[2] * 5] * 20 + [[4] * 5] * 20
    assert shares.design_effect(people(alike), chosen(alike)) == pytest.approx(5, rel=0.03)
    mixed = [[1, 2, 3, 4, 4]] * 20
    assert shares.design_effect(people(mixed), chosen(mixed)) == 1.0


def test_where_nothing_varies_the_effect_is_one() -> None:
    """Everybody the same, a single person, nobody."""
    same = [[3, 3]] * 9
    for answers in (same, [[1, 4]], []):
        assert shares.design_effect(people(answers), chosen(answers)) == 1.0


def test_alone_it_is_wilsons_interval() -> None:
    """With an effect of one; with five, that of a fifth as many."""
    assert shares.share_interval(Share(53, 167)) == estimates.wilson(53, 167)
    assert shares.share_interval(Share(265, 835, 5.0)) == pytest.approx(estimates.wilson(53, 167))


def test_the_bounds_are_one_sided() -> None:
    """Each end of a two-sided 90 % interval."""
    assert shares.share_bounds(Share(53, 167)) == pytest.approx(estimates.wilson(53, 167, 0.9))


def test_newcombes_example() -> None:
    """Newcombe 1998, table II: 56/70 less 48/80 is 0,2, from 0,0524 to 0,3339."""
    found = shares.share_difference(Share(56, 70), Share(48, 80))
    assert found.value == Fraction(1, 5)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=0.00005)
    wider = shares.share_difference(Share(56, 70), Share(48, 80), 0.975)
    assert wider.low < found.low < found.high < wider.high


def test_means_are_put_together_the_same_way() -> None:
    """Reach by reach, root of the sum of squares; a bound on the wrong side of its mean has none."""
    found = shares.mean_difference(Fraction(3), Fraction(2), (2.7, 3.4), (1.7, 2.4))
    assert (found.low, found.high) == pytest.approx((0.5, 1.5))
    top = shares.mean_difference(Fraction(4), Fraction(2), (3.9, 3.95), (2.0, 2.0))
    assert (top.low, top.high) == pytest.approx((1.9, 2.0))


def test_an_agreed_share_is_called_reached_in_one_of_twenty_at_most() -> None:
    """400 groups of 60 at exactly 75 %, five answers that go together: as single ones they err far oftener."""
    rng, wrong, naive = random.Random(7), 0, 0
    for _ in range(400):
        answers = [_one(rng) for _ in range(60)]
        counts = chosen(answers)
        share = Share(sum(counts[-2:]), 300, shares.design_effect(people(answers), counts))
        wrong += shares.share_bounds(share)[0] > 0.75
        naive += shares.share_bounds(Share(share.k, 300))[0] > 0.75
    assert wrong <= 20
    assert naive > 2 * wrong


def _one(rng: random.Random) -> list[int]:
    """Five answers of which each is 3 or 4 with 75 %, and most follow the person's mood."""
    mood = rng.random()
    drawn = [mood if rng.random() < 0.7 else rng.random() for _ in range(5)]
    return [1 + sum(each > cut for cut in (0.1, 0.25, 0.6)) for each in drawn]
