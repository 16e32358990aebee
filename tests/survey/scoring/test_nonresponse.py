"""What the silent could change."""

from fractions import Fraction

import pytest

from survey.scoring import nonresponse
from tests.survey.rows import scored


def test_equal_rates_weigh_nothing() -> None:
    """Where every group answers alike the weighted mean is the raw one."""
    found = nonresponse.post_stratified([(scored([4, 2]), 10), (scored([3, 3, 1]), 15)])
    assert found is not None
    assert found.weighted == found.raw == Fraction(13, 5)
    assert found.standard_error < found.standard_error_open


def test_a_group_nobody_answered_of_cannot_be_weighted() -> None:
    """Nor can nothing be; a group nobody was asked of does not count."""
    assert nonresponse.post_stratified([(scored([4]), 3), ({}, 8)]) is None
    assert nonresponse.post_stratified([]) is None
    found = nonresponse.post_stratified([(scored([4]), 3), ({}, 0)])
    assert found is not None
    assert found.weighted == 4


def test_more_answers_than_asked_are_refused() -> None:
    """An answer is of a questionnaire that was sent."""
    with pytest.raises(ValueError, match="more answered than were sent"):
        nonresponse.post_stratified([(scored([4, 4]), 1)])


def test_the_tipping_point_of_opfoelgning() -> None:
    """3,4 at 53,6 %: the silent would have to average under 2,54; where all answered nobody is silent."""
    found = nonresponse.tipping_point(Fraction(17, 5), Fraction(536, 1000), 3.0)
    assert found is not None
    assert float(found) == pytest.approx(2.538, abs=1e-3)
    assert nonresponse.tipping_point(Fraction(17, 5), Fraction(1), 3.0) is None


def test_bounds_are_the_ends_of_the_scale() -> None:
    """Half answered 3: the others are 1 at worst and 5 at best."""
    assert list(nonresponse.bounds(Fraction(3), Fraction(1, 2), 5)) == [2, 4]


def test_even_response_has_the_highest_indicator() -> None:
    """Equal rates are 1, all or nobody is 0; a group nobody was asked of does not count."""
    assert nonresponse.evenness([(5, 10), (10, 20), (0, 0)]).r == 1
    assert nonresponse.evenness([(10, 10), (0, 10)]).r == 0
