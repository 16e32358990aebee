"""A real Chromium, and what every page in it must hold."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import axe
from tests.conftest import PASSWORD

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
TARGETS = "a, button, input:not([type=checkbox], [type=radio]), select, textarea, summary, .option"
SMALL = f"""[...document.querySelectorAll('{TARGETS}')]
    .filter(each => {{ const box = each.getBoundingClientRect(); return box.width > 1 && box.height < 44 }})
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(autouse=True)
def no_cover() -> None:
    """Lines count as covered by the quicker tests of the same pages; noting them here too takes half the time."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium without a window, Debian's own build of it first; one for the whole session, a context per test."""
    path = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
    if path is None:
        pytest.fail("No Chromium found: run tests/browser/install-chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(params=[(320, "light"), (390, "dark"), (1280, "light")], ids=str)
def screen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """`screen(address)` is a page of the program there, on a small phone, a phone and a desk."""
    width, scheme = request.param
    contexts = []

    def opened(address: str) -> Page:
        viewport = {"width": width, "height": 900}
        contexts.append(
            chromium.new_context(viewport=viewport, color_scheme=scheme, base_url=address, locale="da-DK")  # type: ignore[arg-type]  # a dict of two, as Playwright takes it
        )
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str, path: str, heading: str) -> None:
    """Sign in on the way to `path`, whose heading is `heading`."""
    page.goto(f"/log-ind?next={path}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=heading, exact=True).wait_for()


def check(page: Page) -> None:
    """Nothing axe objects to; the page does not scroll sideways; no target is lower than 44 px."""
    page.wait_for_load_state()  # a click does not wait for the next page's style sheet
    found = axe.run(page, RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.evaluate(SMALL) == []
