"""SMS by inMobile's interface, version 4 (inMobile/inMobile-PHP-API-Client); its reports are fetched, once."""

from base64 import b64encode
from typing import Any

from survey.gateways import Letter, Outcome, Report
from survey.gateways.web import Answer, Client, explained, unfit

ADDRESS = "https://api.inmobile.com"
PAGE = 250
"""Reports fetched in one request; the provider's limit."""
DELIVERED, FAILED, CANCELLED = 1, -1, -2


class InMobile:
    """An account with inMobile. `key` is the API key; the user name that goes with it is not looked at."""

    channels: tuple[str, ...] = ("sms",)
    reports = True

    def __init__(
        self, name: str, key: str, *, address: str = ADDRESS, at_once: int = 8, rate: float = 0.0, **web: Any
    ) -> None:
        self.name, self.at_once, self.rate = name, at_once, rate
        basic = b64encode(f"tilfreds:{key}".encode()).decode()
        self._web = Client(address, {"Authorization": f"Basic {basic}"}, **web)

    def send(self, letter: Letter) -> Outcome:
        """Hand `letter` over: accepted is 200 with a valid number under our own id; 200 alone is not."""
        if wrong := unfit(letter):
            return wrong
        answer = self._web.post("/v4/sms/outgoing", {"messages": [_message(letter)]})
        return answer if isinstance(answer, Outcome) else _outcome(answer, letter)

    def poll(self) -> list[Report]:
        """The next reports, 250 at most, which the provider then forgets. Raises ConnectionError."""
        answer = self._web.get(f"/v4/sms/outgoing/reports?limit={PAGE}")
        if answer is None or answer.status != 200:
            raise ConnectionError("no reports: " + (str(answer.status) if answer else "no answer"))
        found = answer.json().get("reports")
        read = [_report(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        return [one for one in read if one]

    def close(self) -> None:
        """Let go of connections."""
        self._web.close()


def _message(letter: Letter) -> dict[str, object]:
    """One of the request's messages. Our reference is the id by which the provider knows a repeat."""
    message: dict[str, object] = {
        "to": letter.to.removeprefix("+"),
        "text": letter.body,
        "from": letter.sender,
        "messageId": letter.reference,
        "encoding": "auto",
    }
    return message | ({"countryHint": "DK"} if letter.to.startswith("+45") else {})


def _outcome(answer: Answer, letter: Letter) -> Outcome:
    if answer.status >= 300:
        return explained(answer.status)
    results = answer.json().get("results")
    result = _object(results[0]) if isinstance(results, list) and len(results) == 1 else {}
    valid = _object(result.get("numberDetails")).get("isValidMsisdn")
    if valid is False:
        return Outcome("refused", "nummeret er ugyldigt", permanent=True, dead=True)
    if answer.status == 200 and valid is True and result.get("messageId") == letter.reference:
        return Outcome("accepted", provider_id=letter.reference)
    return Outcome("unknown", f"svar {answer.status} uden kvittering for beskeden")


def _report(found: dict[str, Any]) -> Report | None:
    """One report; None while nothing is settled. What failed without a code may work another day."""
    reference = found.get("messageId")
    if not isinstance(reference, str) or not reference:
        return None
    state = _object(found.get("deliveryInfo")).get("stateCode")
    if state == DELIVERED:
        return Report(f"{reference}-{state}", reference, "delivered")
    if state in (FAILED, CANCELLED):
        reason = "ikke leveret" if state == FAILED else "annulleret hos udbyderen"
        return Report(f"{reference}-{state}", reference, "failed", reason=reason)
    return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
