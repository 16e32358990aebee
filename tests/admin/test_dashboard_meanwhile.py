"""The manager's room while the tally works: a page is made of one state."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from admin import access, sessions
from survey import db, municipalities, workdays
from survey.models import Batch, Staff, Team

Write = Callable[..., Batch]


@pytest.fixture
def browser(
    database_url: str, app: Flask, employ: Callable[..., Staff], write_batch: Write
) -> Iterator[FlaskClient]:
    """A manager's browser on a database of its own with one batch of nine, all committed."""
    engine, client, now = db.connect(database_url), app.test_client(), workdays.now()
    with db.transaction() as session:
        stevns = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
        secret = sessions.begin(session, employ(session, stevns, "manager").id, stevns.id, now)
    with client.session_transaction() as cookie:
        cookie[access.SECRET] = secret
    tally(write_batch, 9)
    yield client
    engine.dispose()


def tally(write_batch: Write, people: int) -> None:
    """Commit one more batch of Opfølgning."""
    with db.transaction() as session:
        team = session.scalars(select(Team).where(Team.law == "LAB")).one()
        write_batch(session, team, date(2021, 5, 5), [(3,) * 7] * people)


def figures(browser: FlaskClient) -> str:
    """The page below the top, whose form tokens change."""
    return browser.get("/tal").text.partition("<main")[2]


def test_a_tally_between_two_statements_shows_nowhere(browser: FlaskClient, write_batch: Write) -> None:
    """The page is the one before the tally, and the next page is the one after it."""
    before, waiting = figures(browser), [11]

    def meanwhile(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if waiting and "FROM cell" in statement:
            tally(write_batch, waiting.pop())

    event.listen(db.bound(), "after_cursor_execute", meanwhile)
    assert "n = 9 besvarelser" in before
    assert figures(browser) == before
    assert waiting == []
    assert "n = 20 besvarelser" in figures(browser)
