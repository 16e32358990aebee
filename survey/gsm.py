"""The alphabet of an SMS, and how many segments a text takes (3GPP TS 23.038 and 23.040)."""

import re
from dataclasses import dataclass

BASE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of one septet each (3GPP TS 23.038, 6.2.1; 127 of them, the escape left out)."""
EXTENSION = frozenset("^{}\\[~]|€\f")
"""The characters of two septets, an escape first."""
ALPHABET = BASE | EXTENSION
SINGLE = 160
"""Septets in an SMS of one segment."""
_SHORT = re.compile(f"[{re.escape(''.join(sorted(BASE)))}]{{0,{SINGLE}}}")
"""Most texts we send."""


@dataclass(frozen=True)
class Segments:
    """How an SMS is paid for: `encoding` "GSM-7" or "UCS-2", its length in septets or 16-bit units, its parts."""

    encoding: str
    units: int
    count: int


def segments(text: str) -> Segments:
    """How many segments `text` takes: 160 septets or 70 units in one, 153 or 67 in each of several."""
    if _SHORT.fullmatch(text):
        return Segments("GSM-7", len(text), 1)
    if ALPHABET.issuperset(text):
        units = len(text) + sum(map(text.count, EXTENSION))
        if units <= SINGLE:
            return Segments("GSM-7", units, 1)
        doubles = [2 if character in EXTENSION else 1 for character in text]
        return Segments("GSM-7", units, _parts(doubles, SINGLE, 153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments("UCS-2", sum(widths), _parts(widths, 70, 67))


def outside(text: str) -> str:
    """The characters that make `text` UCS-2, each once, in their order; "" when it is GSM-7."""
    return "".join(dict.fromkeys(character for character in text if character not in ALPHABET))


def _parts(widths: list[int], single: int, part: int) -> int:
    # A character is never split over two segments, so a part may end one short.
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count
