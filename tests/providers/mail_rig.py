"""The rig of smtp: the gateway against a real mail server that demands STARTTLS and a login."""

import asyncio
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any
from unittest import mock

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from survey.gateways import Letter, Outcome, Report, smtp
from tests.providers.contract import CYRILLIC, TEXT, Kind
from tests.survey.mailing import Postmaster, certified, serving

QUICK = 0.3
"""Seconds the gateway waits for an answer that never comes."""
ANSWERS = {
    "number": {"rcpt": "550 5.1.1 no such mailbox"},
    "busy": {"rcpt": "451 4.7.1 greylisted"},
    "text": {"data": "554 5.6.0 rejected"},
    "sender": {"mail": "553 5.7.1 sender not allowed"},
    "dropped": {"data": "drop"},
    "garbage": {"data": "350 what?"},
}
"""Shape → what the server answers at which step."""


class Slow(Postmaster):
    """A server that takes a mail on and never says so."""

    def __init__(self) -> None:
        super().__init__()
        self.released = Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd looks for
        """Take the mail on, and answer only when the test is over."""
        answer = await super().handle_DATA(server, session, envelope)
        while not self.released.is_set():
            await asyncio.sleep(0.01)
        return answer


class MailRig:
    """A mail server and the gateway for it."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def send(self, shape: str) -> tuple[Outcome, int]:
        """Send one mail that meets `shape`."""
        postmaster = Slow() if shape == "slow" else Postmaster(groups=True, **ANSWERS.get(shape, {}))
        body = CYRILLIC if shape == "another alphabet" else TEXT
        to = "ingen adresse" if shape == "no number" else "anne@borger.dk"
        sending = Letter("1-2-1", "email", to, "Stevns Kommune", "Hvordan gik din samtale?", body)
        with ExitStack() as stack:
            port = stack.enter_context(serving(postmaster, **_server(shape)))
            if shape == "nobody listens":
                port = 1
            if isinstance(postmaster, Slow):
                stack.enter_context(mock.patch.object(self.module, "PATIENCE", QUICK))
                stack.callback(postmaster.released.set)
            outcome = self._sent(port, shape, sending)
        for mail in postmaster.mails:
            part = mail.get_body(("plain",))
            assert part is not None
            assert part.get_content().strip() == body, "the text was changed"
        # A mail whose answer was "drop" or nonsense was handed over in full all the same.
        return outcome, len(postmaster.mails)

    def _sent(self, port: int, shape: str, sending: Letter) -> Outcome:
        trusted = "" if shape == "unknown certificate" else str(_certificate()[0])
        password = "forkert" if shape == "wrong credentials" else "hemmelig"
        gateway = self.module.Smtp(
            "localhost", port, "svar@svar.stevns.dk", user="svar", password=password, ca_file=trusted
        )
        try:
            outcome: Outcome = gateway.send(sending)
        finally:
            gateway.close()
        return outcome

    def receive(self, shape: str) -> list[Report]:
        """Bounces have tests of their own."""
        raise NotImplementedError(shape)


def _server(shape: str) -> dict[str, Any]:
    """What the server demands: STARTTLS and a login."""
    if shape == "without TLS":
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate())

    def known(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1] == LoginPassword(b"svar", b"hemmelig"), handled=False)

    return {"tls_context": context, "require_starttls": True, "authenticator": known, "auth_required": True}


@cache
def _certificate() -> tuple[Path, Path]:
    """A certificate for localhost and its key, made once."""
    return certified(Path(tempfile.mkdtemp(prefix="tilfreds-cert-")))


@contextmanager
def _rigged(module: ModuleType | None) -> Iterator[MailRig]:
    yield MailRig(module or smtp)


KIND = Kind("smtp", _rigged)
