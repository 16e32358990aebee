"""A provider on loopback that has every trouble a fault run needs, and remembers all it took on."""

from collections import Counter
from typing import Any

from tests.providers.gatewayapi import GatewayApiProvider
from tests.providers.provider import Reply, Request

PATIENCE_ASKED = 3
"""Seconds of the answer "429, wait": real ones, because the hold is by the clock of the database."""


class Troubled(GatewayApiProvider):
    """GatewayAPI with `latency` (seconds before each answer), "429, wait" and "no credit"."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.latency = 0.0

    def handle(self, request: Request) -> Reply | None:
        """The answer, after a while."""
        self.released.wait(self.latency)
        return super().handle(request)

    def refusal(self, shape: str, letter: dict[str, Any]) -> Reply | None:
        """Two more refusals than the documentation's examples show."""
        if shape == "429, wait":
            return Reply(429, {}, {"Retry-After": str(PATIENCE_ASKED)})
        if shape == "no credit":
            return Reply(403, {"code": "0x0216", "message": "Insufficient credit"})
        return super().refusal(shape, letter)

    @property
    def references(self) -> list[str]:
        """Every attempt that was taken on, as often as it was."""
        with self.lock:
            return [reference for reference, letters in self.accepted.items() for _letter in letters]

    @property
    def count(self) -> int:
        """How many letters were taken on."""
        return len(self.accepted)

    def taken(self) -> Counter[int]:
        """How often each message was taken on, over all its attempts."""
        return Counter(int(reference.split("-")[1]) for reference in self.references)
