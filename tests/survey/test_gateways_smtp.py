"""SMTP against a real server on this machine: TLS, one connection, and the outcome of every answer."""

import asyncio
import email
import email.policy
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from survey.gateways import Letter, Outcome
from survey.gateways.smtp import Smtp

LETTER = Letter(
    "1-2-1",
    "email",
    "anne@borger.dk",
    "Lyngby-Taarbæk Kommune",
    "Hvordan gik din samtale?",
    "Hej Åse\n\n.\nhttps://x.dk\n",
)


class Postmaster:
    """What the server does: fixed answers by step, and the mails it took on."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.mails: list[EmailMessage] = []
        self.sessions: set[int] = set()

    def _answer(self, step: str) -> str:
        # An answer is used once, so that the next letter meets an ordinary server.
        return self.answers.pop(step, "250 OK")

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer to MAIL FROM; "again" is that of a session's second mail, after which the server hangs up."""
        again = id(session) in self.sessions and "again" in self.answers
        self.sessions.add(id(session))
        envelope.mail_from = address
        if again:
            assert server.transport is not None
            asyncio.get_running_loop().call_soon(server.transport.close)
        return self._answer("again" if again else "mail")

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
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
            self.mails.append(parsed)
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
def plainly(port: int, **options: Any) -> Iterator[Smtp]:
    """The gateway without TLS, closed afterwards."""
    gateway = Smtp("127.0.0.1", port, "svar@svar.stevns.dk", plaintext=True, **options)
    try:
        yield gateway
    finally:
        gateway.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", "req", *options, *subject], check=True, capture_output=True)
    return made, key


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """A client that trusts the certificate of this test."""
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_a_mail_arrives_with_its_headers() -> None:
    """From with the municipality's name, a Message-ID and date of our own, marked as automatic, text intact."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port) as gateway:
        assert Outcome("accepted") == gateway.send(LETTER)
    (mail,) = postmaster.mails
    assert mail["From"] == "Lyngby-Taarbæk Kommune <svar@svar.stevns.dk>"
    assert (mail["To"], mail["Subject"]) == ("anne@borger.dk", "Hvordan gik din samtale?")
    assert mail["Message-ID"] == "<1-2-1@svar.stevns.dk>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]).year >= 2026
    assert mail.get_content().splitlines() == LETTER.body.splitlines()


def test_many_mails_share_one_connection() -> None:
    """Three letters, one session."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port) as gateway:
        outcomes = {gateway.send(replace(LETTER, reference=f"1-{n}-1")).word for n in range(3)}
    assert (outcomes, len(postmaster.mails), len(postmaster.sessions)) == ({"accepted"}, 3, 1)


@pytest.mark.parametrize(
    ("expected", "answers"),
    [
        (Outcome("refused", "SMTP 550", permanent=True), {"rcpt": "550 5.1.1 anne@borger.dk unknown"}),
        (Outcome("refused", "SMTP 451"), {"rcpt": "451 4.7.1 greylisted"}),
        (Outcome("refused", "SMTP 553"), {"mail": "553 5.7.1 sender not allowed"}),
        (Outcome("refused", "SMTP 421"), {"mail": "421 4.3.2 closing"}),
        (Outcome("refused", "SMTP 554", permanent=True), {"data": "554 5.6.0 rejected"}),
        (Outcome("refused", "SMTP 452"), {"data": "452 4.3.1 full"}),
    ],
)
def test_an_answer_of_the_server_is_a_refusal_and_the_next_mail_goes_through(
    expected: Outcome, answers: dict[str, str]
) -> None:
    """5xx about recipient or text is permanent, the rest is for now; the reason names nobody."""
    postmaster = Postmaster(**answers)
    with serving(postmaster) as port, plainly(port) as gateway:
        assert expected == gateway.send(LETTER)
        assert gateway.send(LETTER).word == "accepted"
    assert len(postmaster.mails) == 1


def test_a_connection_cut_after_the_text_leaves_doubt() -> None:
    """Nobody can tell; the next letter gets a new connection."""
    postmaster = Postmaster(data="drop")
    with serving(postmaster) as port, plainly(port) as gateway:
        assert gateway.send(LETTER).word == "unknown"
        assert gateway.send(LETTER).word == "accepted"


def test_no_server_is_a_refusal_for_now() -> None:
    """Connection refused: surely not sent."""
    with serving(Postmaster()) as port:
        pass
    with plainly(port) as gateway:
        outcome = gateway.send(LETTER)
    assert (outcome.word, outcome.permanent) == ("refused", False)


def test_a_kept_connection_the_server_has_closed_is_opened_anew() -> None:
    """After a restart of the server the next letter goes through."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port) as gateway:
        assert gateway.send(LETTER).word == "accepted"
        assert gateway._connection is not None
        gateway._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # it is connected
        assert gateway.send(LETTER).word == "accepted"
        gateway._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # a goodbye nobody hears
    assert len(postmaster.sessions) == 2


@pytest.mark.parametrize("answer", ["421 4.4.2 timed out", "451 4.3.0 try later"])
def test_a_server_that_says_goodbye_on_a_kept_connection_is_called_again(answer: str) -> None:
    """421 means that it closes; another answer is about the letter, and only the next one goes through."""
    postmaster = Postmaster(again=answer)
    with serving(postmaster) as port, plainly(port) as gateway:
        outcomes = [gateway.send(LETTER).word for _ in range(3)]
    assert outcomes == ["accepted", "accepted" if answer.startswith("421") else "refused", "accepted"]
    assert len(postmaster.sessions) == 2


@pytest.mark.parametrize("to", ["åse@borger.dk", "a@b.dk\nBcc: x@y.dk", "", "no address", "<>"])
def test_an_address_that_cannot_be_used_is_refused_for_good(to: str) -> None:
    """No server is even asked, and no header can be smuggled in."""
    with plainly(1) as gateway:
        assert Outcome("refused", "adressen kan ikke bruges", permanent=True) == gateway.send(
            replace(LETTER, to=to)
        )


def test_a_line_break_in_a_name_or_subject_never_becomes_a_header() -> None:
    """Refused before anything is sent."""
    with plainly(1) as gateway:
        for letter in (replace(LETTER, sender="A\r\nBcc: x@y.dk"), replace(LETTER, subject="A\nBcc: x@y.dk")):
            assert gateway.send(letter).permanent is True


def test_tls_with_a_trusted_certificate(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """STARTTLS, then a login over it, on a server that demands both."""
    postmaster = Postmaster()

    def known(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1] == LoginPassword(b"svar", b"hemmelig"), handled=False)

    demands = {"tls_context": server_tls, "require_starttls": True, "authenticator": known, "auth_required": True}
    with serving(postmaster, **demands) as port:
        gateway = Smtp("localhost", port, "svar@x.dk", user="svar", password="hemmelig", trusted=trusting)
        assert gateway.send(LETTER).word == "accepted"
        gateway.close()
        wrong = Smtp("localhost", port, "svar@x.dk", user="svar", password="forkert", trusted=trusting)
        assert wrong.send(LETTER) == Outcome("refused", "ingen forbindelse (SMTPAuthenticationError)")
    assert len(postmaster.mails) == 1


def test_a_certificate_nobody_vouches_for_is_refused(server_tls: ssl.SSLContext) -> None:
    """Nothing is sent to whoever cannot prove who he is."""
    postmaster = Postmaster()
    with serving(postmaster, tls_context=server_tls) as port:
        outcome = Smtp("localhost", port, "svar@x.dk").send(LETTER)
    assert outcome == Outcome("refused", "ingen forbindelse (SSLCertVerificationError)")
    assert postmaster.mails == []


def test_a_server_without_tls_is_refused() -> None:
    """No fall-back to plaintext."""
    postmaster = Postmaster()
    with serving(postmaster) as port:
        outcome = Smtp("localhost", port, "svar@x.dk").send(LETTER)
    assert (outcome.word, outcome.permanent, postmaster.mails) == ("refused", False, [])


def test_plaintext_is_only_for_this_machine() -> None:
    """A setting for tests and local relays, never for the network."""
    with pytest.raises(ValueError, match="only for a server on this machine"):
        Smtp("mail.x.dk", 25, "svar@x.dk", plaintext=True)


def test_closing_without_a_connection_is_nothing() -> None:
    """A gateway never used has nothing to let go of."""
    Smtp("localhost", 25, "svar@x.dk").close()
