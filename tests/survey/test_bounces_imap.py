"""Bounces in an IMAP account: read over verified TLS, moved, never expunged."""

import ssl
from pathlib import Path

import pytest

from survey.gateways.bounces import LARGEST, Bounces, reports
from survey.gateways.mailboxes import Imap
from tests.survey.imap_server import ImapServer, imap_serving
from tests.survey.mailing import VERP, certified

SAMPLES = Path(__file__).parent.parent / "data" / "dsn"


def sample(name: str) -> bytes:
    """The bounce `name` of the mail 1-2-1, as IMAP gives it."""
    text = (SAMPLES / f"{name}.eml").read_text("utf-8").replace("@VERP@", VERP.sender("1-2-1"))
    return text.replace("@SIGNED@", VERP.signed("1-2-1")).replace("\n", "\r\n").encode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    return certified(tmp_path_factory.mktemp("imap"))


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize("can_move", [True, False])
def test_a_bounce_is_read_and_filed(
    *, tls: ssl.SSLContext, certificate: tuple[Path, Path], can_move: bool
) -> None:
    """By MOVE, or by a copy and a deleted mark that is passed over the next time; what is no bounce goes aside."""
    server = ImapServer(
        {1: sample("gmail_unknown"), 2: sample("out_of_office"), 9: b"x" * (LARGEST + 1)}, can_move
    )
    with imap_serving(server, tls) as port:
        mailbox = Imap("localhost", "retur", "hemmelig", port=port, ca_file=str(certificate[0]))
        bounces = Bounces(mailbox, VERP)
        assert bounces.poll() == reports(sample("gmail_unknown"), VERP)
        assert server.folders == {"aside": [2, 9]}
        bounces.stored()
        assert bounces.poll() == []
    assert server.folders == {"aside": [2, 9], "read": [1]}
    assert set(server.inbox) - server.deleted == set()


def test_mails_numbered_anew_are_left_where_they_are(tls: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    """The numbers we know may be other mails by now (RFC 3501, 2.3.1.1)."""
    server = ImapServer({1: sample("gmail_unknown")})
    with imap_serving(server, tls) as port:
        bounces = Bounces(Imap("localhost", "retur", "x", port=port, ca_file=str(certificate[0])), VERP)
        bounces.poll()
        server.validity = 8
        bounces.stored()
    assert (list(server.inbox), server.folders) == ([1], {})


def test_a_mail_that_could_not_be_copied_stays(tls: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    """Marked as deleted only once the copy is there."""
    server = ImapServer({1: sample("gmail_unknown")}, can_move=False, refuses=("UID COPY",))
    with imap_serving(server, tls) as port:
        bounces = Bounces(Imap("localhost", "retur", "x", port=port, ca_file=str(certificate[0])), VERP)
        bounces.poll()
        bounces.stored()
    assert (list(server.inbox), server.deleted) == ([1], set())


@pytest.mark.parametrize("refused", ["LOGIN", "SELECT"])
def test_a_mailbox_that_cannot_be_opened_is_an_error(
    tls: ssl.SSLContext, certificate: tuple[Path, Path], refused: str
) -> None:
    """Never taken for an empty one; the error does not repeat what the server said."""
    with imap_serving(ImapServer({}, refuses=(refused,)), tls) as port:
        mailbox = Imap("localhost", "retur", "x", port=port, ca_file=str(certificate[0]))
        with pytest.raises(OSError, match=r"IMAP: error|cannot be opened"):
            mailbox.read(1)


def test_a_mailbox_nobody_vouches_for_is_an_error(tls: ssl.SSLContext) -> None:
    """The password is not given to a server that cannot prove who it is."""
    with imap_serving(ImapServer({}), tls) as port, pytest.raises(ssl.SSLCertVerificationError):
        Imap("localhost", "retur", "x", port=port).read(1)
