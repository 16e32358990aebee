"""Axe in a page: put there once, asked as often as a test wants."""

from collections.abc import Mapping

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page


def run(page: Page, options: Mapping[str, object] | None = None) -> AxeResults:
    """What axe finds on the page as it is now. Fails when it looked at nothing."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Of what is well only the rules: to describe every element that is takes longer than to look at it.
    asked = {**(options or {}), "resultTypes": ["violations"]}
    found = AxeResults(page.evaluate("options => axe.run(options)", asked))
    assert found.response["passes"], "axe looked at nothing"
    return found
