"""Mailboxes that bounces are read from: a maildir on this machine, or IMAP over TLS (RFC 3501, 6851)."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from survey.gateways.bounces import LARGEST

PATIENCE = 30
"""Seconds to wait for an IMAP server."""

Folder = Literal["read", "aside"]


class Maildir:
    """A maildir that a mail server on this machine delivers to; the folders are `.read` and `.aside` in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, limit: int) -> list[tuple[str, bytes]]:
        """The oldest mails in `new` and `cur`; one that somebody has moved meanwhile is passed over."""
        names = sorted(path for part in ("new", "cur") for path in (self._path / part).iterdir())
        found = []
        for path in sorted(names, key=lambda path: path.name)[:limit]:
            with suppress(FileNotFoundError):
                content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
                found.append((f"{path.parent.name}/{path.name}", content))
        return found

    def move(self, keys: Sequence[str], folder: Folder) -> None:
        """Rename the files: each is in the one folder or in the other, whatever happens."""
        target = self._path / f".{folder}"
        for part in ("cur", "new", "tmp") if keys else ():
            (target / part).mkdir(parents=True, exist_ok=True)
        for key in keys:
            with suppress(FileNotFoundError):
                (self._path / key).rename(target / "cur" / Path(key).name)


class Imap:
    """The inbox of an IMAP account, by TLS with a verified certificate; the folders are `read` and `aside`.

    One short connection per call. Nothing is ever expunged: a server without MOVE gets a copy and a deleted mark.
    """

    def __init__(
        self, host: str, user: str, password: str, *, port: int = 993, ca_file: str = "", inbox: str = "INBOX"
    ) -> None:
        self._host, self._port, self._user, self._password, self._inbox = host, port, user, password, inbox
        self._tls = ssl.create_default_context(cafile=ca_file or None)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def read(self, limit: int) -> list[tuple[str, bytes]]:
        """The oldest mails in the inbox, left unseen as they were."""
        with self._inside() as (server, validity):
            _, (numbers,) = server.uid("SEARCH", "UNDELETED")
            return [
                (f"{validity}/{number}", _content(server, number))
                for number in (numbers or b"").decode().split()[:limit]
            ]

    def move(self, keys: Sequence[str], folder: Folder) -> None:
        """Move the mails; when the server has numbered its mails anew they stay, and are read again."""
        if not keys:
            return
        with self._inside() as (server, validity):
            numbers = [key.partition("/")[2] for key in keys if key.partition("/")[0] == validity]
            server.create(folder)  # answers NO when it is there
            for number in numbers:
                _moved(server, number, folder)

    @contextmanager
    def _inside(self) -> Iterator[tuple[imaplib.IMAP4_SSL, str]]:
        """A connection with the inbox open, and the validity of its numbers. Raises OSError alone."""
        try:
            with imaplib.IMAP4_SSL(self._host, self._port, ssl_context=self._tls, timeout=PATIENCE) as server:
                server.login(self._user, self._password)
                word, _ = server.select(f'"{self._inbox}"')
                if word != "OK":
                    raise OSError("the inbox cannot be opened")
                _, (validity,) = server.response("UIDVALIDITY")
                yield server, (validity or b"").decode()
        except imaplib.IMAP4.error as error:
            # Its words may quote what the server said about the account.
            raise OSError(f"IMAP: {type(error).__name__}") from None


def _content(server: imaplib.IMAP4_SSL, number: str) -> bytes:
    _, sizes = server.uid("FETCH", number, "(RFC822.SIZE)")
    size = re.search(rb"RFC822\.SIZE (\d+)", sizes[0] if isinstance(sizes[0], bytes) else b"")
    if size is None or int(size[1]) > LARGEST:
        return b""
    _, parts = server.uid("FETCH", number, "(BODY.PEEK[])")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def _moved(server: imaplib.IMAP4_SSL, number: str, folder: str) -> None:
    if "MOVE" in server.capabilities:
        server.uid("MOVE", number, folder)
    elif server.uid("COPY", number, folder)[0] == "OK":
        server.uid("STORE", number, "+FLAGS.SILENT", r"(\Deleted)")
