"""A manager writes what was done; everybody reads it beside the figures, until it is withdrawn."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, workdays
from survey.models import AccessLog, Batch, Deed, Municipality, Participation, Staff, Team

PAGE = "/det-gjorde-vi/stevns"


def team_of(session: Session, name: str) -> Team:
    """A team of Stevns."""
    return session.scalars(select(Team).where(Team.name == name)).one()


def deed(**other: object) -> dict[str, object]:
    """A form that may be saved."""
    yesterday = workdays.day(workdays.now()) - timedelta(days=1)
    good = {"said": "Svar på vores spørgsmål", "done": "Vi ringer inden to dage", "done_on": str(yesterday)}
    return good | {"team_id": ""} | other


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def manager(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """A manager of all teams, signed in."""
    return enter(employ(session, stevns, "manager"), stevns)


@pytest.fixture
def large(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Team:
    """The team Ydelse with three caseworkers."""
    for n in range(3):
        employ(session, stevns, "caseworker", "Ydelse", f"sb{n}@stevns.dk")
    return team_of(session, "Ydelse")


def test_what_was_done_is_public_until_it_is_withdrawn(
    manager: FlaskClient, reader: FlaskClient, session: Session
) -> None:
    """Written, read by everybody with its date, withdrawn, gone; kept in the room, and logged by number."""
    assert "Her står endnu ikke noget" in reader.get(PAGE).text
    assert "Det er offentligt nu" in manager.post("/gjort", data=deed(), follow_redirects=True).text
    page = reader.get(PAGE)
    assert "<strong>I sagde:</strong> Svar på vores spørgsmål" in page.text
    assert f'datetime="{deed()["done_on"]}"' in page.text
    number = session.scalars(select(Deed.id)).one()
    assert manager.post(f"/gjort/{number}/tilbage").status_code == 303
    assert "Svar på vores spørgsmål" not in reader.get(PAGE).text
    assert "Ikke offentlig" in manager.get("/gjort").text
    assert manager.post(f"/gjort/{number}/tilbage").status_code == 404
    log = session.execute(select(AccessLog.action, AccessLog.subject).order_by(AccessLog.id)).all()
    assert [tuple(row) for row in log] == [("write deed", f"deed {number}"), ("withdraw deed", f"deed {number}")]


def test_the_figures_stand_with_their_base(
    reader: FlaskClient, session: Session, large: Team, add_batch: Callable[..., Batch]
) -> None:
    """Mean, n, scale, target, uncertainty and response rate with both numbers; the period in words."""
    day = date(2021, 5, 12)
    add_batch(large, day, [(4, 3, 4, 3, 4), (2, 3, 2, 3, 2)] * 10)
    version = session.scalars(select(Batch.version_id)).one()
    place = {"municipality_id": large.municipality_id, "team_id": large.id, "week": date(2021, 5, 10)}
    told = {"closed": True, "block_first": place["week"], "block_last": place["week"], "alone": True}
    counts = {"invited": 50, "sent": 48, "delivered": 48, "answered": 20, "unknown": 0}
    session.add(Participation(**place, version_id=version, **counts, **told))
    session.flush()
    page = reader.get(PAGE).text
    assert '<span class="big">3,0</span> ud fra 20 besvarelser' in page
    assert "skala fra 1 (helt uenig) til 4 (helt enig)" in page
    assert "<dt>Usikkerhed</dt><dd>2,4 til 3,5</dd>" in page
    assert "ligger imellem, hvis de, der svarede, er som de andre" in page
    assert "Over 3,0" in page
    assert "20/48 = 41,7\u00a0%" in page
    assert "Tallene er fra 1. juli 2020 til 12. maj 2021." in page
    assert "besvaret af sendte, uge 19, 2021" in page
    assert "For få til at vise. Det første tal kommer tidligst, når 8 har svaret." in page


def test_two_questionnaires_are_told_apart(
    reader: FlaskClient, large: Team, add_batch: Callable[..., Batch]
) -> None:
    """By a heading that says that it is the name of a questionnaire, and where it was answered on a screen."""
    add_batch(large, date(2021, 5, 12), [(4, 3, 4, 3, 4)] * 8)
    add_batch(large, date(2021, 5, 12), [(2, 3, 2, 3, 2)] * 8, mode="onsite")
    page = reader.get(PAGE).text
    assert "<h3>Skemaet Ydelse</h3>" in page
    assert "<h3>Skemaet Ydelse, besvaret på skærmen i venteværelset</h3>" in page


def test_a_team_is_shown_only_when_it_is_large_enough(
    manager: FlaskClient, reader: FlaskClient, large: Team, session: Session, add_batch: Callable[..., Batch]
) -> None:
    """A page of its own with three caseworkers; 404 with fewer, in another municipality and for no team at all."""
    small = team_of(session, "Opfølgning")
    for team in (large, small):
        manager.post("/gjort", data=deed(said=f"Mere tid ({team.law})", team_id=team.id))
    add_batch(large, date(2021, 5, 12), [(4, 3, 4, 3, 4)] * 8)
    own = reader.get(f"{PAGE}/{large.id}")
    assert "Mere tid (LAS)" in own.text
    assert "Mere tid (LAB)" not in own.text
    assert "ud fra 8 besvarelser" in own.text
    for number in (small.id, 2**63, 0):
        assert reader.get(f"{PAGE}/{number}").status_code == 404
    assert f"{PAGE}/{large.id}" in reader.get(PAGE).text
    assert f"{PAGE}/{small.id}" not in reader.get(PAGE).text


def test_a_wrong_address_is_a_kind_page(
    reader: FlaskClient, session: Session, large: Team, stevns: Municipality
) -> None:
    """404 for a municipality nobody knows and for a team of another; 405 for a post."""
    faxe = municipalities.establish(
        session, slug="faxe", name="Faxe", phone="1", sms_sender="F", now=workdays.now()
    )
    assert faxe.id != stevns.id
    for path in ("/det-gjorde-vi/ukendt", "/det-gjorde-vi/-", f"/det-gjorde-vi/faxe/{large.id}"):
        answer = reader.get(path)
        assert (answer.status_code, "Siden findes ikke" in answer.text) == (404, True), path


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"said": " "}, "Skriv hvad borgerne sagde"),
        ({"said": "x" * 301}, "højst 300 tegn"),
        ({"done": "x" * 601}, "højst 600 tegn"),
        ({"done": "Ring 20 12 34 56"}, "ligner et telefonnummer"),
        ({"said": "010190-1234 sagde"}, "ligner et CPR-nummer"),
        ({"done_on": "2999-01-01"}, "ligger i fremtiden"),
        ({"done_on": "i går"}, "Skriv dagen"),
        ({"team_id": "999999"}, "Vælg en af mulighederne"),
    ],
)
def test_what_cannot_be_public_is_refused(
    manager: FlaskClient, session: Session, wrong: dict[str, object], message: str
) -> None:
    """422 with the remedy, and nothing is written."""
    answer = manager.post("/gjort", data=deed(**wrong))
    assert (answer.status_code, message in answer.text) == (422, True)
    assert session.scalars(select(Deed.id)).all() == []


def test_what_looks_like_a_name_is_asked_about_once(manager: FlaskClient, session: Session) -> None:
    """Pointed out first; saved when the manager says it is none."""
    named = deed(done="Lis Holm ringer nu")
    asked = manager.post("/gjort", data=named)
    assert (asked.status_code, "»Lis Holm«" in asked.text) == (422, True)
    assert session.scalars(select(Deed.id)).all() == []
    assert manager.post("/gjort", data=named | {"confirmed": "y"}).status_code == 303


def test_a_manager_of_one_team_writes_for_that_team_alone(
    reader: FlaskClient,
    session: Session,
    stevns: Municipality,
    manager: FlaskClient,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> None:
    """Neither for the whole municipality nor for another team, and withdraws and sees no other's."""
    own, other = team_of(session, "Ydelse"), team_of(session, "Opfølgning")
    leads_one = enter(employ(session, stevns, "manager", "Ydelse", "leder2@stevns.dk"), stevns)
    for team_id in ("", other.id):
        assert leads_one.post("/gjort", data=deed(team_id=team_id)).status_code == 422
    assert leads_one.post("/gjort", data=deed(team_id=own.id)).status_code == 303
    manager.post("/gjort", data=deed(said="Alle vil have mere tid"))
    number = session.scalars(select(Deed.id).where(Deed.team_id.is_(None))).one()
    assert leads_one.post(f"/gjort/{number}/tilbage").status_code == 404
    assert "Alle vil have mere tid" not in leads_one.get("/gjort").text
    assert "Alle vil have mere tid" in reader.get(PAGE).text
