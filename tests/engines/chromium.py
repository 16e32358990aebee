"""Chromium, driven by Playwright as in the other browser tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from tests.engines.keyboard import Engine, NotNowError


@dataclass(frozen=True)
class Chromium:
    """A page of Chromium."""

    page: Page
    version: str

    def open(self, address: str) -> None:
        """Go there, and come back when the page is loaded."""
        self.page.goto(address)

    def press(self, *keys: str) -> None:
        """Press and let go, one after the other; our names of keys are Playwright's."""
        for key in keys:
            self.page.keyboard.press(key)

    def ask(self, question: str) -> Any:
        """The value of an expression in the page."""
        try:
            return self.page.evaluate(question)
        except Error as error:
            raise NotNowError(error.message) from error


@contextmanager
def started(scripts: bool) -> Iterator[Engine]:
    """A Chromium of its own, with the page's scripts on or off."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield Chromium(browser.new_context(java_script_enabled=scripts).new_page(), browser.version)
        finally:
            browser.close()
