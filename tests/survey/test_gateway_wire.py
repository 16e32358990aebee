"""The wire: answers in every shape that HTTP allows, and in shapes that it does not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from survey.gateways import Outcome
from survey.gateways.web import Answer, Client
from survey.gateways.wire import LARGEST, Talk

BODY = b'{"a": 1}'
HEAD = b"HTTP/1.1 202 Accepted\r\n"
LONG = HEAD + b"Content-Length: 8\r\n\r\n" + BODY
CHUNKED = (
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n" + BODY[:3] + b"\r\n5;x=y\r\n" + BODY[3:] + b"\r\n0\r\n\r\n"
)
WHOLE = {
    "a length": LONG,
    "chunks": CHUNKED,
    "until it hangs up": HEAD + b"\r\n" + BODY,
    "HTTP/1.0": b"HTTP/1.0 202 OK\r\n\r\n" + BODY,
    "HTTP/1.0 with a length": b"HTTP/1.0 202 OK\r\nContent-Length: 8\r\n\r\n" + BODY,
    "Connection: close": HEAD + b"Connection: close\r\nContent-Length: 8\r\n\r\n" + BODY,
    "100 before": b"HTTP/1.1 100 Continue\r\n\r\n" + LONG,
    "103 before": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nRetry-After: 7\r\n\r\n" + CHUNKED,
    "a second answer": LONG + b"HTTP/1.1 400 No\r\nContent-Length: 1\r\n\r\n!",
    "something after": LONG + b"\x00\xff",
}
STAYS = ("a length", "chunks", "100 before", "103 before")
NEVER = {
    "nothing": b"",
    "too short a body": LONG[:-1],
    "too few chunks": CHUNKED[:-5],
    "half a head": HEAD,
    "only 100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "no number": b"HTTP/1.1 OK\r\n\r\n",
    "both lengths": HEAD + b"Content-Length: 8\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "two lengths": HEAD + b"Content-Length: 8\r\nContent-Length: 9\r\n\r\n" + BODY,
    "too large a head": HEAD + b"X: " + b"x" * LARGEST + b"\r\nContent-Length: 0\r\n\r\n",
    "too large a body": HEAD + b"Content-Length: %d\r\n\r\n" % (LARGEST + 1) + b"x" * (LARGEST + 1),
}


@contextmanager
def saying(answer: bytes, *, apart: bool = False) -> Iterator[tuple[Client, list[bytes]]]:
    """A client of a server that says `answer` to each request, `apart` byte by byte, and what it was asked."""
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):  # a client that has read enough hangs up
            while request := read(connection):
                asked.append(request)
                for piece in [answer[n : n + 1] for n in range(len(answer))] if apart else [answer]:
                    connection.sendall(piece)
                if not answer.startswith((LONG, CHUNKED[:50], b"HTTP/1.1 10")) or answer == NEVER["only 100"]:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        client = Client(f"http://127.0.0.1:{server.getsockname()[1]}", {}, patience=2)

        def serve() -> None:
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield client, asked
        finally:
            client.close()
            server.shutdown(socket.SHUT_RDWR)


def read(connection: socket.socket) -> bytes:
    """One request, the body counted; b"" when the other side has hung up."""
    found = b""
    try:
        while b"\r\n\r\n" not in found:
            if not (piece := connection.recv(65536)):
                return b""
            found += piece
        head, _, body = found.partition(b"\r\n\r\n")
        while len(body) < int(head.rpartition(b"Content-Length: ")[2]):
            body += connection.recv(65536)
    except ConnectionError:
        return b""
    return head + b"\r\n\r\n" + body


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("shape", WHOLE)
def test_an_answer_in_any_shape_is_read(shape: str, apart: bool) -> None:
    """Whole or byte by byte: status and body, without what came before or after."""
    with saying(WHOLE[shape], apart=apart) as (client, _asked):
        assert Answer(202, BODY) == client.post("/x", {})


@pytest.mark.parametrize("shape", WHOLE)
def test_a_connection_is_kept_where_the_answer_lets_it(shape: str) -> None:
    """And only where nothing came after the answer."""
    with saying(WHOLE[shape]) as (client, asked):
        assert [Answer(202, BODY)] * 2 == [client.post("/x", {}) for _ in range(2)]
        assert len(asked) == 2
        assert (shape in STAYS) == bool(client._idle)


@pytest.mark.parametrize("shape", NEVER)
def test_what_is_no_whole_answer_leaves_a_doubt(shape: str) -> None:
    """The request left, once: nobody can tell, and nothing is sent again."""
    with saying(NEVER[shape]) as (client, asked):
        outcome = client.post("/x", {})
        assert isinstance(outcome, Outcome)
        assert outcome.word == "unknown"
        assert (len(asked), len(client._idle)) == (1, 0)


def test_an_answer_that_never_ends_is_given_up() -> None:
    """However often a piece of it comes."""
    with saying(HEAD + b"\r\n" + b"x" * LARGEST, apart=True) as (client, _asked):
        client._idle.append(client._called())  # which waits two seconds for each piece
        client._patience = 0.05  # and this long for all of them
        assert Outcome("unknown", "intet svar (ValueError)") == client.post("/x", {})


def test_a_long_request_leaves_as_a_whole() -> None:
    """Longer than a record and than what the kernel takes at once."""
    with saying(LONG) as (client, asked):
        client.post("/x?y=1", "ø" * 2_000_000)
        assert asked[0].startswith(b"POST /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:")
        assert asked[0].endswith(b"\r\n\r\n" + b'"' + "ø".encode() * 2_000_000 + b'"')


def test_what_cannot_begin_has_not_left() -> None:
    """The other side hung up: the first byte is refused."""
    here, there = socket.socketpair()
    talk = Talk(here)
    assert not talk.is_stale()
    there.close()
    assert talk.is_stale()
    with pytest.raises(BrokenPipeError):
        talk.begin(b"GET / HTTP/1.1\r\n\r\n")
    talk.close()


def test_a_header_is_one_line() -> None:
    """A secret with a line break would become two headers."""
    with pytest.raises(ValueError, match="one line"):
        Client("https://[::1]", {"Authorization": "x\r\nY: z"})


def test_the_name_asked_for_is_the_address() -> None:
    """With the port where it is not the usual one, and brackets around an IPv6 address."""
    heads = {address: Client(address, {})._head for address in ("http://[::1]:8080/a b/", "https://x.dk:443")}
    assert b" HTTP/1.1\r\nHost: [::1]:8080\r\n" in heads["http://[::1]:8080/a b/"]
    assert b"\r\nHost: x.dk\r\n" in heads["https://x.dk:443"]
    assert Client("http://[::1]:8080/a b/", {})._target("/c") == b"/a%20b/c"
