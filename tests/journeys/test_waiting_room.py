"""The waiting room: codes are made, one is typed on the screen, answered with, and is dead; nothing is left."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import codes, guesses, invitations, keys, qr, waiting_room, workdays
from survey.config import Settings
from survey.models import AccessLog, Ballot, BallotKey, Municipality, OnsiteCode, SignInAttempt, Staff, Team
from tests.checking import rows_in
from tests.fixtures.citizens import ALL_FOUR

CODE = re.compile(r'class="code">(\S{4}-\S{4}-\S)<')
Pages = Callable[..., FlaskClient]


@pytest.fixture
def private(session: Session, stevns: Municipality, open_key: Callable[..., bytes]) -> bytes:
    """The private half of the open ballot key."""
    return open_key(session, stevns)


@pytest.fixture
def caseworker(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Pages, private: bytes
) -> FlaskClient:
    """The browser of a caseworker of Ydelse."""
    return enter(employ(session, stevns, "caseworker", "Ydelse"), stevns)


@pytest.fixture
def team_id(session: Session, stevns: Municipality) -> int:
    """The number of Ydelse."""
    return session.scalars(select(Team.id).where(Team.name == "Ydelse")).one()


@pytest.fixture
def slips(caseworker: FlaskClient, team_id: int) -> str:
    """The page of three new codes."""
    return caseworker.post("/ventevaerelse", data={"team_id": team_id, "number": 3}).text


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def begun(client: FlaskClient, code: str) -> dict[str, str]:
    """Type a code: the hidden fields of the questionnaire behind it."""
    return hidden(client.post("/venterum/stevns", data={"code": code}).text)


def test_a_code_is_made_typed_answered_with_and_dead(
    client: FlaskClient, session: Session, slips: str, private: bytes, team_id: int
) -> None:
    """From the slip to the sealed ballot, which says that it was answered on site."""
    code = CODE.findall(slips)[0]
    fields = begun(client, code.lower())
    answer = client.post("/venterum/stevns/svar", data=fields | ALL_FOUR)
    assert (answer.status_code, answer.location) == (303, "/venterum/stevns/tak")
    thanks = client.get(answer.location)
    assert "Tak for dit svar" in thanks.text
    assert thanks.headers["Refresh"] == "20; url=/venterum/stevns"
    again = client.post("/venterum/stevns/svar", data=fields | ALL_FOUR)
    assert (again.status_code, "Koden er brugt" in again.text) == (409, True)
    found = keys.unseal(private, session.scalars(select(Ballot)).one().sealed)
    assert (found.team_id, found.law, found.answers) == (team_id, "LAS", (4,) * 5)
    assert (found.mode, found.channel, found.language, found.meeting_number) == (
        "onsite",
        "screen",
        "da",
        "unknown",
    )
    assert (found.first, found.target_group, found.tag, found.comment) == (True, None, None, "")


def test_the_slips_hold_the_only_copy_of_their_codes(
    session: Session, slips: str, caseworker: FlaskClient, settings: Settings
) -> None:
    """Hashes are kept, the page is not, and the log says who made how many."""
    assert len(CODE.findall(slips)) == 3
    address = f"{settings.base_url}/venterum/stevns"
    assert qr.svg(address, f"QR-kode til {address.partition('://')[2]}") in slips
    assert "skråstreg venterum skråstreg stevns" in slips
    assert all(len(kept) == 32 for kept in session.scalars(select(OnsiteCode.code_hash)))
    assert session.scalars(select(AccessLog.action)).all() == ["make codes"]
    assert CODE.findall(caseworker.get("/ventevaerelse").text) == []


def test_nothing_stays_on_the_screen(client: FlaskClient, slips: str) -> None:
    """No cookie, no code in an address, nothing kept; what is unfinished gives way by itself, later when asked."""
    code = CODE.findall(slips)[0]
    shown = client.post("/venterum/stevns", data={"code": code})
    assert "Set-Cookie" not in shown.headers
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Robots-Tag"] == "noindex"
    assert shown.headers["Refresh"] == "300; url=/venterum/stevns"
    assert 'novalidate autocomplete="off"' in shown.text
    assert re.findall(r'<a [^>]*href="([^"]+)"', shown.text) == ["/venterum/stevns"]
    more = client.post("/venterum/stevns/svar", data=hidden(shown.text) | {"s2": "3", "longer": "1"})
    assert (more.status_code, more.headers["Refresh"]) == (200, "3000; url=/venterum/stevns")
    assert "id=s2-3 value=3 checked" in more.text
    late = client.post("/venterum/stevns/svar", data=hidden(more.text) | {"s2": "3"})
    assert (late.status_code, late.headers["Refresh"]) == (422, "3000; url=/venterum/stevns")


def test_one_end_throughout_is_asked_about_once(
    client: FlaskClient, session: Session, slips: str, private: bytes
) -> None:
    """As on the citizen's own page; the code goes along, and what came of it lies in the ballot."""
    fields = begun(client, CODE.findall(slips)[0]) | {f"s{n}": "1" for n in range(1, 6)}
    asked = client.post("/venterum/stevns/svar", data=fields)
    assert (asked.status_code, "Er det rigtigt?" in asked.text) == (200, True)
    assert asked.headers["Refresh"] == "300; url=/venterum/stevns"
    again = client.post("/venterum/stevns/svar", data=hidden(asked.text) | {"change": "1"})
    assert "id=s1-1 value=1 checked" in again.text
    changed = hidden(again.text) | fields | {"s1": "3"}
    assert client.post("/venterum/stevns/svar", data=changed).status_code == 303
    assert keys.unseal(private, session.scalars(select(Ballot)).one().sealed).confirmation == "changed"


def test_the_language_ends_with_the_turn(
    client: FlaskClient, session: Session, slips: str, private: bytes
) -> None:
    """Chosen at the top, changed half-way with the answers kept; whoever comes next begins in the screen's own."""
    start = client.get("/venterum/stevns?sprog=en")
    assert '<form method="post" action="/venterum/stevns?sprog=en"' in start.text
    shown = client.post("/venterum/stevns?sprog=en", data={"code": CODE.findall(slips)[0]})
    assert 'action="/venterum/stevns/svar?sprog=en"' in shown.text
    assert shown.headers["Refresh"] == "300; url=/venterum/stevns"
    half = hidden(shown.text) | {"s2": "3", "speak": "1"}
    arabic = client.post("/venterum/stevns/svar?sprog=ar", data=half)
    assert ('<html lang="ar" dir="rtl">' in arabic.text, "id=s2-3 value=3 checked" in arabic.text) == (
        True,
        True,
    )
    thanks = client.post("/venterum/stevns/svar?sprog=ar", data=hidden(arabic.text) | ALL_FOUR)
    assert thanks.location == "/venterum/stevns/tak?sprog=ar"
    assert client.get(thanks.location).headers["Refresh"] == "20; url=/venterum/stevns"
    assert keys.unseal(private, session.scalars(select(Ballot)).one().sealed).language == "ar"


def test_what_is_blank_is_told_and_may_stay_blank(client: FlaskClient, session: Session, slips: str) -> None:
    """As on the citizen's own page: a summary, what was chosen, and a second button."""
    fields = begun(client, CODE.findall(slips)[0]) | {"s1": "4"}
    told = client.post("/venterum/stevns/svar", data=fields)
    assert (told.status_code, "Udsagn 2: Vælg et svar" in told.text) == (422, True)
    assert "Send uden at svare på resten" in told.text
    assert client.post("/venterum/stevns/svar", data=fields | {"rest": "1"}).status_code == 303
    assert session.scalars(select(OnsiteCode.used)).all().count(True) == 1


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("", 422, "Skriv din kode"),
        ("7KXM-4PQ9", 422, "Koden har 9 tegn"),
        ("7KXM-4PQ!-R", 422, "Den har kun tallene fra 2 til 9 og bogstaver"),
        ("7KXM-4PQ9-Q", 422, "Et af tegnene er forkert"),
        ("7KXM-4PQ9-R", 404, "Koden er for gammel"),
        ("a" * 26, 422, "Koden er for gammel"),
    ],
)
def test_what_is_wrong_with_a_code_is_told_at_the_field(
    client: FlaskClient, session: Session, stevns: Municipality, typed: str, status: int, words: str
) -> None:
    """And the screen begins anew after a while; a code nobody knows is not shown to the next in line."""
    answer = client.post("/venterum/stevns", data={"code": typed})
    assert (answer.status_code, words in answer.text) == (status, True)
    assert answer.headers["Refresh"] == "300; url=/venterum/stevns"
    assert (f'value="{typed}"' in answer.text) == (status == 422)


def test_hundreds_of_wrong_codes_never_lock_a_valid_one(
    client: FlaskClient, session: Session, slips: str, app: Flask
) -> None:
    """The guesser is told to wait, and counted no more; whoever has a slip at the same screen goes on."""
    assert client.post("/venterum/stevns", data={"code": codes.draw()}).status_code == 404
    watch, here = app.extensions["code_watch"], guesses.source("127.0.0.1")
    for _ in range(400):
        watch.count(session, here, workdays.now())
    counted = rows_in(session, SignInAttempt)
    found = [client.post("/venterum/stevns", data={"code": codes.draw()}).status_code for _ in range(12)]
    assert (found, rows_in(session, SignInAttempt)) == ([429] * 12, counted)
    assert client.post("/svar", data={"code": codes.draw()}).status_code == 429
    assert begun(client, CODE.findall(slips)[0])["code"]


def test_when_many_look_codes_up_the_next_is_told_to_try_again(
    client: FlaskClient, slips: str, app: Flask
) -> None:
    """503, for a moment; the code is good all the same."""
    code = CODE.findall(slips)[0]
    narrow = guesses.Turnstile(1, 0, seconds=0)
    app.extensions["code_watch"] = guesses.Watch(app.config["CODE_KEY"], free=narrow)
    with narrow.turn():
        told = client.post("/venterum/stevns", data={"code": code})
    assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
    assert "Din kode virker stadig" in told.text
    assert begun(client, code)["code"]


def test_a_code_works_in_its_own_town_and_time(client: FlaskClient, session: Session, slips: str) -> None:
    """Not in another municipality, nor the day after the last (but for an hour past midnight), nor as a link."""
    code = CODE.findall(slips)[0]
    assert client.post("/venterum/koege", data={"code": code}).status_code == 404
    assert client.post("/svar", data={"code": code}).status_code == 404
    yesterday = workdays.day(workdays.now() - invitations.ANSWER_GRACE) - timedelta(days=1)
    session.execute(update(OnsiteCode).values(made_on=date(2021, 1, 1), valid_until=yesterday))
    assert client.post("/venterum/stevns", data={"code": code}).status_code == 404


def test_without_a_ballot_key_the_code_goes_on_working(client: FlaskClient, session: Session, slips: str) -> None:
    """503, nothing stored, and nothing used up."""
    fields = begun(client, CODE.findall(slips)[0])
    session.execute(update(BallotKey).values(state="closed", closed_at=workdays.now()))
    answer = client.post("/venterum/stevns/svar", data=fields | ALL_FOUR)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert not any(session.scalars(select(OnsiteCode.used)))


def test_a_questionnaire_that_changed_is_asked_anew(client: FlaskClient, session: Session, slips: str) -> None:
    """Answers to another version are answers to other questions."""
    fields = begun(client, CODE.findall(slips)[0])
    answer = client.post("/venterum/stevns/svar", data=fields | ALL_FOUR | {"version": "0"})
    assert (answer.status_code, "Spørgeskemaet er lavet om" in answer.text) == (422, True)
    assert client.get("/venterum/stevns/svar").location == "/venterum/stevns"


def test_a_television_shows_an_address_and_its_code(
    client: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """Of the page for codes in messages, or of the waiting room's; for a municipality there is none of, none."""
    stevns.host = "svar.stevns.dk"
    session.flush()
    for path, address in (("/skaerm/stevns?vis=svar", "/svar"), ("/skaerm/stevns", "/venterum/stevns")):
        shown = client.get(path).text
        where = f"svar.stevns.dk{address}"
        assert f'<bdi dir="ltr">{where}</bdi>' in shown
        assert qr.svg(f"https://{where}", f"QR-kode til {where}") in shown
    assert client.get("/skaerm/ingen").status_code == 404


def test_the_pages_say_the_times_they_keep() -> None:
    """Five minutes, ten times as long (WCAG 2.2.1), and twenty seconds of thanks, as the sentences have it."""
    assert (waiting_room.IDLE, waiting_room.IDLE_LONGER, waiting_room.THANKED) == (5 * 60, 50 * 60, 20)
