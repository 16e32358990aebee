"""The machines' door: a bearer token opens one municipality's figures, and nothing else does."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import api, api_tokens, exports, guesses, municipalities, results
from survey.models import Municipality, Team
from survey.quotas import Quota
from survey.results import Period
from tests.survey.test_reopening import ydelse

__all__ = ["ydelse"]
Ask = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test has asked before."""
    monkeypatch.setattr(api, "asked", Quota(3, timedelta(minutes=10)))
    monkeypatch.setattr(api, "failed", Quota(3, timedelta(minutes=15)))


@pytest.fixture
def token(session: Session, stevns: Municipality, now: datetime) -> str:
    """A token of Stevns."""
    return api_tokens.make(session, stevns.id, "Power BI", now)[1]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """`ask(token, query="")` asks for the figures."""

    def get(token: str, query: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"/api/v1/figures{query}", headers=headers, buffered=True)

    return get


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody signed in."""
    return app.test_client()


def test_the_figures_are_those_of_the_export(
    session: Session, stevns: Municipality, ydelse: list[Team], token: str, ask: Ask
) -> None:
    """All a manager of every team may see, row by row, of the days that are asked for."""
    answer = ask(token, "?fra=2021-05-03&til=2021-05-16")
    found = json.loads(answer.text)
    period = Period(*(datetime(2021, 5, day).date() for day in (3, 16)))  # noqa: DTZ001 - only its day
    book = exports.book(session, stevns.id, period)
    expected = list(exports.rows(session, book, exports.parts(book.teams)))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert [row["figure_id"] for row in found["figures"]] == [row.figure_id for row in expected]
    assert [row["value"] for row in found["figures"]] == [row.value for row in expected]
    assert (found["about"]["municipality"], found["about"]["last"]) == ("stevns", "2021-05-16")


def test_without_days_it_is_the_usual_period(
    session: Session, stevns: Municipality, ydelse: list[Team], token: str, ask: Ask, now: datetime
) -> None:
    """Twelve months up to the newest figures."""
    period = results.default_period(results.newest_day(session, stevns.id), now.date())
    book = exports.book(session, stevns.id, period)
    expected = [row.figure_id for row in exports.rows(session, book, exports.parts(book.teams))]
    assert len(expected) > 300
    assert [row["figure_id"] for row in json.loads(ask(token).text)["figures"]] == expected


def test_a_token_opens_one_municipality(
    session: Session, stevns: Municipality, ydelse: list[Team], ask: Ask, now: datetime
) -> None:
    """Faxe's token shows Faxe, which has no figures."""
    faxe = municipalities.establish(
        session, slug="faxe", name="Faxe", phone="56 20 20 20", sms_sender="Faxe", now=now
    )
    found = json.loads(ask(api_tokens.make(session, faxe.id, "x", now)[1], "?fra=2021-05-01&til=2021-05-31").text)
    assert (found["about"]["municipality"], found["figures"]) == ("faxe", [])


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic dGlsZnJlZHM6eA==", "tilfreds_x"])
def test_without_a_token_nothing_is_read(given: str, client: FlaskClient, session: Session) -> None:
    """401 with how to do it right, as JSON and in the header; no cookie is set."""
    answer = client.get("/api/v1/figures", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer" in json.loads(answer.text)["error"]
    assert "Set-Cookie" not in answer.headers


def test_a_wrong_or_revoked_token_is_told_so(
    session: Session, stevns: Municipality, token: str, ask: Ask, now: datetime
) -> None:
    """401 invalid_token; the right one works until it is revoked."""
    assert ask(token).status_code == 200
    assert ask("tilfreds_æøå").status_code == 401
    api_tokens.revoke(session, stevns.id, api_tokens.listed(session, stevns.id)[0].id, now)
    answer = ask(token)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert token not in answer.text


def test_a_signed_in_person_without_a_token_is_nobody_here(
    session: Session, stevns: Municipality, employ: Callable[..., object], enter: Callable[..., FlaskClient]
) -> None:
    """The cookie of a page opens no machine's door, and a page opens for no token."""
    client = enter(employ(session, stevns, "manager"), stevns)
    assert client.get("/api/v1/figures").status_code == 401


def test_a_token_opens_no_page(token: str, client: FlaskClient) -> None:
    """It is for this one address."""
    for path in ("/tal", "/tal/eksport", "/api-noegler", "/metrics"):
        assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code in (303, 404)


def test_who_asks_too_often_waits(token: str, ask: Ask) -> None:
    """429 with the seconds; the fourth in ten minutes here."""
    assert [ask(token).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert 0 < int(ask(token).headers["Retry-After"]) <= 601


def test_who_guesses_waits(token: str, ask: Ask) -> None:
    """After three wrong tokens from one address; the right one from there opens all the same."""
    assert [ask(f"x{n}").status_code for n in range(4)] == [401, 401, 401, 429]
    assert ask(token).status_code == 200


def test_one_answer_is_made_at_a_time(token: str, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another takes too long: 429 and when to try again."""
    busy = guesses.Turnstile(1, 0)
    monkeypatch.setattr(api, "_making", busy)
    with busy.turn():
        answer = ask(token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")


@pytest.mark.parametrize(
    "query", ["?fra=x", "?fra=2021-05-02&til=2021-05-01", "?fra=0001-01-01", "?til=9999-12-31"]
)
def test_days_that_are_none_are_refused(query: str, token: str, ask: Ask) -> None:
    """400 and how to write them."""
    answer = ask(token, query)
    assert answer.status_code == 400
    assert "2021-05-02" in json.loads(answer.text)["error"]


@pytest.mark.parametrize("query", ["team=3", "format=csv", "from=2021-05-01"])
def test_what_the_api_does_not_know_is_refused_with_the_choices(query: str, token: str, ask: Ask) -> None:
    """An answer of all teams must not pass for one team's."""
    answer = ask(token, f"?{query}")
    assert answer.status_code == 400
    said = answer.get_json()["error"]
    assert said.startswith(f"Kender ikke {query.partition('=')[0]}. Der kan stå fra og til;")
