"""Means where the same person answers several times."""

from fractions import Fraction

import pytest

from survey.scoring import clusters
from tests.survey.rows import scored


def test_one_answer_each_is_the_usual_error() -> None:
    """Nobody answers twice: all errors are s/√n, on n - 1 degrees of freedom."""
    persons = [scored([value]) for value in (4, 3, 4, 2, 1, 4)]
    found = clusters.clustered(persons)
    assert (found.linear, found.cr2, found.df) == pytest.approx((found.naive, found.naive, 5))
    assert found.per_answer == found.per_person == Fraction(3)
    assert clusters.exchangeable_mean(persons) == 3


def test_people_who_repeat_themselves_tell_less() -> None:
    """Ten answers of five people who never change are worth five."""
    found = clusters.clustered([scored([value] * 2) for value in (4, 3, 4, 2, 1)])
    alone = clusters.clustered([scored([value]) for value in (4, 3, 4, 2, 1)])
    assert found.linear == pytest.approx(alone.linear)
    assert found.naive < found.linear


def test_equal_answers_have_no_error() -> None:
    """And the weighted mean is theirs."""
    persons = [scored([4, 4]), scored([4])]
    assert clusters.clustered(persons).interval == (4, 4)
    assert clusters.exchangeable_mean(persons) == 4
