"""A municipality's own look and its public page in a real Chromium, on phones and a desk, light and dark."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from survey import db, logos, looks, looks_pages, own_looks, workdays
from survey.deeds import write
from survey.models import Batch, Municipality, Staff, Team
from survey.own_looks import Choice
from tests.browser import axe
from tests.browser.conftest import check, sign_in
from tests.browser.test_citizen import SMALL_TARGETS, WIDER, WIDTHS, answer
from tests.conftest import ROOT
from tests.survey.logo_files import SQUARE

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOUR = "#7a003c"
Open = Callable[[str], Page]


@pytest.fixture
def town(live: str, app: Flask, employ: Callable[..., Staff], write_batch: Callable[..., Batch]) -> Iterator[str]:
    """Stevns with a look, figures of a team that may be shown, and something done: the program's address."""
    app.config["WTF_CSRF_ENABLED"] = True
    now = workdays.now()
    today = workdays.day(now)
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        own_looks.save(session, stevns.id, Choice(COLOUR), logo=logos.read(SQUARE))
        for n in range(3):
            employ(session, stevns, "caseworker", "Ydelse", f"sb{n}@stevns.dk")
        for role in ("manager", "administrator"):
            person = employ(session, stevns, role, None, "bo@stevns.dk")
        team = session.scalars(select(Team).where(Team.name == "Ydelse")).one()
        write_batch(session, team, today, [(4, 3, 4, 3, 4), (2, 3, 2, 3, 2)] * 10)
        for team_id, said in ((None, "Vi venter for længe"), (team.id, "Vi ved ikke, hvad der mangler")):
            done = "Vi svarer inden to hverdage og skriver altid, hvad der mangler. " * 3
            done_on, by = today - timedelta(days=3), person.id
            write(session, stevns.id, team_id=team_id, done_on=done_on, said=said, done=done, staff_id=by, now=now)
    yield live


def every_check(page: Page, name: str) -> None:
    """Nothing found by axe, no small target, no sideways scroll, at every width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = axe.run(page, RULES)
        assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
        assert page.evaluate(SMALL_TARGETS) == [], f"{name} at {width}"
        assert page.evaluate(WIDER) <= 0, f"{name} at {width}"


@pytest.fixture(params=["light", "dark"])
def reader(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page in one scheme where the citizen's sheet is Stevns' own, whatever the page links."""
    # axe is a script, and a logo is a picture: both are let in past the policy, here alone.
    context = chromium.new_context(color_scheme=request.param, bypass_csp=True)
    sheet = looks.style_sheet(Path(ROOT, "static", "citizen.css").read_text("utf-8"), COLOUR, SQUARE)
    context.route(
        re.compile(rf"/stil/{looks_pages.COMMON}\.css"),
        lambda route: route.fulfill(body=sheet, content_type="text/css"),
    )
    yield context.new_page()
    context.close()


def test_the_questionnaire_in_a_look_of_its_own_is_accessible(
    reader: Page, town: str, link: Callable[..., str]
) -> None:
    """Untouched, with something missing, and the thank-you, in both schemes."""
    reader.goto(link())
    assert (
        reader.evaluate("getComputedStyle(document.querySelector('header'), '::before').backgroundImage") != "none"
    )
    every_check(reader, "questionnaire")
    answer(reader, 4, 3)
    every_check(reader, "something is missing")
    answer(reader, 4, 3, 2, 1, 4)
    every_check(reader, "thank-you")


def test_the_public_page_is_accessible(reader: Page, town: str) -> None:
    """Of the municipality, of a team, and of an address that is none."""
    reader.goto(f"{town}/det-gjorde-vi/stevns")
    assert reader.get_by_text("Vi venter for længe").is_visible()
    every_check(reader, "the whole")
    reader.get_by_role("link", name="Ydelse").click()
    reader.get_by_role("heading", name="I sagde, vi gjorde: Ydelse").wait_for()
    every_check(reader, "a team")
    reader.goto(f"{town}/det-gjorde-vi/faxe")
    every_check(reader, "nowhere")


def test_the_public_page_is_two_requests_and_nothing_is_refused(chromium: Browser, town: str) -> None:
    """The page and one style sheet; the policy has nothing to complain of."""
    page = chromium.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{town}/det-gjorde-vi/stevns", wait_until="networkidle")
    page.close()
    assert complaints == []
    assert len([each for each in asked if not each.startswith("data:")]) == 2


def test_the_logo_is_not_printed_and_the_name_is(reader: Page, town: str) -> None:
    """On paper there is the municipality's name and everything said; no logo."""
    reader.goto(f"{town}/det-gjorde-vi/stevns")
    reader.emulate_media(media="print")
    before = "getComputedStyle(document.querySelector('header'), '::before').display"
    assert reader.evaluate(before) == "none"
    assert reader.get_by_text("Vi venter for længe").is_visible()
    assert reader.locator(".who").inner_text() == "Stevns"


def test_the_rooms_are_accessible(screen: Open, town: str) -> None:
    """The administrator's and the managers', with mistakes too; the preview light and dark."""
    page = screen(town)
    sign_in(page, "bo@stevns.dk", "/kommunen", "Stevns")
    check(page)
    page.get_by_label("Kommunens farve").fill("#ffcc00")
    page.get_by_role("button", name="Mål farven uden at gemme").click()
    page.get_by_role("alert").wait_for()
    check(page)
    page.get_by_role("button", name="Gem", exact=True).click()
    page.get_by_role("alert").wait_for()
    check(page)
    page.goto("/gjort")
    check(page)
    page.get_by_label("I sagde").fill("Ring hurtigere")
    page.get_by_label("Vi gjorde").fill("Lis Holm ringer nu")
    page.get_by_role("button", name="Gør offentligt").click()
    page.get_by_role("alert").get_by_text("Lis Holm").wait_for()
    check(page)
    for scheme in ("lys", "moerk"):
        page.goto(f"/kommunen/vis?skema={scheme}")
        check(page)
