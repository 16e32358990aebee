"""A report's page and its HTML file in a real Chromium: accessible, no wider than the screen, no policy broken."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from survey import db
from survey.models import Batch, Municipality, Staff
from tests.reporting import BEFORE, crowd, of_law, send

WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"
SUMMER = "fra=2021-05-02&til=2021-08-23"


@pytest.fixture
def manager(live: str, employ: Callable[..., Staff], write_batch: Callable[..., Batch]) -> str:
    """Stevns with a spring and a summer of figures, and a manager: the address of the program."""
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        employ(session, stevns, "manager", email="leder@stevns.dk")
        for law, statements in (("LAB", 7), ("LAS", 5)):
            team = of_law(session, stevns, law)
            write_batch(session, team, BEFORE, crowd(statements, p4=20, p3=30, p2=20))
            for month in range(5, 9):
                write_batch(session, team, date(2021, month, 20), crowd(statements, p4=40, p3=20, p2=9))
            send(session, team, date(2021, 5, 3), 559, 1043)
    return live


def opened(page: Page, address: str) -> list[str]:
    """Sign in and open the report; what the console complains of from then on."""
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/rapport?slags=bilag&{SUMMER}")
    page.get_by_label("E-mail").fill("leder@stevns.dk")
    page.get_by_label("Adgangskode").fill("korrekt hest batteri")
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/rapport*")
    return complaints


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(chromium: Browser, manager: str, width: int, scheme: str) -> None:
    """Axe finds nothing, nothing is wider than the screen, and no policy is broken."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]  # one of two known words
    page = context.new_page()
    complaints = opened(page, manager)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate(WIDER) <= 0
    assert complaints == []
    context.close()


def test_the_file_for_a_web_site_is_accessible_too(chromium: Browser, manager: str, tmp_path: Path) -> None:
    """Opened from the disk, without the program behind it."""
    context = chromium.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    opened(page, manager)
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent som webside (HTML)").click()
    place = tmp_path / download.value.suggested_filename
    download.value.save_as(place)
    page.goto(place.as_uri())
    results = Axe().run(page)
    assert place.name == "tilfreds-stevns-2021-05-02-2021-08-23.html"
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate(WIDER) <= 0
    context.close()


def test_on_paper_there_is_only_the_report(chromium: Browser, manager: str) -> None:
    """No form, no links to files, no head of the program."""
    context = chromium.new_context()
    page = context.new_page()
    opened(page, manager)
    page.emulate_media(media="print")
    shown = [page.locator(part).is_visible() for part in (".top", ".period", ".files", "article.report")]
    assert shown == [False, False, False, True]
    context.close()
