"""SMS by GatewayAPI's older REST interface (onlinecity/gatewayapi-docs, rest.rst), receipts as signed JWTs."""

from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import jwt

from survey.gateways import Credit, ForgedError, Letter, Outcome, Report, UnreadableError
from survey.gateways.gatewayapi_codes import refusal, report
from survey.gateways.web import Answer, Client, header, unfit
from survey.gsm import outside

ADDRESS = "https://gatewayapi.eu"
"""The platform in the EU; the other is gatewayapi.com."""
ALGORITHMS = ("HS256", "HS384", "HS512")
"""A signature made in any other way, or none at all, is a forgery, whatever the token itself says."""


class GatewayApiRest:
    """An account with GatewayAPI. `token` is an API key's."""

    channels: tuple[str, ...] = ("sms",)
    reports = True

    def __init__(
        self, name: str, token: str, *, address: str = ADDRESS, at_once: int = 8, rate: float = 0.0, **web: Any
    ) -> None:
        self.name, self.at_once, self.rate = name, at_once, rate
        basic = b64encode(f"{token}:".encode()).decode()
        self._web = Client(address, {"Authorization": f"Basic {basic}"}, **web)

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over: accepted is 200 with one id, nothing else."""
        if wrong := unfit(letter):
            return wrong
        answer = self._web.post("/rest/mtsms", _message(letter))
        return answer if isinstance(answer, Outcome) else _outcome(answer)

    def credit(self) -> Credit | None:
        """What is left on the account; None when the provider does not say."""
        answer = self._web.get("/rest/me")
        if answer is None or answer.status != 200:
            return None
        found = answer.json()
        try:
            amount = Decimal(str(found.get("credit")))
        except InvalidOperation:
            return None
        currency = found.get("currency")
        return Credit(amount, currency) if amount.is_finite() and isinstance(currency, str) else None

    def close(self) -> None:
        """Let go of connections."""
        self._web.close()


def read_receipt(secret: str, headers: Mapping[str, str], _body: bytes, _tail: str = "") -> list[Report]:
    """What a webhook call says: one report, or none for what is under way.

    The JWT in `X-Gwapi-Signature` is the whole notification; the body is not looked at. It has no time limit, so a
    repeat is known by the provider's id with its status. Raises ForgedError, also while `secret` is empty, and
    UnreadableError.
    """
    found = _checked(secret, header(headers, "X-Gwapi-Signature").strip())
    number, status = found.get("id"), found.get("status")
    if isinstance(number, bool) or not isinstance(number, int | str) or not number:
        raise UnreadableError("no id")
    if not isinstance(status, str):
        if "message" in found:
            return []  # an SMS from a citizen comes by the same door
        raise UnreadableError("no status")
    made = report(
        event_id=f"{number}-{status}",
        reference=str(found.get("userref") or ""),
        status=status,
        code=str(found.get("code") or ""),
    )
    return [made] if made else []


def _checked(secret: str, token: str) -> dict[str, Any]:
    """The payload of `token`, signed by `secret`."""
    if not token:
        raise ForgedError(401)
    if not secret:
        raise ForgedError(403)
    try:
        payload: dict[str, Any] = jwt.decode(token, secret, algorithms=list(ALGORITHMS), options=UNTIMED)
    except (jwt.InvalidTokenError, ValueError):
        raise ForgedError(403) from None
    return payload


UNTIMED: Any = {"verify_aud": False, "verify_iat": False, "enforce_minimum_key_length": False}
"""The claims are the notification's own fields, and the provider lets a webhook's secret be short."""


def _message(letter: Letter) -> dict[str, object]:
    """The request's body. The service would drop letters outside GSM-7 unless it is told UCS2."""
    return {
        "sender": letter.sender,
        "message": letter.body,
        "recipients": [{"msisdn": int(letter.to.removeprefix("+"))}],
        "userref": letter.reference,
        "encoding": "UCS2" if outside(letter.body) else "UTF8",
    }


def _outcome(answer: Answer) -> Outcome:
    found = answer.json()
    ids = found.get("ids")
    if answer.status == 200 and isinstance(ids, list) and len(ids) == 1:
        return Outcome("accepted", provider_id=str(ids[0]))
    if answer.status < 300:
        return Outcome("unknown", f"svar {answer.status} uden kvittering for beskeden")
    return refusal(answer.status, str(found.get("code") or ""))
