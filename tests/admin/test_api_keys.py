"""The administrator's room for API keys, and the same by command."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import api_tokens
from survey.models import AccessLog, ApiToken, Municipality, Staff, Team
from tests.admin.test_dashboard import sign_in, words
from tests.admin.test_passports import teams

__all__ = ["sign_in", "teams"]


@pytest.fixture
def room(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """An administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def run(app: Flask, *command: str) -> tuple[int, str]:
    """A command's status, and what it printed."""
    result = app.test_cli_runner().invoke(args=command)
    return result.exit_code, result.output


def test_a_key_is_shown_once_and_works(session: Session, room: FlaskClient, app: Flask) -> None:
    """On the page that answers, and never again; who made it is noted."""
    page = room.post("/api-noegler", data={"name": "  Power   BI "}).text
    token = next(word for word in words(page).split() if word.startswith(api_tokens.PREFIX))
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/figures", headers=headers, buffered=True).status_code == 200
    again = room.get("/api-noegler").text
    assert token not in again
    assert "Power BI" in words(again)
    assert session.scalars(select(AccessLog.action)).all() == ["make api token"]


@pytest.mark.parametrize(
    ("name", "said"), [("", "Skriv hvad nøglen"), ("x" * 81, "højst 80 tegn"), ("010190-1234", "CPR-nummer")]
)
def test_a_key_needs_a_name(name: str, said: str, session: Session, room: FlaskClient) -> None:
    """422, and none is made."""
    answer = room.post("/api-noegler", data={"name": name})
    assert (answer.status_code, said in words(answer.text)) == (422, True)
    assert session.scalars(select(ApiToken)).all() == []


def test_a_revoked_key_stays_in_the_list(session: Session, room: FlaskClient) -> None:
    """It works no more; revoking it again, or one that is not there, is 404."""
    room.post("/api-noegler", data={"name": "x"})
    number = session.scalars(select(ApiToken.id)).one()
    answer = room.post(f"/api-noegler/{number}/traek-tilbage", follow_redirects=True)
    assert "Virker ikke mere" in answer.text
    for gone in (number, number + 1, 2**63):
        assert room.post(f"/api-noegler/{gone}/traek-tilbage").status_code == 404


def test_keys_by_command(app: Flask, session: Session, stevns: Municipality) -> None:
    """Made and shown once, listed, revoked once; a name is needed."""
    status, told = run(app, "api-keys", "add", "--name", "Power BI")
    number, token = session.scalars(select(ApiToken.id)).one(), told.split()[-1]
    assert (status, api_tokens.caller(session, token) is not None) == (0, True)
    assert f"{number}: Power BI" in run(app, "api-keys", "list")[1]
    assert run(app, "api-keys", "revoke", str(number))[0] == 0
    assert "trukket tilbage" in run(app, "api-keys", "list")[1]
    assert run(app, "api-keys", "revoke", str(number))[0] == 2
    assert run(app, "api-keys", "add", "--name", " ")[0] == 2


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_by_command(
    kind: str, app: Flask, stevns: Municipality, teams: dict[str, Team], tmp_path: Path
) -> None:
    """The file is named as from the page; a CSV has its dictionary beside it."""
    folder = tmp_path / "ny"
    status, told = run(
        app, "export", "--from", "2021-05-01", "--to", "31-05-2021", "--format", kind, "--folder", str(folder)
    )
    name = "tilfreds-stevns-2021-05-01-2021-05-31"
    expected = {f"{name}.{kind}"} | ({f"{name}.ordbog.csv"} if kind == "csv" else set())
    assert (status, {path.name for path in folder.iterdir()}) == (0, expected)
    assert f"{name}.{kind}: Stevns Kommune" in told
    if kind == "json":
        assert len(json.loads((folder / f"{name}.json").read_text("utf-8"))["figures"]) > 100


def test_a_folder_that_cannot_be_made_is_said_plainly(app: Flask, stevns: Municipality, tmp_path: Path) -> None:
    """With what to do about it."""
    file = tmp_path / "fil"
    file.touch()
    status, told = run(app, "export", "--folder", str(file / "under"))
    assert (status, f"Mappen {file}/under kan ikke laves" in told, "--folder" in told) == (2, True, True)


def test_a_period_that_ends_before_it_begins_is_no_export(app: Flask, stevns: Municipality) -> None:
    """The command says so, and writes nothing."""
    status, told = run(app, "export", "--to", "0001-05-03")
    assert (status, "En af datoerne ligger uden for 2000-2099." in told) == (2, True)
    status, told = run(app, "export", "--from", "2021-05-02", "--to", "2021-05-01")
    assert (status, "--from ligger efter --to" in told) == (2, True)
