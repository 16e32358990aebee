"""Pieces: what is cut off an answer when it is tallied, and how long it waits, sealed, to be told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey import keys, workdays
from survey.batches import shuffle

WAITS = timedelta(days=42)
"""So long after its quarter a fragment waits at all; then it is destroyed."""

WORDS_OF_OTHERS = "target_group"
"""The kind whose lines hold words of the import, as long as they may be."""


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


def pack(kind: str) -> int:
    """Lines in a piece: with the longest values and a questionnaire of ten statements there is room."""
    return 20 if kind == WORDS_OF_OTHERS else 100


def packed(kind: str, group: str, quarter: date, made_on: date, lines: Sequence[str]) -> Iterator[Piece]:
    """Pieces of `lines`, one for each answer, in drawn order: how many there are says nothing else."""
    drawn, most = list(lines), pack(kind)
    shuffle(drawn)
    for at in range(0, len(drawn), most):
        value = "\n".join(drawn[at : at + most])
        yield Piece(kind=kind, group=group, quarter=quarter, made_on=made_on, value=value)


def sealer(public_key: bytes) -> Callable[[Piece], bytes]:
    """What seals one piece after another to `public_key`: each as long as every other and as a ballot."""
    seal = keys.fragment_sealer(public_key)

    def sealed(piece: Piece) -> bytes:
        days = {"quarter": str(piece.quarter), "made_on": str(piece.made_on)}
        return seal(vars(piece) | days)

    return sealed


def opener(private_key: bytes) -> Callable[[bytes], Piece]:
    """What opens one piece after another; BallotError, ValueError, KeyError or TypeError for what is none."""
    unseal = keys.fragment_opener(private_key)

    def opened(content: bytes) -> Piece:
        values = unseal(content)
        quarter, made_on = (date.fromisoformat(values.pop(name)) for name in ("quarter", "made_on"))
        return Piece(**values, quarter=workdays.quarter(quarter), made_on=made_on)

    return opened


def is_over(quarter: date, day: date) -> bool:
    """Whether on `day` fragments of the quarter have waited for the last time."""
    return day - workdays.quarter_end(quarter) >= WAITS
