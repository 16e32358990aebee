"""The citizen's way, as a person sees it: a link, an answer, perhaps a call, and kind dead ends."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import callbacks, languages, workdays
from survey.models import CallbackRequest, Contact, Municipality
from tests.fixtures.citizens import ALL_FOUR

APPLICATION = "Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles"


@pytest.fixture
def path(token: str) -> str:
    """The address in the SMS of somebody who had a meeting about benefits."""
    return f"/s/{token}"


def words(page: TestResponse) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<body>")[2]).split())


def test_the_promise_stands_before_the_button(client: FlaskClient, path: str) -> None:
    """What happens to the answer, and that it cannot be changed, is read before sending."""
    said = words(client.get(path))
    promise = said.index("Når mindst 5 fra samme gruppe har svaret")
    assert said.index("Udsagn 5 af 5") < promise < said.index("Svaret kan ikke ændres") < said.index("Send mine")


def test_a_municipality_that_waits_for_more_says_so(
    session: Session, client: FlaskClient, path: str, stevns: Municipality
) -> None:
    """The number in the promise is the municipality's own."""
    session.execute(update(Municipality).values(smallest_group=8))
    assert "Når mindst 8 fra samme gruppe" in words(client.get(path))


def test_who_is_content_is_thanked_and_left_alone(client: FlaskClient, path: str) -> None:
    """Thanks, what happens next, and only a quiet link to a call."""
    thanks = client.post(path, data=ALL_FOUR)
    assert "Tak for dit svar" in words(thanks)
    assert "tæller det med i kommunens tal" in words(thanks)
    assert "Vil du ringes op?" not in words(thanks)
    assert f'href="{path}/opkald"' in thanks.text


def test_who_does_not_know_what_to_do_is_asked_outright(client: FlaskClient, path: str) -> None:
    """The page shows what the caseworker will see: name, number, time, and the statement."""
    thanks = client.post(path, data={**ALL_FOUR, "s4": "2"})
    assert "Vil du ringes op?" in words(thanks)
    assert "Det her får sagsbehandleren at se Navn Anne Sørensen Telefon Dit nummer, der ender på 56" in words(
        thanks
    )
    assert 'id="topic-4" value="4" checked' in thanks.text
    assert APPLICATION in words(thanks)


def test_a_call_is_promised_by_a_date(session: Session, app: Flask, client: FlaskClient, path: str) -> None:
    """The page says by when, and what was asked for; the caseworker's list has it."""
    client.post(path, data={**ALL_FOUR, "s4": "2"})
    promised = words(client.post(f"{path}/opkald", data={"wish": "afternoon", "topic": "4"}))
    with app.test_request_context():
        due = languages.spoken_day(callbacks.due_on(workdays.now()))
    stored = session.scalars(select(CallbackRequest)).one()
    assert f"senest denne dag: {due}" in promised
    assert "Nummeret, der ender på 56 Tidspunkt Om eftermiddagen Samtalen Team, sagsbehandler" in promised
    assert f"Emne {APPLICATION}" in promised
    assert (stored.name, stored.phone, stored.wished_time) == ("Anne Sørensen", "+4520123456", "Om eftermiddagen")
    assert stored.topics == [APPLICATION]


def test_the_statement_can_be_taken_out(session: Session, client: FlaskClient, path: str) -> None:
    """The caseworker then learns only that somebody wants a call."""
    client.post(path, data={**ALL_FOUR, "s4": "2"})
    client.post(f"{path}/opkald", data={"wish": "any"})
    assert session.scalars(select(CallbackRequest.topics)).one() == []


def test_leaving_the_thank_you_page_loses_nothing(client: FlaskClient, path: str) -> None:
    """The link remembers the answer and leads to the call, with no statement chosen."""
    client.post(path, data={**ALL_FOUR, "s4": "2"})
    later = client.get(path)
    assert (later.status_code, "Der er allerede svaret" in words(later)) == (409, True)
    form = client.get(f"{path}/opkald")
    assert "Bliv ringet op" in words(form)
    assert "Tilbage til spørgeskemaet" not in words(form)
    assert 'id="topic-4" value="4">' in form.text


def test_a_call_can_be_asked_for_instead_of_answering(client: FlaskClient, path: str) -> None:
    """And the questionnaire can still be answered afterwards."""
    assert f'href="{path}/opkald"' in client.get(path).text
    assert "Tilbage til spørgeskemaet" in words(client.get(f"{path}/opkald"))
    assert "Svar på spørgeskemaet" in words(client.post(f"{path}/opkald"))
    assert f'href="{path}/opkald"' not in client.get(path).text
    assert "Vi har også dit ønske" in words(client.post(path, data={**ALL_FOUR, "s4": "1"}))


def test_a_wish_is_granted_once(session: Session, client: FlaskClient, path: str) -> None:
    """The second one, from form or link, gets a polite page with the phone number; one callback is stored."""
    wish = {"phone": "20 12 34 57", "wish": "morning", "topic": "4"}
    assert "ender på 57" in words(client.post(f"{path}/opkald", data=wish))
    for again in (client.post(f"{path}/opkald", data=wish), client.get(f"{path}/opkald")):
        assert again.status_code == 409
        assert "Ét ønske er nok" in words(again)
        assert "56 57 57 57" in words(again)
    assert session.scalar(select(func.count()).select_from(CallbackRequest)) == 1


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"phone": "112"}, "Skriv et telefonnummer"),
        ({"phone": "20 12 34 5\0"}, "Skriv et telefonnummer"),
        ({"wish": "never"}, "Vælg, hvornår det passer dig"),
        ({"topic": "1"}, "Vælg kun emner her på siden"),
    ],
)
def test_a_wish_that_cannot_be_kept_is_asked_about(
    session: Session, client: FlaskClient, path: str, wish: dict[str, str], told: str
) -> None:
    """What is wrong is said, what was chosen is kept, and nothing is stored."""
    page = client.post(f"{path}/opkald", data={"topic": "4", **wish})
    assert page.status_code == 422
    assert "<title>Fejl: Bliv ringet op" in page.text
    assert told in words(page)
    assert session.scalar(select(func.count()).select_from(CallbackRequest)) == 0


def test_who_is_reached_by_email_writes_the_number(session: Session, client: FlaskClient, path: str) -> None:
    """Without a mobile there is no number to fall back on."""
    session.execute(update(Contact).values(mobile=None, email="anne@example.dk"))
    assert "Dit telefonnummer" in words(client.get(f"{path}/opkald"))
    assert "Skriv et telefonnummer" in words(client.post(f"{path}/opkald"))
    assert "Du bliver ringet op" in words(client.post(f"{path}/opkald", data={"phone": "20123457"}))


def test_the_number_we_know_is_never_shown_whole(client: FlaskClient, path: str) -> None:
    """Whoever holds the phone sees its last two digits."""
    for page in (client.get(f"{path}/opkald"), client.post(f"{path}/opkald")):
        assert "ender på 56" in words(page)
        assert "123456" not in page.text.replace(" ", "")


@pytest.mark.parametrize(
    ("language", "said"), [("da", "tirsdag den 24. november"), ("en", "Tuesday, November 24, 2026")]
)
def test_days_are_said_in_the_language_of_the_page(app: Flask, language: str, said: str) -> None:
    """Weekday, day and month."""
    with app.test_request_context(f"/svar?sprog={language}"):
        assert languages.spoken_day(date(2026, 11, 24)) == said
