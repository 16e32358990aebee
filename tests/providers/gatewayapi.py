"""Plays GatewayAPI's Mobile Messaging API: POST /mobile/single, and its signed webhook."""

import hashlib
import hmac
import json
from copy import deepcopy
from typing import Any
from uuid import uuid4

from tests.providers.provider import Call, Provider, Reply, Request, main, wrong_fields

NEEDS = {"sender": str, "recipient": int, "message": str}
MAY = {"reference": str, "expiration": str, "priority": str, "label": str}
STATES = {
    "delivered": ("DELIVERED", None),
    "failed": ("UNDELIVERABLE", "0x1019"),
    "dead": ("UNDELIVERABLE", "0x1010"),
    "stops": ("REJECTED", "0x1903"),
    "under way": ("ENROUTE", None),
}


class GatewayApiProvider(Provider):
    """The platform in the EU, with one API key."""

    kind = "gatewayapi"
    token = "en-token-til-afprovning"

    def read(self, request: Request) -> Reply | list[dict[str, Any]]:
        """One letter."""
        if request.path != "/mobile/single":
            return Reply(404, {"detail": "Not Found"})
        if request.method != "POST":
            return Reply(405, {"detail": "Method Not Allowed"})
        given = request.headers.get("Authorization", "")
        if not given.startswith("Token "):
            return self._refused("no credentials")
        if given != f"Token {self.token}":
            return self._refused("wrong credentials")
        letter = request.body
        if wrong := wrong_fields(letter, NEEDS, MAY):
            detail = [{"loc": ["body", field], "msg": "Invalid", "type": "invalid"} for field in wrong]
            return Reply(422, {"detail": detail})
        return [letter]

    def reference(self, letter: dict[str, Any]) -> str:
        """`reference`."""
        return str(letter.get("reference") or "")

    def success(self, letter: dict[str, Any]) -> Reply:
        """202 with an id, the recipient and the reference."""
        body = {"msg_id": uuid4().hex, "recipient": letter["recipient"], "reference": letter.get("reference")}
        return Reply(self.fixture["send"]["answer"]["status"], body)

    def refusal(self, shape: str, _letter: dict[str, Any]) -> Reply | None:
        """Those of the fixture; "invalid" is a success without an id."""
        if shape == "invalid":
            return Reply(202, {"msg_id": None, "recipient": None, "reference": None})
        return self._refused(shape) if shape in self.fixture["refused"] else None

    def receipts(self, reference: str, shape: str) -> list[Call]:
        """Posts to the webhook."""
        match shape:
            case "repeat":
                return self.receipts(reference, "delivered") * 2
            case "out of order":
                return self.receipts(reference, "delivered") + self.receipts(reference, "under way")
            case "unsigned":
                return [Call({}, call.body) for call in self.receipts(reference, "delivered")]
            case "forged":
                return [Call(call.headers, call.body + b" ") for call in self.receipts(reference, "delivered")]
        event = self.event(reference, *STATES[shape])
        return [self.signed(json.dumps(event).encode())]

    def event(self, reference: str, status: str, code: str | None) -> dict[str, Any]:
        """The webhook's envelope around a status."""
        event: dict[str, Any] = deepcopy(self.fixture["receipt"]["body"])
        event["event_id"] = str(uuid4())
        error = {"hex_code": code, "details": "an error"} if code else None
        event["event"] |= {"reference": reference, "status": status, "error": error}
        return event

    def signed(self, body: bytes) -> Call:
        """`body` with its signature."""
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return Call({"Signature": f"v1={digest}"}, body)

    def _refused(self, name: str) -> Reply:
        return Reply(**self.fixture["refused"][name])


if __name__ == "__main__":
    main(GatewayApiProvider)
