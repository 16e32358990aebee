"""The dashboard in a real Chromium: accessible, never wider than the screen, clean under its content policy."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from survey import db
from survey.models import (
    Batch,
    Comment,
    Confirmation,
    Municipality,
    Participation,
    QuestionnaireVersion,
    SideMean,
    Staff,
    Team,
)
from tests.browser import axe
from tests.survey import parting

WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"
DRAWN = (
    "() => [...document.querySelectorAll('svg.chart')].filter(e => e.checkVisibility()).map(e => e.classList[1])"
)
SMALL_PRINT = """
() => Math.min(...[...document.querySelectorAll('svg text')].filter(e => e.checkVisibility())
    .map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a))
"""


@pytest.fixture
def manager(live: str, employ: Callable[..., Staff], write_batch: Callable[..., Batch]) -> str:
    """Stevns with a spring of figures, and a manager: the address of the program."""
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        employ(session, stevns, "manager", email="leder@stevns.dk")
        for team in session.scalars(select(Team).where(Team.municipality_id == stevns.id)).all():
            wanted = QuestionnaireVersion.questionnaire_id == team.questionnaire_id
            version = session.scalars(select(QuestionnaireVersion).where(wanted)).one()
            day = date(2021, 5, 5)
            for number in range(75 if team.law == "LAB" else 9):
                people = [(3 + (number + place) % 2,) * version.statement_count for place in range(5 + number % 7)]
                last = day + timedelta(days=number * 84 // (75 if team.law == "LAB" else 9))
                write_batch(session, team, last, people, first=last - timedelta(number % 3))
            key = {"municipality_id": stevns.id, "team_id": team.id, "version_id": version.id}
            numbers = {"invited": 200, "sent": 167, "unknown": 1, "delivered": 150, "answered": 53}
            told = {name: date(2021, 5, 3) for name in ("week", "block_first", "block_last")}
            session.add(Participation(**key, **numbers, **told, closed=True, alone=True))
    return live


def sign_in(page: Page, address: str) -> None:
    """Sign in as the manager and open the dashboard."""
    page.goto(f"{address}/tal")
    page.get_by_label("E-mail").fill("leder@stevns.dk")
    page.get_by_label("Adgangskode").fill("korrekt hest batteri")
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/tal*")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(chromium: Browser, manager: str, width: int, scheme: str) -> None:
    """Axe finds nothing with every table open, nothing is wider than the screen, and no policy is broken."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]  # one of two known words
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, manager)
    assert page.evaluate(WIDER) <= 0
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true })")
    results = axe.run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate(WIDER) <= 0
    assert complaints == []
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_waiting_room_and_citizens_words_are_accessible_too(
    chromium: Browser, manager: str, write_batch: Callable[..., Batch], width: int
) -> None:
    """A second series, tags, comments of long words, languages, target groups of long words: clean as the rest."""
    with db.transaction() as session:
        team = session.scalars(select(Team).where(Team.law == "LAB")).one()
        tags = {"meeting": 20, "law": 12, "both": 8}
        write_batch(session, team, date(2021, 5, 5), [(3,) * 7] * 40, mode="onsite", tags=tags)
        of = {"municipality_id": team.municipality_id, "quarter": date(2021, 4, 1)}
        session.add_all(Comment(**of, law="LAB", id=uuid4(), text="Arbejdsmarked" * 20) for _number in range(10))
        session.add(Confirmation(**of, language="ar", kept=12, changed=8))
        version = session.scalars(select(Batch.version_id).where(Batch.team_id == team.id)).first()
        for value in ("Arbejdsmarked" * 3, ""):
            told = {"dimension": "target_group", "value": value, "n": 130, "mean": Decimal("3.4")}
            session.add(SideMean(**of, **told, law="LAB", version_id=version))
        other = session.scalars(select(Team).where(Team.law == "LAS")).one()
        sent = {("sms", "Arbejdsmarked" * 3): (60, 30), ("email", "B"): (60, 20)}
        parting.close(session, other, date(2021, 2, 1), sent, (50, 15))
        parting.settle(session, team.municipality_id, parting.OVER)
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="da-DK")
    page = context.new_page()
    sign_in(page, manager)
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true })")
    for heading in ("Hvad borgerne skriver", "Hvem svarer, og hvordan?"):
        assert page.get_by_role("heading", name=heading).count() == 1
    assert page.locator("[aria-labelledby=hvem-svarer-ikke] figure").count() == 3
    results = axe.run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate(WIDER) <= 0
    context.close()


def test_each_screen_gets_its_own_drawing(chromium: Browser, manager: str) -> None:
    """A phone sees narrow charts alone, and no small print under ten pixels on either."""
    context = chromium.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    sign_in(page, manager)
    assert page.evaluate(DRAWN) == ["narrow"] * 6
    assert page.evaluate(SMALL_PRINT) >= 9.9
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate(DRAWN) == ["wide", "wide", "narrow"] * 2
    assert page.evaluate(SMALL_PRINT) >= 9.9
    context.close()


def test_a_period_is_chosen_without_a_script(chromium: Browser, manager: str) -> None:
    """The form alone changes the figures and the address."""
    context = chromium.new_context(java_script_enabled=False, locale="da-DK")
    page = context.new_page()
    sign_in(page, manager)
    assert "53/167" in page.get_by_role("main").inner_text()
    page.get_by_label("Fra", exact=True).fill("2021-06-01")
    page.get_by_role("button", name="Vis").click()
    assert "fra=2021-06-01" in page.url
    assert "53/167" not in page.get_by_role("main").inner_text()
    context.close()
