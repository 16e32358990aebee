"""Codes: links short enough to type. Drawn, checked, read kindly, shown in groups, and hashed slowly."""

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
"""29 symbols, a prime number: no 0, O, 1, I or L, no U and no Z."""
RANDOM = 8
"""Random characters of a code: 29^8 = 5.0 * 10^11 of them, 38.9 bits."""
LENGTH = RANDOM + 1
MEANT = str.maketrans("ZU", "2V")
"""What no code holds but a reader may see: it can only have been this."""
BETWEEN = " -.\t\r\n\u00a0\u00ad\u2010\u2011\u2012\u2013\u2014\u2212"
"""What may stand between the groups."""
LONGEST = 64
"""A typed text longer than this is not looked at."""
COST = 2**14
"""How slow a hash is: scrypt's N. 2^14 takes 16 MiB and about 50 ms."""

_DROPPED = str.maketrans("", "", BETWEEN)


def draw() -> str:
    """A new code: eight random characters and the check character, as LENGTH capitals and digits."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return random + check_character(random)


def check_character(random: str) -> str:
    """The ninth character, with which the characters weighted 9, 8, …, 1 add up to a multiple of 29.

    The weights are those of ISBN-10 (ISO 2108), over a prime larger than every weight: a code with one wrong
    character, or with any two different characters swapped, never adds up.
    """
    return ALPHABET[-_weighed(random) % len(ALPHABET)]


def typed(text: str) -> str:
    """What was typed, in capitals, without what stands between the groups, with Z read as 2 and U as V."""
    return text[:LONGEST].translate(_DROPPED).upper().translate(MEANT)


def fault(text: str) -> str | None:
    """Why `text` cannot be a code: "empty", "character", "length" or "check"; None when it can."""
    code = typed(text)
    if not code:
        return "empty"
    if strange(text):
        return "character"
    if len(code) != LENGTH or len(text) > LONGEST:
        return "length"
    return None if _weighed(code) % len(ALPHABET) == 0 else "check"


def strange(text: str) -> list[str]:
    """The characters of `text` that no code holds, each once, as they are shown in capitals."""
    return [character for character in dict.fromkeys(typed(text)) if character not in ALPHABET]


def readable(text: str) -> str | None:
    """The code in `text` as LENGTH capitals and digits, or None for what cannot be one."""
    return None if fault(text) else typed(text)


def shown(code: str) -> str:
    """The code in groups, as it is read aloud and typed: XXXX-XXXX-C."""
    return f"{code[:4]}-{code[4:RANDOM]}-{code[RANDOM:]}"


def code_hash(key: bytes, code: str) -> bytes:
    """32 bytes that only whoever has `key` works out, and slowly: scrypt (RFC 7914) at COST."""
    return hashlib.scrypt(code.encode(), salt=key, n=COST, r=8, p=1, dklen=32)


def _weighed(characters: str) -> int:
    return sum((LENGTH - place) * ALPHABET.index(character) for place, character in enumerate(characters))
