"""E-mail addresses: one way to write each, in ASCII, as mail servers want it."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_PLAIN_LOCAL_PART = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*", re.ASCII)


def normal(text: str) -> str | None:
    """`text` with its domain in ASCII and lower case ("Bo@ÆBLE.dk" → "Bo@xn--ble-xla.dk"); None when it is none.

    Nobody asks a name server, and a name before the @ that only SMTPUTF8 could carry is none.
    """
    local, _, domain = text.rpartition("@")
    # Nearly all addresses: a plain name at one of few domains. A test holds this to the validator's own word.
    known = _domain(domain) if len(local) <= 64 and _PLAIN_LOCAL_PART.fullmatch(local) else None
    return f"{local}@{known}" if known and len(local) + len(known) < 254 else _valid(text)


def _valid(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        return None


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str | None:
    """The domain in ASCII, or None for one that cannot receive mail."""
    valid = _valid(f"a@{domain}")
    return valid and valid.partition("@")[2]
