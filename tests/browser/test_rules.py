"""Rules and pauses in a real Chromium: nothing axe objects to, nothing sideways, worked by keyboard and clicks."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from survey import db
from survey.models import Municipality, Staff

PASSWORD = "korrekt hest batteri"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SMALL = """[...document.querySelectorAll('a, button, input:not([type=checkbox], [type=radio]), select, .option')]
    .filter(each => { const box = each.getBoundingClientRect(); return box.width > 1 && box.height < 44 })
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture
def town(live: str, app: Flask, invite: Callable[..., int], employ: Callable[..., Staff]) -> str:
    """A municipality with six meetings and one person who may do everything: the program's address."""
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        for role, team in (("caseworker", "Ydelse"), ("manager", None), ("administrator", None)):
            employ(session, stevns, role, team, "bo@stevns.dk")
        for _ in range(6):
            invite(session, stevns)
    return live


@pytest.fixture(params=[(320, "light"), (390, "dark"), (1280, "light")], ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser, town: str) -> Iterator[Page]:
    """A signed-in page on a small phone, a phone or a desk."""
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=town, locale="da-DK"
    )
    page = context.new_page()
    page.goto("/log-ind")
    page.get_by_label("E-mail").fill("bo@stevns.dk")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Opkald", exact=True).wait_for()
    yield page
    context.close()


def check(page: Page) -> None:
    """Nothing axe objects to; the page does not scroll sideways; no target is lower than 44 px."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.evaluate(SMALL) == []


def test_a_rule_is_changed_seen_and_saved(page: Page) -> None:
    """Waves show when they are chosen; a mistake is told; the effect is seen before "Gem"."""
    page.goto("/regler")
    check(page)
    expect(page.get_by_label("Første dag").first).to_be_hidden()
    page.get_by_text("bestemte perioder (bølger)").click()
    page.get_by_role("button", name="Vis virkningen").click()
    page.get_by_role("alert").get_by_text("Skriv mindst én bølge").wait_for()
    check(page)
    wave = page.get_by_role("group", name="Bølge 1")
    wave.get_by_label("Navn").fill("Hele året")
    wave.get_by_label("Første dag").fill("2020-01-01")
    wave.get_by_label("Sidste dag").fill("2090-01-01")
    wave.get_by_label("Andel i %").fill("50")
    page.get_by_role("button", name="Vis virkningen").click()
    page.get_by_role("heading", name="Et år med reglen").wait_for()
    check(page)
    page.get_by_role("link", name="Ret", exact=True).click()
    expect(page.get_by_label("Navn").first).to_have_value("Hele året")
    page.get_by_role("button", name="Vis virkningen").click()
    page.get_by_role("button", name="Gem").click()
    page.get_by_text("Reglen er gemt").wait_for()
    expect(page.get_by_text("Hele året: 01-01-2020 til 01-01-2090, 50 %")).to_be_visible()
    check(page)


def test_a_citizen_is_paused_and_the_pause_is_ended(page: Page) -> None:
    """The list tells why and until when, never who; the manager's table stands below."""
    page.goto("/pauser")
    check(page)
    page.get_by_role("button", name="Sæt på pause").click()
    page.get_by_role("alert").wait_for()
    check(page)
    page.get_by_label("Mobilnummer").check()
    page.get_by_label("Borgeren", exact=True).fill("20 12 34 56")
    page.get_by_label("Årsag").select_option("Partshøring")
    page.get_by_role("button", name="Sæt på pause").click()
    page.get_by_text("Pausen er gemt.").wait_for()
    assert "20 12 34 56" not in page.content()
    page.get_by_text("Vis årsager for Ydelse").click()
    check(page)
    page.get_by_role("button", name="Ophæv pausen for partshøring").click()
    page.get_by_text("Pausen er ophævet.").wait_for()
