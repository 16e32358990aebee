"""LIX by worked examples a layman can check."""

import pytest

from survey import lix, question_sets

APPLICATION = "Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([APPLICATION], 12 / 1 + 100 * 2 / 12),
        (["Jeg er glad"], 3.0),
        (["Jeg er glad", "Jeg er meget tilfreds"], 7 / 2 + 100 * 1 / 7),
        (["Jeg er glad. Jeg er meget tilfreds!"], 7 / 2 + 100 * 1 / 7),
        (["Vi mødtes kl. 10.30 på job-centret"], 6 / 2 + 100 * 1 / 6),
        ([], 0.0),
        ([" … "], 0.0),
    ],
)
def test_words_per_sentence_and_the_share_of_long_ones(statements: list[str], expected: float) -> None:
    """A statement is a sentence, or more when it has more; a long word has more than six letters."""
    assert lix.of(statements) == pytest.approx(expected)


def test_the_statement_the_municipalities_share_is_easy() -> None:
    """Twelve words in one sentence, "ansøgning" and "behandles" long: 28.7."""
    assert round(lix.of([APPLICATION]), 1) == 28.7


@pytest.mark.parametrize("code", question_sets.CODES)
def test_what_we_ship_is_easy_to_read(code: str) -> None:
    """Below the limit, and no word of more than fifteen letters."""
    lines = [statement.text for statement in question_sets.load(code).statements]
    assert lix.of(lines) < lix.LIMIT
    assert lix.very_long_words(lines) == []


def test_a_very_long_word_is_named_once() -> None:
    """As it stands first; fifteen letters are still allowed, a hyphen is no letter."""
    lines = ["Beskæftigelsesindsatsen er god", "min beskæftigelsesindsatsen", "arbejdsmarkedet sagsbehandler-navn"]
    assert lix.very_long_words(lines) == ["Beskæftigelsesindsatsen", "sagsbehandler-navn"]
