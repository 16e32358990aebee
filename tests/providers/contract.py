"""The contract: what every gateway must make of every shape of answer and receipt, one table for all kinds."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

from survey.gateways import ForgedError, Letter, Outcome, Report, UnreadableError

TEXT = "Hej Åse. Hvordan gik samtalen? https://svar.stevns.dk/s/abc Æøå"
CYRILLIC = "Вітаємо, Åse. https://svar.stevns.dk/s/abc"

ACCEPTED, LATER, NEVER, DEAD = "accepted", "refused for now", "refused for good", "refused, address dead"
STOPS, UNKNOWN, UNREACHED = "refused, gateway stops", "in doubt", "refused for now, not reached"
RAISED = "raised"
"""What a verdict begins with where the gateway raised what it must not."""
LANE = "refused, lane stops"

WEB = {
    "ok": ACCEPTED,
    "another alphabet": ACCEPTED,
    "nobody listens": UNREACHED,
    "429": f"{LATER}, wait 120 s",
    "429 with a date": f"{LATER}, wait 0 s",
    "429 bare": LATER,
    "500": UNKNOWN,
    "taken, then 500": UNKNOWN,
    "slow": UNKNOWN,
    "dropped": UNKNOWN,
    "half an answer": UNKNOWN,
    "garbage": UNKNOWN,
    "huge": UNKNOWN,
    "other success": UNKNOWN,
    "redirect": UNKNOWN,
    "invalid": UNKNOWN,
    "wrong credentials": STOPS,
    "wrong path": STOPS,
    "number": DEAD,
    "sender too long": LANE,
    "no number": DEAD,
}
"""What every web gateway makes of an answer."""
RECEIPTS = {
    "delivered": "delivered",
    "failed": "failed for now",
    "dead": "failed, address dead",
    "stops": "failed, lane stops",
    "under way": "nothing",
    "repeat": "delivered, one event",
    "out of order": "delivered",
    "unsigned": "401",
    "forged": "403",
    "no secret set": "403",
    "unreadable": "unreadable",
}
"""What every reader of signed receipts makes of a call."""

SENDS: Mapping[str, Mapping[str, str]] = {
    "gatewayapi": {**WEB, "text": NEVER, "sender": LANE},
    "gatewayapi_rest": {
        **WEB,
        **dict.fromkeys(("credit", "frozen", "address"), STOPS),
        "filtered": LANE,
        "country": NEVER,
        "body": LATER,
    },
    "link": {**WEB, "another code": LATER, "busy": LATER, "filtered": LANE, "internal": UNKNOWN, "body": LATER},
    "inmobile": {**WEB, "body": LATER, "200, not valid": DEAD},
    "smtp": {
        "ok": ACCEPTED,
        "another alphabet": ACCEPTED,
        "nobody listens": UNREACHED,
        "slow": UNKNOWN,
        "dropped": UNKNOWN,
        "garbage": UNKNOWN,
        "wrong credentials": STOPS,
        "number": DEAD,
        "busy": LATER,
        "text": NEVER,
        "sender": STOPS,
        "no number": DEAD,
        "without TLS": STOPS,
        "unknown certificate": STOPS,
    },
    "simulated": {
        "ok": ACCEPTED,
        "another alphabet": ACCEPTED,
        "nobody listens": UNREACHED,
        "429": f"{LATER}, wait 60 s",
        "500": UNKNOWN,
        "slow": UNKNOWN,
        "dropped": UNKNOWN,
        "number": DEAD,
        "busy": LATER,
        "credit": STOPS,
        "filtered": LANE,
        "200, not valid": DEAD,
        "another code": NEVER,
        "207, rejected": NEVER,
    },
}
"""Kind → shape → what the gateway makes of it."""

READS: Mapping[str, Mapping[str, str]] = {
    "gatewayapi": {**RECEIPTS, "other spelling": "delivered", "other event": "nothing"},
    "gatewayapi_rest": {**RECEIPTS, "unsigned algorithm": "403", "inbound": "nothing"},
    "link": RECEIPTS,
    "inmobile": {
        "delivered": "delivered",
        "failed": "failed for now",
        "cancelled": "failed for now",
        "under way": "nothing",
        "repeat": "delivered, one event",
        "read once": "nothing",
    },
    "smtp": {},
    "simulated": RECEIPTS,
}
"""Kind → shape of receipt → what its reader makes of it. Bounces (smtp) have tests of their own."""


class Rig(Protocol):
    """A gateway and the provider it talks to, one shape at a time."""

    def send(self, shape: str) -> tuple[Outcome, int]:
        """Send a letter that meets `shape`: the outcome, and how often the provider took the letter on."""
        ...

    def receive(self, shape: str) -> list[Report]:
        """What is read of receipts in `shape`. Raises ForgedError and UnreadableError."""
        ...


@dataclass(frozen=True)
class Kind:
    """One kind of gateway: its name, and what plays it; a module replaces the gateway's own."""

    name: str
    rig: Callable[[ModuleType | None], AbstractContextManager[Rig]]


def letter(reference: str, to: str = "+4520123456", body: str = TEXT, sender: str = "Stevns") -> Letter:
    """An SMS."""
    return Letter(reference, "sms", to, sender, "", body)


def sent(rig: Rig, shape: str) -> str:
    """What became of a letter that met `shape`, in the words of SENDS; "!" when the provider knows better."""
    outcome, taken = rig.send(shape)
    true = {"accepted": taken == 1, "refused": taken == 0, "unknown": taken < 2}.get(outcome.word, False)
    return word(outcome) + ("" if true else f" (taken on {taken} times!)")


def word(outcome: Outcome) -> str:
    """`outcome` in the words of SENDS."""
    if outcome.word != "refused":
        return UNKNOWN if outcome.word == "unknown" else outcome.word
    if outcome.stops:
        return LANE if outcome.lane else STOPS
    if outcome.permanent:
        return DEAD if outcome.dead else NEVER
    if outcome.unreached:
        return UNREACHED
    return LATER + (f", wait {outcome.retry_after} s" if outcome.retry_after is not None else "")


def received(rig: Rig, shape: str) -> str:
    """What is read of a receipt in `shape`, in the words of READS."""
    try:
        reports = rig.receive(shape)
    except ForgedError as forged:
        return str(forged.status)
    except UnreadableError:
        return "unreadable"
    except ConnectionError:
        return "not to be fetched"
    said = ", ".join(dict.fromkeys(_said(report) for report in reports)) or "nothing"
    events = {report.event_id for report in reports}
    return said + (", one event" if len(reports) > 1 and len(events) == 1 else "")


def _said(report: Report) -> str:
    if report.reference != "1-2-1" or not report.event_id:
        return "a report without its reference or event"
    if report.state == "delivered":
        return "delivered"
    if report.stops:
        return "failed, lane stops" if report.lane else "failed, gateway stops"
    if report.dead:
        return "failed, address dead"
    return "failed" if report.permanent else "failed for now"


def verdict(kind: Kind, check: str, module: ModuleType | None = None) -> tuple[str, str]:
    """What `check` ("sending: ok", "receipt: forged") must find of `kind`, and what it does find."""
    part, _, shape = check.partition(": ")
    table, play = (SENDS, sent) if part == "sending" else (READS, received)
    with kind.rig(module) as rig:
        try:
            found = play(rig, shape)
        except Exception as error:  # noqa: BLE001 - a gateway that raises breaks the contract
            found = f"{RAISED} {type(error).__name__}"
    return table[kind.name][shape], found


def checks(kind: str) -> Iterator[str]:
    """The name of every check of `kind`."""
    yield from (f"sending: {shape}" for shape in SENDS[kind])
    yield from (f"receipt: {shape}" for shape in READS[kind])
