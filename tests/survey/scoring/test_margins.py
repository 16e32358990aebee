"""How far known sums leave hidden counts open, by worked examples."""

import pytest

from survey.scoring.margins import Hidden

MOST = (12, 8, 30, 20)
"""How many team A sent by SMS and by e-mail, and team B."""


def beside(by_email: int, answered: tuple[int, int]) -> Hidden:
    """Both teams' answers are known, and how many answered by e-mail."""
    a, b = answered
    sms = a + b - by_email
    return Hidden(MOST, [((0, 1), a), ((2, 3), b)], [((0, 2), sms), ((1, 3), by_email)])


@pytest.mark.parametrize(("by_email", "is_open"), [(12, False), (6, True)])
def test_a_count_may_be_pinned_by_what_the_others_cannot_be(by_email: int, is_open: bool) -> None:
    """Twelve answered by e-mail, of team B five in all: then seven or eight of team A's eight did; of six any."""
    assert beside(by_email, (10, 5)).stay_open([[1]], 10) == is_open


def test_a_pinned_share_that_may_be_printed_is_no_secret() -> None:
    """A lone e-mail of team B leaves team A's twenty of forty almost known; of nine they are too few to print."""
    for size, k, allowed in ((40, 20, True), (9, 4, False)):
        parts = [((0, 2), 30), ((1, 3), k)]
        known = Hidden((40, size, 40, 1), [((0, 1), 15 + k), ((2, 3), 15)], parts)
        assert known.stay_open([[1]], 10) == allowed


def test_what_the_blocks_leave_is_the_measure() -> None:
    """Of two sent in a block both, one or none may have answered: two is all the room there is."""
    known = Hidden((2, 30, 30), [((0, 1, 2), 20)], [((1,), 10)])
    assert known.stay_open([[0]], 10)
    everybody = Hidden((2, 30), [((0,), 2), ((1,), 15)], [])
    assert everybody.stay_open([[0]], 10)


def test_sums_nobody_can_have_are_told_nothing_of() -> None:
    """Thirty of twenty-eight answered by e-mail: such counts are not."""
    assert not beside(30, (20, 20)).stay_open([[0]], 10)
