"""How a message leaves the house: one small module per provider behind one Protocol."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Letter:
    """A rendered message. `reference` (message id and attempt) is ours and unique to this attempt.

    `to` is a mobile in E.164 ("+4520123456") for the channel "sms", an address for "email".
    `subject` is empty for SMS. `sender` is at most 11 characters for SMS.
    """

    reference: str
    channel: str
    to: str
    sender: str
    subject: str
    body: str


@dataclass(frozen=True)
class Outcome:
    """What the gateway made of a letter.

    `accepted`: it has taken it on. `refused`: it surely has not (`permanent`: and never will).
    `unknown`: nobody can tell, never send again by yourself. `skipped`: not tried at all.
    `detail` is for staff, without personal data.
    """

    word: Literal["accepted", "refused", "unknown", "skipped"]
    detail: str = ""
    permanent: bool = False


class Gateway(Protocol):
    """One provider. `send` waits on the network, never raises for what a provider can do, never retries."""

    name: str
    channels: tuple[str, ...]

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over and say what became of it."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
