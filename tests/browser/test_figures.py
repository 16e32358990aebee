"""A figure's own page, the field for its id, and the room for API keys in a real Chromium."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from survey import db, passports
from survey.models import Batch, Municipality, Participation, QuestionnaireVersion, Staff, Team
from survey.passports import Definition
from tests.browser.conftest import check, sign_in

MONDAY = date(2021, 5, 3)
SPRING = (date(2021, 5, 2), date(2021, 8, 23), date(2021, 8, 24))
Screen = Callable[[str], Page]


@pytest.fixture
def figure(live: str, employ: Callable[..., Staff], write_batch: Callable[..., Batch]) -> str:
    """Stevns with a month of answers, a manager and an administrator: the id of a statement's mean."""
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        for role in ("manager", "administrator"):
            employ(session, stevns, role, email=f"{role}@stevns.dk")
        team = session.scalars(select(Team).where(Team.law == "LAB")).one()
        wanted = QuestionnaireVersion.questionnaire_id == team.questionnaire_id
        version = session.scalars(select(QuestionnaireVersion.id).where(wanted)).one()
        for night in range(30):
            write_batch(session, team, MONDAY + timedelta(night), [(point,) * 7 for point in range(5)] * 4)
        key = {"municipality_id": stevns.id, "team_id": team.id, "version_id": version}
        numbers = {"invited": 1100, "sent": 1043, "unknown": 1, "delivered": 1000, "answered": 559}
        told = dict.fromkeys(("week", "block_first", "block_last"), MONDAY)
        session.add(Participation(**key, **numbers, **told, closed=True, alone=True))
    return passports.mint(Definition("mean", "LAB", None, version, "remote", 3, 0, *SPRING))


def test_a_figure_is_looked_up_by_its_id(screen: Screen, live: str, figure: str) -> None:
    """A mistyped one is told and asked for again; the right one opens the figure. All of it accessible."""
    page = screen(live)
    sign_in(page, "manager@stevns.dk", "/figures", "Slå et tal op")
    check(page)
    page.get_by_label("Tallets id").fill(figure[:-1])
    page.keyboard.press("Enter")
    page.get_by_text("skrevet forkert").wait_for()
    check(page)
    page.get_by_label("Tallets id").fill(figure.upper().replace("-", ""))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Gennemsnit", exact=True).wait_for()
    page.get_by_text("Portionerne som tabel").click()
    check(page)
    page.get_by_role("link", name="Se alle tal for perioden").click()
    page.get_by_role("heading", name="Tal", exact=True).wait_for()


def test_a_key_is_made_and_revoked(screen: Screen, live: str, figure: str) -> None:
    """Without a word that runs off a small phone, the key itself included."""
    page = screen(live)
    sign_in(page, "administrator@stevns.dk", "/api-noegler", "API-nøgler")
    page.get_by_label("Hvad bruges nøglen til?").fill("Power BI i økonomi")
    page.get_by_role("button", name="Lav nøgle").click()
    page.get_by_text("vises kun denne ene gang").wait_for()
    check(page)
    page.get_by_role("button", name="Træk tilbage").click()
    page.get_by_text("Virker ikke mere", exact=True).wait_for()
    check(page)
