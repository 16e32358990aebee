"""One HTTP client for all web gateways: connections kept, TLS verified, nothing followed or retried."""

import json
import re
import select
import ssl
import time
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from survey.gateways import Letter, Outcome

PATIENCE = 20.0
"""Seconds to wait for an answer; then nobody can tell whether the letter was taken on."""
CONNECT = 5.0
LARGEST = 256 * 1024
"""Bytes of an answer that are read; none that is documented comes near."""
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
        self._port, self._path = parts.port or (443 if secure else 80), parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "Tilfreds", **headers}
        self._patience = patience
        self._tls = (trusted or ssl.create_default_context()) if secure else None
        if self._tls:
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._idle: deque[HTTPConnection] = deque()
        weakref.finalize(self, _hang_up, self._idle)

    def post(self, path: str, payload: object) -> Answer | Outcome:
        """Post `payload` as JSON; the answer, or the outcome when there is none that says yes or no.

        Refused for now: the body has surely not left, or 429. Unknown: anything from there to a whole answer, 3xx
        (what stood behind it may have acted) and 5xx.
        """
        body = _written(payload).encode()
        left: list[bytes] = []
        try:
            answer = self._ask("POST", path, body, left)
        except (HTTPException, OSError, ValueError) as error:
            return _no_answer(error, left=bool(left))
        if answer.status == 429:
            return Outcome("refused", "for mange på én gang (429)", retry_after=answer.retry_after)
        if not 200 <= answer.status < 300 and not 400 <= answer.status < 500:
            return Outcome("unknown", f"svar {answer.status}")
        return answer

    def get(self, path: str) -> Answer | None:
        """The answer to a GET; None when there was none."""
        try:
            return self._ask("GET", path, b"", [])
        except (HTTPException, OSError, ValueError):
            return None

    def close(self) -> None:
        """Close every kept connection; the next request opens new ones."""
        _hang_up(self._idle)

    def _ask(self, method: str, path: str, body: bytes, left: list[bytes]) -> Answer:
        """The answer to one request. `left` notes that the body began to leave: until then nobody acts on it."""
        connection = self._kept()
        try:
            if connection.sock is None or _readable(connection.sock):
                self._connect(connection)
            connection.putrequest(method, self._path + path)
            for name, value in self._headers.items():
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Type", "application/json")
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body:
                left.append(b"")
                connection.send(body)
            answer = _answer(connection, time.monotonic() + self._patience)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return answer

    def _kept(self) -> HTTPConnection:
        """A connection nobody uses, or one that is still to be opened."""
        try:
            return self._idle.pop()
        except IndexError:
            timeout = min(CONNECT, self._patience)
            if self._tls:
                return HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)
            return HTTPConnection(self._host, self._port, timeout=timeout)

    def _connect(self, connection: HTTPConnection) -> None:
        connection.close()
        connection.connect()
        connection.sock.settimeout(self._patience)


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; empty when it is anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def wait(headers: Mapping[str, str] | Message) -> int | None:
    """The seconds that `Retry-After` asks for, a number or a date; None without one that can be read."""
    given = str(headers.get("Retry-After", "")).strip()
    if not given:
        return None
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


def _no_answer(error: Exception, *, left: bool) -> Outcome:
    """No answer: only a body that never began to leave was surely not taken on."""
    if left:
        return Outcome("unknown", f"intet svar ({type(error).__name__})")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Outcome("refused", "udbyderens certifikat kan ikke bekræftes", stops=True)
    return Outcome("refused", f"ingen forbindelse ({type(error).__name__})", unreached=True)


def _hang_up(idle: deque[HTTPConnection]) -> None:
    with suppress(IndexError):
        while True:
            idle.pop().close()


def _readable(idle: socket) -> bool:
    """Is there something to read though nothing was asked? The other side has hung up, or is out of step."""
    poll = select.poll()
    poll.register(idle, select.POLLIN)
    return bool(poll.poll(0))


def _answer(connection: HTTPConnection, deadline: float) -> Answer:
    with connection.getresponse() as response:
        body = _whole(response, deadline)
        return Answer(response.status, body, wait(response.headers))


def _whole(response: HTTPResponse, deadline: float) -> bytes:
    """The body. Raises ValueError when it is too large, comes too slowly or ends too early."""
    found = b""
    while response.length != 0 and (piece := response.read1(LARGEST)):
        found += piece
        if len(found) > LARGEST or time.monotonic() > deadline:
            raise ValueError("the answer is too large or too slow")
    if response.length:
        raise ValueError("the answer ends too early")
    return found
