"""The simulated provider: a mailbox of files instead of a network, and rules per number for what goes wrong.

The mailbox holds live links and numbers in the clear: it is for demonstrations and tests, never for citizens.
"""

import json
import os
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from survey.gateways import Letter, Outcome

RECEIPT_WORDS = {"delivered": "delivered", "failed": "failed"}
"""What this provider's delivery reports say → the state of the message."""

RULES = ("refuse", "refuse for now", "silent")


@dataclass(frozen=True)
class Delivered:
    """A letter in the mailbox, in the file `name`; a larger `arrived` (nanoseconds) is newer."""

    name: str
    arrived: int
    letter: Letter


class Simulated:
    """A provider of SMS and e-mail whose network is the folder `folder`."""

    name = "simulated"
    channels: tuple[str, ...] = ("sms", "email")
    reports = True
    at_once = 4
    rate = 0.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _make(folder)

    def send(self, letter: Letter) -> Outcome:
        """Put `letter` in the mailbox, unless a rule for its number says otherwise.

        "silent" is the provider that never answers: of two such letters about one is delivered all the same.
        """
        match rules(self._folder).get(letter.to):
            case "refuse":
                return Outcome("refused", "nummeret afvises", permanent=True)
            case "refuse for now":
                return Outcome("refused", "modtager ikke lige nu")
            case "silent":
                if zlib.crc32(letter.reference.encode()) % 2:
                    deliver(self._folder, letter)
                return Outcome("unknown", "intet svar")
        deliver(self._folder, letter)
        return Outcome("accepted")

    def close(self) -> None:
        """Nothing is held open."""


def deliver(folder: Path, letter: Letter) -> Path:
    """Write `letter` to a file of its own, named by its reference, whole or not at all.

    The same reference a second time gets a second file ("~2"), so that a message sent twice is seen twice.
    """
    fresh = _written(folder, asdict(letter))
    try:
        for number in count(1):
            target = folder / f"{letter.reference}{f'~{number}' if number > 1 else ''}.json"
            try:
                os.link(fresh, target)
            except FileExistsError:
                continue
            break
    finally:
        fresh.unlink()
    return target


def mailbox(folder: Path) -> list[Delivered]:
    """Every letter in `folder`, newest first."""
    return sorted(_letters(folder), key=lambda found: (found.arrived, found.name), reverse=True)


def rules(folder: Path) -> dict[str, str]:
    """The rule in force for each number or address; empty when everybody is reachable."""
    try:
        found: dict[str, str] = json.loads((folder / "rules").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def set_rule(folder: Path, to: str, rule: str | None) -> None:
    """Let letters for `to` meet `rule` (one of RULES) from now on; None removes it. Raises ValueError."""
    if rule is not None and rule not in RULES:
        raise ValueError(f"a rule is one of {RULES}")
    _make(folder)
    changed = {key: value for key, value in rules(folder).items() if key != to}
    if rule is not None:
        changed[to] = rule
    _written(folder, changed).replace(folder / "rules")


def _letters(folder: Path) -> Iterator[Delivered]:
    for path in folder.glob("*.json"):
        letter = Letter(**json.loads(path.read_text("utf-8")))
        yield Delivered(path.stem, path.stat().st_mtime_ns, letter)


def _written(folder: Path, content: dict[str, str]) -> Path:
    # A reader must never meet half a file: it is written under another name first.
    fresh = folder / f".{secrets.token_hex(8)}"
    fresh.touch(0o600, exist_ok=False)
    fresh.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return fresh


def _make(folder: Path) -> None:
    """Make `folder` where it is missing, its owner's alone; one that was open to others is closed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
