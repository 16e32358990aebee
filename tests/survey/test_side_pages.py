"""The citizen's smaller pages, request by request."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from survey import codes, guesses, pages
from survey.guesses import Turnstile, Watch
from survey.models import Ballot, Invitation, Link, Municipality, OptOut, SignInAttempt
from tests.checking import rows_in
from tests.fixtures.citizens import ALL_FOUR

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def code(session: Session, app: Flask, token: str) -> str:
    """The same link in code mode."""
    drawn = codes.draw()
    session.execute(update(Link).values(token_hash=codes.code_hash(app.config["CODE_KEY"], drawn)))
    return drawn


def sent(client: FlaskClient, code: str, address: str = "192.0.2.7") -> tuple[int, str]:
    """Type `code` at /svar: the status, and the page or where it leads."""
    page = client.post("/svar", data={"code": code}, environ_base={"REMOTE_ADDR": address})
    return page.status_code, page.headers.get("Location") or page.text


def test_a_code_leads_to_the_questionnaire_and_is_answered(
    session: Session, client: FlaskClient, code: str
) -> None:
    """Typed in small letters with dashes; the page behind it is the same as any link's."""
    assert sent(client, f" {codes.shown(code).lower()} ") == (303, f"/s/{code}")
    assert f'action="/s/{code}"' in client.get(f"/s/{codes.shown(code).lower()}").text
    assert client.post(f"/s/{code}", data=ALL_FOUR).status_code == 200
    assert rows_in(session, Ballot) == 1


def test_a_links_token_may_be_typed_too(client: FlaskClient, token: str) -> None:
    """Somebody copies what stands after /s/."""
    assert sent(client, f"{token.upper()} ") == (303, f"/s/{token}")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Skriv koden fra beskeden"),
        ("7KXM", "Du har skrevet 4"),
        ("7KXM-4PQO-1", "Koden kan ikke indeholde &#34;O&#34; eller &#34;1&#34;"),
        ("7KXM-4PO1-I", "Koden kan ikke indeholde &#34;O&#34;, &#34;1&#34; eller &#34;I&#34;. Den"),
        ("7KXM-4PQ9-2", "Et af tegnene er forkert"),
        ("\0\n<b>", "Koden kan ikke indeholde &#34;&lt;&#34; eller &#34;&gt;&#34;"),
        ("\ud800", "Koden kan ikke indeholde &#34;%&#34;"),
        ("A" * 5000, "Koden har 9 tegn"),
    ],
)
def test_a_code_that_cannot_be_is_never_looked_up(
    client: FlaskClient, stevns: Municipality, typed: str, told: str, sql: Counting
) -> None:
    """422, what is wrong with it, what was typed kept; not one statement."""
    with sql() as statements:
        page = client.post("/svar", data={"code": typed.encode("utf-8", "surrogatepass")})
    assert (page.status_code, statements) == (422, [])
    assert told in page.text
    assert "<title>Fejl: " in page.text


def test_an_unknown_code_gets_a_kind_page_and_is_counted(
    session: Session, client: FlaskClient, stevns: Municipality
) -> None:
    """404 with a number to call; the source and everybody have one failure more. Reading writes nothing."""
    status, page = sent(client, codes.draw())
    assert (status, "Koden virker ikke" in page, stevns.phone in page) == (404, True, True)
    assert client.get(f"/s/{codes.draw()}").status_code == 404
    assert rows_in(session, SignInAttempt) == 2


def test_a_valid_code_works_however_often_others_failed(session: Session, client: FlaskClient, code: str) -> None:
    """From the very same address: failures are told to wait, the right code is not."""
    answers = [sent(client, codes.draw())[0] for _ in range(guesses.PER_SOURCE + 2)]
    assert answers == [404] * guesses.PER_SOURCE + [429, 429]
    refused = client.get(f"/s/{codes.draw()}", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert "En rigtig kode virker altid" in refused.text
    assert sent(client, code) == (303, f"/s/{code}")
    assert sent(client, codes.draw(), "198.51.100.9")[0] == 404
    assert rows_in(session, SignInAttempt) == 2 * (guesses.PER_SOURCE + 1)


def test_when_too_many_codes_are_looked_up_one_is_asked_to_wait(
    app: Flask, client: FlaskClient, code: str
) -> None:
    """503 with Retry-After, and the same code works when there is room."""
    watch = Watch(app.config["CODE_KEY"], free=Turnstile(1, 0, 0))
    app.extensions["code_watch"] = watch
    with ExitStack() as held:
        held.enter_context(watch.free.turn())
        busy = client.get(f"/s/{code}")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert "Din kode virker stadig" in busy.text
    assert client.get(f"/s/{code}").status_code == 200


def test_a_code_takes_two_statements_to_read_and_three_to_send(
    client: FlaskClient, code: str, sql: Counting
) -> None:
    """One more than a link: how often this source has failed."""
    client.get(f"/s/{code}")
    with sql() as read:
        client.get(f"/s/{code}")
    with sql() as posted:
        client.post(f"/s/{code}", data=ALL_FOUR)
    assert [len([line for line in lines if "SAVEPOINT" not in line]) for lines in (read, posted)] == [2, 3]


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_one_click_opts_out_and_a_repeat_is_fine(
    session: Session, client: FlaskClient, token: str, body: dict[str, str], sql: Counting
) -> None:
    """200 without a cookie, whatever the body; two statements."""
    for _twice in range(2):
        with sql() as statements:
            page = client.post(f"/s/{token}/afmeld", data=body)
        assert page.status_code == 200
        assert "Du får ikke flere beskeder" in page.text
        assert "Set-Cookie" not in page.headers
        assert len([line for line in statements if "SAVEPOINT" not in line]) == 2
    assert rows_in(session, OptOut) == 1


def test_an_opt_out_is_undone(session: Session, client: FlaskClient, token: str, sql: Counting) -> None:
    """The page then offers no thanks anew; both addresses can be opened again by whoever reloads them."""
    client.post(f"/s/{token}/afmeld")
    for path in (f"/s/{token}/afmeld", f"/s/{token}/afmeld/fortryd"):
        with sql() as statements:
            page = client.get(path)
        assert "Fortryd: jeg vil gerne spørges igen" in page.text
        assert len(statements) == 2
    assert "Du kan blive spurgt igen" in client.post(f"/s/{token}/afmeld/fortryd").text
    assert "Jeg vil ikke have flere beskeder" in client.get(f"/s/{token}/afmeld").text
    assert rows_in(session, OptOut) == 0


@pytest.mark.parametrize("answered", [True, False])
def test_an_old_link_opts_out_as_long_as_it_exists(
    session: Session, client: FlaskClient, token: str, answered: bool
) -> None:
    """Answered or expired, its pages lead there; once it is deleted a page says how else."""
    gone = datetime.now(UTC) - timedelta(days=1)
    session.execute(update(Invitation).values(expires_at=gone, sent_week=date(2021, 5, 10), answered=answered))
    assert f'href="/s/{token}/afmeld"' in client.get(f"/s/{token}").text
    assert client.post(f"/s/{token}/afmeld").status_code == 200
    session.execute(delete(Link))
    page = client.post(f"/s/{token}/afmeld")
    assert page.status_code == 404
    assert "ring til kommunen, og sig det" in page.text
    assert "56 57 57 57" in page.text


@pytest.mark.parametrize("path", ["/svar", "/er-beskeden-aegte", "/s/{}/afmeld", "/s/{}/afmeld/fortryd"])
def test_the_pages_are_private_and_without_a_cookie(client: FlaskClient, token: str, path: str) -> None:
    """Strict headers, and never a Set-Cookie."""
    answers = [client.get(path.format(token)), client.head(path.format(token))]
    for answer in [*answers, client.post(path.format(token))] if path != "/er-beskeden-aegte" else answers:
        assert {name: answer.headers.get(name) for name in pages.HEADERS} == pages.HEADERS
        assert "Set-Cookie" not in answer.headers
    assert [answer.status_code for answer in answers] == [200, 200]


def test_every_municipality_says_what_its_messages_look_like(
    session: Session, client: FlaskClient, stevns: Municipality, sql: Counting
) -> None:
    """Name, number, sender, and the host of its own or ours; in one statement."""
    session.add(
        Municipality(slug="faxe", name="Faxe", phone="56203000", sms_sender="Faxe-JC", host="svar.faxe.dk")
    )
    session.flush()
    with sql() as statements:
        page = client.get("/er-beskeden-aegte")
    for said in ("Stevns Kommune", "56 57 57 57", "127.0.0.1:5000/s/", "Faxe-JC", "svar.faxe.dk/svar", "MitID"):
        assert said in page.text
    assert len(statements) == 1
    assert page.text.index("Faxe-JC") < page.text.index("Stevns Kommune")
    assert "Andre kommuner" not in page.text


def test_a_municipalitys_own_host_shows_it_first(
    session: Session, client: FlaskClient, stevns: Municipality
) -> None:
    """The others stand below, under a heading of their own."""
    session.add(
        Municipality(slug="faxe", name="Faxe", phone="56203000", sms_sender="Faxe-JC", host="svar.faxe.dk")
    )
    stevns.host = "svar.stevns.dk"
    session.flush()
    page = client.get("/er-beskeden-aegte", headers={"Host": "svar.stevns.dk"}).text
    assert page.index("svar.stevns.dk/s/") < page.index("Andre kommuner") < page.index("svar.faxe.dk/s/")


def test_the_foot_of_a_citizens_page_says_how_to_say_no(client: FlaskClient, token: str) -> None:
    """Questionnaire, call and thanks lead to no thanks and to how to know a message; no thanks not to itself."""
    pages = [
        client.get(f"/s/{token}"),
        client.get(f"/s/{token}/opkald"),
        client.post(f"/s/{token}", data=ALL_FOUR),
    ]
    for page in pages:
        assert f'href="/s/{token}/afmeld"' in page.text
        assert f'href="/s/{token}/aegte"' in page.text
    assert f'href="/s/{token}/afmeld"' not in client.get(f"/s/{token}/afmeld").text
