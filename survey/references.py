"""References: our name for one attempt at one message, written on every letter and read on every receipt."""

import re

SHAPE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-[0-9]{1,4}", re.ASCII)
"""Municipality, message, attempt."""

Key = tuple[int, int]
"""A message: its municipality and its id."""


def of(municipality_id: int, message_id: int, attempt: int) -> str:
    """The name of an attempt: unique, without meaning to others, fit for a file name."""
    return f"{municipality_id}-{message_id}-{attempt}"


def key_of(reference: str) -> Key | None:
    """The message that `reference` speaks of, if it is one of ours at all."""
    found = SHAPE.fullmatch(reference)
    return (int(found[1]), int(found[2])) if found else None
