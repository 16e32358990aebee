"""The dashboard: judged by the goal of the time, wave by wave, and marked where words changed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import goals, published, questionnaires, waves
from survey.goals import Goal
from survey.models import Batch, Municipality, Staff, Team
from survey.waves import Wave
from tests.admin.test_goals import PEOPLE, words
from tests.survey.told import another

Add = Callable[..., Batch]
DAY = date(2021, 5, 5)


@pytest.fixture
def person(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """A manager who sees every team."""
    return employ(session, stevns, "manager")


@pytest.fixture
def manager(person: Staff, stevns: Municipality, enter: Callable[..., FlaskClient]) -> FlaskClient:
    """Their browser."""
    return enter(person, stevns)


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """Ydelse, with three caseworkers in another team so that it may be shown."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


def agree(session: Session, person: Staff, stevns: Municipality, kind: str, value: str, law: str | None) -> None:
    """A goal from the first of May 2021, made the day before."""
    made = datetime(2021, 4, 30, 10, tzinfo=UTC)
    goal = Goal(0, law, 4, kind, Fraction(value), date(2021, 5, 1))
    goals.make(session, stevns.id, goal, staff_id=person.id, now=made)


def reword(session: Session, stevns: Municipality, *places: int, at: datetime, same: bool = True) -> None:
    """The next version of Ydelse, with the statements at `places` in other words."""
    found = published.versions(session, stevns.id)
    before = next(each for each in found if each.content.code == "ydelse" and not each.closed_at)
    lines = [
        replace(line, text=f"{line.text} ({before.number + 1})") if place in places else line
        for place, line in enumerate(before.content.statements, 1)
    ]
    new = questionnaires.Draft(before.content.scale.labels, tuple(lines), frozenset(places if same else ()))
    questionnaires.succeed(session, before, new, at)


def test_a_period_is_judged_by_the_goal_of_its_last_day(
    session: Session, stevns: Municipality, team: Team, person: Staff, manager: FlaskClient, add_batch: Add
) -> None:
    """In April it was 3,0; from May on 3,5: the headline, the sentence and the chart say so."""
    add_batch(team, DAY - timedelta(20), PEOPLE * 30)
    agree(session, person, stevns, "level", "3.5", "LAS")
    april = words(manager.get("/tal?fra=2021-04-01&til=2021-04-30").text)
    assert "Mål: over 3,0" in april
    assert "Ja, over 3,0: gennemsnittet er 3,35" in april
    page = manager.get("/tal?fra=2021-04-01&til=2021-05-31").text
    assert "Mål: over 3,5" in words(page)
    assert "Nej, under 3,5: gennemsnittet er 3,35" in words(page)
    assert "mål 3,5</text>" in page
    assert "mål 3,0</text>" not in page


def test_goals_of_every_kind_are_answered(
    session: Session, stevns: Municipality, team: Team, person: Staff, manager: FlaskClient, add_batch: Add
) -> None:
    """Level, share, trend and equality, each with its question."""
    add_batch(team, DAY, PEOPLE * 30)
    other = session.scalars(select(Team).where(Team.law == "LAB", Team.municipality_id == stevns.id)).one()
    add_batch(other, DAY, [(*one, 4, 3) for one in PEOPLE] * 30)
    for kind, value in (("share", "0.8"), ("trend", "0.1")):
        agree(session, person, stevns, kind, value, "LAS")
    agree(session, person, stevns, "equality", "0.5", None)
    text = words(manager.get("/tal?fra=2021-05-01&til=2021-05-31").text)
    assert "Er andelen over målet? Ja, over 80 %: 540/600 = 90,0 % svarer 3 eller 4" in text
    assert "Stiger tilfredsheden, som målet siger? For få punkter" in text
    assert text.count("Er de to grupper lige tilfredse? Ja, lige tilfredse: Opfølgning ligger på 3,39") == 2


def test_who_sees_one_group_is_not_told_of_the_other(
    session: Session,
    stevns: Municipality,
    team: Team,
    person: Staff,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    manager: FlaskClient,
    add_batch: Add,
) -> None:
    """Equality is between both: not for a team's manager, nor on a team's page."""
    mine = another(session, team, "A")
    for each in (mine, another(session, team, "B")):
        add_batch(each, DAY, PEOPLE * 30)
    agree(session, person, stevns, "equality", "0.5", None)
    leads = enter(employ(session, stevns, "manager", "A", email="a@stevns.dk"), stevns)
    for page in (leads.get("/tal").text, manager.get(f"/tal?team={mine.id}").text):
        assert "Mål: over 3,0" in page
        assert "lige tilfredse" not in page
    assert "lige tilfredse" in manager.get("/tal").text


def test_a_reworded_version_goes_on_with_a_mark(
    session: Session, stevns: Municipality, team: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """One series of both versions, a mark on the day, and words about it."""
    add_batch(team, DAY, PEOPLE * 10)
    reword(session, stevns, 2, at=datetime(2021, 5, 10, 10, tzinfo=UTC))
    add_batch(team, DAY + timedelta(14), PEOPLE * 10)
    page = manager.get("/tal?fra=2021-05-01&til=2021-05-31").text
    assert "10. maj 2021: udsagn 2 omskrevet" in page
    text = words(page)
    assert "Udgave 1 og 2 er én række: hvert udsagn betyder det samme." in text
    assert "n = 80 besvarelser" in text
    assert "En ny række" not in text


@pytest.mark.parametrize(("places", "label"), [((), "udgave 2"), ((1, 2, 4), "udsagn 1 og 2 … omskrevet")])
def test_the_mark_says_what_is_new(
    session: Session,
    stevns: Municipality,
    team: Team,
    manager: FlaskClient,
    add_batch: Add,
    places: tuple[int, ...],
    label: str,
) -> None:
    """Only the version where no words are; two statements at most by number."""
    add_batch(team, DAY, PEOPLE * 10)
    if places:
        reword(session, stevns, *places, at=datetime(2021, 5, 10, 10, tzinfo=UTC))
    else:
        (before,) = [each for each in published.versions(session, stevns.id) if each.content.code == "ydelse"]
        lines = tuple(replace(line, offers_callback=True) for line in before.content.statements)
        new = questionnaires.Draft(before.content.scale.labels, lines)
        questionnaires.succeed(session, before, new, datetime(2021, 5, 10, 10, tzinfo=UTC))
    add_batch(team, DAY + timedelta(14), PEOPLE * 10)
    assert f"10. maj 2021: {label}" in manager.get("/tal?fra=2021-05-01&til=2021-05-31").text


def test_another_meaning_is_a_new_series_and_the_page_says_so(
    session: Session, stevns: Municipality, team: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """A sentence, and a mark in neither chart."""
    add_batch(team, DAY, PEOPLE * 10)
    reword(session, stevns, 2, at=datetime(2021, 5, 10, 10, tzinfo=UTC), same=False)
    add_batch(team, DAY + timedelta(14), PEOPLE * 10)
    page = manager.get("/tal?fra=2021-05-01&til=2021-05-31").text
    assert "En ny række fra 10. maj 2021: udgave 2 spørger om noget andet end udgave 1" in words(page)
    assert "Skemaet Ydelse, version 2" in words(page)
    assert 'class="break"' not in page


def test_waves_stand_side_by_side(
    session: Session, stevns: Municipality, team: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """A chart with their names, a table, and in a sentence how the last compares with the one before."""
    first, second = DAY, DAY + timedelta(90)
    named = [Wave(name, day, day + timedelta(13), 100) for name, day in (("Forår", first), ("Sommer", second))]
    waves.save(session, stevns.id, named)
    add_batch(team, first + timedelta(3), PEOPLE * 20)
    add_batch(team, second + timedelta(3), [(2, 3, 2, 3, 2), (3, 2, 2, 3, 3)] * 30)
    page = manager.get("/tal").text
    assert ">Forår</text>" in page
    text = words(page)
    assert "Sommer ligger sikkert lavere end Forår: 2,50 (n = 60) mod 3,35 (n = 80)." in text
    assert "Forår 8. maj 2021 80 3,35 360/400 = 90,0 %" in text
    assert "Lavere (−0,85)" in text
    assert "Hver sammenligning står for sig" in text
    add_batch(team, second + timedelta(9), [(2, 3, 2, 3, 2), (3, 2, 2, 3, 3)] * 30)
    cut = words(manager.get(f"/tal?fra={first}&til={second + timedelta(8)}").text)
    assert "Sommer 6. august 2021 Bølgen er ikke slut i perioden 60" in cut
    assert "Kun Forår er slut i perioden: der er ingen hel bølge at holde den op imod." in cut
    waves.save(session, stevns.id, [])
    assert "Bølge for bølge" not in manager.get("/tal").text


def test_everybody_reads_the_goal_of_the_time(
    app: Flask, session: Session, stevns: Municipality, team: Team, person: Staff, add_batch: Add
) -> None:
    """The public page names the group's own goals, not the one that holds by itself, nor one between groups."""
    add_batch(team, DAY, PEOPLE * 30)
    for kind, value, law in (("level", "3.2", "LAS"), ("share", "0.8", "LAS"), ("equality", "0.2", None)):
        agree(session, person, stevns, kind, value, law)
    text = words(app.test_client().get("/det-gjorde-vi/stevns").text)
    assert "Kommunens mål Over 3,2 Kommunens mål Over 80 % svarer 3 eller 4" in text
    assert "Over 3,0" not in re.sub(r".*Ydelse", "", text)
    assert "mellem Opfølgning og Ydelse" not in text
