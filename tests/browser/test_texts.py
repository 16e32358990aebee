"""The room for messages in a real Chromium: accessible, nothing sideways, both directions of writing."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from survey import db
from survey.models import Municipality, Staff
from tests.conftest import PASSWORD

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SMALL = """[...document.querySelectorAll('main :is(a, button, input, select, textarea, summary)')]
    .filter(each => { const box = each.getBoundingClientRect(); return box.width > 1 && box.height < 44 })
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(params=[(320, "light"), (390, "dark"), (1280, "light")], ids=str)
def page(
    request: pytest.FixtureRequest, chromium: Browser, live: str, app: Flask, employ: Callable[..., Staff]
) -> Iterator[Page]:
    """An administrator's browser, signed in."""
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        employ(session, session.scalars(select(Municipality)).one(), "administrator")
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=live, locale="da-DK"
    )
    page = context.new_page()
    page.goto("/log-ind")
    page.get_by_label("E-mail").fill("administrator@stevns.dk")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Samtaler", exact=True).wait_for()
    yield page
    context.close()


def check(page: Page) -> None:
    """Nothing axe objects to; the page does not scroll sideways; no target is lower than 44 px."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("path", ["", "/invitation/sms/da", "/paamindelse/email/ar", "/invitation/sms/fa"])
def test_the_room_is_accessible(page: Page, path: str) -> None:
    """The overview, an SMS, and texts that run from right to left."""
    page.goto(f"/tekster{path}")
    check(page)


def test_a_text_is_tried_refused_saved_and_verified(page: Page) -> None:
    """By clicks alone; the way goes on after a mistake."""
    page.goto("/tekster")
    page.get_by_role("link", name="Engelsk").first.click()
    text = page.get_by_label("Tekst", exact=True)
    text.fill("{municipality}: Your job centre asks: {link}")
    page.get_by_role("button", name="Gem").click()
    page.get_by_role("alert").get_by_text("»job centre«").wait_for()
    check(page)
    text.fill("{municipality}: How did it go – “well”? {link}")
    page.get_by_role("button", name="Vis").click()
    page.get_by_text("Tankestreger er lavet til bindestreger").wait_for()
    page.get_by_text('How did it go - "well"?').first.wait_for()
    page.get_by_role("button", name="Gem").click()
    page.get_by_text("Teksten er gemt").wait_for()
    page.get_by_role("button", name="Kontrolleret").click()
    page.get_by_text("Kontrolleret af Administrator").wait_for()
    check(page)
