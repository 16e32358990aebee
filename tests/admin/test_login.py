"""Sign-in: one page for every wrong pair, sessions that end, and a limit that locks nobody out everywhere."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin import access, login, sessions
from survey import municipalities, workdays
from survey.models import Municipality, SignInAttempt, Staff, StaffSession

Employ = Callable[..., Staff]
PASSWORD = "korrekt hest batteri"


@pytest.fixture
def bo(session: Session, stevns: Municipality, employ: Employ) -> Staff:
    """A caseworker of Ydelse."""
    return employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")


@pytest.fixture
def faxe(session: Session, now: datetime) -> Municipality:
    """Another municipality."""
    return municipalities.establish(
        session, slug="faxe", name="Faxe Kommune", phone="56 20 30 00", sms_sender="Faxe", now=now
    )


def attempt(
    client: FlaskClient, email: str, password: str = PASSWORD, *, address: str = "10.0.0.1", to: str = "/log-ind"
) -> TestResponse:
    """Post the sign-in form."""
    return client.post(to, data={"email": email, "password": password}, environ_overrides={"REMOTE_ADDR": address})


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Set the clock forward."""
    moment = workdays.now() + by
    monkeypatch.setattr(workdays, "now", lambda: moment)


def test_signing_in_leads_to_the_room(client: FlaskClient, bo: Staff) -> None:
    """Capitals and spaces in the e-mail do not matter; the front page leads on to the callbacks."""
    assert client.get("/").location == "/log-ind"
    answer = attempt(client, " Bo@Stevns.dk ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").location == "/opkald"


def test_every_wrong_pair_gets_the_same_page(
    client: FlaskClient, session: Session, bo: Staff, employ: Employ, stevns: Municipality
) -> None:
    """An unknown account, a wrong password and a shut account cannot be told apart."""
    shut = employ(session, stevns, "manager", email="bi@stevns.dk")
    shut.active = False
    session.flush()
    pages = [
        attempt(client, "bo@stevns.dk", "forkert"),
        attempt(client, "by@stevns.dk"),
        attempt(client, "bi@stevns.dk"),
    ]
    # The form's token tells the second the page was made, so it is left out.
    shown = [re.sub(r'name="csrf_token" value="[^"]+"', "", page.text) for page in pages]
    texts = {text.replace(name, "bo@") for text, name in zip(shown, ("bo@", "by@", "bi@"), strict=True)}
    assert [page.status_code for page in pages] == [422, 422, 422]
    assert len(texts) == 1
    assert login.WRONG in pages[0].text


@pytest.mark.parametrize("data", [{}, {"email": "bo@stevns.dk"}, {"email": "x" * 300, "password": "y" * 300}])
def test_a_half_filled_form_says_what_is_missing(client: FlaskClient, data: dict[str, str]) -> None:
    """422, nothing counted as an attempt."""
    answer = client.post("/log-ind", data=data)
    assert answer.status_code == 422
    assert "Fejl:" in answer.text


def test_without_a_role_nobody_comes_in(client: FlaskClient, session: Session, password_hash: str) -> None:
    """The right password of somebody without a role is told so."""
    session.add(Staff(email="ny@stevns.dk", name="Ny", password_hash=password_hash))
    session.flush()
    answer = attempt(client, "ny@stevns.dk")
    assert answer.status_code == 403
    assert login.NO_ROLE in answer.text


def test_the_cookie_is_new_at_sign_in_and_only_its_hash_is_kept(
    client: FlaskClient, session: Session, bo: Staff
) -> None:
    """What was in the session before is gone, and the database cannot be turned into a cookie."""
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    attempt(client, "bo@stevns.dk")
    with client.session_transaction() as cookie:
        secret, planted = cookie[access.SECRET], cookie.get("planted")
    kept = session.scalars(select(StaffSession.secret_hash)).one()
    assert planted is None
    assert kept == sessions.secret_hash(secret) != secret.encode()


def test_signing_out_ends_the_session_in_the_database(client: FlaskClient, session: Session, bo: Staff) -> None:
    """A copied cookie is worth nothing afterwards."""
    attempt(client, "bo@stevns.dk")
    with client.session_transaction() as cookie:
        copied = cookie[access.SECRET]
    assert client.post("/log-ud").location == "/log-ind"
    with client.session_transaction() as cookie:
        cookie[access.SECRET] = copied
    assert client.get("/opkald").status_code == 303
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (60, 303)])
def test_an_idle_session_ends_after_an_hour(
    client: FlaskClient, bo: Staff, monkeypatch: pytest.MonkeyPatch, minutes: int, status: int
) -> None:
    """Idle is measured from the last request."""
    attempt(client, "bo@stevns.dk")
    later(monkeypatch, timedelta(minutes=minutes))
    assert client.get("/opkald").status_code == status


def test_even_a_busy_session_ends_after_twelve_hours(
    client: FlaskClient, session: Session, bo: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is used."""
    attempt(client, "bo@stevns.dk")
    session.execute(update(StaffSession).values(started_at=workdays.now() - timedelta(hours=12)))
    assert client.get("/opkald").status_code == 303
    attempt(client, "bo@stevns.dk")
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 1


def test_five_failures_from_one_place_are_enough(
    client: FlaskClient, bo: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then even the right password has to wait; from another address it does not."""
    answers = [attempt(client, "bo@stevns.dk", "forkert").status_code for _ in range(5)]
    limited = attempt(client, "bo@stevns.dk")
    assert [*answers, limited.status_code] == [422] * 5 + [429]
    assert "Vent 15 minutter" in limited.text
    assert limited.headers["Retry-After"] == "900"
    assert attempt(client, "bo@stevns.dk", address="10.0.0.2").status_code == 303
    later(monkeypatch, timedelta(minutes=15))
    assert attempt(client, "bo@stevns.dk").status_code == 303


def test_twenty_failures_of_one_address_are_enough(client: FlaskClient, bo: Staff) -> None:
    """Whatever accounts were tried; a success in between is not counted."""
    attempt(client, "bo@stevns.dk")
    answers = {attempt(client, f"nr{n}@stevns.dk").status_code for n in range(20)}
    assert answers == {422}
    assert attempt(client, "bo@stevns.dk").status_code == 429


def test_success_forgives_the_account_its_failures(client: FlaskClient, session: Session, bo: Staff) -> None:
    """Four failures, a success, four failures: never limited; who tried is not readable in the table."""
    for _ in range(2):
        assert {attempt(client, "bo@stevns.dk", "forkert").status_code for _ in range(4)} == {422}
        assert attempt(client, "bo@stevns.dk").status_code == 303
    assert {len(who) for who in session.scalars(select(SignInAttempt.who))} == {32}


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/opkald?x=1", "/opkald?x=1"),
        ("//ond.dk", "/"),
        ("/\\ond.dk", "/"),
        ("https://ond.dk", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\t/ond.dk", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_nowhere_else(client: FlaskClient, bo: Staff, wanted: str, led_to: str) -> None:
    """`next` is a path on this server or nothing."""
    answer = client.post(
        "/log-ind", query_string={"next": wanted}, data={"email": "bo@stevns.dk", "password": PASSWORD}
    )
    assert answer.location == led_to


def test_who_works_in_two_municipalities_chooses_one(
    client: FlaskClient, session: Session, bo: Staff, faxe: Municipality, employ: Employ
) -> None:
    """One at a time, with the roles of that one; a third one is not theirs."""
    employ(session, faxe, "manager", email="bo@stevns.dk")
    answer = attempt(client, "bo@stevns.dk")
    assert answer.location == "/kommune"
    assert "Stevns Kommune" in client.get("/kommune").text
    assert client.get("/").location == "/tal"
    stevns_id = session.scalars(select(Municipality.id).where(Municipality.slug == "stevns")).one()
    assert client.post("/kommune", data={"municipality": stevns_id}).status_code == 303
    assert client.get("/").location == "/opkald"
    assert client.post("/kommune", data={"municipality": 999_999}).status_code == 404


def test_a_new_password_ends_every_other_session(app: Flask, client: FlaskClient, bo: Staff) -> None:
    """The browser it was changed in stays signed in, with a new secret."""
    other = app.test_client()
    for browser in (client, other):
        attempt(browser, "bo@stevns.dk")
    assert client.get("/adgangskode").status_code == 200
    new = {"current": PASSWORD, "new": "en ganske ny sætning", "again": "en ganske ny sætning"}
    assert client.post("/adgangskode", data=new).status_code == 303
    assert (client.get("/opkald").status_code, other.get("/opkald").status_code) == (200, 303)
    assert attempt(other, "bo@stevns.dk").status_code == 422
    assert attempt(other, "bo@stevns.dk", "en ganske ny sætning").status_code == 303


def test_a_password_is_not_changed_by_a_wrong_form(client: FlaskClient, bo: Staff) -> None:
    """Too short, not repeated, or without knowing the present one; five guesses are the limit here too."""
    attempt(client, "bo@stevns.dk")
    for new, again in (("kort", "kort"), ("en ganske ny sætning", "en anden")):
        data = {"current": PASSWORD, "new": new, "again": again}
        assert client.post("/adgangskode", data=data).status_code == 422
    wrong = {"current": "forkert", "new": "en ganske ny sætning", "again": "en ganske ny sætning"}
    statuses = [client.post("/adgangskode", data=wrong).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
