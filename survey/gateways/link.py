"""SMS by LINK Mobility (SMS REST API, MT and Delivery Reports, 2.4): receipts come to a path that is a secret."""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from survey.gateways import ForgedError, Letter, Outcome, Report, UnreadableError
from survey.gateways.web import Answer, Client, as_object, explained, unfit

ADDRESS = "https://wsx.sp247.net"
PLATFORM = "COMMON_API"
ACCEPTED = 1005
"""Queued: the only result code by which a letter is taken on."""
DELIVERED = 1001
PASSING = (1000, 1007, 1008, 1010, 1011, 1012)
"""Codes that settle nothing. 1010 is a time that ran out without a word from the operator: it may have arrived."""
DEAD = (2104, 2105, 2106)
"""Unknown subscriber, barred for good, an error in the number."""
PERMANENT = (3000, 3001, 3002)
"""The encoding is not supported on the way to this phone."""
REJECTED = range(4001, 4008)
"""The content is rejected, for every letter with the same text: link or sender is not approved."""
CONFIGURATION, INTERNAL = 104, 105


class Link:
    """An account with LINK Mobility. `gates` are the ids of the gates that delivery reports go through."""

    channels: tuple[str, ...] = ("sms",)
    reports = True

    def __init__(
        self,
        name: str,
        user: str,
        password: str,
        *,
        platform: str = PLATFORM,
        partner: str,
        gates: Sequence[str],
        address: str = ADDRESS,
        at_once: int = 8,
        rate: float = 0.0,
        **web: Any,
    ) -> None:
        self.name, self.at_once, self.rate = name, at_once, rate
        self._account = {"platformId": platform, "platformPartnerId": partner, "deliveryReportGates": list(gates)}
        basic = b64encode(f"{user}:{password}".encode()).decode()
        self._web = Client(address, {"Authorization": f"Basic {basic}"}, **web)

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over: accepted is result code 1005, whatever the HTTP status of success."""
        if wrong := unfit(letter):
            return wrong
        answer = self._web.post("/sms/send", _message(letter) | self._account)
        return answer if isinstance(answer, Outcome) else _outcome(answer)

    def close(self) -> None:
        """Let go of connections."""
        self._web.close()


def read_receipt(secret: str, _headers: Mapping[str, str], body: bytes, tail: str = "") -> list[Report]:
    """What a delivery report says: one report, or none for what is under way.

    LINK signs nothing: `tail`, the last part of the path, must be `secret`, compared in constant time. Raises
    ForgedError, also while `secret` is empty, and UnreadableError for a body that is no delivery report.
    """
    if not tail:
        raise ForgedError(401)
    if not secret or not hmac.compare_digest(secret.encode(), tail.encode()):
        raise ForgedError(403)
    found = as_object(body)
    number, code = found.get("id"), found.get("resultCode")
    if not number or not isinstance(code, int) or isinstance(code, bool):
        raise UnreadableError("no id or resultCode")
    made = _report(f"{number}-{code}", str(found.get("refId") or ""), code)
    return [made] if made else []


def _report(event_id: str, reference: str, code: int) -> Report | None:
    if code == DELIVERED:
        return Report(event_id, reference, "delivered")
    if code in PASSING or code == ACCEPTED:
        return None
    return Report(
        event_id,
        reference,
        "failed",
        permanent=code in DEAD or code in PERMANENT,
        dead=code in DEAD,
        stops=code in REJECTED or code == CONFIGURATION,
        lane=code in REJECTED,
        reason=f"resultatkode {code}",
    )


def _message(letter: Letter) -> dict[str, object]:
    """The request's body but for the account: the destination has its +."""
    return {
        "source": letter.sender,
        "sourceTON": "ALPHANUMERIC",
        "destination": letter.to,
        "destinationTON": "MSISDN",
        "userData": letter.body,
        "refId": letter.reference,
        "useDeliveryReport": True,
    }


def _outcome(answer: Answer) -> Outcome:
    found = answer.json()
    code = found.get("resultCode")
    if not isinstance(code, int) or isinstance(code, bool):
        return _without_code(answer.status)
    if code == ACCEPTED and answer.status < 300 and found.get("messageId"):
        return Outcome("accepted", provider_id=str(found["messageId"]))
    # These say that the letter was taken on after all, or that LINK itself failed: nobody can tell.
    if code in (ACCEPTED, DELIVERED, INTERNAL) or code in PASSING:
        return Outcome("unknown", f"resultatkode {code}")
    return Outcome(
        "refused",
        f"resultatkode {code}",
        permanent=code in DEAD or code in PERMANENT,
        dead=code in DEAD,
        stops=code in REJECTED or code == CONFIGURATION,
        lane=code in REJECTED,
    )


def _without_code(status: int) -> Outcome:
    if status < 300:
        return Outcome("unknown", f"svar {status} uden resultatkode")
    return explained(status)
