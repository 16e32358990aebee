"""A loopback server that plays a provider: it checks every request, remembers what it took on, and misbehaves."""

import argparse
import base64
import http.client
import json
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

FIXTURES = Path(__file__).parent.parent / "data" / "gateways"
GARBAGE = b"<html><body>Bad gateway</body></html>"

TAKEN_FIRST = ("slow", "dropped", "half an answer", "taken, then 500", "garbage", "huge", "other success")
"""Shapes in which the provider has taken the letter on, whatever it then answers."""


@dataclass(frozen=True)
class Request:
    """What came in; `body` is the JSON in it, None when it is not."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON of the body; None when there is none."""
        try:
            return json.loads(self.raw)
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """What goes out: a status, a JSON value or bytes, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Call:
    """A receipt as the provider posts it; `tail` is the last part of the path, where the provider has one."""

    headers: Mapping[str, str]
    body: bytes
    tail: str = ""


class Provider:
    """The common part. A provider is told by `behave` what to do with each letter: reference → shape ("ok").

    Shapes: "ok"; those of TAKEN_FIRST; "429", "429 with a date", "429 bare", "500", "redirect"; and the refusals
    in its own `refusals`. `accepted` holds every letter taken on, by reference, as often as it was.
    """

    kind = ""
    secret = "hemmelig-og-lang-nok-til-en-afprovning"
    paths: Mapping[str, str] = {}
    other_success = 200

    def __init__(self, port: int = 0) -> None:
        self.fixture: dict[str, Any] = json.loads((FIXTURES / f"{self.kind}.json").read_text("utf-8"))
        self.behave: Callable[[str], str] = lambda _reference: "ok"
        self.accepted: dict[str, list[dict[str, Any]]] = {}
        self.requests = 0
        self.connections = 0
        self.lock = threading.Lock()
        self.released = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; whoever waits for a slow answer is let go."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def hang_up(self) -> None:
        """Close every connection, as a provider does with those that stood idle."""
        for connection in self._server.open.copy():
            connection.shutdown(socket.SHUT_RDWR)

    # What each provider says for itself

    def read(self, request: Request) -> Reply | list[dict[str, Any]]:
        """The letters in `request`, or the documented answer to what is wrong with it."""
        raise NotImplementedError

    def reference(self, letter: dict[str, Any]) -> str:
        """Our reference in `letter`."""
        raise NotImplementedError

    def success(self, letter: dict[str, Any]) -> Reply:
        """The documented answer to a letter taken on."""
        raise NotImplementedError

    def refusal(self, shape: str, letter: dict[str, Any]) -> Reply | None:
        """The documented refusal called `shape`; None when there is none of that name."""
        raise NotImplementedError

    def receipts(self, reference: str, shape: str) -> list[Call]:
        """What is posted to us about `reference`: "delivered", "failed", "dead", "stops", "under way", "repeat",
        "out of order", "unsigned", "forged"."""
        raise NotImplementedError

    # What they share

    def handle(self, request: Request) -> Reply | None:
        """The answer; None for a connection that is cut without one."""
        with self.lock:
            self.requests += 1
        found = self.read(request)
        if isinstance(found, Reply):
            return found
        return self._answer(found[0])

    def _answer(self, letter: dict[str, Any]) -> Reply | None:
        shape = self.behave(self.reference(letter))
        if refusal := _generic(shape) or self.refusal(shape, letter):
            return refusal
        if shape == "ok" or shape in TAKEN_FIRST:
            with self.lock:
                self.accepted.setdefault(self.reference(letter), []).append(letter)
        elif shape not in TAKEN_FIRST:
            raise ValueError(f"{self.kind} knows no shape {shape!r}")
        return self._taken(shape, letter)

    def _taken(self, shape: str, letter: dict[str, Any]) -> Reply | None:
        """The answer about a letter that was taken on; None for a connection that is cut."""
        success = self.success(letter)
        if shape == "slow":
            self.released.wait()
        answers = {
            "ok": success,
            "half an answer": Reply(success.status, b"{", {"Content-Length": "100"}),
            "taken, then 500": Reply(500, {"message": "Internal error"}),
            "garbage": Reply(success.status, GARBAGE),
            "huge": Reply(success.status, b'{"a":"' + b"x" * 400_000 + b'"}'),
            "other success": Reply(self.other_success, {"status": "multi"}),
        }
        return answers.get(shape)

    def post(self, call: Call, url: str) -> int:
        """Post a receipt to `url` (and its tail); the status of the answer."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        path = parts.path + (f"/{quote(call.tail)}" if call.tail else "")
        connection.request("POST", path, call.body, {"Content-Type": "application/json", **call.headers})
        status = connection.getresponse().status
        connection.close()
        return status


def _generic(shape: str) -> Reply | None:
    match shape:
        case "429":
            return Reply(429, {}, {"Retry-After": "120"})
        case "429 with a date":
            return Reply(429, {}, {"Retry-After": formatdate(usegmt=True)})
        case "429 bare":
            return Reply(429, GARBAGE)
        case "500":
            return Reply(500, {"message": "Internal error"})
        case "redirect":
            return Reply(307, {}, {"Location": "https://example.org/elsewhere"})
    return None


def password_in(header: str) -> str:
    """The password of HTTP Basic authentication; "" without one."""
    try:
        return base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def basic(user: str, password: str) -> str:
    """The header of HTTP Basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def wrong_fields(letter: Any, needs: Mapping[str, type], may: Mapping[str, type]) -> list[str]:
    """The fields of `letter` that are missing, of the wrong type or unknown."""
    if not isinstance(letter, dict):
        return ["body"]
    known = {**needs, **may}
    missing = [key for key in needs if key not in letter]
    return missing + [key for key, value in letter.items() if key not in known or type(value) is not known[key]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], provider: Provider) -> None:
        self.provider = provider
        self.open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def shutdown_request(self, request: Any) -> None:
        """Close one connection."""
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is part of the play; any other fault of a test's is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for an answer
    server: _Server

    def setup(self) -> None:
        """Count the connection."""
        super().setup()
        with self.server.provider.lock:
            self.server.provider.connections += 1
            self.server.open.add(self.connection)

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        reply = self.server.provider.handle(request)
        if reply is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = reply.content
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        if "Content-Length" in reply.headers:
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - the names http.server looks for

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def main(make: Callable[[int], Provider]) -> None:
    """Run one provider as a process until it is killed; every letter does what `--shape` says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--shape", default="ok")
    given = parser.parse_args()
    provider = make(given.port)
    provider.behave = lambda _reference: str(given.shape)
    print(provider.url, flush=True)  # noqa: T201 - whoever starts the process reads the address
    provider.start()
    threading.Event().wait()
