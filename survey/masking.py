"""Masking: what in a citizen's own words would tell who somebody is is blotted out before they are kept."""

import re
import unicodedata

from survey import cpr
from survey.keys import COMMENT_CHARACTERS

BLOT = "••••••••"
ADDRESS_BLOT = "•••@•••"

_LONG_NUMBER = re.compile(r"(?<!\d)(?:\+|00)?\d(?:[\W_]{0,3}\d){7,}(?!\d)")
"""Eight digits or more, however they are set: telephones of any country, and accounts and dates with them."""

_ADDRESS = re.compile(
    r"[^\s@]+@[^\s@]+|[\w.+-]+\s?(?:@|[(\[{](?:at|snabela|snabel-a)[)\]}])\s?[\w-]+(?:\s?\.\s?[\w-]+)+"
)


def masked(text: str) -> str:
    """`text` trimmed, without control characters, with CPR numbers, telephones and e-mail addresses blotted out.

    At most 1000 characters; "" when nothing is left.
    """
    clean = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
    found = cpr.mask(clean)
    plain = cpr.plain(found)
    blotted = _LONG_NUMBER.sub(BLOT, _ADDRESS.sub(ADDRESS_BLOT, plain))
    # As it was written when there is nothing to hide: full-width letters and joiners have their meaning.
    return (found if blotted == plain else blotted).strip()[:COMMENT_CHARACTERS]
