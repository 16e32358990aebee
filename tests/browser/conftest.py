"""A real Chromium, and the real program on a port of its own."""

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server


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
