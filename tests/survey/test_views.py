"""The citizen's pages, request by request."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import pages, workdays
from survey.db import Base
from survey.models import (
    Ballot,
    BallotKey,
    Invitation,
    Municipality,
)
from tests.checking import rows_in
from tests.fixtures.citizens import ALL_FOUR

Counting = Callable[[], AbstractContextManager[list[str]]]


def expire(session: Session, at: datetime) -> None:
    """Let every link expire at `at`."""
    session.execute(update(Invitation).values(expires_at=at, sent_week=date(2021, 5, 10)))


def test_a_live_link_shows_the_questionnaire(client: FlaskClient, token: str) -> None:
    """Five statements, four points and a way out each, and nothing chosen."""
    page = client.get(f"/s/{token}")
    assert page.status_code == 200
    assert page.text.count("type=radio") == 25
    assert "checked" not in page.text


def test_a_link_may_be_typed_in_capitals(client: FlaskClient, token: str) -> None:
    """The token's letters are read in either case."""
    assert client.get(f"/s/{token.upper()}").status_code == 200


def test_reading_takes_one_statement_and_posting_two(
    session: Session, client: FlaskClient, token: str, sql: Counting
) -> None:
    """Once the version is known to the process; the first request reads it too."""
    with sql() as first:
        client.get(f"/s/{token}")
    with sql() as again:
        client.get(f"/s/{token}")
    with sql() as posted:
        client.post(f"/s/{token}", data=ALL_FOUR)
    sent = [[line for line in lines if "SAVEPOINT" not in line] for lines in (first, again, posted)]
    assert [len(lines) for lines in sent] == [2, 1, 2]


def test_no_reading_request_writes(session: Session, client: FlaskClient, token: str) -> None:
    """GET and HEAD of every page leave every table as it was."""

    def everything() -> dict[str, list[str]]:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}

    before = everything()
    for path in (f"/s/{token}", f"/s/{token}/opkald", "/s/" + "a" * 26, "/s/kort"):
        client.get(path)
        client.head(path)
    assert everything() == before


@pytest.mark.parametrize("path", ["/s/{}", "/s/{}/opkald", "/s/aaaaaaaaaaaaaaaaaaaaaaaaaa", "/s/kort", "/s/a/b/c"])
def test_every_page_is_private_and_without_a_cookie(client: FlaskClient, token: str, path: str) -> None:
    """Strict headers on every page, and never a Set-Cookie."""
    for answer in (client.get(path.format(token)), client.post(path.format(token), data=ALL_FOUR)):
        assert {name: answer.headers.get(name) for name in pages.HEADERS} == pages.HEADERS
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("token", ["a", "a" * 27, "a" * 5000, "A1" * 13, "æ" * 26, "a" * 25 + "\0", "%ff" * 26])
def test_a_malformed_link_is_never_looked_up(
    client: FlaskClient, stevns: Municipality, token: str, sql: Counting
) -> None:
    """404 in Danish with a number to call, and no statement about links."""
    with sql() as statements:
        page = client.get(f"/s/{token}")
    assert page.status_code == 404
    assert not [statement for statement in statements if "link" in statement]
    assert "Linket er ikke rigtigt" in page.text
    assert stevns.phone in page.text


def test_an_unknown_link_gets_a_kind_page(client: FlaskClient, token: str) -> None:
    """404 in words that fit an expired link too, with a number to call."""
    page = client.get("/s/" + "a" * 26)
    assert page.status_code == 404
    assert "Fristen for at svare kan være udløbet" in page.text
    assert "56 57 57 57" in page.text


def test_where_many_municipalities_are_asked_none_is_listed(session: Session, client: FlaskClient) -> None:
    """A list nobody reads to the end helps nobody."""
    for number in range(pages.TOWNS_READABLE + 1):
        session.add(Municipality(slug=f"by{number}", name=f"By {number}", phone="12345678", sms_sender="By"))
    session.flush()
    page = client.get("/s/" + "a" * 26)
    assert "kommunens hjemmeside" in page.text
    assert "By 0" not in page.text


def test_an_expired_link_gives_the_phone_number(session: Session, client: FlaskClient, token: str) -> None:
    """410 on both pages."""
    expire(session, datetime.now(UTC) - timedelta(minutes=1))
    for path in (f"/s/{token}", f"/s/{token}/opkald"):
        page = client.get(path)
        assert page.status_code == 410
        assert 'href="tel:56575757"' in page.text


def test_a_form_opened_in_time_may_be_sent_within_the_hour(
    session: Session, client: FlaskClient, token: str
) -> None:
    """59 minutes late is stored; 61 minutes late is not."""
    expire(session, datetime.now(UTC) - timedelta(minutes=61))
    assert client.post(f"/s/{token}", data=ALL_FOUR).status_code == 410
    assert client.post(f"/s/{token}/opkald").status_code == 410
    assert rows_in(session, Ballot) == 0
    expire(session, datetime.now(UTC) - timedelta(minutes=59))
    assert client.post(f"/s/{token}", data=ALL_FOUR).status_code == 200
    assert client.post(f"/s/{token}/opkald").status_code == 200


def test_a_second_answer_gets_a_polite_page(session: Session, client: FlaskClient, token: str) -> None:
    """One ballot; the link then says it is answered, and still lets one ask for a call until it expires."""
    sent = [client.post(f"/s/{token}", data=ALL_FOUR) for _ in range(2)]
    assert [page.status_code for page in sent] == [200, 409]
    assert f"/s/{token}/opkald" in client.get(f"/s/{token}").text
    expire(session, datetime.now(UTC))
    assert f"/s/{token}/opkald" not in client.get(f"/s/{token}").text
    assert rows_in(session, Ballot) == 1


def test_blanks_are_asked_about_once(session: Session, client: FlaskClient, token: str) -> None:
    """422 with what is missing, the answers kept, and a second button; that stores the rest as blank."""
    page = client.post(f"/s/{token}", data={"s1": "2"})
    assert page.status_code == 422
    assert "<title>Fejl: " in page.text
    assert "value=2 checked" in page.text
    assert page.text.count("Vælg et svar") == 8
    assert "Send uden at svare på resten" in page.text
    assert client.post(f"/s/{token}", data={"s1": "2", "rest": "1"}).status_code == 200
    assert rows_in(session, Ballot) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {**ALL_FOUR, "s1": "5"},
        {**ALL_FOUR, "s1": "-1"},
        {**ALL_FOUR, "s1": "4\0"},
        {**ALL_FOUR, "s1": "\ud800".encode("utf-8", "surrogatepass")},
        {**ALL_FOUR, "s1": "s1-4", "rest": "1"},
        {**ALL_FOUR, "s6": "4"},
        {"rest": "1"},
        {},
    ],
)
def test_what_is_not_on_the_page_is_not_stored(
    session: Session, client: FlaskClient, token: str, sent: dict[str, str]
) -> None:
    """An unknown option, one outside the scale, another questionnaire's field, or nothing at all."""
    page = client.post(f"/s/{token}", data=sent)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert rows_in(session, Ballot) == 0


def test_the_same_field_twice_is_asked_about(session: Session, client: FlaskClient, token: str) -> None:
    """Nobody can tell which was meant, so nothing is stored."""
    page = client.post(f"/s/{token}", data={**ALL_FOUR, "s1": ["4", "1"]})
    assert page.status_code == 422
    assert "Vælg ét af svarene på listen" in page.text
    assert rows_in(session, Ballot) == 0


@pytest.mark.parametrize("doubt", ["0", "2"])
def test_the_offer_of_a_call_fits_who_did_not_know_too(client: FlaskClient, token: str, doubt: str) -> None:
    """It says only what they did not answer, in the words of the scale."""
    thanks = client.post(f"/s/{token}", data={**ALL_FOUR, "s4": doubt})
    assert "Du svarede ikke »Helt enig« på et udsagn, som" in thanks.text


@pytest.mark.parametrize(
    ("sent", "at"), [({"topic": "1"}, "topic-4"), ({"wish": "never"}, "wish-any"), ({"phone": "112"}, "phone")]
)
def test_a_wish_is_marked_where_it_is_to_be_mended(
    client: FlaskClient, token: str, sent: dict[str, str], at: str
) -> None:
    """One field is marked, with the message beside it, and the list above leads there."""
    page = client.post(f"/s/{token}/opkald", data=sent).text
    assert f'href="#{at}"' in page
    assert f'id="{at}"' in page
    assert page.count('class="wrong"') == page.count('class="told"') == 1
    assert f'id="{at.partition("-")[0]}-wrong"' in page


@pytest.mark.parametrize("path", ["/s/{}", "/s/{}/opkald"])
def test_two_megabytes_are_refused_in_danish(session: Session, client: FlaskClient, token: str, path: str) -> None:
    """413, and nothing stored."""
    page = client.post(path.format(token), data={"s1": "4" * 2_000_000})
    assert page.status_code == 413
    assert "Der blev sendt for meget" in page.text
    assert rows_in(session, Ballot) == 0


def test_other_methods_are_refused_in_danish(client: FlaskClient, token: str) -> None:
    """405 for DELETE and PUT."""
    for page in (client.delete(f"/s/{token}"), client.put(f"/s/{token}/opkald")):
        assert page.status_code == 405
        assert page.headers["Allow"] == "GET, HEAD, POST"
        assert "Det kan man ikke her" in page.text


def test_without_an_open_key_nothing_is_stored(session: Session, client: FlaskClient, token: str) -> None:
    """503 with "prøv igen senere"; the link still works afterwards."""
    session.execute(update(BallotKey).values(state="closed", closed_at=datetime.now(UTC)))
    page = client.post(f"/s/{token}", data=ALL_FOUR)
    assert page.status_code == 503
    assert "Prøv igen senere" in page.text
    assert page.headers["Retry-After"]
    assert client.get(f"/s/{token}").status_code == 200


def test_an_error_of_ours_is_admitted_in_danish(
    app: Flask, client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 without a word about what went wrong inside."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(workdays, "now", lambda: 1 / 0)
    page = client.get(f"/s/{token}")
    assert page.status_code == 500
    assert "Fejlen er ikke din" in page.text
    assert "ZeroDivision" not in page.text


def test_no_heavy_library_is_loaded_by_citizens(
    database_url: str, tmp_path: Path, new_link: Callable[..., str]
) -> None:
    """A fresh process that has served citizens has loaded neither SciPy nor NumPy."""
    program = (
        "import json, sys\n"
        "from wsgi import create_app\n"
        f"client, path, sent = create_app().test_client(), '/s/{new_link()}', {ALL_FOUR!r}\n"
        "answers = [client.get(path), client.post(path, data=sent), client.post(path + '/opkald')]\n"
        "codes = [answer.status_code for answer in answers]\n"
        "print(json.dumps([codes, sorted({'scipy', 'numpy'} & set(sys.modules))]))\n"
    )
    environ = {**os.environ, "TILFREDS_DATABASE_URL": database_url, "TILFREDS_STATE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
    assert json.loads(done.stdout) == [[200, 200, 200], []]
