"""Ids outside the dashboard: on the page for everybody, in reports, and of a rest that may not be opened."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey import passports
from survey.models import Assignment, Batch, Municipality, Team
from survey.passports import REST
from tests.admin.test_dashboard import SignIn, grown, send, sign_in, team_of, words
from tests.admin.test_passports import id_of

DAY = date(2021, 5, 5)
MONDAY = date(2021, 5, 3)
ID = r"[0-9a-z]{4}(?:-[0-9a-z]{4}){2,}(?:-[0-9a-z]{1,3})?"
Add = Callable[..., Batch]
__all__ = ["sign_in"]


@pytest.fixture
def team(session: Session, stevns: Municipality, add_batch: Add) -> Team:
    """Opfølgning with enough answers for two decimals, and a week of sending; teams A and B stand alone, D not."""
    whole = team_of(session, stevns)
    teams = [whole, grown(session, whole, "D", caseworkers=2), *(grown(session, whole, name) for name in "AB")]
    for each in teams:
        for night in range(3):
            add_batch(each, DAY + timedelta(night), [(point,) * 7 for point in (2, 3, 4)] * 8)
        send(session, each, MONDAY, 60, 30)
    return teams[2]


def opened(client: FlaskClient, text: str) -> str:
    """The words an id opens."""
    page = client.get(f"/figures/{text}")
    assert page.status_code == 200, text
    return words(page.text)


def test_the_page_for_everybody_shows_ids_a_manager_opens(
    app: Flask, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """The mean with one decimal, as it stands there, and the response rate."""
    text = words(app.test_client().get("/det-gjorde-vi/stevns").text)
    (mean, mean_id), (rate, rate_id) = (
        re.findall(rf"(3,0) ud fra 288 besvarelser \(id ({ID})\)", text)[0],
        re.findall(rf"(120/240 = 50,0 %) \(id ({ID})\)", text)[0],
    )
    client = sign_in(stevns)
    assert f"skala 1 til 4 {mean} n = 288 besvarelser" in opened(client, mean_id)
    assert "Vist med én decimal, som på siden for alle." in opened(client, mean_id)
    assert rate in opened(client, rate_id)
    assert passports.read(mean_id).coarse
    own = passports.mint(passports.Definition(**{**vars(passports.read(mean_id)), "coarse": False}))
    assert "skala 1 til 4 3,00 n = 288" in opened(client, own)
    assert "Vist med én decimal" not in opened(client, own)


def test_every_id_in_a_report_opens_what_it_stands_beside(
    stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """Key figures, quoted figures, each point of the date chart, and the steps from meeting to answer."""
    client = sign_in(stevns)
    page = client.get("/rapport?slags=bilag&fra=2021-05-01&til=2021-06-30").text
    rows = [words(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    told = [(row, re.findall(ID, row)[-1]) for row in rows if re.findall(ID, row)]
    assert sum(passports.read(text).first == passports.read(text).last for _, text in told) == 3
    for row, text in told:
        figure = re.findall(r"skala 1 til 4 ([\d,]+)|(\d+/\d+ = [\d,]+ %)", opened(client, text))[0]
        assert max(figure) in row, row
    (steps,) = re.findall(rf"Tabellens id: ({ID})", words(page))
    assert "Besvaret 120 120/240 = 50,0 % af de udsendte" in opened(client, steps)


def test_a_rest_without_a_team_that_is_too_small_now_is_not_opened(
    session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """With it the rest opens; the day one more team is too small, its difference from all would tell that one."""
    hidden = [each.id for each in (team_of(session, stevns), small(session))]
    rest = id_of(session, team, "n", team_id=REST, others=tuple(sorted(hidden)))
    assert "Antal besvarelser 144" in opened(sign_in(stevns), rest)
    assert "og team, der var blevet for små" in opened(sign_in(stevns), rest)
    session.execute(delete(Assignment).where(Assignment.team_id == team.id))
    page = sign_in(stevns).get(f"/figures/{rest}")
    assert (page.status_code, "Resten var af andre team" in words(page.text)) == (404, True)
    every = id_of(session, team, "n", team_id=REST, others=tuple(sorted((*hidden, team.id))))
    assert "Antal besvarelser 216" in opened(sign_in(stevns), every)


def small(session: Session) -> Team:
    """Team D."""
    return session.query(Team).filter_by(name="D").one()


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("n", {"point": passports.PEOPLE}, "Antal, der svarede på mindst ét udsagn 72"),
        ("n", {"point": passports.ANSWERS}, "Antal svar på skalaen 504"),
        (
            "share",
            {"point": passports.TOP_TWO},
            "Helt enig« på alle udsagn 336/504 = 66,7 % n = 504 svar",
        ),
        ("rate", {"point": passports.SENT}, "Antal sendte 60"),
        ("rate", {"point": passports.DELIVERED}, "Antal leverede 60"),
        ("rate", {"point": passports.ANSWERED}, "Antal besvarede 30"),
    ],
)
def test_numbers_of_a_figure_have_their_words(
    kind: str,
    change: Any,
    said: str,
    session: Session,
    stevns: Municipality,
    team: Team,
    sign_in: SignIn,
) -> None:
    """What it is and the number, of a team."""
    days: Any = {"first": MONDAY, "last": MONDAY + timedelta(6)} if kind == "rate" else {}
    assert said in opened(sign_in(stevns), id_of(session, team, kind, **change, **days))
