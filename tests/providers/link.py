"""Plays LINK Mobility's Common platform: POST /sms/send, and delivery reports at a path with a secret."""

import json
from copy import deepcopy
from typing import Any
from uuid import uuid4

from tests.providers.provider import Call, Provider, Reply, Request, basic, main, wrong_fields

NEEDS = {
    **dict.fromkeys(("source", "sourceTON", "destination", "destinationTON", "userData"), str),
    **dict.fromkeys(("platformId", "platformPartnerId"), str),
}
MAY = {"refId": str, "useDeliveryReport": bool, "deliveryReportGates": list, "relativeValidityTime": int}
CODES = {"delivered": 1001, "failed": 1004, "dead": 2104, "stops": 4001, "under way": 1000}


class LinkProvider(Provider):
    """The platform, with one partner and one gate."""

    kind = "link"
    user, password, partner, gate = "stevns", "adgangskode-til-link", "MyPlatformPartnerId", "abc"
    other_success = 202

    def read(self, request: Request) -> Reply | list[dict[str, Any]]:
        """One letter to a number with its +."""
        if request.path != "/sms/send":
            return Reply(404, {"description": "Not found"})
        if request.method != "POST":
            return Reply(405, {"description": "Method not allowed"})
        if request.headers.get("Authorization", "") != basic(self.user, self.password):
            return self._refused("wrong credentials")
        letter = request.body
        if wrong_fields(letter, NEEDS, MAY) or letter["deliveryReportGates"] != [self.gate]:
            return self._refused("body")
        if not letter["destination"].startswith("+") or letter["destinationTON"] != "MSISDN":
            return self._refused("number")
        return [letter]

    def reference(self, letter: dict[str, Any]) -> str:
        """`refId`."""
        return str(letter.get("refId") or "")

    def success(self, _letter: dict[str, Any]) -> Reply:
        """Result code 1005 and an id."""
        answer = self.fixture["send"]["answer"]
        return Reply(answer["status"], answer["body"] | {"messageId": uuid4().hex})

    def refusal(self, shape: str, _letter: dict[str, Any]) -> Reply | None:
        """Those of the fixture; "invalid" is a code that says that the letter went on."""
        if shape == "another code":
            return Reply(200, {"resultCode": 3, "description": "Routing error"})
        if shape == "invalid":
            return Reply(200, {"resultCode": 1000, "messageId": uuid4().hex})
        return self._refused(shape) if shape in self.fixture["refused"] else None

    def receipts(self, reference: str, shape: str) -> list[Call]:
        """Posts to the gate's address, which ends with the secret."""
        match shape:
            case "repeat":
                return self.receipts(reference, "delivered") * 2
            case "out of order":
                return self.receipts(reference, "delivered") + self.receipts(reference, "under way")
            case "unsigned":
                return [Call({}, call.body) for call in self.receipts(reference, "delivered")]
            case "forged":
                return [Call({}, call.body, "gættet") for call in self.receipts(reference, "delivered")]
        report = deepcopy(self.fixture["receipt"]["body"]) | {"refId": reference, "resultCode": CODES[shape]}
        return [Call({}, json.dumps(report).encode(), self.secret)]

    def _refused(self, name: str) -> Reply:
        return Reply(**self.fixture["refused"][name])


if __name__ == "__main__":
    main(LinkProvider)
