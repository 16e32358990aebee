"""The rig of the simulated provider: its own rules and receipts, held to the same contract."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from survey.gateways import Outcome, Report, simulated
from tests.providers.contract import CYRILLIC, Kind, letter

REFERENCE = "1-2-1"
RULES = {
    "nobody listens": "no connection",
    "429": "busy",
    "500": "error",
    "slow": "slow",
    "dropped": "dropped",
    "number": "refuse",
    "busy": "refuse for now",
    "credit": "no credit",
    "filtered": "not approved",
    "200, not valid": "invalid",
    "another code": "other code",
    "207, rejected": "partly",
}
"""Shape → the simulator's rule of that meaning."""
RECEIPTS = {"stops": "blocked", "repeat": "duplicate", "under way": "out of order", "no secret set": "delivered"}


class SimulatedRig:
    """The simulator with a mailbox of its own."""

    def __init__(self, module: ModuleType, folder: Path) -> None:
        self.module, self.folder = module, folder

    def send(self, shape: str) -> tuple[Outcome, int]:
        """Send one letter to a number with a rule."""
        sending = letter(REFERENCE, body=CYRILLIC if shape == "another alphabet" else "Hej")
        gateway = self.module.Simulated(self.folder)
        self.module.set_rule(self.folder, sending.to, RULES.get(shape))
        outcome = gateway.send(sending)
        found = self.module.mailbox(self.folder)
        assert all(one.letter == sending for one in found), "the text was changed"
        return outcome, len(found)

    def receive(self, shape: str) -> list[Report]:
        """What its reader makes of what it posts."""
        self.module.Simulated(self.folder)
        read = self.module.reader(self.folder)
        return [report for post in self._posts(shape) for report in read(post.headers, post.body, "")]

    def _posts(self, shape: str) -> list[Any]:
        """The simulator's own, of another folder where ours has no secret yet, or the last of several."""
        folder = self.folder / "elsewhere" if shape == "no secret set" else self.folder
        posts: list[Any] = self.module.posts(folder, REFERENCE, RECEIPTS.get(shape, shape))
        return posts[1:] if shape == "under way" else posts


@contextmanager
def _rigged(module: ModuleType | None) -> Iterator[SimulatedRig]:
    with tempfile.TemporaryDirectory() as folder:
        yield SimulatedRig(module or simulated, Path(folder))


KIND = Kind("simulated", _rigged)
