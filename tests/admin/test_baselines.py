"""The person's step after an alarm: who may take it, what it asks for, and what every page says afterwards."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import models
from survey.models import AccessLog, Batch, Municipality, Staff, Team
from survey.results import Period
from tests.admin.test_goals import PEOPLE, words
from tests.reporting import part, report
from tests.survey.told import another

Add = Callable[..., Batch]
MAY = date(2021, 5, 3)
PAGE = "/tal?fra=2021-05-01&til=2021-07-31"
DOOR = "/tal/udgangslinje?fra=2021-05-01&til=2021-07-31"
LOW = [tuple(max(1, answer - 1) for answer in one) for one in PEOPLE]
WHY = "Ny bemanding fra maj"


@pytest.fixture
def ydelse(session: Session, stevns: Municipality) -> Team:
    """Five statements on 1-4."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


@pytest.fixture
def fallen(ydelse: Team, add_batch: Add) -> Team:
    """Ydelse, after a year that was good and three weeks that are not."""
    drop(ydelse, add_batch)
    return ydelse


def drop(team: Team, add_batch: Add) -> None:
    """A baseline of eighty in April and a drop in May."""
    for week in range(4):
        add_batch(team, date(2021, 4, 5) + timedelta(7 * week), PEOPLE * 5)
    for week in range(3):
        add_batch(team, MAY + timedelta(7 * week), LOW * 5)


@pytest.fixture
def manager(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """A manager of every team."""
    return enter(employ(session, stevns, "manager"), stevns)


def typed(session: Session, of: Team, /, **changed: Any) -> dict[str, Any]:
    """The form of the law group's alarm, as the page has it."""
    version = session.scalars(select(models.Cell.version_id).where(models.Cell.law == of.law)).first()
    return {
        "law": of.law,
        "team": "",
        "version": version,
        "mode": "remote",
        "since": "2021-05-03",
        "reason": WHY,
    } | changed


def noted(session: Session) -> list[models.Baseline]:
    """All there are."""
    return list(session.scalars(select(models.Baseline)))


def test_an_alarm_stands_until_a_person_answers_it(
    session: Session, stevns: Municipality, fallen: Team, manager: FlaskClient
) -> None:
    """One warning and its form; afterwards a mark in the chart and why, and the form is gone."""
    page = manager.get(PAGE).text
    assert words(page).count("Advarsel: svarene er faldet siden året før perioden.") == 1
    assert page.count("<title>Advarsel: ") == 2, "one point, in each of two widths"
    assert page.count('name="reason"') == 1
    assert 'name="since" value="2021-05-03"' in page
    answer = manager.post(DOOR, data=typed(session, fallen), follow_redirects=True)
    assert "Ny udgangslinje er sat for Ydelse siden 3. maj 2021 (Ny bemanding fra maj)." in answer.text
    assert 'name="reason"' not in answer.text
    assert "Advarsel" not in words(answer.text)
    assert "3. maj 2021: ny udgangslinje" in answer.text
    waits = "Ny udgangslinje siden 3.5.2021 (Ny bemanding fra maj); advarslen begynder igen efter 50 besvarelser."
    assert waits in words(answer.text)
    assert waits in part(report(session, stevns), "LAS").found.change.sentence
    log = session.scalars(select(AccessLog.action)).all()
    assert "note baseline" in log


def test_after_fifty_the_warning_begins_again(
    session: Session, stevns: Municipality, fallen: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """The band stands around the new level, and a further drop is a new alarm with its own form."""
    manager.post(DOOR, data=typed(session, fallen))
    add_batch(fallen, MAY + timedelta(21), LOW * 5)
    page = words(manager.get(PAGE).text)
    assert "svinge om den nye udgangslinje (n = 60)" in page
    assert "Advarsel" not in page
    for week in (4, 5):
        add_batch(fallen, MAY + timedelta(7 * week), [(1, 2, 1, 1, 2), (2, 1, 1, 2, 1)] * 10)
    again = manager.get(PAGE).text
    since = "Advarsel: svarene er faldet siden den nye udgangslinje fra 3.5.2021 (Ny bemanding fra maj)."
    assert since in words(again)
    assert since in part(report(session, stevns), "LAS").found.change.sentence
    answer = manager.post(DOOR, data=typed(session, fallen, since="2021-05-31", reason="Nyt kontor"))
    assert answer.status_code == 303
    assert [each.since for each in noted(session)] == [MAY, date(2021, 5, 31)]


def test_an_earlier_period_has_its_alarm_and_no_form(
    session: Session, stevns: Municipality, fallen: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """A new baseline is for the present: where there are newer answers, of any group, it is refused in words."""
    other = session.scalars(select(Team).where(Team.law == "LAB", Team.municipality_id == stevns.id)).one()
    add_batch(other, date(2021, 8, 2), [(3, 4, 3, 3, 4, 3, 3)] * 30)
    page = manager.get(PAGE).text
    assert "Advarsel i denne periode: svarene er faldet siden året før perioden." in words(page)
    same = part(report(session, stevns, Period(date(2021, 5, 1), date(2021, 7, 31))), "LAS").found.change
    assert same.sentence.startswith("Advarsel i denne periode: ")
    assert 'name="reason"' not in page
    answer = manager.post(DOOR, data=typed(session, fallen))
    assert answer.status_code == 422
    assert "Vælg en periode, der når til de nyeste svar." in words(answer.text)
    assert noted(session) == []


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [
        ("  ", "Skriv en kort begrundelse, fx Ny bemanding fra maj."),
        ("x" * 201, "Begrundelsen er for lang. Skriv højst 200 tegn."),
        ("010203-1234 er flyttet", "Teksten ligner et CPR-nummer."),
    ],
)
def test_a_reason_is_asked_for(
    reason: str, wrong: str, session: Session, fallen: Team, manager: FlaskClient
) -> None:
    """The form comes back open with what was typed and what to do; nothing is noted."""
    answer = manager.post(DOOR, data=typed(session, fallen, reason=reason))
    assert answer.status_code == 422
    assert "Udgangslinjen er ikke sat. " + wrong in words(answer.text)
    assert '<details class="anew" open>' in answer.text
    assert f'value="{reason.strip()}"' in answer.text
    assert noted(session) == []


@pytest.mark.parametrize(
    "changed",
    [{"since": "2021-05-10"}, {"law": "LAB"}, {"mode": "onsite"}, {"version": "9" * 30}, {"team": "x"}],
)
def test_only_an_alarm_that_stands_is_answered(
    changed: dict[str, Any], session: Session, fallen: Team, manager: FlaskClient
) -> None:
    """Another day or series is refused in words."""
    answer = manager.post(DOOR, data=typed(session, fallen, **changed))
    assert answer.status_code == 422
    assert "Advarslen står her ikke længere" in answer.text
    assert noted(session) == []


def test_of_two_managers_the_second_is_told(session: Session, fallen: Team, manager: FlaskClient) -> None:
    """The first has set it: one row, and the second reads why theirs is not."""
    codes = [manager.post(DOOR, data=typed(session, fallen)).status_code for _ in range(2)]
    assert codes == [303, 422]
    assert len(noted(session)) == 1


def test_who_sees_one_team_answers_its_alarm_alone(
    session: Session,
    stevns: Municipality,
    ydelse: Team,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    add_batch: Add,
) -> None:
    """The manager of a team has the form of their team's series, and the row names it."""
    mine = another(session, ydelse, "A")
    for each in (mine, another(session, ydelse, "B")):
        drop(each, add_batch)
    leads = enter(employ(session, stevns, "manager", "A", email="a@stevns.dk"), stevns)
    assert f'name="team" value="{mine.id}"' in leads.get(PAGE).text
    assert leads.post(DOOR, data=typed(session, ydelse)).status_code == 422
    assert leads.post(DOOR, data=typed(session, ydelse, team=mine.id)).status_code == 303
    assert [each.team_id for each in noted(session)] == [mine.id]


def test_who_is_shown_the_whole_group_instead_of_their_team_has_no_form(
    session: Session,
    stevns: Municipality,
    fallen: Team,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> None:
    """Their team is too small to be shown: the law group is not theirs to begin anew."""
    leads = enter(employ(session, stevns, "manager", "Ydelse", email="y@stevns.dk"), stevns)
    page = leads.get(PAGE).text
    assert "Advarsel" in page
    assert 'name="reason"' not in page
    assert leads.post(DOOR, data=typed(session, fallen)).status_code == 403
    assert noted(session) == []


def test_the_form_needs_its_token(app: Flask, session: Session, fallen: Team, manager: FlaskClient) -> None:
    """A post from elsewhere is refused."""
    app.config["WTF_CSRF_ENABLED"] = True
    assert manager.post(DOOR, data=typed(session, fallen)).status_code == 400
    assert noted(session) == []
