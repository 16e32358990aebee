"""What a member of staff can see and do, from the sign-in page on; with every form's own token."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import callbacks, workdays
from survey.models import CallbackRequest, Municipality, Staff

Employ = Callable[..., Staff]
PASSWORD = "korrekt hest batteri"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser before anybody has signed in, with the check of forms on as in the product."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


@pytest.fixture
def anne(session: Session, stevns: Municipality, invite: Callable[..., int]) -> str:
    """Anne has asked to be called: the address of her callback."""
    place = {"municipality_id": stevns.id, "invitation_id": invite(session, stevns)}
    topics = ["Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles"]
    callbacks.ask(
        session,
        **place,
        phone="+4520123456",
        wished_time="formiddag",
        language="da",
        topics=topics,
        now=workdays.now(),
    )
    return f"/opkald/{session.scalars(select(CallbackRequest.id)).one()}"


def press(browser: FlaskClient, page: str, action: str, **fields: str) -> TestResponse:
    """Fill in a form of `page`, press its button and follow where it leads."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert token, f"{page} has no form"
    return browser.post(action, data={"csrf_token": token[1], **fields}, follow_redirects=True)


def sign_in(browser: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    """Sign in on the sign-in page."""
    return press(browser, "/log-ind", "/log-ind", email=email, password=password)


def test_a_caseworker_calls_a_citizen(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ, anne: str
) -> None:
    """Sign in, see who is to be called, take it, try, and close it with an outcome."""
    employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    assert "Nye (1)" in sign_in(browser, "bo@stevns.dk").text
    assert "Du har taget opkaldet." in press(browser, "/opkald", f"{anne}/tag").text
    tried = press(browser, anne, f"{anne}/forsoeg", note="Telefonsvarer").text
    assert "Forsøget er noteret." in tried
    assert "Dine (1)" in tried
    assert "Telefonsvarer" in browser.get(anne).text
    closed = press(browser, anne, f"{anne}/luk", outcome="reached", note="Aftalt").text
    assert "Opkaldet er lukket: truffet." in closed
    assert "Anne Sørensen" not in closed


def test_the_way_back_leads_to_the_page_that_was_asked_for(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ, anne: str
) -> None:
    """Who opens a callback without being signed in lands on it afterwards."""
    employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    way = browser.get(anne).location
    landed = press(browser, way, way, email="bo@stevns.dk", password=PASSWORD)
    assert landed.request.path == anne


def test_a_manager_never_sees_a_citizen(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ, anne: str
) -> None:
    """The figures and nothing else; the callback list is 403 and names nobody."""
    employ(session, stevns, "manager", email="mette@stevns.dk")
    assert sign_in(browser, "mette@stevns.dk").request.path == "/tal"
    for page in ("/opkald", anne):
        refused = browser.get(page)
        assert refused.status_code == 403
        assert "Ingen adgang" in refused.text
        assert "Anne" not in refused.text


def test_an_administrator_sees_neither_citizens_nor_figures(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ, anne: str
) -> None:
    """Only the rooms of the work."""
    employ(session, stevns, "administrator", email="ole@stevns.dk")
    assert sign_in(browser, "ole@stevns.dk").request.path == "/samtaler"
    assert [browser.get(page).status_code for page in ("/opkald", anne, "/tal")] == [403, 403, 403]


def test_an_expired_session_leads_to_the_sign_in_page(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour without a click, and the next one asks who it is."""
    employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    sign_in(browser, "bo@stevns.dk")
    moment = workdays.now() + timedelta(minutes=61)
    monkeypatch.setattr(workdays, "now", lambda: moment)
    assert browser.get("/opkald").location == "/log-ind?next=/opkald"


def test_who_stops_working_here_is_out_at_once(
    app: Flask, browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ
) -> None:
    """The administrator shuts the access, and the caseworker's next click leads to the sign-in page."""
    bo = employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    employ(session, stevns, "administrator", email="ole@stevns.dk")
    office = app.test_client()
    sign_in(browser, "bo@stevns.dk")
    sign_in(office, "ole@stevns.dk")
    assert "er lukket ude" in press(office, f"/medarbejdere/{bo.id}", f"/medarbejdere/{bo.id}/luk").text
    assert browser.get("/opkald").location == "/log-ind?next=/opkald"
    assert "passer ikke sammen" in sign_in(browser, "bo@stevns.dk").text


def test_a_guesser_has_to_wait(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ
) -> None:
    """After five wrong passwords a polite page says how long."""
    employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    answers = [sign_in(browser, "bo@stevns.dk", "gæt").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert "Der er prøvet for mange gange." in sign_in(browser, "bo@stevns.dk").text


def test_signing_out_shuts_the_door(
    browser: FlaskClient, session: Session, stevns: Municipality, employ: Employ
) -> None:
    """And the page says so."""
    employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    sign_in(browser, "bo@stevns.dk")
    assert "Du er logget ud." in press(browser, "/opkald", "/log-ud").text
    assert browser.get("/opkald").status_code == 303
