"""The simulated provider: a mailbox of files instead of a network, rules per number, and signed receipts.

The mailbox holds live links and numbers in the clear: it is for demonstrations and tests, never for citizens.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

from survey.gateways import ForgedError, Letter, Outcome, ReceiptReader, Report, UnreadableError

SIGNATURE = "Signature"
"""The header of a receipt: "v1=" and HMAC-SHA-256 over the raw body, in hex."""


@dataclass(frozen=True)
class Failing:
    """What a number does: our outcome, and does the letter arrive? `slow`: the answer comes past the time-out."""

    outcome: Outcome
    arrives: Literal["no", "yes", "half"] = "no"
    slow: bool = False


RULES: Mapping[str, Failing] = {
    "refuse": Failing(Outcome("refused", "nummeret findes ikke", permanent=True, dead=True)),
    "refuse for now": Failing(Outcome("refused", "modtager ikke lige nu")),
    "no connection": Failing(Outcome("refused", "ingen forbindelse", unreached=True)),
    "busy": Failing(Outcome("refused", "for mange på én gang (429)", retry_after=60)),
    "error": Failing(Outcome("unknown", "fejl hos udbyderen (500)")),
    "slow": Failing(Outcome("unknown", "intet svar i tide"), arrives="yes", slow=True),
    "dropped": Failing(Outcome("unknown", "forbindelsen blev afbrudt"), arrives="yes"),
    "silent": Failing(Outcome("unknown", "intet svar"), arrives="half"),
    "partly": Failing(Outcome("refused", "afvist i et delvist svar (207)", permanent=True)),
    "invalid": Failing(Outcome("refused", "nummeret er ugyldigt (200)", permanent=True, dead=True)),
    "other code": Failing(Outcome("refused", "resultatkode 3000", permanent=True)),
    "no credit": Failing(Outcome("refused", "kontoen har ikke mere kredit", stops=True)),
    "not approved": Failing(Outcome("refused", "linket er ikke godkendt", stops=True, lane=True)),
}
"""The failures of real providers, by name: what a letter meets, and whether the citizen has it all the same."""

WORDS: Mapping[str, Report | None] = {
    "delivered": Report("", "", "delivered"),
    "failed": Report("", "", "failed", reason="telefonen kunne ikke nås"),
    "dead": Report("", "", "failed", permanent=True, dead=True, reason="nummeret findes ikke"),
    "blocked": Report("", "", "failed", permanent=True, stops=True, lane=True, reason="linket er ikke godkendt"),
    "under way": None,
}
"""What this provider's receipts say → our report; None: not settled yet, and so no report."""

SHAPES: Mapping[str, tuple[str, ...]] = {
    "delivered": ("delivered",),
    "failed": ("failed",),
    "dead": ("dead",),
    "blocked": ("blocked",),
    "duplicate": ("delivered", "again"),
    "late": ("delivered",),
    "out of order": ("delivered", "under way"),
    "contradiction": ("delivered", "failed"),
    "unknown reference": ("delivered",),
    "forged": ("delivered",),
    "unsigned": ("delivered",),
    "unreadable": ("nonsense",),
}
"""A shape → the words of its receipts, in the order they come; "again" repeats the one before it."""

LATE = 4 * 86400
"""Seconds between a late event and its receipt: more than the three days after which a message is in doubt."""


@dataclass(frozen=True)
class Delivered:
    """A letter in the mailbox, in the file `name`; a larger `arrived` (nanoseconds) is newer."""

    name: str
    arrived: int
    letter: Letter


@dataclass(frozen=True)
class Post:
    """One receipt as the provider posts it."""

    headers: Mapping[str, str]
    body: bytes


class Simulated:
    """A provider of SMS and e-mail whose network is the folder `folder`.

    `slow` is how many seconds a number with the rule "slow" takes to answer; in real life more than our patience.
    """

    channels: tuple[str, ...] = ("sms", "email")
    reports = True

    def __init__(
        self, folder: Path, name: str = "simulated", *, slow: float = 0, at_once: int = 4, rate: float = 0
    ) -> None:
        self.name, self.at_once, self.rate = name, at_once, rate
        self._folder, self._slow = folder, slow
        _make(folder)

    def send(self, letter: Letter) -> Outcome:
        """Put `letter` in the mailbox, unless a rule for its number says otherwise.

        "silent" is the provider that never answers: of two such letters about one is delivered all the same.
        """
        name = rules(self._folder).get(letter.to)
        if name is None:
            return Outcome("accepted", provider_id=deliver(self._folder, letter).stem)
        rule = RULES[name]
        if rule.slow:
            time.sleep(self._slow)
        if rule.arrives == "yes" or (rule.arrives == "half" and zlib.crc32(letter.reference.encode()) % 2):
            deliver(self._folder, letter)
        return rule.outcome

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
        raise ValueError(f"a rule is one of {', '.join(RULES)}")
    _make(folder)
    changed = {key: value for key, value in rules(folder).items() if key != to}
    if rule is not None:
        changed[to] = rule
    _written(folder, changed).replace(folder / "rules")


# Receipts ------------------------------------------------------------------------------------------------


def posts(folder: Path, reference: str, shape: str) -> list[Post]:
    """What the provider posts to us about `reference` in `shape` (one of SHAPES), in order. Raises KeyError."""
    made: list[Post] = []
    for word in SHAPES[shape]:
        made.append(made[-1] if word == "again" else _post(folder, reference, word, shape))
    return made


def reader(folder: Path) -> ReceiptReader:
    """What reads this provider's receipts: headers and raw body → reports, none while a letter is under way.

    They are signed, so the end of the path plays no part. It raises ForgedError where the signature is missing or
    wrong, UnreadableError for a body of another shape.
    """

    def read(headers: Mapping[str, str], body: bytes, _tail: str) -> list[Report]:
        given = headers.get(SIGNATURE)
        if not given:
            raise ForgedError(401)
        if not hmac.compare_digest(given.encode(), signed(_secret(folder), body).encode()):
            raise ForgedError(403)
        return _reports(body)

    return read


def signed(secret: bytes, body: bytes) -> str:
    """The signature of `body`, as the header holds it."""
    return f"v1={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def _post(folder: Path, reference: str, word: str, shape: str) -> Post:
    happened = time.time() - (LATE if shape == "late" else 0)
    about = "0-0-0" if shape == "unknown reference" else reference
    said = {"event_id": secrets.token_hex(16), "reference": about, "status": word, "at": happened}
    body = json.dumps(said).encode()
    secret = secrets.token_bytes(32) if shape == "forged" else _secret(folder)
    return Post({} if shape == "unsigned" else {SIGNATURE: signed(secret, body)}, body)


def _reports(body: bytes) -> list[Report]:
    try:
        said: Any = json.loads(body)
        event, reference, word = said["event_id"], said["reference"], WORDS[said["status"]]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise UnreadableError from error
    if not isinstance(event, str) or not event or not isinstance(reference, str):
        raise UnreadableError
    return [Report(**{**asdict(word), "event_id": event, "reference": reference})] if word else []


def _secret(folder: Path) -> bytes:
    """What this folder's receipts are signed with, made when it is not there yet."""
    path = folder / "secret"
    if not path.exists():
        _make(folder)
        fresh = _written(folder, secrets.token_hex(32))
        # Worker and web may both be first: one file stays, and both read that.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_bytes()


# Files ---------------------------------------------------------------------------------------------------


def _letters(folder: Path) -> Iterator[Delivered]:
    for path in folder.glob("*.json"):
        letter = Letter(**json.loads(path.read_text("utf-8")))
        yield Delivered(path.stem, path.stat().st_mtime_ns, letter)


def _written(folder: Path, content: object) -> Path:
    # A reader must never meet half a file: it is written under another name first.
    fresh = folder / f".{secrets.token_hex(8)}"
    fresh.touch(0o600, exist_ok=False)
    fresh.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return fresh


def _make(folder: Path) -> None:
    """Make `folder` where it is missing, its owner's alone; one that was open to others is closed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
