"""One HTTP client for all web gateways: connections kept, TLS verified, nothing followed or retried."""

import json
import re
import ssl
import time
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from survey.gateways import Letter, Outcome
from survey.gateways.wire import Talk, call

PATIENCE = 20.0
"""Seconds to wait for an answer; then nobody can tell whether the letter was taken on."""
CONNECT = 5.0
LONGEST_WAIT = 86400
"""Seconds: the longest pause a provider may ask for."""
LONGEST_SENDER = 11
ACCOUNT = (401, 402, 403, 404, 405)
"""Statuses of a refusal that every letter would meet: who we are, what we have paid, where we knock."""
_written = json.JSONEncoder(ensure_ascii=False).encode
MOBILE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """What a provider answered. `retry_after`: the seconds it asks us to wait (RFC 9110, 10.2.3), if it does."""

    status: int
    body: bytes
    retry_after: int | None = None

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is anything else."""
        return as_object(self.body)


class Client:
    """Requests to one address over kept connections, one for each thread that asks at the same time.

    `trusted` replaces the system's certificates, for tests.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        *,
        patience: float = PATIENCE,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(address)
        secure, self._host = parts.scheme == "https", parts.hostname or ""
        usual = 443 if secure else 80
        self._port, self._path = parts.port or usual, parts.path.rstrip("/").replace(" ", "%20")
        self._head = _head(self._host, "" if self._port == usual else f":{self._port}", headers)
        self._patience = patience
        self._tls = (trusted or ssl.create_default_context()) if secure else None
        if self._tls:
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._idle: deque[Talk] = deque()
        weakref.finalize(self, _hang_up, self._idle)

    def post(self, path: str, payload: object) -> Answer | Outcome:
        """Post `payload` as JSON; the answer, or the outcome when there is none that says yes or no.

        Refused for now: the request has surely not left, or 429. Unknown: anything from there to a whole answer,
        3xx (what stood behind it may have acted) and 5xx.
        """
        body = _written(payload).encode()
        size = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        try:
            talk = self._begun(b"POST %b%b%b%b" % (self._target(path), self._head, size, body))
        except (OSError, ValueError) as error:
            return _not_left(error)
        try:
            answer = self._ended(talk)
        except (OSError, ValueError) as error:
            return Outcome("unknown", f"intet svar ({type(error).__name__})")
        if answer.status == 429:
            return Outcome("refused", "for mange på én gang (429)", retry_after=answer.retry_after)
        if not 200 <= answer.status < 300 and not 400 <= answer.status < 500:
            return Outcome("unknown", f"svar {answer.status}")
        return answer

    def get(self, path: str) -> Answer | None:
        """The answer to a GET; None when there was none."""
        try:
            return self._ended(self._begun(b"GET %b%b\r\n" % (self._target(path), self._head)))
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Close every kept connection; the next request opens new ones."""
        _hang_up(self._idle)

    def _target(self, path: str) -> bytes:
        return (self._path + path).encode()

    def _begun(self, request: bytes) -> Talk:
        """A connection on which `request` has begun to leave. When this raises nothing has, and nobody can act."""
        talk = self._kept() or self._called()
        try:
            talk.begin(request)
        except BaseException:
            talk.close()
            raise
        return talk

    def _ended(self, talk: Talk) -> Answer:
        """The answer to the request that has begun to leave on `talk`."""
        try:
            talk.end(time.monotonic() + self._patience)
        except BaseException:
            talk.close()
            raise
        asked = talk.headers.get(b"retry-after")
        answer = Answer(talk.status, talk.body, wait(asked.decode("latin-1")) if asked else None)
        if talk.stays:
            self._idle.append(talk)
        else:
            talk.close()
        return answer

    def _kept(self) -> Talk | None:
        """A connection that nobody uses and that is still good; None when there is none."""
        with suppress(IndexError):
            while (talk := self._idle.pop()).is_stale():
                talk.close()
            return talk
        return None

    def _called(self) -> Talk:
        connect = min(CONNECT, self._patience)
        return call(self._host, self._port, self._tls, connect=connect, patience=self._patience)


def _head(host: str, port: str, headers: Mapping[str, str]) -> bytes:
    """What follows a request's target: the same for all. Raises ValueError for a line break in a header."""
    named = f"[{host}]" if ":" in host else host
    usual = {"Host": named + port, "Accept-Encoding": "identity", "Accept": "application/json"}
    lines = [f"{name}: {value}" for name, value in {**usual, "User-Agent": "Tilfreds", **headers}.items()]
    if any(len(line.splitlines()) != 1 for line in lines):
        raise ValueError("a header is one line")
    return "\r\n".join([" HTTP/1.1", *lines, ""]).encode("latin-1")


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; empty when it is anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def wait(given: str) -> int | None:
    """The seconds that a `Retry-After` of `given` asks for, a number or a date; None when it cannot be read."""
    given = given.strip()
    if given.isascii() and given.isdigit():
        return min(int(given[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(given).timestamp()
    except ValueError:
        return None
    return max(0, min(round(until - time.time()), LONGEST_WAIT))


def unfit(letter: Letter) -> Outcome | None:
    """Why no SMS provider could carry `letter`: a number not in E.164, or a sender networks would change."""
    if not MOBILE.fullmatch(letter.to):
        return Outcome("refused", "nummeret kan ikke bruges", permanent=True, dead=True)
    if not 0 < len(letter.sender) <= LONGEST_SENDER:
        return Outcome("refused", f"afsendernavnet skal være på 1-{LONGEST_SENDER} tegn", stops=True, lane=True)
    return None


def explained(status: int, said: str = "") -> Outcome:
    """What a refusal (HTTP 4xx) that says no more than its status means; `said` is it in words, for `detail`.

    401-405 mean the account or the address, and so every letter; another status is tried again later.
    """
    said = said or str(status)
    if status in ACCOUNT:
        return Outcome("refused", f"kontoen eller adressen er afvist ({said})", stops=True)
    return Outcome("refused", f"afvist ({said})")


def header(headers: Mapping[str, str], name: str) -> str:
    """The header `name`, whatever the case of its letters; empty when it is missing."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _not_left(error: Exception) -> Outcome:
    """What never began to leave was surely not taken on."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Outcome("refused", "udbyderens certifikat kan ikke bekræftes", stops=True)
    return Outcome("refused", f"ingen forbindelse ({type(error).__name__})", unreached=True)


def _hang_up(idle: deque[Talk]) -> None:
    with suppress(IndexError):
        while True:
            idle.pop().close()
