"""One HTTP client for all web gateways (urllib3): connections kept, TLS verified, nothing followed or retried."""

import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import urllib3

from survey.gateways import Letter, Outcome

PATIENCE = 20.0
"""Seconds to wait for an answer; then nobody can tell whether the letter was taken on."""
CONNECT = 5.0
LARGEST = 256 * 1024
"""Bytes of an answer that are read; none that is documented comes near."""
LONGEST_WAIT = 86400
"""Seconds: the longest pause a provider may ask for."""
LONGEST_SENDER = 11
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
    """Requests to one address over at most `at_once` kept connections; safe for as many threads.

    `trusted` replaces the system's certificates, for tests.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        *,
        at_once: int,
        patience: float = PATIENCE,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(address)
        self._path = parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "Tilfreds", **headers}
        self._patience = patience
        tls = (trusted or ssl.create_default_context()) if parts.scheme == "https" else None
        self._open = partial(_pool, parts.hostname or "", parts.port, at_once=at_once, patience=patience, tls=tls)
        self._pool = self._open()

    def post(self, path: str, payload: object) -> Answer | Outcome:
        """Post `payload` as JSON; the answer, or the outcome when there is none that says yes or no.

        Refused for now: the body has surely not left, or 429. Unknown: anything from there to a whole answer, 3xx
        (what stood behind it may have acted) and 5xx.
        """
        body = json.dumps(payload, ensure_ascii=False).encode()
        left: list[bytes] = []
        try:
            answer = self._ask("POST", path, body, left)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
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
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            return None

    def close(self) -> None:
        """Close every kept connection; the next request opens new ones."""
        # A closed pool takes no more requests, and another thread may be about to make one.
        old, self._pool = self._pool, self._open()
        old.close()

    def _ask(self, method: str, path: str, body: bytes, left: list[bytes]) -> Answer:
        headers = self._headers
        if body:
            headers = headers | {"Content-Type": "application/json", "Content-Length": str(len(body))}
        response = self._pool.urlopen(
            method,
            self._path + path,
            body=_leaving(body, left) if body else None,
            headers=headers,
            redirect=False,
            preload_content=False,
        )
        try:
            whole = _whole(response, time.monotonic() + self._patience)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return Answer(response.status, whole, wait(response.headers))


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; empty when it is anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def wait(headers: Mapping[str, str]) -> int | None:
    """The seconds that `Retry-After` asks for, a number or a date; None without one that can be read."""
    given = headers.get("Retry-After", "").strip()
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
        return Outcome("refused", f"afsendernavnet skal være på 1-{LONGEST_SENDER} tegn", stops=True)
    return None


def header(headers: Mapping[str, str], name: str) -> str:
    """The header `name`, whatever the case of its letters; empty when it is missing."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _pool(
    host: str, port: int | None, *, at_once: int, patience: float, tls: ssl.SSLContext | None
) -> urllib3.HTTPConnectionPool:
    """No connection yet, and room to keep `at_once`; verified TLS 1.2 or newer unless `tls` is None."""
    timeout = urllib3.Timeout(connect=min(CONNECT, patience), read=patience)
    kept: dict[str, Any] = {"maxsize": at_once, "block": True, "timeout": timeout, "retries": False}
    if tls is None:
        return urllib3.HTTPConnectionPool(host, port, **kept)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    return urllib3.HTTPSConnectionPool(host, port, ssl_context=tls, **kept)


def _no_answer(error: Exception, *, left: bool) -> Outcome:
    """No answer: only a body that never began to leave was surely not taken on."""
    if left:
        return Outcome("unknown", f"intet svar ({type(error).__name__})")
    if error.args and isinstance(error.args[0], ssl.SSLCertVerificationError):
        return Outcome("refused", "udbyderens certifikat kan ikke bekræftes", stops=True)
    return Outcome("refused", f"ingen forbindelse ({type(error).__name__})")


def _leaving(body: bytes, left: list[bytes]) -> Iterator[bytes]:
    """`body`, noting in `left` that it began to leave: until then no provider can have acted on it."""
    left.append(b"")
    yield body


def _whole(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body. Raises ValueError when it is too large or comes too slowly."""
    found = b""
    while piece := response.read1(LARGEST):
        found += piece
        if len(found) > LARGEST or time.monotonic() > deadline:
            raise ValueError("the answer is too large or too slow")
    return found
