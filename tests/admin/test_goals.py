"""The room for goals: who may set them, what a goal takes before it is saved, and what it says afterwards."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.goal_forms import goal_form
from survey import goals, models, municipalities, workdays
from survey.goals import Goal
from survey.models import AccessLog, Batch, Municipality, Staff, Team

Add = Callable[..., Batch]
SPRING = date(2021, 5, 5)
PEOPLE = [(4, 3, 4, 3, 4), (3, 3, 4, 2, 3), (4, 4, 3, 3, 4), (3, 4, 4, 3, 2)]
"""Four citizens' answers to five statements on 1-4."""


@pytest.fixture
def person(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """A manager who sees every team."""
    return employ(session, stevns, "manager")


@pytest.fixture
def manager(person: Staff, stevns: Municipality, enter: Callable[..., FlaskClient]) -> FlaskClient:
    """Their browser."""
    return enter(person, stevns)


@pytest.fixture
def ydelse(session: Session, stevns: Municipality) -> Team:
    """Five statements on 1-4."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


def today() -> date:
    """The clock's day: a goal is made now."""
    return workdays.day(workdays.now())


def typed(**changed: str) -> dict[str, str]:
    """The form of a level of 3,2 for Ydelse from today."""
    return {"about": "LAS-4", "kind": "level", "value": "3,2", "valid_from": today().isoformat()} | changed


def words(page: str) -> str:
    """The page's text without markup, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\N{NO-BREAK SPACE}", " ")


def test_what_holds_by_itself_is_shown(manager: FlaskClient) -> None:
    """Over 3,0 for both groups, and a form that can say more."""
    text = words(manager.get("/maal").text)
    assert text.count("Over 3,0") == 2
    assert "Gælder af sig selv, til I sætter jeres eget." in text
    assert "Opfølgning mod Ydelse, skala 1-4" in text


def test_a_goal_is_seen_and_then_saved(
    manager: FlaskClient, session: Session, ydelse: Team, person: Staff, add_batch: Add
) -> None:
    """Where the group stands, what it takes and what it replaces; nothing is kept until it is saved."""
    add_batch(ydelse, SPRING, PEOPLE * 20)
    page = words(manager.get("/maal/nyt", query_string=typed()).text)
    assert "Intet er gemt endnu." in page
    assert "Ydelse ligger på 3,35 (n = 80)" in page
    assert "Målet er over 3,2." in page
    assert "besvarelser målet i fire ud af fem tilfælde" in page
    assert "Målet »over 3,0«, som gælder af sig selv, slutter den" in page
    assert goals.of(session, ydelse.municipality_id) == ()
    told = manager.post("/maal/nyt", data=typed(), follow_redirects=True)
    assert "Målet er gemt: over 3,2." in told.text
    assert f"Sat af {person.name}" in words(told.text)
    (kept,) = goals.of(session, ydelse.municipality_id)
    assert (kept.law, kept.points, kept.kind, float(kept.value), kept.valid_to) == ("LAS", 4, "level", 3.2, None)
    logged = session.execute(select(AccessLog.action, AccessLog.subject)).one()
    assert tuple(logged) == ("make goal", f"goal {kept.id}")


def test_a_goal_that_can_hardly_be_decided_gets_a_warning(
    manager: FlaskClient, ydelse: Team, add_batch: Add
) -> None:
    """Ten answers a month and a goal on the very mean."""
    add_batch(ydelse, SPRING, PEOPLE * 20)
    page = words(manager.get("/maal/nyt", query_string=typed(value="3,35")).text)
    assert "Målet kan i praksis ikke afgøres" in page
    few = words(manager.get("/maal/nyt", query_string=typed(about="LAB-4")).text)
    assert "Opfølgning har for få svar i perioden til, at man kan regne på det." in few


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"value": ""}, "Skriv målets tal."),
        ({"value": "meget"}, "Skriv et tal over 1 og under 4, fx 3,2."),
        ({"value": "4"}, "Skriv et tal over 1 og under 4, fx 3,2."),
        ({"value": "3,255"}, "Der er for mange decimaler: skriv højst to."),
        ({"value": "3,2 %"}, "Målet er i point, ikke i procent. Skriv et tal over 1 og under 4, fx 3,2."),
        ({"kind": "share", "value": "0,8"}, "0,8 er under 1 %. Skriv procent fra 1 til 99, fx 80."),
        ({"kind": "share", "value": "99,5"}, "Skriv procent fra 1 til 99, fx 80."),
        ({"kind": "share", "value": "82,55"}, "Der er for mange decimaler: skriv højst én."),
        ({"kind": "trend", "value": "3"}, "Tallet skal være over 0 og under 3."),
        ({"value": "NaN"}, "Skriv et tal over 1 og under 4, fx 3,2."),
        ({"kind": "share", "value": "100 %"}, "Skriv procent fra 1 til 99, fx 80."),
        ({"kind": "trend", "value": "3"}, "Skriv, hvor mange point om året"),
        ({"kind": "equality"}, "Lighed er mellem to grupper. Vælg det under »Hvem gælder målet?«."),
        ({"about": "begge-4"}, "Målet er for én gruppe. Vælg det under »Hvem gælder målet?«."),
        ({"about": "begge-4", "kind": "equality", "value": "0"}, "Skriv, hvor mange point der højst må være"),
        ({"about": "LAB-5"}, "Vælg en af mulighederne."),
        ({"kind": "humør"}, "Vælg en af mulighederne."),
        ({"valid_from": "2021-05-05"}, "Et mål kan tidligst gælde fra i dag."),
        ({"valid_from": "i går"}, "Skriv dagen, fx 2027-01-01."),
        ({"valid_to": "2021-05-05"}, "Målet slutter, før det begynder."),
        ({"valid_to": "aldrig"}, "Skriv dagen, fx 2027-01-01."),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_goal_is_told_and_kept_in_the_form(
    manager: FlaskClient,
    session: Session,
    stevns: Municipality,
    changed: dict[str, str],
    message: str,
    method: str,
) -> None:
    """422 with what to write instead, at either step."""
    sent = {"query_string": typed(**changed)} if method == "get" else {"data": typed(**changed)}
    page = manager.open("/maal/nyt", method=method.upper(), **sent)  # type: ignore[arg-type]  # one of two known
    assert (page.status_code, message in page.text) == (422, True)
    assert goals.of(session, stevns.id) == ()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "share", "value": "82,5 %"}, "over 82,5 % svarer 3 eller 4"),
        ({"kind": "trend", "value": "0.1"}, "stigende (0,1 point om året skal kunne ses)"),
        (
            {"about": "begge-4", "kind": "equality", "value": "0,25"},
            "højst 0,25 point mellem Opfølgning og Ydelse",
        ),
        ({"valid_to": "2099-12-31"}, "over 3,2"),
    ],
)
def test_every_kind_can_be_saved(manager: FlaskClient, form: dict[str, str], said: str) -> None:
    """And is read as it was typed."""
    page = manager.post("/maal/nyt", data=typed(**form), follow_redirects=True)
    assert f"Målet er gemt: {said}." in words(page.text)


def test_a_new_goal_ends_the_old_one(manager: FlaskClient) -> None:
    """The page says so before; a goal that begins later is in the way, and named."""
    later = today() + timedelta(40)
    manager.post("/maal/nyt", data=typed())
    page = words(manager.get("/maal/nyt", query_string=typed(value="3,4", valid_from=later.isoformat())).text)
    assert "Målet »over 3,2« slutter den" in page
    manager.post("/maal/nyt", data=typed(value="3,4", valid_from=later.isoformat()))
    text = words(manager.get("/maal").text)
    assert text.index("Over 3,2") < text.index("Kommer") < text.index("Over 3,4")
    for method, sent in (("GET", {"query_string": typed()}), ("POST", {"data": typed()})):
        refused = manager.open("/maal/nyt", method=method, **sent)  # type: ignore[arg-type]  # one of two known
        assert refused.status_code == 422
        assert "Afslut det først, eller lad det nye slutte før." in refused.text


def test_a_goal_is_ended_and_stays_in_the_list(
    manager: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """In force today for the last time; one to come never was; a second press finds nothing."""
    for form in (typed(), typed(kind="share", value="80", valid_from=(today() + timedelta(9)).isoformat())):
        manager.post("/maal/nyt", data=form)
    share, level = goals.of(session, stevns.id)
    for goal in (level, share):
        page = manager.post(f"/maal/{goal.id}/afslut", follow_redirects=True)
        assert "Målet er afsluttet." in page.text
        for method in ("GET", "POST"):
            assert manager.open(f"/maal/{goal.id}/afslut", method=method).status_code == 404
    text = words(page.text)
    assert "Afsluttet, gælder i dag for sidste gang" in text[: text.index("Tidligere mål")]
    assert "men blev afsluttet før" in text[text.index("Tidligere mål") :]
    assert manager.post(f"/maal/{2**63}/afslut").status_code == 404


def test_what_holds_afterwards_is_said_before_a_goal_is_ended(
    manager: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """Looking ends nothing; the 3,0 does not come back, and a goal of another kind goes on."""
    manager.post("/maal/nyt", data=typed(value="3,4"))
    (level,) = goals.of(session, stevns.id)
    page = words(manager.get(f"/maal/{level.id}/afslut").text)
    assert f"Målet gælder i dag, den {workdays.long_date(today())}, for sidste gang." in page
    assert "Derefter er der intet mål for Ydelse." in page
    assert "Målet »over 3,0« gælder ikke igen af sig selv. Skal det gælde, så sæt det som et nyt mål." in page
    assert [goal.valid_to for goal in goals.of(session, stevns.id)] == [None]
    manager.post("/maal/nyt", data=typed(kind="share", value="80"))
    assert "Stadig gælder: over 80 % svarer 3 eller 4." in words(manager.get(f"/maal/{level.id}/afslut").text)


def test_a_goal_to_come_is_ended_without_taking_anything(
    manager: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """What holds by itself goes on; of two to come the page names the one that is left."""
    for days in (9, 30):
        manager.post("/maal/nyt", data=typed(valid_from=(today() + timedelta(days)).isoformat()))
    later, first = goals.of(session, stevns.id)
    page = words(manager.get(f"/maal/{first.id}/afslut").text)
    assert "Målet er ikke begyndt, så det kommer aldrig til at gælde. Stadig gælder: over 3,0." in page
    assert f"Målet »over 3,2« begynder den {workdays.long_date(later.valid_from)}." in page
    assert "igen af sig selv" not in page


def test_a_group_without_a_level_is_told_so(
    manager: FlaskClient, session: Session, stevns: Municipality, person: Staff
) -> None:
    """The day after its own is over, with what to do; the card says it is ended."""
    first = today() - timedelta(9)
    old = Goal(0, "LAS", 4, "level", Fraction("3.4"), first, today() - timedelta(1))
    goals.make(session, stevns.id, old, staff_id=person.id, now=workdays.now() - timedelta(days=9))
    text = words(manager.get("/maal").text)
    assert "Ydelse, skala 1-4: intet mål for gennemsnittet. Jeres eget er slut, og »over 3,0« gælder ikke" in text
    assert "Over 3,4 Ydelse, skala 1-4 Afsluttet" in text[text.index("Tidligere mål") :]
    assert "Opfølgning, skala 1-4: intet mål" not in text


def test_a_past_goal_is_listed(
    manager: FlaskClient, session: Session, stevns: Municipality, person: Staff
) -> None:
    """With its days; a goal on a scale that nobody asks any more too."""
    made = workdays.now() - timedelta(days=90)
    first = today() - timedelta(80)
    for points in (4, 5):
        old = Goal(0, "LAS", points, "level", Fraction(3), first, first + timedelta(9))
        goals.make(session, stevns.id, old, staff_id=person.id, now=made)
    text = words(manager.get("/maal").text)
    past = text[text.index("Tidligere mål") :]
    assert past.count("Over 3,0") == 2
    assert "skala 1-5" in past


def test_only_who_sees_all_teams_sets_goals(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> None:
    """A team's manager gets 403 at every door, and no way to it; so do administrator and caseworker."""
    leads = enter(employ(session, stevns, "manager", "Ydelse", email="team@stevns.dk"), stevns)
    for browser in (leads, enter(employ(session, stevns, "administrator"), stevns)):
        assert browser.get("/maal").status_code == 403
        assert browser.get("/maal/nyt", query_string=typed()).status_code == 403
        assert browser.post("/maal/nyt", data=typed()).status_code == 403
        assert browser.get("/maal/1/afslut").status_code == 403
        assert browser.post("/maal/1/afslut").status_code == 403
    assert 'href="/maal"' not in leads.get("/tal").text


def test_another_municipalitys_goal_is_not_there(
    manager: FlaskClient, session: Session, person: Staff, stevns: Municipality
) -> None:
    """Neither seen nor ended."""
    faxe = municipalities.establish(session, slug="f", name="F", phone="1", sms_sender="F", now=workdays.now())
    form = goal_form({("LAS", 4): "Ydelse"}, today(), None)
    form.process(data=typed(value="3,7"))
    assert form.validate()
    made = goals.make(session, faxe.id, form.goal(), staff_id=person.id, now=workdays.now())
    assert "3,7" not in manager.get("/maal").text
    assert manager.post(f"/maal/{made}/afslut").status_code == 404


def test_saving_needs_the_token(
    app: Flask, session: Session, stevns: Municipality, person: Staff, enter: Callable[..., FlaskClient]
) -> None:
    """Without it nothing is saved."""
    app.config["WTF_CSRF_ENABLED"] = True
    assert enter(person, stevns).post("/maal/nyt", data=typed()).status_code == 400
    assert session.scalars(select(models.Goal.id)).all() == []


def test_no_team_no_goal(
    session: Session, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> None:
    """A municipality without teams has nothing to set a goal for, and the page says so."""
    place = {"slug": "tom", "name": "Tom", "phone": "1", "sms_sender": "Tom"}
    empty = municipalities.establish(session, **place, now=workdays.now(), teams={})
    page = enter(employ(session, empty, "manager"), empty).get("/maal").text
    assert "Der er endnu ingen team at sætte mål for." in page
    assert "Intet mål gælder i dag." in page
