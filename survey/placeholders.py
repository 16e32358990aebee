"""Texts with `{placeholders}`: read once, filled often. A text is never a program."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

KNOWN = {
    "municipality": "kommunens navn",
    "sender": "det navn, SMS'en kommer fra (i e-mails kommunens navn)",
    "name": "borgerens navn; udelades, hvor det mangler",
    "phone": "kommunens telefonnummer",
    "link": "borgerens personlige link",
    "place": "adressen, hvor koden skrives (link uden klik)",
    "code": "borgerens personlige kode (link uden klik)",
    "questions": "antal spørgsmål",
    "days": "hvor mange dage der kan svares",
    "smallest_group": "hvor mange der skal have svaret, før noget tælles",
    "unsubscribe": "adressen, hvor borgeren kan sige nej tak; kun i e-mails",
}
"""Every placeholder: name → what stands there instead, in Danish."""
WAYS = {"link": ("link",), "code": ("link",), "code_only": ("place", "code")}
"""How a citizen comes to the questions: link mode → the placeholders a text must have, each once."""

_HOLE = re.compile(r"\{([a-z_]+)\}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_BEFORE_A_NAME = re.compile(r"[,،፣]?[ \t]*$")


@dataclass(frozen=True)
class Template:
    """A text taken apart: paragraphs of words and holes in turn, words first. `holes` are their names in order."""

    paragraphs: tuple[tuple[str, ...], ...]
    holes: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with `values` in its holes. Raises KeyError for a name that is not in `values`.

        An empty name goes with the comma before it. A paragraph with another empty hole is left out, unless it
        leads the citizen to the questions.
        """
        filled = (_filled(parts, values) for parts in self.paragraphs)
        return "\n\n".join(paragraph for paragraph in filled if paragraph).strip()

    def suits(self, link_mode: str) -> bool:
        """May this text be sent: are all its holes known, and is the way to the questions there just once?"""
        ways = [hole for hole in self.holes if hole in ("link", "place", "code")]
        return sorted(ways) == sorted(WAYS[link_mode]) and KNOWN.keys() >= set(self.holes)


@lru_cache(maxsize=4096)
def read(text: str) -> Template:
    """`text` taken apart; a brace that is no placeholder is a letter like any other."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    paragraphs = tuple(tuple(_HOLE.split(paragraph)) for paragraph in _PARAGRAPH.split(lines))
    return Template(paragraphs, tuple(hole for parts in paragraphs for hole in parts[1::2]))


def _filled(parts: tuple[str, ...], values: Mapping[str, str]) -> str:
    if len(parts) == 1:
        return parts[0]
    filled = list(parts)
    leads = False
    empty = False
    for at in range(1, len(parts), 2):
        hole = parts[at]
        value = filled[at] = values[hole]
        leads = leads or hole in ("link", "place", "code")
        if not value and hole == "name":
            filled[at - 1] = _BEFORE_A_NAME.sub("", filled[at - 1])
        elif not value:
            empty = True
    return "" if empty and not leads else "".join(filled).strip()
