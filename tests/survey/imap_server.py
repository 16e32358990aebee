"""A small IMAP server over TLS for tests: one account, one inbox, and what clients did to it."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class ImapServer:
    """Mails by number in `inbox`, and those moved or copied by folder; `refuses` are commands answered NO."""

    inbox: dict[int, bytes]
    can_move: bool = True
    validity: int = 7
    refuses: tuple[str, ...] = ()
    folders: dict[str, list[int]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def answer(self, tag: bytes, line: str) -> bytes:
        """The whole answer to one command."""
        words = line.replace('"', "").split()
        command = " ".join(words[:2]) if words[0] == "UID" else words[0]
        if command in self.refuses:
            return tag + b" NO refused\r\n"
        return self._untagged(command, words) + tag + b" OK done\r\n"

    def _untagged(self, command: str, words: list[str]) -> bytes:
        match command:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1" + (b" MOVE" if self.can_move else b"") + b"\r\n"
            case "SELECT":
                return b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] valid\r\n" % (len(self.inbox), self.validity)
            case "UID SEARCH":
                numbers = sorted(self.inbox.keys() - self.deleted)
                return b"* SEARCH" + b"".join(b" %d" % number for number in numbers) + b"\r\n"
            case "UID FETCH":
                return self._fetched(int(words[2]), words[3])
            case "UID MOVE" | "UID COPY":
                self.folders.setdefault(words[3], []).append(int(words[2]))
                if command == "UID MOVE":
                    del self.inbox[int(words[2])]
            case "UID STORE":
                self.deleted.add(int(words[2]))
        return b""

    def _fetched(self, number: int, what: str) -> bytes:
        if "SIZE" in what:
            return b"* 1 FETCH (UID %d RFC822.SIZE %d)\r\n" % (number, len(self.inbox[number]))
        raw = self.inbox[number]
        return b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (number, len(raw)) + raw + b")\r\n"


@contextmanager
def imap_serving(server: ImapServer, tls: ssl.SSLContext) -> Iterator[int]:
    """`server` on a free port of this machine; the port."""

    def talk(listening: socket.socket) -> None:
        with suppress(OSError):  # the test is over
            while True:
                _converse(server, listening.accept()[0], tls)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=talk, args=(listening,))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _converse(server: ImapServer, plain: socket.socket, tls: ssl.SSLContext) -> None:
    try:
        secured = tls.wrap_socket(plain, server_side=True)
    except OSError:  # the client did not believe our certificate
        plain.close()
        return
    with secured, secured.makefile("rb") as lines:
        secured.sendall(b"* OK ready\r\n")
        for line in lines:
            found = re.fullmatch(rb"(\S+) (.*)\r\n", line)
            assert found
            secured.sendall(server.answer(found[1], found[2].decode()))
            if found[2] == b"LOGOUT":
                return
