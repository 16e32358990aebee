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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+46 70 123 45 67", "+46701234567"),  # mobile
        ("+880 1812 345678", "+8801812345678"),  # Bangladesh lies among the satellites
        ("+44 56 1234 5678", "+445612345678"),  # VoIP
        ("+46 900 123 45 67", None),  # premium
        ("+44 90 1234 5678", None),  # premium
        ("+48 801 234 567", None),  # shared cost
        ("+44 55 1234 5678", None),  # one number for a whole company
        ("+44 70 1234 5678", None),  # personal, at any price
        ("+46 0123", None),  # unknown
        ("+870 301 234 567", None),  # satellite
        ("+881 612 345 678", None),  # satellite
        ("+882 3421 234", None),  # a network without a country
        ("+883 510 012 345", None),  # likewise
        ("+979 123 456 789", None),  # international premium
    ],
)
def test_only_an_ordinary_telephone_is_called_abroad(text: str, expected: str | None) -> None:
    """Whoever asks to be called must not choose what the call costs."""
    assert phones.number(text) == expected


def test_a_phone_number_is_shown_as_it_is_read_aloud() -> None:
    """Danish in pairs, others internationally."""
    assert phones.shown("+4520123456") == "20 12 34 56"
    assert phones.shown("+46812345600") == "+46 8 123 456 00"
