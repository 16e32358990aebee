"""Whoever opens a citizen's link and follows what is there leaves nothing behind, and carries nothing away."""

import re
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from survey import db
from survey.models import Invitation
from tests.browser import scanners
from tests.fixtures.citizens import ALL_FOUR

META = re.compile(r"<meta[^>]+(?:property|name)=\"(?:og|twitter|fb|article):", re.IGNORECASE)
REMEMBERED = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@pytest.fixture(params=["new", "answered, to be called, in peace"])
def address(request: pytest.FixtureRequest, link: Callable[..., str]) -> str:
    """A link nobody has used, and one by which all that can be done is done."""
    made = link()
    if request.param != "new":
        for path, sent in (("", ALL_FOUR), ("/opkald", {"wish": "any"}), ("/afmeld", {})):
            assert scanners.send(made + path, sent) == 200
    return made


def test_no_way_of_asking_changes_anything(address: str) -> None:
    """Every address on every page, asked for in every way: no table has changed, and nothing fails."""
    before = scanners.tables()
    found = scanners.everything_from(address)
    assert {address, f"{address}/afmeld", f"{address}/privatliv"} <= set(found)
    for path in [*found, f"{address}?s1=4&s2=4&rest=1", f"{address}/afmeld/fortryd"]:
        for name, (method, headers) in scanners.WAYS.items():
            answer = scanners.ask(path, method, headers)
            assert answer.status < 500, f"{name} of {path}"
            assert not answer.headers.get("Set-Cookie"), f"{name} of {path}"
    assert scanners.tables() == before


def test_no_visitor_changes_anything(link: Callable[..., str]) -> None:
    """Whoever it says it is, it sees what everybody sees, and the citizen can still answer."""
    address = link()
    before = scanners.tables()
    seen = scanners.ask(address, "GET", {"User-Agent": scanners.CHROME}).data
    for visitor, user_agent in scanners.VISITORS.items():
        assert scanners.everything_from(address, user_agent)[address].data == seen, visitor
        assert scanners.tables() == before, visitor
    assert scanners.send(address, ALL_FOUR) == 200


def test_pressing_the_button_of_the_page_in_the_message_sends_nothing(link: Callable[..., str]) -> None:
    """Some scanners send the form they find: nothing is chosen in ours, so nothing is stored."""
    address = link()
    before = scanners.tables()
    assert [scanners.send(address, form) for form in ({}, {"rest": "1"}, {"speak": "1"})] == [422, 422, 200]
    assert scanners.tables() == before


def test_a_preview_finds_nothing_to_show(address: str) -> None:
    """No Open Graph, no Twitter card; nothing kept, nothing told the next site, nothing to load from elsewhere."""
    host = urljoin(address, "/")
    for path, answer in scanners.everything_from(address).items():
        if "text/html" not in answer.headers["Content-Type"]:
            continue
        text = answer.data.decode()
        assert not META.search(text), path
        assert {name: answer.headers.get(name) for name in REMEMBERED} == REMEMBERED, path
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';"), path
        assert [each for each in scanners.addresses(text, path) if not each.startswith(host)] == [], path


def test_a_browser_that_runs_scripts_and_follows_links_changes_nothing(
    chromium: Browser, link: Callable[..., str]
) -> None:
    """Every page opened until nothing more is fetched: all comes from us, and no table has changed."""
    address = link()
    before, asked = scanners.tables(), []
    paths = [path for path in scanners.everything_from(address) if "/stil/" not in path]
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    for path in paths:
        page.goto(path)
        assert page.get_by_role("heading", level=1).is_visible()
    page.wait_for_load_state("networkidle")
    page.close()
    assert [each for each in asked if not each.startswith(urljoin(address, "/"))] == []
    assert scanners.tables() == before


def test_a_change_would_be_seen(link: Callable[..., str]) -> None:
    """The tests above can fail."""
    link()
    before = scanners.tables()
    with db.transaction() as session:
        session.execute(update(Invitation).values(answered=True))
    assert [name for name, value in scanners.tables().items() if value != before[name]] == ["invitation"]
