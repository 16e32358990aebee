"""A CPR number is never taken in, however it is written, and never shown."""

import unicodedata

import pytest

from survey import cpr
from survey.meeting_files import COLUMNS, read
from survey.meeting_rows import Refusal, check

LAWS = {"Ydelse": "LAS"}
GOOD = {"meeting_id": "S1", "team": "Ydelse", "date": "20-08-2021", "status": "Afholdt", "mobile": "20123456"}


def refused(**cells: str) -> Refusal:
    """The refusal of a row with these cells in place of good ones."""
    row = GOOD | cells
    lines = [";".join(COLUMNS[column][0] for column in row), ";".join(row.values())]
    rows, refusals = check(read("\n".join(lines).encode(), "samtaler.csv"), LAWS)
    assert rows == []
    return refusals[0]


@pytest.mark.parametrize(
    "text",
    [
        "010180-1234",
        "0101801234",
        "010180 1234",
        "Bo (010180 - 1234)",
        "01-01-80-1234",
        "610180-1234",
        "101801233",
        "010180/1234",
        "010180_1234",
        "010180:1234",
        "010180\u22121234",
        "010180\u20091234",
        "010180\u200b1234",
        "010180\u00ad1234",
        "０１０１８０-１２３４",
        "01/01/80-1234",
    ],
)
@pytest.mark.parametrize("column", ["citizen_id", "name", "kind", "meeting_id", "email", "date"])
def test_a_cpr_number_refuses_the_row_and_is_never_shown(text: str, column: str) -> None:
    """However it is written, replacement numbers and a zero lost in Excel included."""
    refusal = refused(**{column: text})
    assert "CPR-nummer" in refusal.remedy
    assert "••••••-••••" in refusal.value
    assert "1234" not in unicodedata.normalize("NFKC", str(refusal))
    assert "1233" not in str(refusal)


@pytest.mark.parametrize("text", ["010180 12 34", "01 01 80 12 34", "01-01-80 - 12 34"])
def test_nor_are_its_last_digits_in_two_pairs(text: str) -> None:
    """As they are read aloud."""
    assert cpr.maybe_in(text)
    assert cpr.mask(f"Bo, {text}.") == "Bo, ••••••-••••."


@pytest.mark.parametrize(
    "text",
    [
        *("20-08-2021 13:00", "20-08-2021 13", "20.08.21 13.00", "20-08-21 13:00", "20 08 2113 00"),
        *("320180-1234", "011380-1234", "B000168", "101801234", "S21-010180"),
    ],
)
def test_what_is_no_cpr_number_is_left_alone(text: str) -> None:
    """Dates, ids, and digits that are no date of birth."""
    assert not cpr.held_by(text)
    assert text == cpr.mask(text)


def test_a_cpr_number_in_the_mobile_column_is_masked() -> None:
    """There it is a wrong number, and still not shown."""
    assert refused(mobile="010180-1234")[1:3] == ("Mobil", "••••••-••••")


def test_a_cpr_number_in_a_column_we_do_not_use_refuses_the_row() -> None:
    """Such a file should not have been sent; the header tells which column to delete."""
    data = "SamtaleID;CPR;Team;Dato;Status;Mobil\nS1;0101801234;Ydelse;20-08-2021;Afholdt;20123456"
    _, refusals = check(read(data.encode(), "samtaler.csv"), LAWS)
    assert [refusal[:3] for refusal in refusals] == [(2, "CPR", "••••••-••••")]
