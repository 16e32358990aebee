"""Teams: made, renamed, taken out of use; the law stays once there are meetings."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities
from survey.models import Municipality, Questionnaire, Staff, Team


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


@pytest.fixture
def asks(session: Session, stevns: Municipality) -> dict[str, int]:
    """The municipality's questionnaires: code → id."""
    rows = session.execute(select(Questionnaire.code, Questionnaire.id))
    return {row.code: row.id for row in rows}


def found(session: Session, name: str) -> Team:
    """The team as it is in the database now."""
    session.expire_all()
    return session.scalars(select(Team).where(Team.name == name)).one()


def test_a_team_is_made(admin: FlaskClient, session: Session, stevns: Municipality, asks: dict[str, int]) -> None:
    """In the own municipality, whatever else the form carries."""
    new = {"name": " Job ", "law": "LAB", "questionnaire": asks["faxe"], "municipality_id": 999, "active": "0"}
    assert "Job" in admin.post("/team", data=new, follow_redirects=True).text
    team = found(session, "Job")
    assert (team.municipality_id, team.law, team.questionnaire_id) == (stevns.id, "LAB", asks["faxe"])
    assert team.active


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "Skriv teamets navn."),
        ({"name": "Opfølgning"}, "Der er allerede et team med det navn."),
        ({"law": "ABC"}, "Vælg en af mulighederne."),
        ({"questionnaire": "999999"}, "Vælg en af mulighederne."),
    ],
)
def test_a_wrong_team_is_refused(
    admin: FlaskClient, session: Session, asks: dict[str, int], changed: dict[str, str], message: str
) -> None:
    """New or changed: 422 with the reason, and nothing is saved."""
    good = {"name": "Job", "law": "LAS", "questionnaire": str(asks["ydelse"])}
    for path in ("/team", f"/team/{found(session, 'Ydelse').id}"):
        answer = admin.post(path, data=good | changed)
        assert answer.status_code == 422
        assert message in answer.text
    session.expire_all()
    assert set(session.scalars(select(Team.name))) == {"Opfølgning", "Ydelse"}


def test_a_team_is_changed(admin: FlaskClient, session: Session, asks: dict[str, int]) -> None:
    """Name, law and questionnaire, while there are no meetings."""
    team_id = found(session, "Ydelse").id
    assert 'value="Ydelse"' in admin.get(f"/team/{team_id}").text
    admin.post(f"/team/{team_id}", data={"name": "Job", "law": "LAB", "questionnaire": asks["opfoelgning"]})
    team = found(session, "Job")
    assert (team.id, team.law, team.questionnaire_id) == (team_id, "LAB", asks["opfoelgning"])


def test_the_law_stays_once_there_are_meetings(
    admin: FlaskClient, session: Session, stevns: Municipality, asks: dict[str, int], invite: Callable[..., int]
) -> None:
    """The name may still change."""
    invite(session, stevns, "Ydelse")
    team_id = found(session, "Ydelse").id
    change = {"name": "Ydelser", "law": "LAB", "questionnaire": asks["ydelse"]}
    refused = admin.post(f"/team/{team_id}", data=change)
    assert refused.status_code == 422
    assert "Loven kan ikke ændres" in refused.text
    assert admin.post(f"/team/{team_id}", data=change | {"law": "LAS"}).status_code == 303
    assert found(session, "Ydelser").law == "LAS"


def test_a_team_is_taken_out_of_use_and_back(admin: FlaskClient, session: Session) -> None:
    """Pressing the same button twice is the same as once."""
    team_id = found(session, "Ydelse").id
    for active, expected in (("0", False), ("0", False), ("1", True)):
        admin.post(f"/team/{team_id}/brug", data={"active": active})
        assert found(session, "Ydelse").active is expected


def test_another_municipalitys_team_is_not_there(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """404 by number, also for a number no team can have."""
    faxe = municipalities.establish(session, slug="f", name="Faxe", phone="1", sms_sender="F", now=now)
    foreign = session.scalars(select(Team.id).where(Team.municipality_id == faxe.id)).first()
    for team_id in (foreign, 2**63):
        assert admin.get(f"/team/{team_id}").status_code == 404
        assert admin.post(f"/team/{team_id}", data={"name": "Snyd"}).status_code == 404
        assert admin.post(f"/team/{team_id}/brug", data={"active": "0"}).status_code == 404


def test_only_a_taken_name_is_explained_away(
    admin: FlaskClient, session: Session, asks: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other broken rule of the table is a fault of ours and is not hidden."""
    monkeypatch.setattr("admin.teams.TeamForm.validate", lambda _form: True)
    with pytest.raises(IntegrityError):
        admin.post("/team", data={"name": "Job", "law": "ABC", "questionnaire": asks["ydelse"]})
