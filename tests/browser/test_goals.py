"""Goals in a real Chromium: reckoned, saved and ended; and the dashboard with waves and a reworded version."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from survey import db, published, questionnaires, waves, workdays
from survey.models import Batch, Municipality, Staff, Team
from survey.waves import Wave
from tests.browser.conftest import check, sign_in

PEOPLE = [(4, 3, 4, 3, 4), (3, 3, 4, 2, 3), (4, 4, 3, 3, 4), (3, 4, 4, 3, 2)]
LOWER = [(3, 3, 2, 3, 2), (3, 2, 3, 3, 3), (2, 3, 4, 2, 4)]


@pytest.fixture
def address(live: str, app: Flask, employ: Callable[..., Staff], write_batch: Callable[..., Batch]) -> str:
    """Stevns with a year in three waves, a version reworded in the second, and a manager."""
    app.config["WTF_CSRF_ENABLED"] = True
    last = workdays.day(workdays.now()) - timedelta(days=60)
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        employ(session, stevns, "manager", email="leder@stevns.dk")
        team = session.scalars(select(Team).where(Team.law == "LAS")).one()
        days = [last - timedelta(days=120 * n) for n in (2, 1, 0)]
        named = zip(("Foråret", "Efteråret før jul", "Vinteren"), days, strict=True)
        waves.save(session, stevns.id, [Wave(name, day, day + timedelta(20), 100) for name, day in named])
        write_batch(session, team, days[0] + timedelta(9), PEOPLE * 20, first=days[0])
        write_batch(session, team, days[1] + timedelta(5), LOWER * 20, first=days[1])
        (before,) = [each for each in published.versions(session, stevns.id) if each.content.code == "ydelse"]
        lines = (replace(before.content.statements[0], text="Jeg ved nu mere"), *before.content.statements[1:])
        new = questionnaires.Draft(before.content.scale.labels, lines, frozenset({1}))
        questionnaires.succeed(
            session, before, new, workdays.at(days[1] + timedelta(8), workdays.OFFICE_HOURS.opens)
        )
        write_batch(session, team, days[1] + timedelta(19), LOWER * 20, first=days[1] + timedelta(9))
        write_batch(session, team, days[2] + timedelta(9), PEOPLE * 25, first=days[2])
    return live


def test_a_goal_is_reckoned_before_it_is_saved(screen: Callable[[str], Page], address: str) -> None:
    """On every screen: the list, a mistake, what it takes, saved, and ended."""
    page = screen(address)
    sign_in(page, "leder@stevns.dk", "/maal", "Mål")
    check(page)
    page.get_by_label("Hvem gælder målet?").select_option("Ydelse, skala 1-4")
    page.get_by_label("Tallet").fill("meget")
    page.get_by_role("button", name="Se, hvad det kræver").click()
    page.get_by_role("alert").wait_for()
    check(page)
    page.get_by_label("Tallet").fill("3,1")
    page.get_by_role("button", name="Se, hvad det kræver").click()
    page.get_by_role("heading", name="Hvad målet kræver", exact=True).wait_for()
    assert page.get_by_text(re.compile("Ydelse ligger på 3,")).count() == 1
    check(page)
    page.get_by_role("button", name="Gem målet").click()
    page.get_by_text("Målet er gemt: over 3,1.").wait_for()
    check(page)
    page.get_by_role("link", name="Afslut målet over 3,1 for Ydelse, skala 1-4").click()
    page.get_by_role("heading", name="Hvad gælder bagefter?").wait_for()
    check(page)
    page.get_by_role("button", name="Afslut målet").click()
    page.get_by_text("Målet er afsluttet.").wait_for()


def test_what_was_typed_is_there_on_the_way_back(screen: Callable[[str], Page], address: str) -> None:
    """ "Ret" shows the form as it was left."""
    page = screen(address)
    sign_in(page, "leder@stevns.dk", "/maal", "Mål")
    page.get_by_label("Hvem gælder målet?").select_option("Ydelse, skala 1-4")
    page.get_by_label("Andel: så mange svarer et af de to bedste svar").check()
    page.get_by_label("Tallet").fill("75")
    page.get_by_role("button", name="Se, hvad det kræver").click()
    page.get_by_role("link", name="Ret", exact=True).click()
    assert page.get_by_label("Tallet").input_value() == "75"
    assert page.get_by_label("Andel: så mange svarer et af de to bedste svar").is_checked()


def test_waves_and_a_reworded_version_are_readable(screen: Callable[[str], Page], address: str) -> None:
    """Nothing axe objects to, with every table open; the wave's name and the mark stand in the charts."""
    page = screen(address)
    sign_in(page, "leder@stevns.dk", "/tal", "Tal")
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true })")
    assert page.get_by_role("heading", name="Bølge for bølge").count() == 1
    assert page.locator("svg:visible text", has_text="Vinteren").count() == 1
    assert page.locator("svg:visible text", has_text="udsagn 1 omskrevet").count() >= 1
    check(page)


def test_every_table_says_what_it_is_and_fits_a_wide_screen(screen: Callable[[str], Page], address: str) -> None:
    """With all tables open: no caption is cut on a phone, and where there is room nothing has to be scrolled."""
    page = screen(address)
    sign_in(page, "leder@stevns.dk", "/tal", "Tal")
    page.wait_for_load_state()  # the style sheets too
    cut = page.evaluate(
        """() => {
        document.querySelectorAll("details").forEach(each => { each.open = true; });
        const over = (box, inside) => inside.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
        const boxes = [...document.querySelectorAll("main .scroll")];
        const cut = find => boxes.filter(box => over(box, box.querySelector(find))).map(box => box.ariaLabel);
        return [cut("caption"), innerWidth < 1200 ? [] : cut("table")];
    }"""
    )
    assert cut == [[], []]
