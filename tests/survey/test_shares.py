"""Shares read back from what is printed."""

import pytest

from survey import scoring, shares
from survey.figures import StatementResult
from survey.scoring import HIDDEN, Figure


@pytest.mark.parametrize("pair", [(559, 1043), (0, 60), (12_345, 67_890), (3, 6)])
def test_a_printed_share_is_read_back(pair: tuple[int, int]) -> None:
    """Both numbers, also with a point for thousands."""
    assert scoring.k_of_n(scoring.published_share(*pair)) == pair


@pytest.mark.parametrize("pair", [(3, 4), (45, 46), (1, 46), (9, 9)])
def test_what_is_hidden_or_an_end_has_no_numbers(pair: tuple[int, int]) -> None:
    """Nothing is worked out of it."""
    assert scoring.k_of_n(scoring.published_share(*pair)) is None


def result(mean: Figure, spread: tuple[Figure, ...] | None) -> StatementResult:
    """A statement with such a mean and distribution."""
    return StatementResult(1, "Jeg følte mig hørt", mean, None, spread, HIDDEN)


def test_the_top_two_are_the_sum_of_two_printed_shares() -> None:
    """On 1-5 those who answered 4 or 5, of all who answered on the scale."""
    spread = scoring.published_distribution([5, 6, 10, 20, 20])
    found = shares.top_two(result(Figure("3,72", 61, 3.72), spread))
    assert found == scoring.published_share(40, 61)


@pytest.mark.parametrize(
    ("mean", "spread", "words"),
    [
        (HIDDEN, None, "for få svar"),
        (Figure("3,4", 20, 3.4), None, "vises ikke"),
        (Figure("3,4", 20, 3.4), (HIDDEN, HIDDEN), "vises ikke"),
    ],
)
def test_a_hidden_distribution_has_no_top_two(mean: Figure, spread: tuple[Figure, ...] | None, words: str) -> None:
    """It says why, as the mean does."""
    assert shares.top_two(result(mean, spread)).text == words
