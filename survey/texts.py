"""What we write to the citizen: templates to SMS and e-mail, and how long an SMS is (GSM 03.38)."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent.parent / "templates" / "messages"
LONGEST_NAME = 60
NUMBERS = ("nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text, never HTML; names go through `plain`
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)

GSM_BASE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of one septet each (3GPP TS 23.038, 6.2.1; 127 of them, the escape left out)."""
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")
"""The characters of two septets, an escape first."""


@dataclass(frozen=True)
class Segments:
    """How an SMS is paid for: `encoding` "GSM-7" or "UCS-2", its length in septets or 16-bit units, its parts."""

    encoding: str
    units: int
    count: int


@dataclass(frozen=True, repr=False)
class Writing:
    """What a message says: who asks whom, how many questions, where; `kind` and `channel` choose the template.

    `smallest_group` is how many must have answered before anything is counted.
    """

    kind: str
    channel: str
    municipality: str
    phone: str
    name: str
    questions: int
    smallest_group: int
    link: str
    sender: str


def render(writing: Writing) -> tuple[str, str]:
    """Subject (empty for SMS) and text of `writing`.

    An SMS is the first of two templates that fits one segment; the second names the sender instead of the
    municipality and always fits a link of up to 80 characters.
    """
    if writing.channel == "email":
        subject, _, body = _filled(f"email_{writing.kind}.txt", writing).partition("\n")
        return subject.strip(), body.strip() + "\n"
    text = _filled(f"sms_{writing.kind}.txt", writing)
    return "", text if segments(text).count == 1 else _filled(f"sms_{writing.kind}_short.txt", writing)


def segments(text: str) -> Segments:
    """How many segments `text` takes: 160 septets or 70 units in one, 153 or 67 in each of several."""
    if GSM_BASE.union(GSM_EXTENSION).issuperset(text):
        widths = [2 if character in GSM_EXTENSION else 1 for character in text]
        return Segments("GSM-7", sum(widths), _parts(widths, 160, 153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments("UCS-2", sum(widths), _parts(widths, 70, 67))


def in_words(n: int) -> str:
    """`n` (not negative) as Danish writes it in a text: a word up to twelve, digits from there."""
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def plain(name: str) -> str:
    """`name` as one harmless line: letters, digits, spaces and - ' & ( ) +, at most 60 characters.

    No line break, invisible character, colon, slash, at sign or full stop gets through: a name from a file can
    become neither a header nor a link.
    """
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(character if _harmless(character) else " " for character in composed)
    return re.sub(" +", " ", kept)[:LONGEST_NAME].strip()


def _harmless(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character in "-'&()+"


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


def _filled(template: str, writing: Writing) -> str:
    return (
        _ENVIRONMENT.get_template(template)
        .render(
            municipality=plain(writing.municipality),
            sender=plain(writing.sender),
            phone=plain(writing.phone),
            name=plain(writing.name),
            questions=writing.questions,
            smallest_group=in_words(writing.smallest_group),
            link=writing.link,
        )
        .strip()
    )
