"""Rules and pauses in a real Chromium: nothing axe objects to, nothing sideways, worked by keyboard and clicks."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey import db
from survey.models import Municipality, Staff
from tests.browser.conftest import check, sign_in


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


@pytest.fixture
def page(screen: Callable[[str], Page], town: str) -> Page:
    """A signed-in page."""
    page = screen(town)
    sign_in(page, "bo@stevns.dk", "/opkald", "Opkald")
    return page


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
    expect(page.get_by_text("Hele året: 01-01-2020 til 01-01-2090, 50 %").first).to_be_visible()
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
