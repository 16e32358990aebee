"""How long an SMS is: the alphabet, and the segments it takes."""

import pytest

from survey import gsm
from survey.gsm import Segments


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (Segments("GSM-7", 0, 1), ""),
        (Segments("GSM-7", 160, 1), "å" * 160),
        (Segments("GSM-7", 161, 2), "å" * 161),
        (Segments("GSM-7", 160, 1), "€" * 80),
        (Segments("GSM-7", 162, 2), "€" * 81),
        (Segments("GSM-7", 306, 2), "a" * 306),
        (Segments("GSM-7", 306, 3), "a" * 152 + "€" + "a" * 152),
        (Segments("GSM-7", 20, 1), "^{}\\[~]|€\f"),
        (Segments("UCS-2", 70, 1), "”" * 70),
        (Segments("UCS-2", 71, 2), "”" * 71),
        (Segments("UCS-2", 134, 2), "…" * 134),
        (Segments("UCS-2", 134, 3), "я" * 66 + "🙂" + "я" * 66),
        (Segments("UCS-2", 2, 1), "🙂"),
        (Segments("UCS-2", 1, 1), "\x1b"),
        (Segments("UCS-2", 1, 1), "ç"),
    ],
)
def test_segments_are_counted_as_networks_count_them(expected: Segments, text: str) -> None:
    """160 and 153 septets, 70 and 67 units; a two-unit character is never split over two parts."""
    assert expected == gsm.segments(text)


def test_the_alphabet_has_all_its_characters() -> None:
    """127 characters of one septet and ten of two."""
    assert (len(gsm.BASE), len(gsm.EXTENSION), len(gsm.ALPHABET)) == (127, 10, 137)


def test_danish_letters_are_in_the_alphabet() -> None:
    """æ, ø, å and their capitals are one septet each."""
    assert Segments("GSM-7", 6, 1) == gsm.segments("æøåÆØÅ")


@pytest.mark.parametrize(("expected", "text"), [("", "Hej €"), ("”…", "”Hej”…”"), ("ł", "Małe")])
def test_the_characters_that_cost_are_named(expected: str, text: str) -> None:
    """Each once, in the order they come."""
    assert expected == gsm.outside(text)
