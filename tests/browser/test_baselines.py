"""The person's step after an alarm in a real Chromium: found, mistaken, taken, and seen in the chart."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from survey import db
from survey.models import Batch, CallbackCount, Municipality, Staff, Team
from tests.browser.conftest import check, sign_in

PEOPLE = [(4, 3, 4, 3, 4), (3, 3, 4, 2, 3), (4, 4, 3, 3, 4), (3, 4, 4, 3, 2)]
LOW = [(3, 2, 3, 2, 3), (2, 2, 3, 1, 2), (3, 3, 2, 2, 3), (2, 3, 3, 2, 1)]
PAGE = "/tal?fra=2021-05-01&til=2021-07-31"


@pytest.fixture
def address(live: str, app: Flask, employ: Callable[..., Staff], write_batch: Callable[..., Batch]) -> str:
    """Ydelse after a good month and a bad one, with calls asked for, and a manager."""
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        employ(session, stevns, "manager", email="leder@stevns.dk")
        team = session.scalars(select(Team).where(Team.law == "LAS")).one()
        for week in range(9):
            people = PEOPLE * 5 if week < 4 else LOW * 5
            write_batch(session, team, date(2021, 4, 5) + timedelta(7 * week), people)
        counts = {"kept": 9, "late": 2, "overdue": 1, "waiting": 3}
        key = {"municipality_id": stevns.id, "team_id": team.id, "week": date(2021, 5, 3)}
        session.add(CallbackCount(**key, **counts))
    return live


def test_an_alarm_is_answered_on_every_screen(screen: Callable[[str], Page], address: str) -> None:
    """The form opens, says what is missing where it is missing, and leaves a mark with its reason."""
    page = screen(address)
    sign_in(page, "leder@stevns.dk", PAGE.replace("&", "%26"), "Tal")
    page.get_by_text("Sæt ny udgangslinje").first.click()
    check(page)
    page.get_by_role("button", name="Sæt ny udgangslinje for Ydelse").click()
    page.get_by_text("Udgangslinjen er ikke sat.").wait_for()
    check(page)
    page.get_by_label("Begrundelse").fill("Ny bemanding fra maj")
    page.get_by_role("button", name="Sæt ny udgangslinje for Ydelse").click()
    page.get_by_text("Ny udgangslinje er sat for Ydelse").wait_for()
    check(page)
    assert page.get_by_text("Ny udgangslinje siden 3.5.2021 (Ny bemanding fra maj).").count() == 1
    assert page.locator("svg:visible text", has_text="ny udgangslinje").count() >= 1
    assert page.get_by_role("heading", name="Fra ønske til opkald").count() == 1
