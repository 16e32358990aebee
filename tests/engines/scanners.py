"""A browser that runs scripts and stays a whole minute on every page of a link: `make engines`.

The short form is in `make test`: tests/browser/test_scanners.py.
"""

import shutil
from collections.abc import Callable

from playwright.sync_api import sync_playwright

from tests.browser import scanners

STAY = 60_000
"""Milliseconds."""


def test_a_browser_that_stays_a_minute_changes_nothing(link: Callable[..., str]) -> None:
    """Every page open at once in a tab of its own, scrolled to its end: all comes from us, no table changes."""
    address = link()
    before, asked = scanners.tables(), []
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path)
        context = browser.new_context()
        context.on("request", lambda request: asked.append(request.url))
        for found in scanners.everything_from(address):
            page = context.new_page()
            page.goto(found)
            page.keyboard.press("End")
        page.wait_for_timeout(STAY)
        browser.close()
    assert [each for each in asked if not each.startswith(address.partition("/s/")[0])] == []
    assert scanners.tables() == before
