"""The commands of W3C WebDriver a journey needs; how they travel is each browser's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

KEYS = {
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Shift": "\ue008",
    "Control": "\ue009",
    "ArrowUp": "\ue013",
    "ArrowDown": "\ue015",
    "Space": " ",
}
"""Names of keys → the characters WebDriver has for them."""


@dataclass(frozen=True)
class WebDriver:
    """A browser that takes WebDriver's commands by `command(name, parameters)`, which gives back their value."""

    version: str
    command: Callable[[str, dict[str, Any]], Any]

    def open(self, address: str) -> None:
        """Go there, and come back when the page is loaded."""
        self.command("Navigate", {"url": address})

    def press(self, *keys: str) -> None:
        """Press and let go, one after the other."""
        strokes = [stroke for key in keys for stroke in _strokes(key)]
        self.command("PerformActions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def ask(self, question: str) -> Any:
        """The value of an expression in the page."""
        return self.command("ExecuteScript", {"script": f"return {question}", "args": []})


def _strokes(key: str) -> Iterator[dict[str, str]]:
    """Down in order and up in reverse: "Shift+Tab" holds one while pressing the other."""
    held = [KEYS.get(part, part) for part in key.split("+")]
    yield from ({"type": "keyDown", "value": value} for value in held)
    yield from ({"type": "keyUp", "value": value} for value in reversed(held))
