"""The room for messages in a real Chromium: accessible, nothing sideways, both directions of writing."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from survey import db
from survey.models import Municipality, Staff
from tests.browser.conftest import check, sign_in


@pytest.fixture
def page(screen: Callable[[str], Page], live: str, app: Flask, employ: Callable[..., Staff]) -> Page:
    """An administrator's browser, signed in."""
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        employ(session, session.scalars(select(Municipality)).one(), "administrator")
    page = screen(live)
    sign_in(page, "administrator@stevns.dk", "/tekster", "Beskeder")
    return page


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
