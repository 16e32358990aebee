"""Telephone numbers: kept as E.164, shown as they are read aloud."""

import re

import phonenumbers

DANISH = re.compile(r"(?!80|90)[2-9]\d{7}", re.ASCII)
"""The numbering plan without free-phone and premium numbers. Files and people are full of blocks that phonenumbers
calls invalid (20 0x xx xx); a number not in use costs one failed call, a refused one costs a citizen's voice."""


def number(text: str) -> str | None:
    """`text` as E.164 ("+4520123456"), read as a Danish number unless it says otherwise; None when it is none."""
    try:
        parsed = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == 45:
        valid = DANISH.fullmatch(str(parsed.national_number)) and not parsed.italian_leading_zero
    else:
        valid = phonenumbers.is_valid_number(parsed)
    if parsed.extension or not valid:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def shown(phone: str) -> str:
    """E.164 as it is read aloud: "20 12 34 56" for a Danish number, "+46 8 123 456 00" for others."""
    parsed = phonenumbers.parse(phone)
    if parsed.country_code == 45:
        digits = str(parsed.national_number)
        return " ".join(digits[place : place + 2] for place in range(0, len(digits), 2))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
