"""Telephone numbers: kept as E.164, shown as they are read aloud."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

DANISH = re.compile(r"(?!80|90)[2-9]\d{7}", re.ASCII)
"""The numbering plan without free-phone and premium numbers. Files and people are full of blocks that phonenumbers
calls invalid (20 0x xx xx); a number not in use costs one failed call, a refused one costs a citizen's voice."""

ORDINARY = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
)
"""What may be called abroad. Of the others nobody knows what a call costs: premium, shared cost, personal, UAN."""
NO_COUNTRY = "001"
"""The region of satellite, network and service numbers (+870, +878, +881, +882, +883, +979, …)."""


def number(text: str) -> str | None:
    """`text` as E.164 ("+4520123456"), read as a Danish number unless it says otherwise.

    None when it is none, and for a foreign one that is no ordinary telephone: the municipality pays the call.
    """
    try:
        parsed = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == 45:
        valid = DANISH.fullmatch(str(parsed.national_number)) and not parsed.italian_leading_zero
    else:
        valid = _ordinary(parsed)
    if parsed.extension or not valid:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _ordinary(parsed: PhoneNumber) -> bool:
    # The type of what is not valid is unknown.
    placed = phonenumbers.region_code_for_number(parsed) != NO_COUNTRY
    return placed and phonenumbers.number_type(parsed) in ORDINARY


def shown(phone: str) -> str:
    """E.164 as it is read aloud: "20 12 34 56" for a Danish number, "+46 8 123 456 00" for others."""
    parsed = phonenumbers.parse(phone)
    if parsed.country_code == 45:
        digits = str(parsed.national_number)
        return " ".join(digits[place : place + 2] for place in range(0, len(digits), 2))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
