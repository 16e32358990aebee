"""In which language a page is answered, and how the choice is kept."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import keys, languages
from survey.models import Ballot, Contact, Municipality
from tests.fixtures.citizens import ALL_FOUR


def lang(page: str) -> str:
    """The language a page says it is in."""
    return page.partition('<html lang="')[2][:2]


@pytest.mark.parametrize(
    ("chosen", "browser", "said"),
    [
        ("", "", "da"),
        ("", "de", "da"),
        ("", "so, en;q=0.5", "so"),
        ("ar", "so", "ar"),
        ("xx", "so", "so"),
        ("DA", "", "da"),
    ],
)
def test_the_choice_goes_before_the_browser(client: FlaskClient, chosen: str, browser: str, said: str) -> None:
    """What is no language of ours is passed over; Danish is what is left."""
    page = client.get(f"/svar?sprog={chosen}", headers={"Accept-Language": browser} if browser else {})
    assert lang(page.text) == said


def test_the_citizens_own_language_goes_before_the_browsers(
    session: Session, client: FlaskClient, token: str
) -> None:
    """A record that says Ukrainian is believed; the address overrules it."""
    session.execute(update(Contact).values(language="uk"))
    headers = {"Accept-Language": "pl"}
    assert lang(client.get(f"/s/{token}/afmeld", headers=headers).text) == "uk"
    assert lang(client.get(f"/s/{token}/afmeld?sprog=tr", headers=headers).text) == "tr"


@pytest.mark.parametrize("record", ["", "da", "de"])
def test_who_is_recorded_as_danish_reads_danish(
    session: Session, client: FlaskClient, token: str, record: str
) -> None:
    """An unknown language leaves it to the browser, as does one we do not have."""
    session.execute(update(Contact).values(language=record))
    page = client.get(f"/s/{token}/afmeld", headers={"Accept-Language": "pl"})
    assert lang(page.text) == ("da" if record == "da" else "pl")


def test_a_choice_stays_in_every_address(client: FlaskClient, token: str) -> None:
    """Each link and form of the page keeps the language, but for those that change it."""
    page = client.get(f"/s/{token}/afmeld?sprog=en").text
    assert f'action="/s/{token}/afmeld?sprog=en"' in page
    assert f'href="/s/{token}/privatliv?sprog=en"' in page
    assert 'href="?sprog=ar"' in page


@pytest.mark.parametrize("language", languages.NAMES)
def test_a_page_says_which_way_it_is_read(client: FlaskClient, language: str) -> None:
    """Arabic and Farsi run from right to left, all others from left to right."""
    head = client.get(f"/svar?sprog={language}").text.partition(">\n<head>")[0]
    assert ('dir="rtl"' in head) == (language in {"ar", "fa"})
    assert f'<html lang="{language}"' in head


@pytest.mark.usefixtures("stevns")
def test_every_language_is_offered_by_its_own_name(client: FlaskClient) -> None:
    """Eight links, each marked with its language; the page's own is no link."""
    page = client.get("/privatliv?sprog=da").text
    for code, name in languages.NAMES.items():
        assert f">{name}</" in page
        assert (f'hreflang="{code}"' in page) == (code != "da")


def test_staff_read_danish_whatever_their_browser_says(client: FlaskClient) -> None:
    """The sign-in page and what is not found beside it."""
    page = client.get("/log-ind", headers={"Accept-Language": "en"})
    assert lang(page.text) == "da"


def test_the_ballot_holds_the_pages_language(
    session: Session, client: FlaskClient, stevns: Municipality, token: str, open_key: Callable[..., bytes]
) -> None:
    """Not the record's: what was read is what matters for how the scale was understood."""
    from survey.models import BallotKey

    session.execute(update(BallotKey).values(state="closed", closed_at=BallotKey.opened_at))
    private = open_key(session, stevns)
    session.execute(update(Contact).values(language="uk"))
    assert client.post(f"/s/{token}?sprog=da", data=ALL_FOUR).status_code == 200
    assert keys.unseal(private, session.scalars(select(Ballot.sealed)).one()).language == "da"


def test_a_choice_of_things_is_said_in_the_pages_language(app: Flask) -> None:
    """With the language's own word for "or"."""
    with app.test_request_context("/svar?sprog=da"):
        assert languages.listed(["a", "b", "c"]) == "a, b eller c"
    with app.test_request_context("/svar?sprog=en"):
        assert languages.listed(["a", "b"]) == "a or b"
