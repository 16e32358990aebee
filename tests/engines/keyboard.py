"""What a journey asks of a browser, whatever its engine; and going through a page by the keyboard."""

import time
from typing import Any, Protocol

PATIENCE = 20
"""Seconds in which what is waited for must have happened."""
FOCUS = "(each => each.id || each.textContent.trim())(document.activeElement)"
TABS = 60
"""More than any page of ours has stops."""


class NotNowError(Exception):
    """The page is being replaced by the next: ask again."""


class Engine(Protocol):
    """A browser with one page."""

    @property
    def version(self) -> str:
        """What the browser says it is."""

    def open(self, address: str) -> None:
        """Go there, and come back when the page is loaded."""

    def press(self, *keys: str) -> None:
        """Press keys of a real keyboard: characters, or names like Tab, Shift+Tab, Enter, Space, ArrowDown."""

    def ask(self, question: str) -> Any:
        """The value of an expression of JavaScript, also where the page itself runs no script.

        Raises NotNowError between two pages.
        """


def until(engine: Engine, question: str, wanted: object = True) -> None:
    """Come back when the answer to `question` is `wanted`. Raises AssertionError when it never is."""
    end = time.monotonic() + PATIENCE
    found: object = None
    while time.monotonic() < end:
        try:
            found = engine.ask(question)
        except NotNowError as error:
            found = error
        if found == wanted:
            return
        time.sleep(0.05)
    raise AssertionError(f"{question} is {found!r}, not {wanted!r}")


def arrive(engine: Engine, heading: str) -> None:
    """Come back when the page with this heading has been loaded."""
    until(engine, "[document.readyState, document.querySelector('h1')?.textContent]", ["complete", heading])


def tab_to(engine: Engine, target: str, key: str = "Tab") -> None:
    """Move the focus to what has the id `target`, or says it. Raises AssertionError when there is no way."""
    seen = []
    for _ in range(TABS):
        engine.press(key)
        seen.append(engine.ask(FOCUS))
        if seen[-1] == target:
            return
    raise AssertionError(f"{key} never came to {target!r}, but to {seen}")


def is_checked(engine: Engine, *ids: str) -> bool:
    """Are all of these chosen?"""
    return all(engine.ask(f"document.getElementById('{each}').checked") for each in ids)
