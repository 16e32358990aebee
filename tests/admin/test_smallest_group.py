"""k is raised by an administrator who has read what that hides, and is never lowered by anybody."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import smallest_group
from survey.models import AccessLog, Municipality, Staff, Team
from tests.admin.test_dashboard import Add, SignIn, grown, send, sign_in, team_of, words

__all__ = ["sign_in"]
DAY = date(2021, 5, 5)
PAGE = "/kommunen/mindste-antal"


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """An administrator of Stevns, signed in."""
    return enter(employ(session, stevns, "administrator"), stevns)


@pytest.fixture
def answers(session: Session, stevns: Municipality, add_batch: Add) -> Team:
    """Twelve and twenty answers of Opfølgning, and a week with fifteen sent."""
    team = team_of(session, stevns)
    for day, times in enumerate((3, 5)):
        add_batch(team, DAY + timedelta(day), [(1,) * 7, (2,) * 7, (3,) * 7, (4,) * 7] * times)
    send(session, team, date(2021, 5, 3), 15, 7)
    return team


def rows(page: str) -> list[list[str]]:
    """The table of what is hidden."""
    found = re.findall(
        r"<tr><th scope=\"row\">(.*?)</th><td>(.*?)</td><td class=\"n\">(\d+)</td><td class=\"n\">(\d+)", page
    )
    return [list(row) for row in found]


def test_what_is_hidden_is_said_and_then_is(
    session: Session, stevns: Municipality, admin: FlaskClient, answers: Team, sign_in: SignIn
) -> None:
    """With sixteen the point of twelve and the response rate go, and then the dashboard has them no more."""
    manager, period = sign_in(stevns), "/tal?fra=2021-05-01&til=2021-05-31"
    before = words(manager.get(period).text)
    seen = admin.get(f"{PAGE}?smallest=16")
    assert "Intet er gemt endnu" in seen.text
    assert rows(seen.text) == [
        ["Opfølgning", "Punkter i diagrammet", "2", "1"],
        ["Opfølgning", "Svarprocenter", "2", "2"],
    ]
    assert smallest_group.of(session, stevns.id) == 5
    answer = admin.post(PAGE, data={"smallest": "16"}, follow_redirects=True)
    assert "Intet tal hviler fra nu af på færre end 16 besvarelser." in words(answer.text)
    after = words(manager.get(period).text)
    assert ("7/15 = 46,7 %" in before, "7/15 = 46,7 %" in after) == (True, False)
    assert ("2,5 n = 32" in before, "2,5 n = 32" in after) == (True, True)
    log = session.execute(select(AccessLog.action, AccessLog.subject).where(AccessLog.action.startswith("raise")))
    assert [tuple(row) for row in log] == [("raise smallest group", "16")]


def test_a_team_is_told_from_its_law_group(
    session: Session, stevns: Municipality, admin: FlaskClient, add_batch: Add
) -> None:
    """A team that is shown has lines of its own."""
    add_batch(grown(session, team_of(session, stevns), "Nord"), DAY, [(1,) * 7, (2,) * 7, (3,) * 7, (4,) * 7] * 3)
    page = admin.get(f"{PAGE}?smallest=16").text
    assert [name for name, kind, *_ in rows(page) if kind == "Gennemsnit"] == ["Opfølgning", "Team Nord"]


def test_the_first_step_needs_no_token_and_the_second_does(admin: FlaskClient, app: Flask) -> None:
    """As in production: what is hidden is shown, and nothing is raised from another site's page."""
    app.config["WTF_CSRF_ENABLED"] = True
    assert admin.get(f"{PAGE}?smallest=6").status_code == 200
    assert admin.post(PAGE, data={"smallest": "6"}).status_code == 400


def test_where_nothing_is_hidden_that_is_said(admin: FlaskClient, answers: Team) -> None:
    """Six is below all there is."""
    page = admin.get(f"{PAGE}?smallest=6").text
    assert rows(page) == []
    assert "bliver skjult" in page


@pytest.mark.parametrize("typed", ["", "5", "4", "51", "12,5", "-6", "ti", "²", "1" * 9])
def test_a_number_that_cannot_be_is_refused(
    session: Session, stevns: Municipality, admin: FlaskClient, typed: str
) -> None:
    """By both steps, with what to write; nothing is saved or logged."""
    for answer in (admin.get(PAGE, query_string={"smallest": typed}), admin.post(PAGE, data={"smallest": typed})):
        assert answer.status_code == 422
        assert "Skriv et helt tal fra 6 til 50. Tallet kan kun hæves, og det er 5 nu." in answer.text
        assert "Intet er gemt endnu" not in answer.text
    assert smallest_group.of(session, stevns.id) == 5
    assert session.scalars(select(AccessLog.action)).all() == []


def test_it_is_raised_above_what_it_is_and_no_further_than_fifty(admin: FlaskClient) -> None:
    """Twelve is refused where it is twelve, and everything where it is fifty."""
    assert admin.get(PAGE).status_code == 200
    for typed, status in (("12", 303), ("12", 422), ("50", 303), ("50", 422)):
        assert admin.post(PAGE, data={"smallest": typed}).status_code == status
    assert "Tallet er 50 og kan ikke hæves mere." in admin.get(f"{PAGE}?smallest=51").text


def test_only_an_administrator_raises_it(stevns: Municipality, sign_in: SignIn) -> None:
    """A manager of all teams does not."""
    client = sign_in(stevns)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, data={"smallest": "12"}).status_code == 403


def test_nobody_lowers_it(session: Session, stevns: Municipality) -> None:
    """Not by the program, and not past it."""
    assert smallest_group.raised(session, stevns.id, 12)
    assert not smallest_group.raised(session, stevns.id, 12)
    assert not smallest_group.raised(session, stevns.id, 8)
    with pytest.raises(IntegrityError, match="never lowered"), session.begin_nested():
        session.execute(update(Municipality).values(smallest_group=8))
    assert session.scalar(text("SELECT smallest_group FROM municipality")) == 12
