"""Every door says who may open it, nobody else gets in, and looking never changes anything."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from survey import access, callbacks
from survey.db import Base
from survey.models import Municipality, Staff

ROLES = (access.CASEWORKER, access.MANAGER, access.ADMINISTRATOR)
MAY_WRITE = {"access_log": "*", "staff_session": "seen_at"}
"""All a staff GET may write: its access-log row, and when the session was last seen."""


@pytest.fixture
def people(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> dict[str, Staff]:
    """One person per role in Stevns."""
    return {role: employ(session, stevns, role, "Ydelse" if role == access.CASEWORKER else None) for role in ROLES}


@pytest.fixture
def ids(
    session: Session,
    stevns: Municipality,
    people: dict[str, Staff],
    invite: Callable[..., int],
    send_link: Callable[..., str],
    now: datetime,
) -> dict[str, Any]:
    """What stands in the routes: a link, a callback, a person, a team."""
    invitation = invite(session, stevns)
    callbacks.ask(
        session,
        municipality_id=stevns.id,
        invitation_id=invitation,
        phone="+4520123456",
        wished_time="Om formiddagen",
        language="da",
        topics=["Svar"],
        now=now,
    )
    return {
        "token": send_link(session, stevns, invitation),
        "callback_id": session.scalar(text("SELECT id FROM callback_request")),
        "team_id": session.scalar(text("SELECT id FROM team WHERE name = 'Ydelse'")),
        "staff_id": people[access.CASEWORKER].id,
        "assignment_id": session.scalar(text("SELECT min(id) FROM assignment")),
        "_rest": "en/anden/sti",
        "filename": "citizen.css",
        "kind": "invitation",
        "channel": "sms",
        "form": "html",
        "language": "da",
        "pause_id": 1,
        "name": "simulated",
        "slug": "stevns",
        "look": "0123456789abcdef",
        "deed_id": 1,
        "goal_id": 1,
        "questionnaire_id": session.scalar(text("SELECT id FROM questionnaire WHERE code = 'ydelse'")),
        "version_id": session.scalar(text("SELECT min(id) FROM questionnaire_version")),
        "position": 1,
        "figure": "2800-328d-s620-gq",
        "token_id": 1,
    }


def rules(app: Flask, method: str) -> Iterator[tuple[Rule, frozenset[str]]]:
    """The routes that answer `method`, with who may open them."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            yield rule, access.declared(app.view_functions[rule.endpoint])


def fingerprint(session: Session) -> dict[str, str]:
    """A hash of every table's rows, but for what a look may write."""
    found = {}
    for table in Base.metadata.sorted_tables:
        skipped = MAY_WRITE.get(table.name, "")
        if skipped == "*":
            continue
        columns = ", ".join(column.name for column in table.columns if column.name != skipped)
        rows = f"SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM (SELECT {columns}"  # noqa: S608 - our own table names
        found[table.name] = str(session.scalar(text(f"{rows} FROM {table.name}) r")))
    return found


def test_every_route_declares_its_access(app: Flask) -> None:
    """Only Flask's own static files need no declaration."""
    undeclared = [rule.endpoint for method in ("GET", "POST") for rule, who in rules(app, method) if not who]
    assert undeclared == ["static"]


def test_whoever_is_not_signed_in_meets_the_sign_in_page(app: Flask, ids: dict[str, Any]) -> None:
    """Every staff page sends a stranger to sign in, and a stranger's post changes nothing."""
    client = app.test_client()
    for method in ("GET", "POST"):
        for rule, who in rules(app, method):
            if who and not who & {access.EVERYONE, access.TOKEN}:
                answer = client.open(rule.build(ids, append_unknown=False)[1], method=method)  # type: ignore[index]  # every id is there
                assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/log-ind"), rule


def test_a_machines_door_asks_for_a_token(app: Flask) -> None:
    """Whoever comes without one is refused by the view itself: there is no sign-in for a machine."""
    doors = [rule.rule for method in ("GET", "POST") for rule, who in rules(app, method) if access.TOKEN in who]
    assert [app.test_client().get(door).status_code for door in doors] == [401]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_doors_and_no_others(
    role: str,
    app: Flask,
    stevns: Municipality,
    people: dict[str, Staff],
    ids: dict[str, Any],
    enter: Callable[..., FlaskClient],
) -> None:
    """403 behind every door declared for others, and never behind one's own."""
    client = enter(people[role], stevns)
    for rule, who in rules(app, "GET"):
        if not who or who & {access.EVERYONE, access.TOKEN}:
            continue
        path = rule.build(ids, append_unknown=False)[1]  # type: ignore[index]  # every id is there
        with client.get(path) as answer:
            shut = who.isdisjoint({role, access.SIGNED_IN})
            assert (answer.status_code == 403) == shut, (role, rule, answer.status_code)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_get_never_writes(
    role: str | None,
    app: Flask,
    session: Session,
    stevns: Municipality,
    people: dict[str, Staff],
    ids: dict[str, Any],
    enter: Callable[..., FlaskClient],
) -> None:
    """All tables are the same after every GET and HEAD, but for the access log and the session's last-seen."""
    client = enter(people[role], stevns) if role else app.test_client()
    before = fingerprint(session)
    for rule, _who in rules(app, "GET"):
        path = rule.build(ids, append_unknown=False)[1]  # type: ignore[index]  # every id is there
        for method in ("GET", "HEAD"):
            with client.open(path, method=method) as answer:
                assert answer.status_code < 500, rule
    assert fingerprint(session) == before


def test_the_fingerprint_sees_a_change(session: Session, stevns: Municipality) -> None:
    """The test above can fail."""
    before = fingerprint(session)
    connection: Connection = session.connection()
    connection.execute(text("UPDATE municipality SET phone = '1'"))
    assert [name for name, value in fingerprint(session).items() if value != before[name]] == ["municipality"]
