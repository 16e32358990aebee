"""How a message leaves the house: one small module per provider behind one Protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True)
class Letter:
    """A rendered message. `reference` (municipality, message, attempt) is ours and unique to this attempt.

    `to` is a mobile in E.164 ("+4520123456") for the channel "sms", an address for "email".
    `subject` is empty for SMS. `sender` is at most 11 characters for SMS. `language` (ISO 639-1) is the text's.
    `unsubscribe` is the address that takes a one-click POST (RFC 8058); "" for SMS and where there is none.
    """

    reference: str
    channel: str
    to: str
    sender: str
    subject: str
    body: str
    language: str = "da"
    unsubscribe: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the gateway made of a letter.

    `accepted`: it has taken it on. `refused`: it surely has not (`permanent`: and never will).
    `unknown`: nobody can tell, never send again by yourself. `skipped`: not tried at all.
    `detail` is for staff, in Danish, without personal data. A permanent refusal is `dead` when the address is
    what is wrong. A refusal for now is `unreached` when there was no provider to talk to, and `by_policy` when a
    rule of its own refused, which may be about the letter or about us. A refusal `stops` the gateway when the
    account is meant, not the letter (no credit, blocked, wrong token): the letter is as good as never tried. With
    `lane` it stops only what this municipality sends by it: its own link, sender or content is turned down.
    `retry_after`: seconds the provider asks us to wait. `provider_id` is what the provider calls the letter it
    accepted.
    """

    word: Literal["accepted", "refused", "unknown", "skipped"]
    detail: str = ""
    permanent: bool = False
    dead: bool = False
    stops: bool = False
    unreached: bool = False
    by_policy: bool = False
    lane: bool = False
    retry_after: int | None = None
    provider_id: str = ""


@dataclass(frozen=True)
class Report:
    """A provider's word about a letter it took on: it arrived, or it did not and (`permanent`) never could.

    `event_id` is unique to this report at this provider: a repeat has the same. `dead`, `stops` and
    `lane` as in `Outcome`. What is still under way is no report.
    """

    event_id: str
    reference: str
    state: Literal["delivered", "failed"]
    permanent: bool = False
    dead: bool = False
    stops: bool = False
    lane: bool = False
    reason: str = ""


class ForgedError(Exception):
    """A receipt that the provider did not send: `status` is 401 without a signature, 403 with a wrong one."""

    def __init__(self, status: Literal[401, 403]) -> None:
        super().__init__(status)
        self.status = status


class UnreadableError(Exception):
    """A receipt with a right signature in a shape that the provider does not document."""


class Gateway(Protocol):
    """One provider. `send` waits on the network, never raises for what a provider can do, never retries.

    `send` may be called by `at_once` threads at the same time, on connections that are kept. `rate` is how many
    letters a second the account may send over all workers (0: no limit). `reports`: receipts tell later what
    became of a letter.
    """

    name: str
    channels: tuple[str, ...]
    reports: bool
    at_once: int
    rate: float

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over and say what became of it."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True)
class Credit:
    """What is left on a prepaid account; `currency` is ISO 4217."""

    amount: Decimal
    currency: str


@runtime_checkable
class Polled(Protocol):
    """A gateway whose reports are fetched by us, and at some providers only once: by one worker at a time."""

    def poll(self) -> list[Report]:
        """The next reports, to be stored before anything else; OSError when they cannot be read."""
        ...


@runtime_checkable
class Acknowledged(Protocol):
    """A polled gateway that repeats its reports until it is told that they are stored."""

    def stored(self) -> None:
        """What the last `poll` returned is committed; OSError when it cannot be filed, which does no harm."""
        ...


@runtime_checkable
class Prepaid(Protocol):
    """A gateway that can say what is left on its account."""

    def credit(self) -> Credit | None:
        """What is left; None when the provider does not say."""
        ...


ReceiptReader = Callable[[Mapping[str, str], bytes, str], list[Report]]
"""Headers, raw body and the path's last part ("" without one) of a provider's call → its reports, none for what
settles nothing. Raises ForgedError and UnreadableError."""
