"""The Danish words staff read for what a message is, how it goes and what became of it; in small letters."""

from collections.abc import Mapping, Sequence

KINDS: Mapping[str, str] = {"invitation": "invitation", "reminder": "påmindelse"}
CHANNELS: Mapping[str, str] = {"sms": "SMS", "email": "e-mail"}
LINK_MODES: Mapping[str, str] = {"link": "link", "code": "kort link", "code_only": "kun kode"}
STATES: Mapping[str, str] = {
    "waiting": "venter på afsendelse",
    "claimed": "i gang",
    "sent": "sendt",
    "delivered": "leveret",
    "failed": "ikke leveret",
    "refused": "afvist",
    "unknown": "i tvivl",
    "skipped": "sprunget over",
}
TRIALS: Mapping[str, str] = {
    **{state: STATES[state] for state in ("waiting", "claimed", "refused", "unknown")},
    "accepted": STATES["sent"],
}
"""The states of a trial message."""


def first(word: str) -> str:
    """`word` as it stands first in a line: with a capital, the rest unchanged."""
    return word[:1].upper() + word[1:]


def listed(each: Sequence[str]) -> str:
    """ "a", "a og b" or "a, b og c"; "" of none."""
    return " og ".join(filter(None, (", ".join(each[:-1]), *each[-1:])))
