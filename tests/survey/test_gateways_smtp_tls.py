"""SMTP and TLS: nothing is sent to a server that cannot prove who it is, and never in the clear."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from survey.gateways import Outcome
from survey.gateways.smtp import Smtp, verified
from tests.survey.mailing import LETTER, Postmaster, certified, serving


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    return certified(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def demanding(server_tls: ssl.SSLContext) -> dict[str, Any]:
    """A server that demands STARTTLS, and a login over it."""

    def known(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1] == LoginPassword(b"svar", b"hemmelig"), handled=False)

    return {"tls_context": server_tls, "require_starttls": True, "authenticator": known, "auth_required": True}


def sent(port: int, **options: Any) -> Outcome:
    """What becomes of one letter."""
    gateway = Smtp("localhost", port, "svar@x.dk", **options)
    try:
        return gateway.send(LETTER)
    finally:
        gateway.close()


def test_starttls_and_a_login(demanding: dict[str, Any], certificate: tuple[Path, Path]) -> None:
    """STARTTLS first, then a login over it; a wrong password is about the account and stops it."""
    postmaster = Postmaster()
    trusting = {"ca_file": str(certificate[0]), "user": "svar"}
    with serving(postmaster, **demanding) as port:
        assert sent(port, password="hemmelig", **trusting).word == "accepted"
        wrong = sent(port, password="forkert", **trusting)
    assert wrong == Outcome("refused", "login afvist (SMTP 535)", stops=True)
    assert len(postmaster.mails) == 1


def test_implicit_tls(server_tls: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    """Port 465's way: TLS from the first byte, verified as well."""
    postmaster = Postmaster()
    with serving(postmaster, ssl_context=server_tls) as port:
        assert sent(port, tls="implicit", ca_file=str(certificate[0])).word == "accepted"
        assert sent(port, tls="implicit").stops is True
    assert len(postmaster.mails) == 1


def test_a_certificate_nobody_vouches_for_is_refused(server_tls: ssl.SSLContext) -> None:
    """Nothing is sent to whoever cannot prove who he is; an administrator has to look."""
    postmaster = Postmaster()
    with serving(postmaster, tls_context=server_tls) as port:
        outcome = sent(port)
    assert outcome == Outcome("refused", "serverens certifikat kan ikke bekræftes", stops=True)
    assert postmaster.mails == []


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    """The name of the server counts, not only who vouches for it."""
    made, key = certified(tmp_path, "mail.stevns.dk")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    postmaster = Postmaster()
    with serving(postmaster, tls_context=context) as port:
        assert sent(port, ca_file=str(made)).detail == "serverens certifikat kan ikke bekræftes"
    assert postmaster.mails == []


def test_tls_before_1_2_is_never_spoken(server_tls: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    """A server that knows nothing newer is no server for us."""
    assert verified().minimum_version == ssl.TLSVersion.TLSv1_2
    with pytest.warns(DeprecationWarning):
        server_tls.maximum_version = ssl.TLSVersion.TLSv1_1
    postmaster = Postmaster()
    with serving(postmaster, tls_context=server_tls) as port:
        assert sent(port, ca_file=str(certificate[0])).detail.startswith("ingen forbindelse")
    assert postmaster.mails == []


def test_a_server_without_tls_is_refused() -> None:
    """No fall-back to plaintext."""
    postmaster = Postmaster()
    with serving(postmaster) as port:
        outcome = sent(port)
    assert outcome == Outcome("refused", "serveren tilbyder ikke STARTTLS eller login", stops=True)
    assert postmaster.mails == []
