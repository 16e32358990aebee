"""Mail in tests: a letter, a real server on this machine that answers as told, and a certificate of our own."""

import asyncio
import email
import email.policy
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from survey.gateways import Letter
from survey.gateways.bounces import Verp
from survey.gateways.smtp import Smtp

LETTER = Letter(
    "1-2-1",
    "email",
    "anne@borger.dk",
    "Lyngby-Taarbæk Kommune",
    "Hvordan gik din samtale?",
    "Hej Åse\n\n.\nhttps://x.dk\n",
)
VERP = Verp("retur@svar.stevns.dk", b"a secret of tests, 32 bytes long")


class Postmaster:
    """What the server does: fixed answers by step, and the mails it took on with their envelope senders.

    With `groups` it announces PIPELINING, as the servers of this world do.
    """

    def __init__(self, *, groups: bool = True, **answers: str) -> None:
        self.groups, self.answers = groups, answers
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.senders: list[str] = []
        self.sessions: set[int] = set()

    def _answer(self, step: str) -> str:
        # An answer is used once, so that the next letter meets an ordinary server.
        return self.answers.pop(step, "250 OK")

    async def handle_EHLO(  # noqa: N802 - the name aiosmtpd looks for
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        """What the server can do."""
        session.host_name = hostname
        return [lines[0], *(["250-PIPELINING"] if self.groups else []), *lines[1:]]

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer to MAIL FROM; "again" is that of a session's second mail, after which the server hangs up."""
        again = id(session) in self.sessions and "again" in self.answers
        self.sessions.add(id(session))
        answer = self._answer("again" if again else "mail")
        if answer.startswith("250"):
            envelope.mail_from = address
        if again:
            assert server.transport is not None
            asyncio.get_running_loop().call_soon(server.transport.close)
        return answer

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer to RCPT TO."""
        answer = self._answer("rcpt")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd looks for
        """Answer to the text; "drop" cuts the connection instead."""
        answer = self._answer("data")
        assert isinstance(envelope.content, bytes)
        if answer.startswith("250"):
            self.raw.append(envelope.content)
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.SMTP))
            self.senders.append(str(envelope.mail_from))
        if answer == "drop":
            assert server.transport is not None
            server.transport.close()
        return answer


@contextmanager
def serving(postmaster: Postmaster, **options: Any) -> Iterator[int]:
    """A server on a free port; the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = Controller(postmaster, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def scripted(*answers: bytes | None) -> Iterator[tuple[int, list[bytes]]]:
    """A server that gives `answers` one after the other, and its port and what it was told.

    It reads a line after each, after 354 to DATA a whole text, of which the last line counts as told. None: it
    hangs up, and the rest is for the next connection. b"": it reads on without a word.
    """
    told: list[bytes] = []
    rest = list(answers)

    def talk() -> None:
        while rest:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines:
                while rest and (answer := rest.pop(0)) is not None:
                    connection.sendall(answer + b"\r\n" if answer else b"")
                    texts = b"DATA\r\n" in told[-1:] and b"354" in answer
                    line = lines.readline()
                    while texts and line not in (b".\r\n", b""):
                        line = lines.readline()
                    told.append(line)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)  # for a connection that never comes
        thread = threading.Thread(target=talk)
        thread.start()
        yield server.getsockname()[1], told
        thread.join()


@contextmanager
def plainly(port: int, **options: Any) -> Iterator[Smtp]:
    """The gateway without TLS, closed afterwards."""
    gateway = Smtp("127.0.0.1", port, "svar@svar.stevns.dk", tls="none", **options)
    try:
        yield gateway
    finally:
        gateway.close()


def certified(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate for `name` in `folder`, signed by itself, and its key."""
    made, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", "req", *options, *subject], check=True, capture_output=True)
    return made, key
