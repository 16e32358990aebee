"""The gateways and the examples their providers publish: requests, answers and receipts as in the sources."""

import json
from typing import Any

import jwt
import pytest

from survey.gateways import (
    Credit,
    ForgedError,
    Report,
    UnreadableError,
    gatewayapi,
    gatewayapi_rest,
    link,
)
from survey.gateways.gatewayapi_codes import refusal, report
from survey.gateways.gatewayapi_rest import GatewayApiRest
from survey.gateways.inmobile import InMobile
from tests.providers.contract import letter
from tests.providers.gatewayapi import GatewayApiProvider
from tests.providers.gatewayapi_rest import GatewayApiRestProvider
from tests.providers.inmobile import InMobileProvider
from tests.providers.provider import FIXTURES
from tests.providers.rigs import WEB_KINDS, WebRig


def fixture(kind: str) -> dict[str, Any]:
    """The examples of `kind`."""
    found: dict[str, Any] = json.loads((FIXTURES / f"{kind}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_every_example_names_its_source(kind: str) -> None:
    """Of the request, of the refusals and of the receipts."""
    assert {"send", "refused", "receipt"} == set(fixture(kind)["sources"])


@pytest.mark.parametrize("kind", WEB_KINDS)
def test_a_request_has_the_fields_and_types_of_the_example(kind: str) -> None:
    """No field more, none less, and every value of the example's type."""
    example = fixture(kind)["send"]["body"]
    example = example["messages"][0] if kind == "inmobile" else example
    with WEB_KINDS[kind].rig(None) as rig:
        assert isinstance(rig, WebRig)
        rig.send("ok")
        (sent,) = rig.provider.accepted["1-2-1"]
    assert {key: type(value) for key, value in example.items()} == {
        key: type(value) for key, value in sent.items()
    }


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_the_sample_token_of_a_public_client_is_read() -> None:
    """Its secret is "secret", its reference "a reference"; its code is no code."""
    example = fixture("gatewayapi_rest")["receipt"]
    found = gatewayapi_rest.read_receipt(example["secret"], example["headers"], b"whatever", "")
    assert [Report("2381703-DELIVERED", "a reference", "delivered")] == found


def test_the_sample_delivery_report_of_link_is_read() -> None:
    """Result code 1001 of the operator Telenor."""
    body = json.dumps(fixture("link")["receipt"]["body"]).encode()
    assert [Report("Dcshuhod0PMAAAFQ+/PbnR3x-1001", "0", "delivered")] == link.read_receipt("s", {}, body, "s")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_may_be_signed_with_three_algorithms(algorithm: str) -> None:
    """Those the provider's clients take, however short the secret is."""
    token = jwt.encode({"id": 7, "status": "DELIVERED"}, "k" * 64, algorithm=algorithm)
    assert len(gatewayapi_rest.read_receipt("k" * 64, {"x-gwapi-signature": token}, b"", "")) == 1


@pytest.mark.parametrize(
    "payload", [{"id": True, "status": "SKIPPED"}, {"id": 7}, {"id": 7, "status": 1}, {"id": {}}]
)
def test_a_signed_token_of_another_shape_is_unreadable(payload: dict[str, Any]) -> None:
    """The signature is right, the notification is none."""
    token = jwt.encode(payload, "k" * 64, algorithm="HS256")
    with pytest.raises(UnreadableError):
        gatewayapi_rest.read_receipt("k" * 64, {"X-Gwapi-Signature": token}, b"", "")


@pytest.mark.parametrize("token", ["a.b.c", "æ", "..", "eyJhbGciOiJIUzI1NiJ9.W10.x"])
def test_what_is_no_token_is_forged(token: str) -> None:
    """Nothing is read of it."""
    with pytest.raises(ForgedError):
        gatewayapi_rest.read_receipt("k" * 64, {"X-Gwapi-Signature": token}, b"", "")


@pytest.mark.parametrize("signature", ["v1=", "v1=æ", "v2=00", "00"])
def test_a_signature_in_another_shape_is_forged(signature: str) -> None:
    """Letters outside ASCII raise nothing else."""
    with pytest.raises(ForgedError) as forged:
        gatewayapi.read_receipt("secret", {"Signature": signature}, b"{}", "")
    assert forged.value.status == 403


STATUS = {"status": "DELIVERED"}
EVENTS: list[tuple[object, object]] = [("e", None), ("e", []), ("e", {}), ("e", {"status": 7})]
EVENTS += [(None, STATUS), ("", STATUS), (7, STATUS)]


@pytest.mark.parametrize(("event_id", "event"), EVENTS)
def test_a_status_event_without_a_status_or_an_id_is_unreadable(event_id: object, event: object) -> None:
    """Signed, but no SMS status; without an id every event would be a repeat of the last."""
    with GatewayApiProvider() as provider:
        envelope = {"event_type": "message.status.sms", "event_id": event_id, "event": event}
        call = provider.signed(json.dumps(envelope).encode())
    with pytest.raises(UnreadableError):
        gatewayapi.read_receipt(provider.secret, call.headers, call.body, "")


@pytest.mark.parametrize(
    ("expected", "status", "code"),
    [
        ((True, True, False), "UNDELIVERABLE", "0x1010"),
        ((True, True, False), "UNDELIVERABLE", "0x1060"),
        ((True, True, False), "UNDELIVERABLE", "0x1063"),
        ((True, True, False), "EXPIRED", "0x1084"),
        ((False, False, False), "UNDELIVERABLE", "0x1013"),
        ((False, False, False), "UNDELIVERABLE", "0x102a"),
        ((False, False, False), "UNDELIVERABLE", "0x1091"),
        ((False, False, False), "UNDELIVERABLE", "0x1009"),
        ((False, False, False), "EXPIRED", ""),
        ((True, False, False), "UNDELIVERABLE", "0x1011"),
        ((True, False, False), "REJECTED", "not hexadecimal"),
        ((True, False, False), "SKIPPED", ""),
        ((False, False, True), "REJECTED", "0x1903"),
        ((False, False, True), "REJECTED", "0x1904"),
    ],
)
def test_what_a_delivery_error_means(expected: tuple[bool, bool, bool], status: str, code: str) -> None:
    """Permanent, dead, stops: by the lists of the documentation."""
    found = report(event_id="e", reference="r", status=status, code=code)
    assert found is not None
    assert expected == (found.permanent, found.dead, found.stops)


@pytest.mark.parametrize("status", ["ENROUTE", "ACCEPTED", "BUFFERED", "SCHEDULED", "UNKNOWN", "anything"])
def test_what_is_under_way_settles_nothing(status: str) -> None:
    """ACCEPTED too: somebody may have read it on the citizen's behalf."""
    assert report(event_id="e", reference="r", status=status, code="") is None


@pytest.mark.parametrize(
    ("expected", "status", "code"),
    [
        ((False, False, True), 403, "0x0216"),
        ((False, False, True), 403, "0x022A"),
        ((False, False, True), 401, "0x0229"),
        ((False, False, True), 403, "0x0213"),
        ((False, False, True), 422, "0x0312"),
        ((False, False, True), 403, "0x021C"),
        ((False, False, True), 403, "0x0224"),
        ((True, True, False), 403, "0x0214"),
        ((True, True, False), 403, "0x0215"),
        ((True, False, False), 403, "0x0217"),
        ((False, False, True), 403, ""),
        ((False, False, False), 400, "0x0220"),
        ((False, False, False), 422, ""),
    ],
)
def test_what_a_refusal_means(expected: tuple[bool, bool, bool], status: int, code: str) -> None:
    """Permanent, dead, stops: by the code first, then by the status."""
    found = refusal(status, code)
    assert ("refused", *expected) == (found.word, found.permanent, found.dead, found.stops)


@pytest.mark.parametrize(("expected", "code"), [(True, "0x0312"), (False, "0x0216"), (False, "0x0224")])
def test_what_is_the_municipalitys_own_fault(expected: bool, code: str) -> None:
    """Its link or content, not the account; in a receipt as in a refusal."""
    assert expected == refusal(403, code).lane
    said = report(event_id="e", reference="1-1-1", status="REJECTED", code="0x1904" if expected else "0x1010")
    assert said is not None
    assert (expected, expected) == (said.lane, said.stops)


@pytest.mark.parametrize(
    ("expected", "named"), [((True, True), "sender"), ((False, False), "message"), ((True, False), "priority")]
)
def test_what_an_invalid_field_means(expected: tuple[bool, bool], named: str) -> None:
    """A sender is the municipality's, a text the letter's; what we always send would hit every letter."""
    found = gatewayapi._invalid([{"loc": ["body", named]}])
    assert expected == (found.stops, found.lane)


@pytest.mark.parametrize(
    "body", [{}, {"credit": "?", "currency": "DKK"}, {"credit": "NaN", "currency": "DKK"}, {"credit": 1}]
)
def test_a_credit_that_cannot_be_read_is_none(body: dict[str, Any]) -> None:
    """Nobody is told a number that the provider did not say."""
    with GatewayApiRestProvider() as provider:
        gateway = GatewayApiRest("sms", provider.token, address=provider.url)
        assert isinstance(gateway.credit(), Credit)
        provider.credit = body
        assert gateway.credit() is None
        gateway.close()
        assert GatewayApiRest("sms", "forkert", address=provider.url).credit() is None


def test_the_credit_of_the_example() -> None:
    """1234.56 kroner, to the last øre."""
    with GatewayApiRestProvider() as provider:
        gateway = GatewayApiRest("sms", provider.token, address=provider.url)
        found = gateway.credit()
        gateway.close()
    assert found is not None
    assert (str(found.amount), found.currency) == ("1234.56", "DKK")


def test_reports_come_in_pages_of_250() -> None:
    """The second page has the rest, the third is empty."""
    with InMobileProvider() as provider:
        for n in range(300):
            provider.report(f"1-{n}-1", "delivered")
        gateway = InMobile("sms", provider.key, address=provider.url)
        assert [len(gateway.poll()) for _ in range(3)] == [250, 50, 0]
        gateway.close()


@pytest.mark.parametrize("strange", [7, {}, {"messageId": "1-3-1", "deliveryInfo": 1}])
def test_a_report_of_another_shape_is_passed_over(strange: Any) -> None:
    """It must not cost the others, which are read only once."""
    with InMobileProvider() as provider:
        provider.report("1-2-1", "failed")
        provider.waiting.insert(0, strange)
        gateway = InMobile("sms", provider.key, address=provider.url)
        assert [one.reference for one in gateway.poll()] == ["1-2-1"]
        gateway.close()


def test_reports_that_cannot_be_fetched_are_told() -> None:
    """A wrong key, and nobody there: what is due stays with the provider."""
    with InMobileProvider() as provider, pytest.raises(ConnectionError, match="401"):
        InMobile("sms", "forkert", address=provider.url).poll()
    with pytest.raises(ConnectionError, match="no answer"):
        InMobile("sms", provider.key, address=provider.url).poll()


def test_a_foreign_number_is_not_hinted_to_be_danish() -> None:
    """The hint is for numbers of +45 alone."""
    with InMobileProvider() as provider:
        gateway = InMobile("sms", provider.key, address=provider.url)
        assert gateway.send(letter("1-2-1", to="+46701234567")).word == "accepted"
        gateway.close()
    assert "countryHint" not in provider.accepted["1-2-1"][0]


def _types(letter: dict[str, Any]) -> dict[str, type]:
    return {key: type(value) for key, value in letter.items()}
