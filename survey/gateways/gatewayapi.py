"""SMS by GatewayAPI's Mobile Messaging API (gatewayapi.com/docs/message/overview), receipts by signed webhook."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from survey.gateways import ForgedError, Letter, Outcome, Report, UnreadableError
from survey.gateways.gatewayapi_codes import refusal, report
from survey.gateways.web import Answer, Client, as_object, header, unfit

ADDRESS = "https://messaging.gatewayapi.eu"
"""The platform in the EU; a token is valid there or at messaging.gatewayapi.com, never at both."""
EVENTS = ("message.status.sms", "messaging.status.sms")
"""A status of an SMS; one version of the documentation spells it the second way."""


class GatewayApi:
    """An account with GatewayAPI. `token` is an API key's."""

    channels: tuple[str, ...] = ("sms",)
    reports = True

    def __init__(
        self, name: str, token: str, *, address: str = ADDRESS, at_once: int = 8, rate: float = 0.0, **web: Any
    ) -> None:
        self.name, self.at_once, self.rate = name, at_once, rate
        self._web = Client(address, {"Authorization": f"Token {token}"}, **web)

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over: accepted is 202 with the provider's id and our reference, nothing else."""
        if wrong := unfit(letter):
            return wrong
        answer = self._web.post("/mobile/single", _message(letter))
        return answer if isinstance(answer, Outcome) else _outcome(answer, letter)

    def close(self) -> None:
        """Let go of connections."""
        self._web.close()


def read_receipt(secret: str, headers: Mapping[str, str], body: bytes, _tail: str = "") -> list[Report]:
    """What a webhook call says: one report, or none for what is under way or no SMS status.

    `Signature: v1=<hex>` is HMAC-SHA-256 over the raw body. Raises ForgedError, also while `secret` is empty, and
    UnreadableError for a body that is no event.
    """
    _check(secret, header(headers, "Signature"), body)
    envelope = as_object(body)
    event = envelope.get("event")
    if not isinstance(envelope.get("event_type"), str):
        raise UnreadableError("no event_type")
    if envelope["event_type"] not in EVENTS:
        return []
    event_id = envelope.get("event_id")
    if not isinstance(event, dict) or not isinstance(event.get("status"), str):
        raise UnreadableError("no status")
    if not isinstance(event_id, str) or not event_id:
        raise UnreadableError("no event_id")  # without it every event would be a repeat of the last
    error = event.get("error")
    found = report(
        event_id=event_id,
        reference=str(event.get("reference") or ""),
        status=event["status"],
        code=str(error.get("hex_code") or "") if isinstance(error, dict) else "",
    )
    return [found] if found else []


def _check(secret: str, given: str, body: bytes) -> None:
    if not given:
        raise ForgedError(401)
    expected = "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), given.strip().encode()):
        raise ForgedError(403)


def _message(letter: Letter) -> dict[str, object]:
    """The request's body: the recipient is a number without +."""
    return {
        "sender": letter.sender,
        "recipient": int(letter.to.removeprefix("+")),
        "message": letter.body,
        "reference": letter.reference,
    }


def _outcome(answer: Answer, letter: Letter) -> Outcome:
    found = answer.json()
    if answer.status == 202 and found.get("msg_id") and found.get("reference") == letter.reference:
        return Outcome("accepted", provider_id=str(found["msg_id"]))
    if answer.status < 300:
        return Outcome("unknown", f"svar {answer.status} uden kvittering for beskeden")
    if answer.status == 422 and not found.get("code"):
        return _invalid(found.get("detail"))
    return refusal(answer.status, str(found.get("code") or ""))


def _invalid(detail: object) -> Outcome:
    """422: number and text are the letter's, the sender the municipality's; the rest would hit every letter."""
    named = {str(part) for one in _list(detail) if isinstance(one, dict) for part in _list(one.get("loc"))}
    if "recipient" in named:
        return Outcome("refused", "nummeret er ugyldigt (422)", permanent=True, dead=True)
    if "message" in named:
        return Outcome("refused", "teksten er ugyldig (422)", permanent=True)
    if "sender" in named:
        return Outcome("refused", "afsendernavnet er ugyldigt (422)", stops=True, lane=True)
    return Outcome("refused", "beskeden er ugyldig (422)", stops=True)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
