"""Telephone numbers, as people write them."""

import pytest

from survey import phones


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 12 34 56", "+4520123456"),
        ("+45 20123456", "+4520123456"),
        ("0046 8 123 456 00", "+46812345600"),
        ("20 09 06 16", "+4520090616"),
        ("56 57 57 57", "+4556575757"),
        ("90 12 34 56", None),
        ("2012345", None),
        ("20123456 lokal 12", None),
        ("ring til min søster", None),
        ("", None),
    ],
)
def test_a_phone_number_is_kept_as_e164(text: str, expected: str | None) -> None:
    """Danish unless it says otherwise; what is no number is None."""
    assert phones.number(text) == expected


def test_a_phone_number_is_shown_as_it_is_read_aloud() -> None:
    """Danish in pairs, others internationally."""
    assert phones.shown("+4520123456") == "20 12 34 56"
    assert phones.shown("+46812345600") == "+46 8 123 456 00"
