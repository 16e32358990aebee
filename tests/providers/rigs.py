"""Rigs: each kind of gateway against the provider that plays it, for the contract."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from survey import gateways
from survey.gateways import Letter, Outcome, Report, gatewayapi, gatewayapi_rest, inmobile, link
from tests.providers.contract import CYRILLIC, Kind, letter
from tests.providers.gatewayapi import GatewayApiProvider
from tests.providers.gatewayapi_rest import GatewayApiRestProvider
from tests.providers.inmobile import InMobileProvider
from tests.providers.link import LinkProvider
from tests.providers.provider import Call, Provider

REFERENCE = "1-2-1"
LETTERS: dict[str, Letter] = {
    "another alphabet": letter(REFERENCE, body=CYRILLIC),
    "sender too long": letter(REFERENCE, sender="StevnsKommune"),
    "no number": letter(REFERENCE, to="20123456"),
}
"""Shapes that are the letter's, not the provider's."""
PROVIDERS_OWN = ("wrong credentials", "wrong path", "nobody listens")
"""Shapes that are the account's: the gateway is set up wrongly for them."""
QUICK = 0.3
"""Seconds a gateway waits for an answer that never comes."""

Maker = Callable[[ModuleType, Provider, str, dict[str, Any]], gateways.Gateway]
"""Module, provider, address and more options → the gateway; "wrong" among the options is a wrong secret."""


@dataclass
class WebRig:
    """A web gateway and its provider."""

    module: ModuleType
    provider: Provider
    make: Maker

    def send(self, shape: str) -> tuple[Outcome, int]:
        """Send one letter that meets `shape`."""
        own = shape in LETTERS or shape in PROVIDERS_OWN
        self.provider.behave = lambda _reference: "ok" if own else shape
        address = self.provider.url + ("/elsewhere" if shape == "wrong path" else "")
        if shape == "nobody listens":
            self.provider.stop()
        options: dict[str, Any] = {"wrong": shape == "wrong credentials"}
        made = self.make(
            self.module, self.provider, address, options | ({"patience": QUICK} if shape == "slow" else {})
        )
        sending = LETTERS.get(shape, letter(REFERENCE))
        try:
            outcome = made.send(sending)
        finally:
            made.close()
        self._check_text(sending)
        return outcome, len(self.provider.accepted.get(REFERENCE, []))

    def receive(self, shape: str) -> list[Report]:
        """What the module's reader makes of calls from the provider."""
        read = partial(self.module.read_receipt, "" if shape == "no secret set" else self.provider.secret)
        return [report for call in self._calls(shape) for report in read(call.headers, call.body, call.tail)]

    def _calls(self, shape: str) -> list[Call]:
        provider = self.provider
        if shape == "no secret set":
            return provider.receipts(REFERENCE, "delivered")
        if isinstance(provider, GatewayApiProvider) and shape in ("other spelling", "other event", "unreadable"):
            event = provider.event(REFERENCE, "DELIVERED", None)
            event["event_type"] = {
                "other spelling": "messaging.status.sms",
                "other event": "user-message.text.sms",
                "unreadable": None,
            }[shape]
            return [provider.signed(json.dumps(event).encode())]
        if isinstance(provider, GatewayApiRestProvider) and shape == "inbound":
            return [provider.signed(provider.fixture["inbound"])]
        if isinstance(provider, GatewayApiRestProvider) and shape == "unreadable":
            return [provider.signed({"status": "DELIVERED"})]
        if shape == "unreadable":
            return [Call({}, b"[]", provider.secret)]
        return provider.receipts(REFERENCE, shape)

    def _check_text(self, sending: Letter) -> None:
        """Fail when the provider took on another text than ours."""
        for taken in self.provider.accepted.get(REFERENCE, []):
            assert sending.body in taken.values(), "the text was changed"


class PolledRig(WebRig):
    """inMobile: its reports are fetched."""

    provider: InMobileProvider

    def receive(self, shape: str) -> list[Report]:
        """What a poll brings."""
        word = "delivered" if shape in ("repeat", "read once") else shape
        self.provider.report(REFERENCE, word)
        polled = self.make(self.module, self.provider, self.provider.url, {"wrong": False})
        assert isinstance(polled, gateways.Polled)
        try:
            first = polled.poll()
            if shape == "repeat":
                self.provider.report(REFERENCE, word)
            return [*first, *polled.poll()] if shape != "read once" else polled.poll()
        finally:
            polled.close()


def _gatewayapi(module: ModuleType, provider: Provider, address: str, options: dict[str, Any]) -> gateways.Gateway:
    token = "forkert" if options.pop("wrong") else GatewayApiProvider.token
    made: gateways.Gateway = module.GatewayApi("sms", token, address=address, **options)
    return made


def _gatewayapi_rest(
    module: ModuleType, provider: Provider, address: str, options: dict[str, Any]
) -> gateways.Gateway:
    token = "forkert" if options.pop("wrong") else GatewayApiRestProvider.token
    made: gateways.Gateway = module.GatewayApiRest("sms", token, address=address, **options)
    return made


def _link(module: ModuleType, provider: Provider, address: str, options: dict[str, Any]) -> gateways.Gateway:
    password = "forkert" if options.pop("wrong") else LinkProvider.password
    given = {"partner": LinkProvider.partner, "gates": [LinkProvider.gate], "address": address}
    made: gateways.Gateway = module.Link("sms", LinkProvider.user, password, **given, **options)
    return made


def _inmobile(module: ModuleType, provider: Provider, address: str, options: dict[str, Any]) -> gateways.Gateway:
    key = "forkert" if options.pop("wrong") else InMobileProvider.key
    made: gateways.Gateway = module.InMobile("sms", key, address=address, **options)
    return made


def _web(own: ModuleType, provider: type[Provider], make: Maker, rig: type[WebRig] = WebRig) -> Any:
    @contextmanager
    def rigged(module: ModuleType | None) -> Iterator[WebRig]:
        playing = provider()
        playing.start()
        try:
            yield rig(module or own, playing, make)
        finally:
            playing.stop()

    return rigged


WEB_KINDS = {
    "gatewayapi": Kind("gatewayapi", _web(gatewayapi, GatewayApiProvider, _gatewayapi)),
    "gatewayapi_rest": Kind("gatewayapi_rest", _web(gatewayapi_rest, GatewayApiRestProvider, _gatewayapi_rest)),
    "link": Kind("link", _web(link, LinkProvider, _link)),
    "inmobile": Kind("inmobile", _web(inmobile, InMobileProvider, _inmobile, PolledRig)),
}
