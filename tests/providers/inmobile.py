"""Plays inMobile, version 4: POST /v4/sms/outgoing, and reports that can be fetched once."""

from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.providers.provider import Call, Provider, Reply, Request, main, password_in, wrong_fields

NEEDS = {"to": str, "text": str, "from": str}
MAY = {
    **dict.fromkeys(("countryHint", "messageId", "sendTime", "statusCallbackUrl", "encoding"), str),
    **dict.fromkeys(("validityPeriodInSeconds", "msisdnCooldownInMinutes"), int),
    **dict.fromkeys(("flash", "respectBlacklist"), bool),
}
STATES = {"delivered": 1, "failed": -1, "cancelled": -2, "under way": 0}
REPORTS = "/v4/sms/outgoing/reports"


class InMobileProvider(Provider):
    """The service, with one key. `waiting` are reports nobody has fetched."""

    kind = "inmobile"
    key = "en-noegle-til-inmobile"
    other_success = 207

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.waiting: list[dict[str, Any]] = []

    def read(self, request: Request) -> Reply | list[dict[str, Any]]:
        """One letter, or a page of reports, which are then gone."""
        path = urlsplit(request.path)
        if path.path not in ("/v4/sms/outgoing", REPORTS):
            return Reply(404, {"errorMessage": "Not found", "details": []})
        if password_in(request.headers.get("Authorization", "")) != self.key:
            return self._refused("wrong credentials")
        if (request.method, path.path) == ("GET", REPORTS):
            return self._page(int(parse_qs(path.query)["limit"][0]))
        if (request.method, path.path) != ("POST", "/v4/sms/outgoing"):
            return Reply(405, {"errorMessage": "Method not allowed", "details": []})
        messages = request.body.get("messages") if isinstance(request.body, dict) else None
        if not isinstance(messages, list) or len(messages) != 1 or wrong_fields(messages[0], NEEDS, MAY):
            return self._refused("body")
        return messages

    def reference(self, letter: dict[str, Any]) -> str:
        """`messageId`."""
        return str(letter.get("messageId") or "")

    def success(self, letter: dict[str, Any]) -> Reply:
        """200; the number is valid when it is digits with a country code."""
        return self._result(letter, valid=letter["to"].isdigit() and len(letter["to"]) >= 10)

    def refusal(self, shape: str, letter: dict[str, Any]) -> Reply | None:
        """Those of the fixture; "number" is 200 with a number that is not valid, "invalid" one without results."""
        if shape in ("number", "200, not valid"):
            return self._result(letter, valid=False)
        if shape == "invalid":
            return Reply(200, {"results": []})
        return self._refused(shape) if shape in self.fixture["refused"] else None

    def receipts(self, _reference: str, _shape: str) -> list[Call]:
        """None is posted: reports are fetched."""
        return []

    def report(self, reference: str, word: str) -> None:
        """Let a report wait to be fetched."""
        report = deepcopy(self.fixture["receipt"]["body"]["reports"][0])
        report["messageId"] = reference
        report["deliveryInfo"]["stateCode"] = STATES[word]
        with self.lock:
            self.waiting.append(report)

    def _page(self, limit: int) -> Reply:
        if not 1 <= limit <= 250:
            return self._refused("body")
        with self.lock:
            page, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return Reply(200, {"reports": page})

    def _result(self, letter: dict[str, Any], *, valid: bool) -> Reply:
        result = deepcopy(self.fixture["send"]["answer"]["body"]["results"][0])
        result["numberDetails"]["isValidMsisdn"] = valid
        result["messageId"] = letter.get("messageId", "drawn-by-the-provider")
        return Reply(200, {"results": [result]})

    def _refused(self, name: str) -> Reply:
        return Reply(**self.fixture["refused"][name])


if __name__ == "__main__":
    main(InMobileProvider)
