"""A real Chromium, and the real program on a port of its own."""

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import PASSWORD

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
TARGETS = "a, button, input:not([type=checkbox], [type=radio]), select, textarea, summary, .option"
SMALL = f"""[...document.querySelectorAll('{TARGETS}')]
    .filter(each => {{ const box = each.getBoundingClientRect(); return box.width > 1 && box.height < 44 }})
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window; one for the whole session, a context per test."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("No Chromium found: run tests/browser/install-chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def live(app: Flask, new_link: Callable[..., str]) -> Iterator[str]:
    """The program on 127.0.0.1 and a database of its own, several requests at once: its address."""
    app.testing = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the threaded server alone
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def link(live: str, new_link: Callable[..., str]) -> Callable[..., str]:
    """`link(team="Ydelse")` invites another citizen: the address of their page."""
    return lambda team="Ydelse": f"{live}/s/{new_link(team)}"


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
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.evaluate(SMALL) == []
