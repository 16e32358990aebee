"""Bounces: delivery status notifications (RFC 3464) that come back to a signed address, as reports."""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice
from time import monotonic
from typing import Literal, Protocol

from survey.gateways import Report

DEAD = ("5.1.1", "5.1.2", "5.1.10")
"""Enhanced status codes (RFC 3463) that say that the mailbox or its domain does not exist."""

AT_ONCE = 200
"""Mails read by one poll."""
LARGEST = 200_000
"""Bytes of a mail that is read; a bounce that returns no text is a few thousand."""
PATIENCE = 10.0
"""Seconds of one poll; what is not read by then is read by the next."""
LONGEST_HEAD = 64_000
"""Bytes of the headers of a mail or of a part; LONGEST_TYPE characters of their Content-Type."""
LONGEST_TYPE = 500
MOST_PARTS = 20
"""Parts of a mail, and blocks of a delivery status, that are looked at; a bounce has three and two."""
MOST_TOKENS = 5000
"""Words of a mail that are tried as what we signed."""

_RECIPIENT_HEADERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_SIGNED = re.compile(r"([0-9a-z-]{1,42})-([a-z2-7]{8})")
_TOKEN = re.compile(rb"(?<![0-9A-Za-z-])[0-9A-Za-z-]{1,42}-[A-Za-z2-7]{8}(?![0-9A-Za-z-])")
_BLANK = re.compile(rb"\r?\n(?:\r?\n)+")
_WORDS = {
    "5.1.1": "adressen findes ikke",
    "5.1.2": "domænet findes ikke",
    "5.1.10": "adressen findes ikke",
    "5.2.1": "postkassen er lukket",
    "5.2.2": "postkassen er fuld",
    "5.3.4": "mailen er for stor",
}


@dataclass(frozen=True)
class Verp:
    """A variable envelope sender: every mail has its own address for bounces, `address` + reference + a check.

    `address` takes mail for everything after its "+" (sub-addressing); its local part is at most 12 characters, as
    64 is the limit (RFC 5321, 4.5.3.1.1). `secret` is at least 32 bytes; another secret makes the bounces of what
    was sent before unreadable. Raises ValueError for an address or a secret that is too short or too long.
    """

    address: str
    secret: bytes

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,12}@[A-Za-z0-9.-]+", self.address, re.ASCII):
            raise ValueError("the address for bounces is a short name and a domain")
        if len(self.secret) < 32:
            raise ValueError("the secret for bounces is too short")

    def sender(self, reference: str) -> str:
        """The envelope sender of the mail with `reference`."""
        local, _, domain = self.address.partition("@")
        return f"{local}+{self.signed(reference)}@{domain}"

    def signed(self, reference: str) -> str:
        """`reference` and its check (40 bits of HMAC-SHA256), in signs that survive any mail system."""
        return f"{reference}-{self._check(reference)}"

    def reference(self, signed: str) -> str | None:
        """The reference of `signed`, in lower case; None when we did not sign it."""
        found = _SIGNED.fullmatch(signed.lower())
        if found is None or not hmac.compare_digest(found[2], self._check(found[1])):
            return None
        return found[1]

    def _check(self, reference: str) -> str:
        digest = hmac.digest(self.secret, b"verp " + reference.lower().encode(), "sha256")
        return b32encode(digest[:5]).decode().lower()


class Mailbox(Protocol):
    """Where mails come in. Both raise OSError when it cannot be reached or read."""

    def read(self, limit: int) -> list[tuple[str, bytes]]:
        """The oldest `limit` mails that lie there: a key for each, and its bytes (b"" for one over LARGEST)."""
        ...

    def move(self, keys: Sequence[str], folder: Literal["read", "aside"]) -> None:
        """Put the mails of `keys` into a folder of the mailbox; those that are gone already are passed over."""
        ...


class Bounces:
    """The bounces in `mailbox` that `verp` signed. One worker at a time reads it; two do no harm."""

    def __init__(self, mailbox: Mailbox, verp: Verp, patience: float = PATIENCE) -> None:
        self._mailbox, self._verp, self._patience = mailbox, verp, patience
        self._returned: list[str] = []

    def poll(self) -> list[Report]:
        """What the bounces say. They stay where they are until `stored`; anything else is laid aside.

        At most AT_ONCE mails and, but for the first, `patience` seconds; the rest are for the next poll.
        """
        found: list[tuple[str, list[Report] | None]] = []
        began = monotonic()
        for key, raw in self._mailbox.read(AT_ONCE):
            if found and monotonic() - began >= self._patience:
                break
            found.append((key, reports(raw, self._verp)))
        self._mailbox.move([key for key, said in found if said is None], "aside")
        self._returned = [key for key, said in found if said is not None]
        return [report for _, said in found for report in said or []]

    def stored(self) -> None:
        """What `poll` returned is safe: file the mails it was read from."""
        self._mailbox.move(self._returned, "read")
        self._returned = []


def reports(raw: bytes, verp: Verp) -> list[Report] | None:
    """What the mail `raw` says about a letter of ours: one report, or none while it is under way.

    None when it is no delivery status notification (an automatic answer, a letter from a person), when it cannot
    be read, is larger than LARGEST, and when it does not carry exactly one reference that we signed. A mail
    without any is not parsed at all; of another only headers are, of its first level, so nesting costs nothing.
    """
    if len(raw) > LARGEST or not _is_signed(raw, verp):
        return None
    try:
        return _read(raw, verp)
    except Exception:  # noqa: BLE001 - whatever a stranger's mail does to the parser, it is laid aside
        return None


def _is_signed(raw: bytes, verp: Verp) -> bool:
    """Does something that we signed stand anywhere in the bytes?"""
    words = (found[0].decode("ascii") for found in islice(_TOKEN.finditer(raw), MOST_TOKENS))
    return any(verp.reference(word) is not None for word in words)


def _read(raw: bytes, verp: Verp) -> list[Report] | None:
    mail, body = _opened(raw)
    status = _status(mail, body)
    if status is None:
        return None
    blocks = [block for block in status if block.keys()]
    references = {found for text in _addressed(mail, blocks[0]) if (found := verp.reference(text))}
    if len(references) != 1:
        return None
    (reference,) = references
    verdict = _verdict(blocks[1:])
    if verdict is None:
        return []
    # The Message-ID of a stranger may hold an address: only its hash is kept.
    identity = hashlib.sha256(str(mail["Message-ID"]).encode(errors="replace") if mail["Message-ID"] else raw)
    state, permanent, dead, reason = verdict
    return [
        Report(f"{reference}:{identity.hexdigest()[:32]}", reference, state, permanent, dead, reason=reason),
    ]


def _opened(raw: bytes) -> tuple[Message, bytes]:
    """The headers of a mail or of a part, and the bytes below them. Raises ValueError for headers without end."""
    if raw[:1] in (b"\r", b"\n"):
        return Message(), raw
    found = _BLANK.search(raw)
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    headers = BytesHeaderParser().parsebytes(head[: LONGEST_HEAD + 1])
    if len(head) > LONGEST_HEAD or len(str(headers.get("Content-Type", ""))) > LONGEST_TYPE:
        raise ValueError("headers too long")
    return headers, body


def _status(mail: Message, body: bytes) -> list[Message] | None:
    """The blocks of the delivery status: one about the mail, then at least one recipient's; None without them."""
    boundary = mail.get_boundary()
    if mail.get_content_type() != "multipart/report" or not boundary:
        return None
    line = re.escape(b"--" + boundary.encode("ascii"))
    for raw in re.split(rb"^" + line + rb"(?:--)?[ \t]*\r?$\n?", body, maxsplit=MOST_PARTS, flags=re.MULTILINE)[
        1:
    ]:
        part, below = _opened(raw)
        if part.get_content_type() == "message/delivery-status":
            blocks = [
                _opened(block)[0] for block in _BLANK.split(below.lstrip(), maxsplit=MOST_PARTS)[:MOST_PARTS]
            ]
            return blocks if sum(bool(block.keys()) for block in blocks) > 1 else None
    return None


def _addressed(mail: Message, about: Message) -> Iterator[str]:
    """What may be a signed reference: after the plus of the addresses it was sent to, and our envelope id."""
    for header in _RECIPIENT_HEADERS:
        for value in mail.get_all(header, []):
            yield from re.findall(r"\+([0-9A-Za-z-]{10,60})@", str(value))
    yield str(about.get("Original-Envelope-Id", "")).strip()


_Verdict = tuple[Literal["delivered", "failed"], bool, bool, str]


def _verdict(recipients: Sequence[Message]) -> _Verdict | None:
    """State, permanent, dead and reason; None while under way (delayed) or out of sight (relayed, expanded).

    A mail goes to one address. Where that was several mailboxes it arrived when it did at one of them.
    """
    said = [(_field(block, "Action"), _code(block)) for block in recipients]
    if any(action == "delivered" for action, _ in said):
        return "delivered", False, False, ""
    codes = [code for action, code in said if action == "failed" and code[:2] in ("4.", "5.")]
    if not codes:
        return None
    permanent = all(code.startswith("5.") for code in codes)
    return "failed", permanent, all(code in DEAD for code in codes), _reason(codes[0])


def _reason(code: str) -> str:
    policy = "afvist af modtagerens regler for mail" if code.startswith("5.7.") else ""
    late = "blev ikke afleveret i tide" if code.startswith("4.") else "kunne ikke afleveres"
    return f"{_WORDS.get(code) or policy or late} ({code})"


def _code(block: Message) -> str:
    """The status, or the more exact one of the remote server's own words where the first says only "other"."""
    code = _field(block, "Status").partition(" ")[0]
    if code.endswith(".0.0") or not code:
        exact = re.search(rf"\b{code[:1] or '[45]'}\.\d{{1,3}}\.\d{{1,3}}\b", _field(block, "Diagnostic-Code"))
        return exact[0] if exact else code
    return code


def _field(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip().lower()
