"""Passwords: Argon2id, one cost for everyone, and the same work for an account that does not exist."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200

# OWASP's smallest recommended cost: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """Argon2id of `password` with a salt of its own, as text with its parameters."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Is it the password? With no hash (an unknown account) it works just as long and says no."""
    try:
        return _hasher.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def drawn() -> str:
    """A fresh random password to be shown once: 80 bits in four groups that can be read aloud."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())
