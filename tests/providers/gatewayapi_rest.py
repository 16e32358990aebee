"""Plays GatewayAPI's older interface: POST /rest/mtsms, GET /rest/me, and its JWT webhook."""

import itertools
import string
from typing import Any

import jwt

from tests.providers.gatewayapi import STATES
from tests.providers.provider import Call, Provider, Reply, Request, basic, main, wrong_fields

NEEDS = {"message": str, "recipients": list}
GSM = frozenset(string.ascii_letters + string.digits + " .,:;!?/-_+()@%&='\n" + "æøåÆØÅéü")
"""The part of GSM-7 that the tests write in."""
MAY = {"sender": str, "userref": str, "encoding": str, "class": str, "validity_period": int, "label": str}


class GatewayApiRestProvider(Provider):
    """The platform in the EU, with one API key and one webhook."""

    kind = "gatewayapi_rest"
    token = "en-token-til-rest"
    other_success = 207

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._numbers = itertools.count(421332671)
        self.credit: Any = self.fixture["credit"]["answer"]["body"]

    def read(self, request: Request) -> Reply | list[dict[str, Any]]:
        """One letter with one recipient, in one alphabet; or the account."""
        if request.path not in ("/rest/mtsms", "/rest/me"):
            return Reply(404, {"message": "Not found"})
        if request.headers.get("Authorization", "") != basic(self.token, ""):
            return self._refused("wrong credentials")
        if (request.method, request.path) == ("GET", "/rest/me"):
            return Reply(200, self.credit)
        if (request.method, request.path) != ("POST", "/rest/mtsms"):
            return Reply(405, {"message": "Method not allowed"})
        letter = request.body
        if wrong_fields(letter, NEEDS, MAY) or not _encoded(letter) or not _recipients(letter["recipients"]):
            return self._refused("body")
        return [letter]

    def reference(self, letter: dict[str, Any]) -> str:
        """`userref`."""
        return str(letter.get("userref") or "")

    def success(self, _letter: dict[str, Any]) -> Reply:
        """200 with an id and what it cost."""
        answer = self.fixture["send"]["answer"]
        return Reply(answer["status"], answer["body"] | {"ids": [next(self._numbers)]})

    def refusal(self, shape: str, _letter: dict[str, Any]) -> Reply | None:
        """Those of the fixture; "invalid" is a success without ids."""
        if shape == "invalid":
            return Reply(200, {"ids": [], "usage": {}})
        return self._refused(shape) if shape in self.fixture["refused"] else None

    def receipts(self, reference: str, shape: str) -> list[Call]:
        """Posts to the webhook: the body never matters, the JWT is the notification."""
        delivered = self._payload(reference, "delivered") if shape not in STATES else {}
        match shape:
            case "repeat":
                return [self.signed(delivered)] * 2
            case "out of order":
                return [self.signed(delivered), self.signed(self._payload(reference, "under way"))]
            case "unsigned":
                return [Call({}, b'{"status":"DELIVERED"}')]
            case "forged":
                return [self.signed(delivered, "en-anden-hemmelighed-lang-nok-til-en-pr0ve")]
            case "unsigned algorithm":
                return [Call({"X-Gwapi-Signature": jwt.encode(delivered, None, algorithm="none")}, b"{}")]
        return [self.signed(self._payload(reference, shape))]

    def signed(self, payload: dict[str, Any], secret: str | None = None, algorithm: str = "HS256") -> Call:
        """`payload` as a JWT beside a body that says something else."""
        token = jwt.encode(payload, secret or self.secret, algorithm=algorithm)
        return Call({"X-Gwapi-Signature": token}, b'{"status":"REJECTED"}')

    def _payload(self, reference: str, word: str) -> dict[str, Any]:
        status, code = STATES[word]
        payload: dict[str, Any] = self.fixture["receipt"]["body"] | {"userref": reference, "status": status}
        return payload | ({"code": code, "error": "an error"} if code else {})

    def _refused(self, name: str) -> Reply:
        return Reply(**self.fixture["refused"][name])


def _encoded(letter: dict[str, Any]) -> bool:
    """Would the text arrive? In UTF8, which is GSM-7, letters outside it are lost."""
    return letter.get("encoding") == "UCS2" or GSM.issuperset(letter["message"])


def _recipients(given: list[Any]) -> bool:
    return len(given) == 1 and not wrong_fields(given[0], {"msisdn": int}, {"tagvalues": list})


if __name__ == "__main__":
    main(GatewayApiRestProvider)
