"""The shared comparison, and the choice to take part in it, in a real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from survey import db
from survey.models import Municipality, Staff
from tests.browser.conftest import check, sign_in
from tests.survey.neighbouring import Write, answered, team, town
from tests.survey.told import give_caseworkers

Screen = Callable[[str], Page]


@pytest.fixture
def crowd(live: str, employ: Callable[..., Staff], write_batch: Write) -> None:
    """Four municipalities that ask on 1-4, one with a long name and one with too few; two of them on 1-5 too."""
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        for role in ("manager", "administrator"):
            employ(session, stevns, role, email=f"{role}@stevns.dk")
        names = ("Stevns Kommune", "Høje-Taastrup Kommune", "Køge Kommune", "Ærø Kommune")
        for name, centre, n in zip(names, (3.3, 3.32, 2.8, 3.0), (240, 300, 80, 9), strict=True):
            here = town(session, name)
            mine = team(session, here)
            give_caseworkers(session, mine, 3)
            answered(session, write_batch, mine, centre, n)
            if n >= 240:
                other = team(session, here, code="faxe")
                give_caseworkers(session, other, 3)
                answered(session, write_batch, other, 4.0, points=5, width=3)


def test_the_comparison_is_read_by_everyone(screen: Screen, live: str, crowd: None) -> None:
    """Charts, tables and the sentence for a scale with too few municipalities; another quarter is chosen."""
    page = screen(live)
    sign_in(page, "manager@stevns.dk", "/sammenligning", "Sammenligning")
    check(page)
    page.get_by_label("Kvartal", exact=True).select_option("2021-2")
    page.get_by_role("button", name="Vis").click()
    page.wait_for_url("**/sammenligning?kvartal=2021-2")
    page.get_by_role("heading", name="Opfølgning, skala 1 til 5").wait_for()
    assert page.get_by_role("table").count() == 2
    assert page.locator("svg.chart:visible").count() == 2
    check(page)


def test_an_administrator_leaves_and_joins(screen: Screen, live: str, crowd: None) -> None:
    """What it means stands beside the button, and the page of who is not in says where to choose."""
    page = screen(live)
    sign_in(page, "administrator@stevns.dk", "/kommunen", "Stevns")
    check(page)
    page.get_by_role("button", name="Gå ud af sammenligningen").click()
    page.get_by_text("jeres tal er væk fra siden").wait_for()
    page.goto("/sammenligning")
    check(page)
    page.get_by_role("link", name="Læs, hvad det indebærer, og vælg").click()
    page.get_by_role("button", name="Vær med i sammenligningen").click()
    page.get_by_text("I er med i sammenligningen fra nu af.").wait_for()
    check(page)
    page.get_by_role("link", name="Sammenligning", exact=True).click()
    page.get_by_role("heading", name="Sammenligning", exact=True).wait_for()
