"""People: an administrator decides for the own municipality, and cannot reach beyond it or lock everybody out."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import people
from survey import municipalities
from survey.models import Assignment, Municipality, Staff, Team

Employ = Callable[..., Staff]
Enter = Callable[..., FlaskClient]


@pytest.fixture
def ole(session: Session, stevns: Municipality, employ: Employ) -> Staff:
    """The administrator."""
    return employ(session, stevns, "administrator", email="ole@stevns.dk")


@pytest.fixture
def admin(stevns: Municipality, ole: Staff, enter: Enter) -> FlaskClient:
    """The administrator's browser."""
    return enter(ole, stevns)


@pytest.fixture
def faxe(session: Session, now: datetime) -> Municipality:
    """Another municipality."""
    return municipalities.establish(session, slug="f", name="Faxe", phone="1", sms_sender="F", now=now)


def team(session: Session, municipality: Municipality, name: str = "Ydelse") -> int:
    """The id of a team."""
    named = (Team.municipality_id == municipality.id, Team.name == name)
    return session.scalars(select(Team.id).where(*named)).one()


def roles(session: Session, staff_id: int) -> list[tuple[int, str, int | None]]:
    """Every assignment of a person, anywhere."""
    rows = session.execute(
        select(Assignment.municipality_id, Assignment.role, Assignment.team_id)
        .where(Assignment.staff_id == staff_id)
        .order_by(Assignment.id)
    )
    return [(row.municipality_id, row.role, row.team_id) for row in rows]


def test_a_new_person_signs_in_with_the_password_shown_once(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """It is on the page that answers, on no page after it, and it works."""
    new = {"name": "Ny Person", "email": "Ny@Stevns.dk", "role": "caseworker", "team_id": team(session, stevns)}
    page = admin.post("/medarbejdere/ny", data=new).text
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found
    person = session.scalars(select(Staff).where(Staff.email == "ny@stevns.dk")).one()
    assert found[1] not in admin.get(f"/medarbejdere/{person.id}").text
    assert roles(session, person.id) == [(stevns.id, "caseworker", new["team_id"])]
    admin.post("/log-ud")
    answer = admin.post("/log-ind", data={"email": "ny@stevns.dk", "password": found[1]})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "Skriv personens navn."),
        ({"email": "ikke en adresse"}, "Det ligner ikke en e-mail."),
        ({"role": "kejser"}, "Vælg en af mulighederne."),
        ({"team_id": ""}, "En sagsbehandler skal have et team."),
        ({"team_id": "999999"}, "Vælg en af mulighederne."),
        ({"team_id": "x"}, "Vælg en af mulighederne."),
        ({"role": "administrator"}, "En administrator gælder hele kommunen."),
        ({"email": "ole@stevns.dk"}, "E-mailen er allerede i brug."),
    ],
)
def test_a_wrong_form_makes_nobody(
    admin: FlaskClient, session: Session, stevns: Municipality, changed: dict[str, str], message: str
) -> None:
    """422, the reason at its field, and nobody new."""
    good = {"name": "Ny", "email": "ny@stevns.dk", "role": "caseworker", "team_id": str(team(session, stevns))}
    answer = admin.post("/medarbejdere/ny", data=good | changed)
    assert answer.status_code == 422
    assert message in answer.text
    assert session.scalars(select(Staff.email)).all() == ["ole@stevns.dk"]


def test_extra_fields_set_nothing(
    admin: FlaskClient, session: Session, stevns: Municipality, faxe: Municipality
) -> None:
    """Neither another municipality nor its team, id, password or activity."""
    good = {"name": "Ny", "email": "ny@stevns.dk", "role": "manager", "team_id": ""}
    extra = {"municipality_id": faxe.id, "id": 77, "active": "0", "password_hash": "x", "staff_id": 1}
    admin.post("/medarbejdere/ny", data=good | extra)
    person = session.scalars(select(Staff).where(Staff.email == "ny@stevns.dk")).one()
    assert (person.active, roles(session, person.id)) == (True, [(stevns.id, "manager", None)])
    assert person.password_hash.startswith("$argon2id$")
    assert admin.post("/medarbejdere/ny", data=good | {"team_id": team(session, faxe)}).status_code == 422


def test_the_list_names_everybody_here_and_nobody_else(
    admin: FlaskClient, session: Session, faxe: Municipality, employ: Employ
) -> None:
    """With roles in words."""
    employ(session, faxe, "manager", email="fremmed@faxe.dk")
    page = admin.get("/medarbejdere").text
    assert "ole@stevns.dk" in page
    assert "Administrator" in page
    assert "fremmed@faxe.dk" not in page


def test_somebody_elses_people_are_not_there(
    admin: FlaskClient, session: Session, faxe: Municipality, employ: Employ
) -> None:
    """404 for every step, and nothing happens to them."""
    foreign = employ(session, faxe, "manager", email="fremmed@faxe.dk")
    kept = foreign.password_hash
    for one in (foreign.id, 999_999, 2**63):
        assert admin.get(f"/medarbejdere/{one}").status_code == 404
        for step in ("rolle", "rolle/1/fjern", "luk", "aabn", "adgangskode"):
            assert admin.post(f"/medarbejdere/{one}/{step}").status_code == 404
    session.refresh(foreign)
    assert (foreign.active, foreign.password_hash) == (True, kept)


def test_roles_are_given_and_taken(
    admin: FlaskClient, session: Session, stevns: Municipality, employ: Employ
) -> None:
    """Given twice is given once; the last one taken, the person is no longer in the list."""
    person = employ(session, stevns, "manager", email="mette@stevns.dk")
    ydelse = team(session, stevns)
    for _ in range(2):
        given = admin.post(f"/medarbejdere/{person.id}/rolle", data={"role": "caseworker", "team_id": ydelse})
        assert given.status_code == 303
    assert roles(session, person.id) == [(stevns.id, "manager", None), (stevns.id, "caseworker", ydelse)]
    assert admin.post(f"/medarbejdere/{person.id}/rolle", data={"role": "caseworker"}).status_code == 422
    assert "Sagsbehandler · Ydelse" in admin.get(f"/medarbejdere/{person.id}").text
    given_roles = session.scalars(select(Assignment.id).where(Assignment.staff_id == person.id)).all()
    here = f"/medarbejdere/{person.id}"
    places = [admin.post(f"{here}/rolle/{assignment_id}/fjern").location for assignment_id in given_roles]
    assert places == [f"/medarbejdere/{person.id}", "/medarbejdere"]
    assert admin.get(f"/medarbejdere/{person.id}").status_code == 404


def test_a_role_is_taken_only_from_who_has_it(
    admin: FlaskClient, session: Session, stevns: Municipality, ole: Staff, employ: Employ
) -> None:
    """The number of somebody else's role under a person's address is 404."""
    person = employ(session, stevns, "manager", email="mette@stevns.dk")
    other = session.scalars(select(Assignment.id).where(Assignment.staff_id == ole.id)).one()
    assert admin.post(f"/medarbejdere/{person.id}/rolle/{other}/fjern").status_code == 404


def test_nobody_takes_their_own_administrator_role(admin: FlaskClient, session: Session, ole: Staff) -> None:
    """Neither by the role nor by shutting oneself out."""
    own = session.scalars(select(Assignment.id).where(Assignment.staff_id == ole.id)).one()
    for step in (f"rolle/{own}/fjern", "luk"):
        answer = admin.post(f"/medarbejdere/{ole.id}/{step}")
        assert answer.status_code == 409
        assert "Du kan ikke fjerne din egen adgang" in answer.text
    assert len(roles(session, ole.id)) == 1


def test_a_municipality_keeps_an_active_administrator(
    session: Session, stevns: Municipality, ole: Staff, employ: Employ
) -> None:
    """Two who remove each other: the second one is refused; a shut one does not count."""
    mette = employ(session, stevns, "administrator", email="mette@stevns.dk")
    (ole_here,) = people.of_municipality(session, stevns.id, ole.id)
    (mette_here,) = people.of_municipality(session, stevns.id, mette.id)
    people.deactivate(session, stevns.id, mette_here, by=ole.id)
    with pytest.raises(people.Refused, match="mindst én aktiv administrator"):
        people.deactivate(session, stevns.id, ole_here, by=mette.id)
    with pytest.raises(people.Refused, match="mindst én aktiv administrator"):
        people.take_role(session, stevns.id, ole.id, ole_here.roles[0].id, by=mette.id)


def test_a_person_is_shut_out_and_let_in_again(
    admin: FlaskClient, session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """Out at the very next request, and the old session stays ended."""
    person = employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    browser = enter(person, stevns)
    assert browser.get("/opkald").status_code == 200
    assert "er lukket ude" in admin.post(f"/medarbejdere/{person.id}/luk", follow_redirects=True).text
    assert browser.get("/opkald").status_code == 303
    assert "kan logge ind igen" in admin.post(f"/medarbejdere/{person.id}/aabn", follow_redirects=True).text
    assert browser.get("/opkald").status_code == 303
    session.refresh(person)
    assert person.active


def test_a_new_password_ends_the_persons_sessions(
    admin: FlaskClient, session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """The drawn one is shown, the old one is gone."""
    person = employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    browser, before = enter(person, stevns), person.password_hash
    assert 'class="secret"' in admin.post(f"/medarbejdere/{person.id}/adgangskode").text
    session.refresh(person)
    assert person.password_hash != before
    assert browser.get("/opkald").status_code == 303


def test_who_works_elsewhere_too_is_nobodys_alone(
    admin: FlaskClient, session: Session, stevns: Municipality, faxe: Municipality, employ: Employ
) -> None:
    """No administrator of one municipality gets into another through a shared account."""
    person = employ(session, stevns, "manager", email="delt@stevns.dk")
    employ(session, faxe, "administrator", email="delt@stevns.dk")
    kept = person.password_hash
    for step in ("luk", "aabn", "adgangskode"):
        answer = admin.post(f"/medarbejdere/{person.id}/{step}")
        assert answer.status_code == 409
        assert "også i en anden kommune" in answer.text
    session.refresh(person)
    assert (person.active, person.password_hash) == (True, kept)
    assert roles(session, person.id)[1] == (faxe.id, "administrator", None)


def test_the_operator_adds_people_anywhere(session: Session, stevns: Municipality, faxe: Municipality) -> None:
    """A new one gets a password, one who exists a role and keeps theirs."""
    person, first = people.add_person(
        session, municipality_id=stevns.id, email=" Ny@Stevns.dk ", name="Ny", role="administrator"
    )
    again, none = people.add_person(
        session, municipality_id=faxe.id, email="ny@stevns.dk", name="Andet", role="manager", password="x" * 12
    )
    assert (again, none) == (person, None)
    assert first is not None
    assert [place for place, _, _ in roles(session, person)] == [stevns.id, faxe.id]
