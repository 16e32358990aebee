"""The gate: who may open which door, what a page that shows people sends along, and what stays shut."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from admin import access
from survey import municipalities, workdays
from survey.access import EVERYONE, TOKEN, declared
from survey.models import Assignment, Municipality, Staff, StaffSession

Employ = Callable[..., Staff]
Enter = Callable[..., FlaskClient]
Counting = Callable[[], AbstractContextManager[list[str]]]

ROOMS = {
    "/opkald": "caseworker",
    "/tal": "manager",
    "/samtaler": "administrator",
    "/medarbejdere": "administrator",
    "/medarbejdere/ny": "administrator",
    "/team": "administrator",
}
TEAM_OF = {"caseworker": "Ydelse", "manager": None, "administrator": None}


@pytest.fixture
def bo(session: Session, stevns: Municipality, employ: Employ) -> Staff:
    """A caseworker of Ydelse."""
    return employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")


@pytest.mark.parametrize("role", TEAM_OF)
def test_a_role_opens_its_own_rooms_and_no_others(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter, role: str
) -> None:
    """200 for one's own rooms, 403 for all others."""
    client = enter(employ(session, stevns, role, TEAM_OF[role]), stevns)
    found = {path: client.get(path).status_code for path in ROOMS}
    assert found == {path: 200 if needed == role else 403 for path, needed in ROOMS.items()}


def test_the_anonymous_are_led_to_the_sign_in_page(client: FlaskClient, session: Session) -> None:
    """With the way back for a page, without it for a form."""
    assert client.get("/opkald?side=2").location == "/log-ind?next=/opkald?side%3D2"
    assert client.get("/opkald").location == "/log-ind?next=/opkald"
    assert {client.get(path).status_code for path in ROOMS} == {303}
    assert client.post("/team").location == "/log-ind"


def test_every_staff_route_is_shut_to_other_roles(
    app: Flask, session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """Role by route over the whole program: who is not named gets 403, the anonymous the sign-in page."""
    people = {role: enter(employ(session, stevns, role, team), stevns) for role, team in TEAM_OF.items()}
    for rule in app.url_map.iter_rules():
        who = declared(app.view_functions[rule.endpoint])
        if rule.endpoint == "static" or EVERYONE in who or "signed_in" in who:
            continue
        chosen = {"kind": "invitation", "channel": "sms", "form": "html"}
        path = rule.build(
            dict.fromkeys(rule.arguments, 1) | {key: chosen[key] for key in rule.arguments & chosen.keys()}
        )
        assert path is not None
        # A machine's door knows neither the sign-in page nor those who are signed in: a token or nothing.
        shut, others = (401, 401) if TOKEN in who else (303, 403)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            assert app.test_client().open(path[1], method=method).status_code == shut, rule
            for role in people.keys() - who:
                assert people[role].open(path[1], method=method).status_code == others, (rule, role)


def test_a_view_that_declares_nothing_stays_shut(
    app: Flask, session: Session, stevns: Municipality, bo: Staff, enter: Enter
) -> None:
    """Even to who is signed in."""
    app.add_url_rule("/glemt", view_func=lambda: "hemmeligt")
    assert enter(bo, stevns).get("/glemt").status_code == 403


def test_unknown_addresses_and_static_files_are_left_to_flask(client: FlaskClient) -> None:
    """404 for the one, the file for the other."""
    assert client.get("/findes-ikke").status_code == 404
    assert client.delete("/log-ind").status_code == 405
    with client.get("/static/staff.css") as style:
        assert style.status_code == 200
        assert style.headers["X-Content-Type-Options"] == "nosniff"


def test_a_staff_page_sends_its_headers(stevns: Municipality, bo: Staff, enter: Enter) -> None:
    """Nothing is stored, framed, guessed or loaded from elsewhere; no HSTS over plain HTTP."""
    headers = enter(bo, stevns).get("/opkald").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    expected = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    assert {name: headers[name] for name in expected} == expected
    assert "Strict-Transport-Security" not in headers


def test_over_https_the_browser_is_told_to_stay_there(app: Flask, client: FlaskClient) -> None:
    """HSTS for a year."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url="https://svar.stevns.dk")
    assert client.get("/log-ind").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_knowing_a_person_takes_two_statements(
    app: Flask, stevns: Municipality, bo: Staff, enter: Enter, sql: Counting
) -> None:
    """And none without a cookie."""
    client = enter(bo, stevns)
    with sql() as statements:
        client.get("/adgangskode")
    assert len(statements) == 2
    with sql() as statements:
        app.test_client().get("/log-ind")
    assert statements == []


def test_last_seen_is_written_at_most_once_a_minute(
    session: Session, stevns: Municipality, bo: Staff, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request within the minute writes nothing."""
    client, began = enter(bo, stevns), workdays.now()
    seen = []
    for seconds in (30, 70, 100):
        moment = began + timedelta(seconds=seconds)
        monkeypatch.setattr(workdays, "now", lambda moment=moment: moment)
        client.get("/adgangskode")
        session.expire_all()
        seen.append(session.scalars(select(StaffSession.seen_at)).one() == moment)
    assert seen == [False, True, False]


def test_who_is_shut_out_is_out_at_once(session: Session, stevns: Municipality, bo: Staff, enter: Enter) -> None:
    """The very next request leads to the sign-in page."""
    client = enter(bo, stevns)
    assert client.get("/opkald").status_code == 200
    session.execute(update(Staff).values(active=False))
    assert client.get("/opkald").status_code == 303


def test_a_role_taken_away_is_gone_at_once(
    session: Session, stevns: Municipality, bo: Staff, enter: Enter
) -> None:
    """Without any role the rooms are shut; one's own password page is still there."""
    client = enter(bo, stevns)
    session.execute(delete(Assignment))
    assert client.get("/opkald").status_code == 403
    assert client.get("/").location == "/adgangskode"


@pytest.mark.parametrize("secret", ["ukendt", 7, None])
def test_a_made_up_cookie_opens_nothing(app: Flask, session: Session, secret: object) -> None:
    """An unknown secret, or something that is no secret at all."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[access.SECRET] = secret
    assert client.get("/opkald").status_code == 303


def test_a_form_without_its_token_is_refused(
    app: Flask, session: Session, stevns: Municipality, bo: Staff, enter: Enter
) -> None:
    """With the check of forms on, a post from elsewhere changes nothing; the page's own form works."""
    app.config["WTF_CSRF_ENABLED"] = True
    client = enter(bo, stevns)
    refused = client.post("/log-ud")
    assert refused.status_code == 400
    assert "Siden er udløbet" in refused.text
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 1
    token = client.get("/opkald").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/log-ud", data={"csrf_token": token}).status_code == 303


def test_a_person_is_one_municipality_at_a_time(
    app: Flask, session: Session, stevns: Municipality, bo: Staff, employ: Employ, enter: Enter, now: datetime
) -> None:
    """Roles elsewhere do not count here, but are known."""
    faxe = municipalities.establish(session, slug="f", name="Faxe", phone="1", sms_sender="F", now=now)
    employ(session, faxe, "manager", "Ydelse", "bo@stevns.dk")
    seen = []
    for place in (stevns, faxe):
        with enter(bo, place) as client:
            client.get("/adgangskode")
            seen.append(access.signed_in())
    assert [person.roles for person in seen] == [{"caseworker"}, {"manager"}]
    assert all(person.elsewhere for person in seen)
    assert [len(person.caseworker_teams) for person in seen] == [1, 0]
    team_id = min(seen[1].manager_teams or {0})
    assert [person.can_see_figures_of(team_id) for person in seen] == [False, True]
    assert not seen[1].can_see_figures_of(team_id + 1000)


def test_a_form_that_is_far_too_big_is_read_and_refused(stevns: Municipality, bo: Staff, enter: Enter) -> None:
    """A 2 MB form post gets a page and not a broken connection."""
    answer = enter(bo, stevns).post("/opkald/1/luk", data={"note": "x" * 2_000_000})
    assert answer.status_code == 413
    assert "for stort" in answer.text


def test_what_is_far_beyond_any_form_is_cut_off(stevns: Municipality, bo: Staff, enter: Enter) -> None:
    """Over 64 MB the rest is not even read."""
    said = {"CONTENT_LENGTH": str(65 * 1024**2)}
    assert enter(bo, stevns).post("/opkald/1/luk", environ_overrides=said).status_code == 413
