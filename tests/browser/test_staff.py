"""The staff's pages in a real Chromium: nothing axe objects to, nothing sideways, targets a thumb can hit."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from survey import callbacks, db, workdays
from survey.models import CallbackRequest, Municipality, Staff
from tests.browser.conftest import check
from tests.conftest import PASSWORD


@pytest.fixture
def town(live: str, app: Flask, invite: Callable[..., int], employ: Callable[..., Staff]) -> str:
    """A municipality with one person of everything and three callbacks: the program's address."""
    app.config["WTF_CSRF_ENABLED"] = True
    now = workdays.now()
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        for role, team in (("caseworker", "Ydelse"), ("caseworker", "Opfølgning"), ("administrator", None)):
            person = employ(session, stevns, role, team, "bo@stevns.dk")
        for _ in range(3):
            place = {"municipality_id": stevns.id, "invitation_id": invite(session, stevns)}
            callbacks.ask(
                session, **place, phone="+4520123456", wished_time="", language="da", topics=["Et udsagn"], now=now
            )
        first = session.scalars(select(CallbackRequest.id).order_by(CallbackRequest.id)).first()
        assert first is not None
        callbacks.take(session, stevns.id, first, staff_id=person.id, now=now)
    return live


@pytest.fixture(params=[(390, "light"), (1280, "light"), (390, "dark")], ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser, town: str) -> Iterator[Page]:
    """A page on a phone or a desk, at the sign-in page, without JavaScript of ours to wait for."""
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=town, locale="da-DK"
    )
    page = context.new_page()
    page.goto("/log-ind")
    yield page
    context.close()


def enter(page: Page) -> None:
    """Sign in by keyboard alone."""
    page.get_by_label("E-mail").fill("bo@stevns.dk")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Opkald", exact=True).wait_for()


def test_every_page_of_the_staff_is_accessible(page: Page) -> None:
    """Sign-in, with errors too; callback list and one callback; upload; people; teams."""
    check(page)
    page.get_by_role("button", name="Log ind").click()
    page.get_by_role("alert").wait_for()
    check(page)
    enter(page)
    paths = ("/opkald", "/opkald/1", "/samtaler", "/medarbejdere", "/medarbejdere/ny", "/medarbejdere/1")
    for path in (*paths, "/team", "/team/1", "/adgangskode", "/kommune", "/findes-ikke"):
        page.goto(path)
        check(page)


def test_a_callback_is_worked_by_clicks(page: Page) -> None:
    """Take, record inside the list, close: focus stays with the callback, then goes on; nothing is blocked."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    enter(page)
    page.get_by_role("button", name="Tag opkald").first.click()
    page.locator("#opkald-2:focus").wait_for()
    page.get_by_label("Note (valgfri)").fill("Svarer ikke")
    page.get_by_role("button", name="Intet svar").click()
    page.get_by_text("Forsøget er noteret.").wait_for()
    page.locator("#opkald-2:focus").wait_for()
    page.get_by_text("Registrér, hvad der skete").first.click()
    page.get_by_role("button", name="Truffet", exact=True).first.click()
    page.get_by_text("Opkaldet er lukket: truffet.").wait_for()
    page.locator("#opkald-2:focus").wait_for()
    expect(page.get_by_text("Opkaldet er lukket: truffet.")).to_be_in_viewport()
    assert complaints == []
