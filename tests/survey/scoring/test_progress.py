"""Closer to employment: the same people twice, and ordered groups."""

import pytest
from scipy.stats import kendalltau

from survey.scoring import progress
from tests.survey.rows import scored


def test_progress_counts_who_changed() -> None:
    """Improved, unchanged and worse, with Wilson's interval among the changed."""
    found = progress.progress({2: 3, 1: 9, 0: 6, -1: 2})
    assert (found.improved, found.unchanged, found.worse) == (12, 6, 2)
    assert found.difference * 20 == 13
    assert found.share is not None
    assert found.share[0] > 0.5
    assert progress.progress({0: 10}).share is None


def test_ordered_groups_agree_with_the_rows() -> None:
    """Kendall of the answer against the meeting's number, as SciPy has it of the rows."""
    groups = [[1, 2, 2, 3] * 4, [2, 3, 3, 1] * 4, [3, 4, 4, 2] * 4]
    found = progress.over_meetings([scored(group) for group in groups])
    places, values = zip(*((place, x) for place, group in enumerate(groups) for x in group), strict=True)
    assert found.word == "stigende"
    assert found.kendall is not None
    assert found.kendall.p_uncorrected == pytest.approx(kendalltau(places, values, method="asymptotic").pvalue)
    assert progress.over_meetings([scored(group) for group in groups[::-1]]).word == "faldende"


def test_small_groups_are_left_out() -> None:
    """Nine at a later meeting say nothing; two groups alike say no change."""
    ten = scored([1, 2, 3, 4, 4] * 2)
    assert progress.over_meetings([ten, scored([4] * 9)]) == progress.OverMeetings("for få svar", None)
    assert progress.over_meetings([ten, scored([4] * 9), ten]).word == "ingen sikker ændring"
