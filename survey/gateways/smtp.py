"""E-mail by SMTP submission (RFC 5321, 6409): TLS with a verified certificate, kept connections for many mails."""

import re
import smtplib
import ssl
from collections import deque
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import Literal

from survey.config import LOOPBACK
from survey.gateways import Letter, Outcome, Report, mail
from survey.gateways.bounces import DEAD, Bounces, Mailbox, Verp

PATIENCE = 30
"""Seconds to wait for the server before a call counts as unanswered."""
IDLE = 60
"""Seconds a connection is kept without a mail; servers close theirs after a few minutes."""
WAITING = 354
"""What a server answers to DATA when it waits for the text."""
GOODBYE = 421
"""What a server answers, whatever it was asked, when it is closing the connection (RFC 5321, 3.8)."""
SIGN_IN = (530, 534, 535, 538)
"""What a server answers when it does not know or believe who we are (RFC 4954, 6)."""
POLICY_REFUSALS = 5
"""After so many refusals by policy (5.7.x) in a row, whoever they were to, it is us who are refused."""

Tls = Literal["starttls", "implicit", "none"]
Step = Literal["mail", "rcpt", "data"]
"""What is asked of the server before it gets the text, in this order."""


class _Refused(Exception):  # noqa: N818 - an answer of the server's, not an error of ours
    """The server said no to a command before the text; the letter is surely not taken on."""

    def __init__(self, code: int, answer: bytes, *, step: Step) -> None:
        super().__init__(code)
        self.code = code
        self.outcome = _verdict(code, answer, step=step)


class _Goodbye(_Refused):
    """The server said that it is closing the connection: no word about the letter."""


class Smtp:
    """An SMTP server for submission; a connection for each of `at_once` letters, kept for many mails.

    `sender` is the address in From. `tls`: "starttls" (port 587), "implicit" (port 465), or "none", which is for
    a server on this machine only. `ca_file`: who may vouch for the server, where not the machine's own list.
    `user` empty: no sign-in. `reply_to`: the mailbox that people read. `unsubscribe_mailto`: a mailbox where
    somebody takes note of unsubscribing; "" when there is none. `verp`: the address bounces go to and the secret
    that signs it; without it they go to `sender`. `mailbox`: where `poll` reads those bounces; needs
    `verp`.

    No receipt says that a mail arrived, so `reports` is False: silence never makes a mail doubtful. Bounces come
    all the same.

    Raises ValueError for plaintext to anything but this machine, for an address that is not one, and for a mailbox
    without `verp`; OSError where `ca_file` cannot be read.
    """

    channels: tuple[str, ...] = ("email",)
    reports = False

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        name: str = "smtp",
        user: str = "",
        password: str = "",
        tls: Tls = "starttls",
        ca_file: str = "",
        trusted: ssl.SSLContext | None = None,
        reply_to: str = "",
        unsubscribe_mailto: str = "",
        verp: Verp | None = None,
        mailbox: Mailbox | None = None,
        at_once: int = 4,
        rate: float = 0.0,
    ) -> None:
        if tls == "none" and host not in LOOPBACK:
            raise ValueError("SMTP without TLS is only for a server on this machine")
        for address in filter(None, (sender, reply_to, unsubscribe_mailto)):
            if not mail.ADDRESS.fullmatch(address):
                raise ValueError("an address of ours is not one")
        if mailbox is not None and verp is None:
            raise ValueError("bounces can only be read where the envelope sender is signed")
        self.name, self.at_once, self.rate = name, at_once, rate
        self._host, self._port, self._sender = host, port, sender
        self._user, self._password = user, password
        self._way, self._tls = tls, trusted or verified(ca_file)
        self._reply_to, self._mailto, self._verp = reply_to, unsubscribe_mailto, verp
        self._bounces = Bounces(mailbox, verp) if mailbox is not None and verp is not None else None
        self._idle: deque[tuple[smtplib.SMTP, float]] = deque()
        self._by_policy = 0

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over. Until the text itself is sent every fault is a refusal, after that unknown.

        One refusal by policy may be about its recipient; the fifth in a row stops the gateway. Only the fifth, not
        all that follow: else one letter that is always refused could keep it stopped.
        """
        outcome = self._sent(letter)
        if outcome.word == "accepted":
            self._by_policy = 0
        elif outcome.by_policy:
            self._by_policy += 1
            return replace(outcome, stops=self._by_policy % POLICY_REFUSALS == 0)
        return outcome

    def _sent(self, letter: Letter) -> Outcome:
        try:
            text = mail.written(letter, self._sender, reply_to=self._reply_to, unsubscribe_mailto=self._mailto)
        except mail.WrongAddressError:
            return Outcome("refused", "adressen kan ikke bruges", permanent=True, dead=True)
        except ValueError:
            return Outcome("refused", "mailen kan ikke skrives", permanent=True)
        try:
            connection = self._ready(letter)
        except _Refused as refused:
            return refused.outcome
        except OSError as error:
            return _unreachable(error)
        return self._texted(connection, text)

    def poll(self) -> list[Report]:
        """What bounces say since the last `stored`; OSError when the mailbox cannot be read.

        What was read is filed by `stored` and not before: a worker that dies between the two reads it again, and
        the same bounce has the same event id.
        """
        return self._bounces.poll() if self._bounces is not None else []

    def stored(self) -> None:
        """The reports of the last `poll` are safe in the database: file the mails they came in."""
        if self._bounces is not None:
            self._bounces.stored()

    def close(self) -> None:
        """Say goodbye to the server, once nobody sends any more."""
        while self._idle:
            connection, _ = self._idle.pop()
            try:
                connection.quit()
            except OSError:
                connection.close()

    def _ready(self, letter: Letter) -> smtplib.SMTP:
        """A connection whose server waits for the text of `letter`. A kept one may have been closed: once anew.

        Until then nothing of the text has left, so that a second try never makes a second mail.
        """
        kept = self._kept()
        if kept is not None:
            with suppress(_Goodbye, OSError):
                return self._addressed(kept, letter)
        return self._addressed(self._opened(), letter)

    def _kept(self) -> smtplib.SMTP | None:
        """A connection nobody uses; None when there is none that was used lately."""
        with suppress(IndexError):  # a deque hands each of its items to one thread only
            while True:
                connection, used = self._idle.pop()
                if monotonic() - used < IDLE:
                    return connection
                connection.close()
        return None

    def _opened(self) -> smtplib.SMTP:
        # Named by our own domain: the machine's name is looked up for seconds where its DNS is slow.
        name = self._sender.rpartition("@")[2]
        if self._way == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, name, timeout=PATIENCE, context=self._tls
            )
        else:
            connection = smtplib.SMTP(self._host, self._port, name, timeout=PATIENCE)
        try:
            if self._way == "starttls":
                connection.starttls(context=self._tls)
            if self._user:
                connection.login(self._user, self._password)
            connection.ehlo_or_helo_if_needed()
        except BaseException:
            connection.close()
            raise
        return connection

    def _addressed(self, connection: smtplib.SMTP, letter: Letter) -> smtplib.SMTP:
        """`connection` when its server waits for the text. Raises _Refused, and OSError when it broke.

        All commands leave in one write where the server takes groups (PIPELINING, RFC 2920).
        """
        commands = self._envelope(connection, letter)
        steps = iter(commands)
        together = connection.has_extn("pipelining")
        try:
            if together:
                connection.send("".join(commands.values()))
            for step in steps:
                if not together:
                    connection.send(commands[step])
                _granted(*connection.getreply(), step=step)
        except (_Goodbye, OSError):
            connection.close()
            raise
        except _Refused as refused:
            self._withdrawn(connection, refused.code, unread=len(list(steps)) if together else 0)
            raise
        return connection

    def _envelope(self, connection: smtplib.SMTP, letter: Letter) -> dict[Step, str]:
        """The commands before the text. Bounces are asked to return no text (RFC 3461) where the server can.

        The text holds a link that answers for its owner; a bounce passes through strangers' hands.
        """
        sender = self._verp.sender(letter.reference) if self._verp is not None else self._sender
        of_mail = of_recipient = ""
        if connection.has_extn("dsn"):
            envid = f" ENVID={self._verp.signed(letter.reference)}" if self._verp is not None else ""
            of_mail, of_recipient = f" RET=HDRS{envid}", " NOTIFY=FAILURE"
        return {
            "mail": f"MAIL FROM:<{sender}>{of_mail}\r\n",
            "rcpt": f"RCPT TO:<{letter.to}>{of_recipient}\r\n",
            "data": "DATA\r\n",
        }

    def _withdrawn(self, connection: smtplib.SMTP, code: int, *, unread: int) -> None:
        """Make `connection` ready for the next letter after a refusal, or let go of it.

        Every command of a group has an answer of its own. One may be that the text is waited for although nobody
        is to get it: a lone dot ends that (RFC 2920, 3.1). Where the recipient was not refused the dot would be an
        empty mail, and only hanging up takes everything back.
        """
        codes = [code]
        try:
            codes += [connection.getreply()[0] for _ in range(unread)]
            if unread and codes[-1] == WAITING and codes[-2] >= 400:
                connection.send(".\r\n")
                connection.getreply()
                codes.pop()
        except OSError:
            connection.close()
            return
        # Only clear refusals: after anything else the next answer may belong to another command.
        if GOODBYE in codes or codes[0] < 400 or codes[-1] < 400:
            connection.close()
        else:
            self._reset(connection)

    def _texted(self, connection: smtplib.SMTP, text: bytes) -> Outcome:
        """What became of `text` on a `connection` whose server waits for it."""
        try:
            # Text and end in one write. Its first line is a header, all others follow a CRLF.
            connection.send(text.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code, answer = connection.getreply()
        except OSError as error:
            connection.close()
            return Outcome("unknown", f"forbindelsen blev afbrudt ({type(error).__name__})")
        if 200 <= code < 300:
            self._idle.append((connection, monotonic()))
            return Outcome("accepted", provider_id=_queue_id(answer))
        if code < 400 or code == GOODBYE:
            connection.close()
        else:
            self._reset(connection)
        return _verdict(code, answer, step="data") if code >= 400 else Outcome("unknown", "uforståeligt svar")

    def _reset(self, connection: smtplib.SMTP) -> None:
        """Make `connection` ready for the next letter, or let go of it."""
        try:
            code, _ = connection.rset()
        except OSError:
            code = GOODBYE
        # Anything but a yes may be the answer to something else.
        if 200 <= code < 300:
            self._idle.append((connection, monotonic()))
        else:
            connection.close()


def verified(ca_file: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer to a server whose certificate `ca_file`, or else the machine's own list, vouches for."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _granted(code: int, answer: bytes, *, step: Step) -> None:
    if code == GOODBYE:
        raise _Goodbye(code, answer, step=step)
    if not (code == WAITING if step == "data" else 200 <= code < 300):
        raise _Refused(code, answer, step=step)


def _verdict(code: int, answer: bytes, *, step: Step) -> Outcome:
    """What a refusal means, by its code, its enhanced status (RFC 3463) and the step it came at.

    About the sender or the sign-in: the account is meant. 5.7 is policy and may be our own set-up: for now. Any
    other 5xx about the recipient or the text is for good, and says that the address is dead when it says so.
    """
    found = re.match(rb"[245]\.\d{1,3}\.\d{1,3}\b", answer)
    status = found[0].decode() if found else ""
    detail = f"SMTP {code} {status}".rstrip()
    if code in SIGN_IN or (step == "mail" and code >= 500):
        return Outcome("refused", detail, stops=True)
    if code < 500 or status.startswith("5.7."):
        return Outcome("refused", detail, by_policy=status.startswith("5.7."))
    bare = step == "rcpt" and not status and code in (550, 551, 553)
    return Outcome("refused", detail, permanent=True, dead=status in DEAD or bare)


def _unreachable(error: OSError) -> Outcome:
    """No connection, or none we may use: a server that cannot prove itself, or does not know us, stops all."""
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return Outcome("refused", f"login afvist (SMTP {error.smtp_code})", stops=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome("refused", "serveren tilbyder ikke STARTTLS eller login", stops=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Outcome("refused", "serverens certifikat kan ikke bekræftes", stops=True)
    return Outcome("refused", f"ingen forbindelse ({type(error).__name__})", unreached=True)


def _queue_id(answer: bytes) -> str:
    """What the server calls the mail in its own log, where it says so as Postfix and Exim do; else ""."""
    found = re.search(rb"(?:queued as |id=)([0-9A-Za-z-]{4,40})", answer)
    return found[1].decode() if found else ""
