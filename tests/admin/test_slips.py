"""The room for slips: who prints for whom, one at a time."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import slips as room
from survey import workdays
from survey.models import Message, Municipality, Staff, Team
from tests.journeys.test_slips import meet

Enter = Callable[..., FlaskClient]
Employ = Callable[..., Staff]


@pytest.fixture
def administrator(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter, open_key: Callable[..., bytes]
) -> FlaskClient:
    """The browser of an administrator of a municipality that prints slips, with one that waits."""
    stevns.prints_slips = True
    open_key(session, stevns)
    meet(session, stevns, "Åse 12345678")
    return enter(employ(session, stevns, "administrator"), stevns)


@pytest.fixture
def path(session: Session, stevns: Municipality) -> str:
    """Where the slips of Opfølgning are printed."""
    return f"/sedler/{session.scalars(select(Team.id).where(Team.name == 'Opfølgning')).one()}"


def test_an_administrator_prints_for_every_team(administrator: FlaskClient, path: str) -> None:
    """A name that could be a number to call is left out."""
    page = administrator.post(path).text
    assert ("<p>Hej</p>" in page, "12345678" in page) == (True, False)
    assert "1 seddel" in administrator.get("/sedler").text


def test_no_two_print_in_one_process_at_once(
    administrator: FlaskClient, session: Session, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes are dear to hash: the next is told to wait, and nothing is printed."""
    monkeypatch.setattr(room._hashing, "_seconds", 0)
    run = {"run": workdays.now().isoformat(), "number": "1"}
    with room._hashing.turn():
        answers = [administrator.post(path), administrator.post(f"{path}/igen", data=run)]
    assert [answer.location for answer in answers] == ["/sedler"] * 2
    assert "En kollega printer lige nu" in administrator.get("/sedler").text
    assert session.scalars(select(Message.state)).all() == ["waiting"]


def test_a_manager_prints_nothing(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter, path: str
) -> None:
    """Who asked to see figures has no business with names."""
    manager = enter(employ(session, stevns, "manager"), stevns)
    assert [manager.get("/sedler").status_code, manager.post(path).status_code] == [403, 403]
