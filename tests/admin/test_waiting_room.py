"""The staff's room for the waiting room: who makes codes for whom, and what the figures say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from admin import waiting_room
from admin.waiting_room import spoken
from survey import workdays
from survey.models import Municipality, OnsiteCode, Staff, Team

Enter = Callable[..., FlaskClient]
Employ = Callable[..., Staff]


@pytest.fixture
def caseworker(session: Session, stevns: Municipality, employ: Employ, enter: Enter) -> FlaskClient:
    """The browser of a caseworker of Ydelse."""
    return enter(employ(session, stevns, "caseworker", "Ydelse"), stevns)


@pytest.fixture
def teams(session: Session, stevns: Municipality) -> dict[str, int]:
    """The teams' numbers by name."""
    return dict(session.execute(select(Team.name, Team.id)).all())


def codes_of(session: Session) -> dict[int, int]:
    """How many codes each team has."""
    counted = select(OnsiteCode.team_id, func.count()).group_by(OnsiteCode.team_id)
    return dict(session.execute(counted).all())


@pytest.mark.parametrize("number", ["0", "101", "", "mange"])
def test_so_many_codes_are_not_made(
    caseworker: FlaskClient, session: Session, teams: dict[str, int], number: str
) -> None:
    """One to a hundred, and the page says so."""
    answer = caseworker.post("/ventevaerelse", data={"team_id": teams["Ydelse"], "number": number})
    assert (answer.status_code, waiting_room.RANGE in answer.text) == (422, True)
    assert codes_of(session) == {}


def test_a_caseworker_makes_codes_for_the_own_team_alone(
    caseworker: FlaskClient, session: Session, teams: dict[str, int]
) -> None:
    """Another team is no choice."""
    statuses = {
        name: caseworker.post("/ventevaerelse", data={"team_id": number, "number": 2}).status_code
        for name, number in teams.items()
    }
    assert statuses == {"Ydelse": 200, "Opfølgning": 422}
    assert codes_of(session) == {teams["Ydelse"]: 2}


def test_an_administrator_makes_them_for_all_and_a_manager_only_looks(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter, teams: dict[str, int]
) -> None:
    """The manager sees the table without the form."""
    administrator = enter(employ(session, stevns, "administrator"), stevns)
    for number in teams.values():
        assert administrator.post("/ventevaerelse", data={"team_id": number, "number": 1}).status_code == 200
    manager = enter(employ(session, stevns, "manager"), stevns)
    page = manager.get("/ventevaerelse").text
    assert ("Lav koder" in page, page.count('<th scope="row">')) == (False, 2)
    assert manager.post("/ventevaerelse", data={"team_id": teams["Ydelse"], "number": 1}).status_code == 403


@pytest.mark.parametrize(
    ("made", "used", "told"),
    [(20, 12, "12/20 = 60,0 %"), (4, 2, "for få svar"), (8, 8, "vises ikke"), (20, 20, "mindst 90 %")],
)
def test_the_share_is_told_as_every_share_is(
    caseworker: FlaskClient, session: Session, teams: dict[str, int], made: int, used: int, told: str
) -> None:
    """After the last day alone, and never so that all or nobody of a few can be read out of it."""
    caseworker.post("/ventevaerelse", data={"team_id": teams["Ydelse"], "number": made})
    some = select(OnsiteCode.code_hash).limit(used)
    session.execute(update(OnsiteCode).where(OnsiteCode.code_hash.in_(some)).values(used=True))
    assert "vises efter den" in caseworker.get("/ventevaerelse").text
    long_ago = workdays.day(workdays.now()) - timedelta(days=30)
    session.execute(update(OnsiteCode).values(made_on=long_ago, valid_until=long_ago + timedelta(days=14)))
    page = caseworker.get("/ventevaerelse").text.replace("\N{NO-BREAK SPACE}", " ")
    assert (f"<td>{told}</td>" in page, "vises efter den" in page) == (True, False)


def test_two_batches_are_not_hashed_at_once(
    caseworker: FlaskClient, session: Session, teams: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred take six seconds of a processor; the third in line is told to wait."""
    monkeypatch.setattr(waiting_room._hashing, "_seconds", 0)
    with waiting_room._hashing.turn():
        answer = caseworker.post("/ventevaerelse", data={"team_id": teams["Ydelse"], "number": 1})
    assert (answer.status_code, "En kollega laver koder" in answer.text) == (503, True)
    assert codes_of(session) == {}


def test_an_address_is_said_in_words() -> None:
    """As it is read aloud."""
    assert spoken("svar.stevns.dk/venterum") == "svar punktum stevns punktum dk skråstreg venterum"
    assert spoken("a-b.dk:80") == "a bindestreg b punktum dk kolon 80"
