"""The waiting room and the printer in a real Chromium: large, accessible, and forgetful."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import codes, db, onsite, waiting_room, workdays
from survey.models import Municipality, Staff, Team
from tests.browser.conftest import check, sign_in
from tests.journeys.test_slips import meet

Screen = Callable[[str], Page]


@pytest.fixture
def new_code(live: str, app: Flask) -> Callable[[], str]:
    """`new_code()` commits a code for the screen."""

    def make() -> str:
        code = codes.draw()
        with db.transaction() as session:
            team = session.scalars(select(Team).where(Team.name == "Ydelse")).one()
            hashed = codes.code_hash(app.config["CODE_KEY"], code)
            onsite.make(session, team.municipality_id, team.id, [hashed], workdays.now())
        return code

    return make


@pytest.fixture
def page(chromium: Browser, live: str) -> Iterator[Page]:
    """The screen, on which no script runs."""
    context = chromium.new_context(
        java_script_enabled=False, base_url=live, locale="da-DK", viewport={"width": 1080, "height": 1500}
    )
    yield context.new_page()
    context.close()


def begin(page: Page, code: str) -> None:
    """Type a code at the screen."""
    page.goto("/venterum/stevns")
    page.get_by_label("Din kode").fill(code)
    page.keyboard.press("Enter")
    page.get_by_text("Udsagn 1 af").wait_for()


def choose(page: Page, *points: int) -> None:
    """Choose a point a statement, by tapping its words."""
    for position, point in enumerate(points, 1):
        page.locator(f"label:has(#s{position}-{point})").click()


def test_nothing_of_one_turn_is_seen_in_the_next(page: Page, new_code: Callable[[], str]) -> None:
    """Neither a cookie, nor the way back, nor the code typed once more."""
    code = new_code()
    begin(page, code)
    choose(page, 4, 3, 2, 4, 4)
    page.get_by_role("button", name="Send mine svar").last.click()
    page.get_by_role("heading", name="Tak for dit svar").wait_for()
    assert code not in page.url
    assert page.context.cookies() == []
    for _ in range(2):
        with suppress(Error):  # Chromium has kept nothing to show, and says so
            page.go_back()
        assert page.locator(":checked").count() == 0
    following = page.context.new_page()
    following.goto("/venterum/stevns")
    assert following.get_by_label("Din kode").input_value() == ""
    following.get_by_label("Din kode").fill(code)
    following.keyboard.press("Enter")
    following.get_by_role("alert").get_by_text("Koden er brugt").wait_for()


def test_an_unfinished_page_gives_way_without_a_script(
    page: Page, new_code: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen is at its start again, and what was chosen is gone."""
    monkeypatch.setattr(waiting_room, "IDLE", 2)
    begin(page, new_code())
    choose(page, 1)
    page.wait_for_url("**/venterum/stevns")
    assert page.get_by_label("Din kode").input_value() == ""


def test_thanks_give_way_too(page: Page, live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes next finds the field."""
    monkeypatch.setattr(waiting_room, "THANKED", 1)
    page.goto("/venterum/stevns/tak")
    page.wait_for_url("**/venterum/stevns")
    page.get_by_label("Din kode").wait_for()


def test_enter_sends_and_more_time_keeps_what_is_chosen(page: Page, new_code: Callable[[], str]) -> None:
    """The first button of the form is the one that sends, although more time stands above it."""
    begin(page, new_code())
    choose(page, 4, 3)
    page.get_by_role("button", name="Giv mig mere tid").click()
    page.get_by_text("om 50 minutter").wait_for()
    assert page.locator("#s2-3").is_checked()
    page.locator("#s2-3").press("Enter")
    assert page.locator(":focus").get_attribute("role") == "alert"


def test_every_page_of_the_waiting_room_is_accessible(
    screen: Screen, live: str, new_code: Callable[[], str]
) -> None:
    """At 320, 390 and 1280 px, light and dark; with what is wrong, and in Arabic."""
    page = screen(live)
    for path in ("/venterum/stevns", "/venterum/stevns?sprog=ar", "/venterum/stevns/tak", "/skaerm/stevns"):
        page.goto(path)
        check(page)
    page.goto("/venterum/stevns")
    page.get_by_label("Din kode").fill("7KXM")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    check(page)
    begin(page, new_code())
    check(page)
    choose(page, 4)
    page.get_by_role("button", name="Send mine svar").last.click()
    page.get_by_role("alert").wait_for()
    check(page)
    choose(page, 4, 4, 4, 4, 4)
    page.get_by_role("button", name="Send mine svar").last.click()
    page.get_by_role("heading", name="Er det rigtigt?").wait_for()
    check(page)


@pytest.fixture
def town(live: str, employ: Callable[..., Staff]) -> str:
    """A municipality that prints slips, with five that wait and an administrator: the program's address."""
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        employ(session, stevns, "administrator", None, "bo@stevns.dk")
        stevns.prints_slips = True
        ask_on_paper(session, stevns)
    return live


def ask_on_paper(session: Session, stevns: Municipality) -> None:
    """Five citizens who read Arabic."""
    meet(session, stevns, *(f"Borger {n}" for n in range(5)), language="ar")


def test_the_staffs_rooms_and_what_they_print_are_accessible(screen: Screen, town: str) -> None:
    """The rooms before and after, and the pages of slips."""
    page = screen(town)
    sign_in(page, "bo@stevns.dk", "/ventevaerelse", "Venteværelse")
    check(page)
    page.get_by_role("button", name="Lav koder").click()
    page.get_by_role("heading", name="20 koder for").wait_for()
    check(page)
    page.get_by_role("link", name="Tilbage").click()
    check(page)
    page.goto("/sedler")
    check(page)
    page.get_by_role("button", name="Print 5").click()
    page.get_by_role("heading", name="5 sedler for").wait_for()
    check(page)
    page.get_by_role("link", name="Tilbage").click()
    page.locator("summary").click()
    check(page)


def test_slips_fit_the_paper(chromium: Browser, town: str) -> None:
    """Five slips in two languages are three sheets of A4 at most; no slip is torn in two."""
    context = chromium.new_context(base_url=town, locale="da-DK")
    page = context.new_page()
    sign_in(page, "bo@stevns.dk", "/sedler", "Sedler")
    page.get_by_role("button", name="Print 5").click()
    page.get_by_role("heading", name="5 sedler for").wait_for()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 3
    context.close()
