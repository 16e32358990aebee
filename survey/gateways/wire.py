"""The wire: one HTTP request after another on a kept connection, each with its whole answer, read by llhttp."""

import select
import ssl
import time
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

LARGEST = 256 * 1024
"""Bytes of an answer that are read; none that is documented comes near."""
RECORD = 16 * 1024
"""Bytes of a TLS record: of one that did not leave as a whole nobody can read anything."""
_READ = 64 * 1024


class Talk:
    """A connection and what was last answered on it; what the parser reads comes by its `on_…`.

    `whole`: the answer has come to its end, with `status`, `headers` (names in small letters) and `body`. `stays`:
    the connection may be asked again.
    """

    def __init__(self, connection: socket) -> None:
        self._connection, self._unsent = connection, b""
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._parser = HttpResponseParser(self)
        self._forget()

    def is_stale(self) -> bool:
        """Is there something to read though nothing was asked? The other side has hung up, or is out of step."""
        return bool(self._poll.poll(0))

    def begin(self, request: bytes) -> None:
        """Let `request` begin to leave. Raises OSError when nothing of it that can be read has left."""
        self._unsent = request[self._connection.send(request[:RECORD]) :]

    def end(self, deadline: float) -> None:
        """Send the rest, and read the answer until it is `whole`, by `deadline` of the monotonic clock.

        Raises OSError, and ValueError when it is no answer, too large, comes too slowly or ends too early.
        """
        if self._unsent:
            self._connection.sendall(self._unsent)
        self._forget()
        room = LARGEST
        while not self.whole:
            piece = self._connection.recv(_READ)
            room -= len(piece)
            self._read(piece)
            if room < 0 or (not self.whole and time.monotonic() > deadline):
                raise ValueError("the answer is too large or too slow")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _read(self, piece: bytes) -> None:
        if not piece:
            if not self._endless:
                raise ValueError("the answer ends too early")
            self.whole = True
            return
        try:
            self._parser.feed_data(piece)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self.whole:
                raise ValueError("this is no answer") from error
            self.stays = False  # something came after the answer

    def _forget(self) -> None:
        self.status, self.headers, self.body = 0, dict[bytes, bytes](), b""
        self.whole = self.stays = self._endless = False

    def on_message_begin(self) -> None:
        """An answer begins. Raises ValueError for a second one, which stops the parser."""
        if self.whole:
            raise ValueError("more answers than questions")

    def on_header(self, name: bytes, value: bytes) -> None:
        """The first header of a name counts."""
        self.headers.setdefault(name.lower(), value)

    def on_headers_complete(self) -> None:
        """Without a length the body goes on until the other side hangs up."""
        self.status = self._parser.get_status_code()
        self._endless = not self.headers.keys() & {b"content-length", b"transfer-encoding"}
        self.stays = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        """A part of the body, without the marks of chunks."""
        self.body += piece

    def on_message_complete(self) -> None:
        """An answer has ended: the one that was asked for, or (1xx) one that only says that it comes."""
        if self.status < 200:
            self._forget()
        else:
            self.whole = True


def call(host: str, port: int, tls: ssl.SSLContext | None, *, connect: float, patience: float) -> Talk:
    """A new connection that waits `patience` seconds for each answer. Raises OSError, also for a certificate."""
    connection = create_connection((host, port), timeout=connect)
    try:
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        if tls:
            connection = tls.wrap_socket(connection, server_hostname=host)
        connection.settimeout(patience)
    except BaseException:
        connection.close()
        raise
    return Talk(connection)
