"""The verdict against the target: three outcomes, and how many answers a decision takes."""

import pytest

from survey import scoring
from survey.scoring import Moments, target


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ([0, 0, 0, 9], "for få svar"),
        ([0, 0, 0, 10], "over mål"),
        ([4, 7, 15, 27], "kan ikke afgøres endnu"),
        ([9, 4, 2, 0], "under mål"),
    ],
)
def test_the_verdict_waits_for_enough(counts: list[int], outcome: str) -> None:
    """Nine are never judged; 3,23 of 53 cannot be decided, where a t-test would have said over."""
    found = target.judge(scoring.moments(counts), 4, 3.0)
    assert found.outcome == outcome
    assert (found.lower is None) is (outcome == "for få svar")
    assert (found.missing is None) is (outcome != "kan ikke afgøres endnu")


@pytest.mark.parametrize("counts", [[4, 7, 15, 27], [10, 10, 12, 18], [1, 3, 4, 4]])
def test_the_missing_answers_decide_it(counts: list[int]) -> None:
    """With so many more answers like these it is decided, with one fewer it is not."""
    now = scoring.moments(counts)
    missing = target.answers_missing(now, 4, 3.0)
    assert missing

    def outcome(n: int) -> str:
        return target.judge(Moments(n, now.total * n / now.n, now.squares * n / now.n), 4, 3.0).outcome

    assert outcome(now.n + missing - 1) == "kan ikke afgøres endnu" != outcome(now.n + missing)


def test_a_mean_at_the_target_is_never_decided() -> None:
    """Neither is one so near that nobody would wait; what is decided misses nothing."""
    assert target.answers_missing(scoring.moments([0, 10, 0, 10]), 4, 3.0) is None
    assert target.answers_missing(scoring.moments([0, 9999, 0, 10000]), 4, 3.0) is None
    assert target.answers_missing(scoring.moments([0, 0, 0, 30]), 4, 3.0) == 0


@pytest.mark.parametrize(("distance", "needed"), [(0.05, 1392), (0.1, 348), (0.2, 87), (0.3, 39), (0.4, 22)])
def test_a_goal_can_be_planned(distance: float, needed: int) -> None:
    """Answers needed to decide, four times in five, at a spread of 0,75."""
    assert target.answers_needed(distance) == needed
