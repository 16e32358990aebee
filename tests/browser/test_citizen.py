"""The citizen's way in a real Chromium with scripts switched off."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import codes, db
from survey.db import Base
from survey.models import CallbackRequest, Invitation, Link

WIDTHS = (320, 390, 1280)
NOT_FOUND = "a" * 26
SMALL_TARGETS = """
() => [...document.querySelectorAll('a, button, label, input[type=tel], input[type=text]')]
    .filter(e => !e.matches('.over, [aria-hidden], p > a:not([class])'))
    .map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone's page on which no script runs."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def answer(page: Page, *points: int) -> None:
    """Choose a point a statement, by tapping its words, and send."""
    for position, point in enumerate(points, 1):
        page.locator(f"label:has(#s{position}-{point})").click()
    page.get_by_role("button", name="Send mine svar").click()


def test_a_citizen_answers_and_asks_to_be_called(page: Page, link: Callable[..., str]) -> None:
    """From link to confirmation without a script or a cookie."""
    page.goto(link())
    answer(page, 4, 4, 4, 2, 4)
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"
    page.get_by_text("Om formiddagen").click()
    page.get_by_role("button", name="Ring mig op").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Du bliver ringet op"
    assert page.context.cookies() == []
    with db.transaction() as session:
        assert session.scalars(select(CallbackRequest.wished_time)).one() == "Om formiddagen"


def test_what_is_missing_gets_the_focus(page: Page, link: Callable[..., str]) -> None:
    """The summary has the focus, its link leads to the statement, and the second button sends the rest blank."""
    page.goto(link())
    answer(page, 4, 3)
    assert page.title().startswith("Fejl: ")
    assert page.locator(":focus").get_attribute("role") == "alert"
    assert page.locator("#s2-3").is_checked()
    page.get_by_role("link", name="Udsagn 4: Vælg et svar").click()
    assert page.locator(":focus").get_attribute("id") == "s4-1"
    page.get_by_role("button", name="Send uden at svare på resten").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"


def test_the_keyboard_suffices(page: Page, link: Callable[..., str]) -> None:
    """Tab to a group, space to choose, arrows to move, enter to send."""
    page.goto(link())
    page.keyboard.press("Tab")  # who can see it, before the first statement
    for _ in range(5):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"


def expire(session: Session) -> None:
    """Let every link be expired."""
    gone = datetime.now(UTC) - timedelta(days=1)
    session.execute(update(Invitation).values(expires_at=gone, sent_week=date(2021, 5, 10)))


def every_page(page: Page, live: str, link: Callable[..., str]) -> Iterator[str]:
    """Open every page a citizen can meet, one after the other, and name it."""
    address = link("Opfølgning")
    page.goto(address)
    yield "questionnaire"
    answer(page, 1)
    yield "something is missing"
    answer(page, 1, 2, 3, 4, 0, 3, 2)
    yield "thank-you with the offer"
    page.get_by_role("textbox").fill("112")
    page.get_by_role("button", name="Ring mig op").click()
    yield "wrong number"
    page.get_by_role("textbox").fill("20123457")
    page.get_by_role("button", name="Ring mig op").click()
    yield "to be called"
    page.goto(f"{address}/opkald")
    yield "asked already"
    page.goto(f"{address}/opkald/fortryd")
    yield "no call?"
    page.get_by_role("button", name="Jeg vil ikke ringes op").click()
    yield "no call"
    page.goto(f"{address}/privatliv")
    yield "privacy"
    page.goto(address)
    yield "answered"
    other = link()
    page.goto(f"{other}/opkald")
    yield "callback"
    page.goto(other)
    answer(page, 4, 4, 4, 4, 4)
    yield "is that right?"
    page.get_by_role("button", name="Ja, send mine svar").click()
    yield "thank-you"
    page.goto(other)
    yield "answered, may ask"
    late = link()
    with db.transaction() as session:
        expire(session)
    page.goto(f"{late}/afmeld")
    yield "no more?"
    page.get_by_role("button", name="Jeg vil ikke have flere beskeder").click()
    yield "no more"
    page.get_by_role("button", name="Fortryd").click()
    yield "welcome back"
    page.goto(f"{live}/svar")
    yield "code"
    page.get_by_label("Din kode").fill("7KXM-4PQO")
    page.get_by_role("button", name="Videre").click()
    yield "wrong code"
    for path in ("er-beskeden-aegte", "privatliv", "was"):
        page.goto(f"{live}/{path}")
        yield path
    for path in (late, f"{live}/s/{NOT_FOUND}", f"{live}/s/kort", f"{live}/s/a/b"):
        page.goto(path)
        yield path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(chromium: Browser, live: str, link: Callable[..., str], scheme: str) -> None:
    """Nothing found by axe, no target under 44 px, no sideways scroll, at 320 and 1280 px."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    # axe itself is a script: it is let in past the policy here, and nowhere else.
    context = chromium.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]  # light or dark
    page = context.new_page()
    for name in every_page(page, live, link):
        page.wait_for_load_state()  # a click does not wait for the next page's style sheet
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(page, options=rules)
            assert found.response["passes"], "axe looked at nothing"
            assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
            assert page.evaluate(SMALL_TARGETS) == [], f"{name} at {width}"
            assert page.evaluate(WIDER) <= 0, f"{name} at {width}"
    context.close()


def test_a_code_is_typed_instead_of_a_link(page: Page, app: Flask, live: str, link: Callable[..., str]) -> None:
    """Small letters without dashes lead to the questionnaire; what is wrong with a slip is said at the field."""
    code = codes.draw()
    link()
    with db.transaction() as session:
        session.execute(update(Link).values(token_hash=codes.code_hash(app.config["CODE_KEY"], code)))
    page.goto(f"{live}/svar")
    page.get_by_label("Din kode").fill(code[1] + code[:1] + code[2:] + "2")
    page.get_by_role("button", name="Videre").click()
    assert page.locator(":focus").get_attribute("role") == "alert"
    assert "Koden har 9 tegn" in page.get_by_role("alert").inner_text()
    page.get_by_label("Din kode").fill(code.lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{live}/s/{code}"
    answer(page, 4, 4, 3, 4, 4)
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"
    assert page.context.cookies() == []


def test_a_browser_that_runs_scripts_and_follows_links_opts_nobody_out(
    chromium: Browser, link: Callable[..., str]
) -> None:
    """As a mail scanner does: every page opened until nothing more is fetched, and all tables are the same."""
    address = link()

    def everything() -> dict[str, list[str]]:
        with db.reading() as connection:
            tables = Base.metadata.sorted_tables
            return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}

    before = everything()
    page = chromium.new_page()
    for path in (address, f"{address}/afmeld", f"{address}/afmeld/fortryd"):
        page.goto(path, wait_until="networkidle")
        assert page.get_by_role("heading", level=1).is_visible()
    page.close()
    assert everything() == before


def test_a_page_is_two_requests_under_fourteen_kilobytes(chromium: Browser, link: Callable[..., str]) -> None:
    """The page and its style sheet, nothing refused by the policy, nothing from elsewhere."""
    page = chromium.new_page()
    sizes, complaints = [], []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(link("Opfølgning"), wait_until="networkidle")
    assert complaints == []
    assert len(sizes) == 2
    assert sum(sizes) < 14 * 1024
    page.close()
