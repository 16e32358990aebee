"""E-mail by SMTP (RFC 5321, 6409): STARTTLS with a verified certificate, one connection for many mails."""

import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from survey.gateways import Letter, Outcome

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 30
"""Seconds to wait for the server before a call counts as unanswered."""
GOODBYE = 421
"""What a server answers, whatever it was asked, when it is closing the connection (RFC 5321, 3.8)."""


class _Refused(Exception):  # noqa: N818 - an answer of the server's, not an error of ours
    """The server said no with `code`; the letter is surely not taken on."""

    def __init__(self, code: int, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.outcome = Outcome("refused", f"SMTP {code}", permanent=permanent)


class Smtp:
    """An SMTP server. Raises ValueError for a plaintext connection to anything but this machine."""

    name = "smtp"
    channels: tuple[str, ...] = ("email",)
    reports = False
    at_once = 1
    rate = 0.0

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        user: str = "",
        password: str = "",
        plaintext: bool = False,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        if plaintext and host not in LOOPBACK:
            raise ValueError("SMTP without TLS is only for a server on this machine")
        self._host, self._port, self._sender = host, port, sender
        self._user, self._password = user, password
        self._tls = None if plaintext else trusted or ssl.create_default_context()
        self._connection: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over. Until the text itself is sent every fault is a refusal, after that unknown.

        Only a 5xx answer about the recipient or the text is permanent: anything else may be our own set-up.
        """
        try:
            text = _written(letter, self._sender)
        except (MessageError, ValueError, IndexError):
            return Outcome("refused", "adressen kan ikke bruges", permanent=True)
        try:
            connection = self._envelope(letter.to)
        except _Refused as refused:
            return self._after(refused.outcome)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome("refused", f"ingen forbindelse ({type(error).__name__})")
        try:
            code, _ = connection.data(text)
        except smtplib.SMTPDataError as refused_before_the_text:
            code = refused_before_the_text.smtp_code
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome("unknown", f"forbindelsen blev afbrudt ({type(error).__name__})")
        return Outcome("accepted") if code == 250 else self._after(_verdict(code))

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self._drop()
            self._connection = None

    def _envelope(self, to: str) -> smtplib.SMTP:
        """A connection on which sender and recipient are accepted. A kept one may have been closed: once anew."""
        if self._connection is not None:
            try:
                return self._addressed(self._connection, to)
            except _Refused as refused:
                if refused.code != GOODBYE:
                    raise
            except (OSError, smtplib.SMTPServerDisconnected):
                pass
            self._drop()
        self._connection = self._opened()
        return self._addressed(self._connection, to)

    def _opened(self) -> smtplib.SMTP:
        connection = smtplib.SMTP(self._host, self._port, timeout=PATIENCE)
        try:
            if self._tls is not None:
                connection.starttls(context=self._tls)
            if self._user:
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _addressed(self, connection: smtplib.SMTP, to: str) -> smtplib.SMTP:
        connection.ehlo_or_helo_if_needed()
        code, _ = connection.mail(self._sender)
        if code != 250:
            raise _Refused(code, permanent=False)
        code, _ = connection.rcpt(to)
        if code not in (250, 251):
            raise _Refused(code, permanent=code >= 500)
        return connection

    def _after(self, refused: Outcome) -> Outcome:
        """`refused`, with the connection made ready for the next letter, or dropped."""
        if self._connection is not None:
            try:
                self._connection.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        return refused

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _verdict(code: int) -> Outcome:
    return _Refused(code, permanent=code >= 500).outcome


def _written(letter: Letter, sender: str) -> bytes:
    """The mail as sent. Raises ValueError for an address or a name that would break a header."""
    if not letter.to.isascii():
        raise ValueError("an address with other letters than ASCII needs SMTPUTF8")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(letter.sender, addr_spec=sender)
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = letter.subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{letter.reference}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "da"
    mail.set_content(letter.body, cte="quoted-printable")
    return mail.as_bytes()
