"""Pieces: what is cut off an answer when it is tallied, and how long it waits, sealed, to be told."""

from dataclasses import dataclass
from datetime import date, timedelta

from survey import keys, workdays

WAITS = timedelta(days=42)
"""So long after its quarter a fragment waits at all; then it is destroyed."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Piece:
    """A fragment before it is sealed. No `repr`: its value must never reach a log or an exception text.

    `group` is what it is gathered by beside the `quarter` (its first day), `made_on` the day it was cut off or put
    together with others. `value` is "" in an empty one.
    """

    kind: str
    group: str
    quarter: date
    made_on: date
    value: str


def sealed(public_key: bytes, piece: Piece) -> bytes:
    """`piece` sealed to `public_key`: as long as every other and as a ballot."""
    days = {"quarter": piece.quarter.isoformat(), "made_on": piece.made_on.isoformat()}
    return keys.seal_fragment(public_key, vars(piece) | days)


def opened(private_key: bytes, content: bytes) -> Piece:
    """The piece in `content`. Raises BallotError, ValueError, KeyError or TypeError for what is none."""
    values = keys.unseal_fragment(private_key, content)
    quarter, made_on = (date.fromisoformat(values.pop(name)) for name in ("quarter", "made_on"))
    return Piece(**values, quarter=workdays.quarter(quarter), made_on=made_on)


def is_over(quarter: date, day: date) -> bool:
    """Whether on `day` fragments of the quarter have waited for the last time."""
    return day - workdays.quarter_end(quarter) >= WAITS
