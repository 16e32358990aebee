"""The client that all web gateways share: TLS, kept connections, waiting, sizes."""

import ssl
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from survey.gateways import Outcome
from survey.gateways.gatewayapi import GatewayApi
from survey.gateways.web import LONGEST_WAIT, Answer, Client, as_object, wait
from tests.providers.contract import letter
from tests.providers.gatewayapi import GatewayApiProvider
from tests.providers.provider import Call
from tests.survey.mailing import certified


@pytest.fixture
def provider() -> Iterator[GatewayApiProvider]:
    """A provider on loopback."""
    with GatewayApiProvider() as playing:
        yield playing


def gateway(provider: GatewayApiProvider, address: str = "", trusted: ssl.SSLContext | None = None) -> GatewayApi:
    """A gateway for `provider`."""
    return GatewayApi("sms", provider.token, address=address or provider.url, trusted=trusted)


def test_many_letters_share_a_kept_connection(provider: GatewayApiProvider) -> None:
    """One connection for letters one after another; after closing, a new one."""
    sms = gateway(provider)
    assert {"accepted"} == {sms.send(letter(f"1-{n}-1")).word for n in range(5)}
    assert (provider.requests, provider.connections) == (5, 1)
    sms.close()
    assert sms.send(letter("1-9-1")).word == "accepted"
    assert provider.connections == 2
    sms.close()


def test_a_kept_connection_the_provider_has_closed_is_opened_anew(provider: GatewayApiProvider) -> None:
    """Without a doubt about the letter: nothing of it had left."""
    sms = gateway(provider)
    assert sms.send(letter("1-1-1")).word == "accepted"
    provider.hang_up()
    assert sms.send(letter("1-2-1")).word == "accepted"
    assert (len(provider.accepted), provider.connections) == (2, 2)
    sms.close()


def test_a_refusal_leaves_the_connection_for_the_next_letter(provider: GatewayApiProvider) -> None:
    """An answer that was read to its end."""
    provider.behave = lambda reference: "number" if reference == "1-1-1" else "ok"
    sms = gateway(provider)
    assert [sms.send(letter(f"1-{n}-1")).word for n in (1, 2)] == ["refused", "accepted"]
    assert provider.connections == 1
    sms.close()


def test_threads_have_a_connection_each(provider: GatewayApiProvider) -> None:
    """As many letters on the way as there are threads, none lost or mixed up."""
    sms = gateway(provider)
    words: list[str] = []

    def work(start: int) -> None:
        words.extend(sms.send(letter(f"1-{start + n}-1")).word for n in range(10))

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sms.close()
    assert ({"accepted"}, 40) == (set(words), len(provider.accepted))
    assert provider.connections <= 4


@pytest.fixture
def secured(provider: GatewayApiProvider, tmp_path: Path) -> tuple[str, Path]:
    """The provider's address by TLS, and who vouches for it."""
    certificate, key = certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server: ThreadingHTTPServer = provider._server
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return f"https://localhost:{provider.port}", certificate


def test_tls_with_a_certificate_somebody_vouches_for(
    secured: tuple[str, Path], provider: GatewayApiProvider
) -> None:
    """TLS 1.2 at least, whoever vouches."""
    trusted = ssl.create_default_context(cafile=str(secured[1]))
    trusted.minimum_version = ssl.TLSVersion.TLSv1_3
    sms = gateway(provider, secured[0], trusted)
    assert sms.send(letter("1-2-1")).word == "accepted"
    assert ssl.TLSVersion.TLSv1_2 == trusted.minimum_version
    sms.close()


def test_a_certificate_nobody_vouches_for_stops_the_gateway(
    secured: tuple[str, Path], provider: GatewayApiProvider
) -> None:
    """Nothing has left: neither the letter nor the key."""
    sms = gateway(provider, secured[0])
    outcome = sms.send(letter("1-2-1"))
    assert Outcome("refused", "udbyderens certifikat kan ikke bekræftes", stops=True) == outcome
    assert provider.requests == 0
    sms.close()


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (120, "120"),
        (0, "0"),
        (LONGEST_WAIT, "99999999999999999999"),
        (None, ""),
        (None, "-1"),
        (None, "soon"),
        (None, "１２"),
        (0, formatdate(0, usegmt=True)),
        (LONGEST_WAIT, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_how_long_a_provider_asks_us_to_wait(expected: int | None, given: str) -> None:
    """Seconds or a date, a day at most; what cannot be read is no wish."""
    assert expected == wait(given)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"7", b"[" * 100_000])
def test_what_is_no_object_is_an_empty_one(body: bytes) -> None:
    """Whatever an answer holds, reading it raises nothing."""
    assert {} == Answer(200, body).json() == as_object(body)


def test_a_get_without_an_answer_is_none(provider: GatewayApiProvider) -> None:
    """And one with an answer is it, whatever its status."""
    client = Client(provider.url, {})
    answer = client.get("/mobile/single")
    assert answer is not None
    assert answer.status == 405
    provider.stop()
    client.close()
    assert client.get("/mobile/single") is None


def test_a_receipt_can_be_posted_to_an_address(provider: GatewayApiProvider) -> None:
    """What the fault runs do: the provider as a client of ours."""
    assert provider.post(Call({}, b"{}", "tail"), provider.url + "/kvittering/sms") == 404
