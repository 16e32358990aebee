"""What would tell who somebody is is blotted out of a citizen's own words; everything else stays."""

import pytest

from survey.keys import COMMENT_CHARACTERS
from survey.masking import ADDRESS_BLOT, BLOT, masked


@pytest.mark.parametrize(
    "number",
    [
        "20123456",
        "20 12 34 56",
        "+45 2012-3456",
        "0045 20.12.34.56",
        "(20) 12 34 56",
        "20,12,34,56",
        "20_12_34_56",
        "20 & 12 & 34 & 56",
        "+46 8 123 456 00",
        "٢٠١٢٣٤٥٦",
        "２０１２３４５６",
        "20\N{ZERO WIDTH SPACE}123456",
        "01-05-2021",
    ],
)
def test_a_number_of_eight_digits_or_more_is_blotted_out(number: str) -> None:
    """Telephones of any country and in any digits, and what looks like one."""
    assert BLOT in masked(f"Ring {number}, tak")
    assert not [character for character in masked(f"Ring {number}, tak") if character.isdigit()]


@pytest.mark.parametrize("cpr", ["010203-1234", "0102031234", "01 02 03 - 1234", "610203-1234"])
def test_a_cpr_number_is_blotted_out(cpr: str) -> None:
    """With and without a hyphen, and a replacement number."""
    assert masked(f"Jeg er {cpr}.") == "Jeg er ••••••-••••."


@pytest.mark.parametrize(
    "address",
    ["bo@firma.dk", "bo.bo+x@æble.dk", "bo @ firma . dk", "bo(at)firma.dk", "bo [snabela] firma.dk", "a@b"],
)
def test_an_address_is_blotted_out(address: str) -> None:
    """As it is written for machines, and for people who know that machines read along."""
    assert masked(f"Skriv til {address} nu") == f"Skriv til {ADDRESS_BLOT} nu"


@pytest.mark.parametrize(
    "text",
    [
        "Mødet var kl. 10 den 11. maj 2021",
        "Jeg får 12.500 kr. om måneden efter § 58",
        "Ｔａｋ for en ½ times snak",
        "شكرا\nجزيلا",
        "Ring 112 eller 1813",
    ],
)
def test_ordinary_words_and_numbers_stay(text: str) -> None:
    """Dates in words, amounts, paragraphs, other scripts and lines are as they were written."""
    assert masked(f"  {text}\n") == text


def test_what_the_database_would_refuse_is_left_out() -> None:
    """Control characters and half pairs go; nothing but blanks is no comment; a thousand is the end."""
    assert masked(" \x00\x07\x7f\t ") == ""
    assert masked("a\x00b\ud800c") == "abc"
    assert len(masked("010203123 " * 100)) <= COMMENT_CHARACTERS
    assert len(masked("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 990 + "20123456")) == COMMENT_CHARACTERS
