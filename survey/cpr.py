"""CPR numbers, however they are written: found, refused and masked, never stored."""

import re
import unicodedata

_DAY = r"(?:[06][1-9]|[17]\d|[28]\d|[39][01])"  # replacement numbers add 60 to the day
_MONTH = r"(?:0[1-9]|1[0-2])"
_GAP = r"[\W_]{0,3}"
_LAST = (
    rf"(?:{_GAP}\d{{4}}|[\W_]{{1,3}}\d\d\s\d\d)"  # "12 34" only apart from the year, or it may be a time of day
)
_CPR = re.compile(rf"(?<!\d){_DAY}{_GAP}{_MONTH}{_GAP}\d\d{_LAST}(?!\d)")
_CPR_WITHOUT_ZERO = re.compile(rf"(?<!\d)([1-9]{_MONTH}\d{{6}})(?!\d)")
_MAYBE = re.compile(rf"\d(?:\d{_GAP}[01０１]\d{_GAP}\d\d{_GAP}(?:\d{{3}}|\d\d\s\d)|[01]\d{{7}})")
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_BLOT = "••••••-••••"


def maybe_in(text: str) -> bool:
    """A quick first look: False when no part of `text` holds a CPR number, True for much else too."""
    return bool(_MAYBE.search(text))


def held_by(text: str) -> bool:
    """Does `text` hold what looks like a CPR number: a date of birth and four digits, however written?"""
    seen = plain(text)
    return bool(_CPR.search(seen)) or any(_lost_zero(digits) for digits in _CPR_WITHOUT_ZERO.findall(seen))


def mask(text: str) -> str:
    """`text` with everything that looks like a CPR number blotted out; as it was when nothing does."""
    if not held_by(text):
        return text
    blotted = _CPR.sub(_BLOT, plain(text))
    return _CPR_WITHOUT_ZERO.sub(lambda found: _BLOT if _lost_zero(found[1]) else found[0], blotted)


def plain(text: str) -> str:
    """`text` as it is read: full-width digits are digits, and invisible characters are nothing."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def _lost_zero(digits: str) -> bool:
    # Excel drops the leading zero. Nine digits are common, so here the old check digit (modulus 11) must fit too.
    return sum(w * int(d) for w, d in zip(_WEIGHTS, "0" + digits, strict=True)) % 11 == 0
