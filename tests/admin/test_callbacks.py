"""The caseworker's room: what is shown, what is logged, and who is kept out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import callbacks, municipalities, workdays
from survey.models import AccessLog, CallbackRequest, Contact, Municipality, Staff

Employ = Callable[..., Staff]
Enter = Callable[..., FlaskClient]
Ask = Callable[..., int]
Counting = Callable[[], AbstractContextManager[list[str]]]
TOPIC = "Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles"


@pytest.fixture
def ask(session: Session, stevns: Municipality, invite: Callable[..., int]) -> Ask:
    """`ask(name=…, team=…, asked=…)` is a citizen who asks to be called: the callback's id."""

    def make(
        name: str = "Anne Sørensen",
        *,
        team: str = "Ydelse",
        place: Municipality = stevns,
        asked: datetime | None = None,
    ) -> int:
        invitation_id = invite(session, place, team)
        contact = session.get_one(Contact, (place.id, invitation_id))
        contact.name = name
        session.flush()
        callbacks.ask(
            session,
            municipality_id=place.id,
            invitation_id=invitation_id,
            phone="+4520123456",
            wished_time="efter kl. 14",
            language="da",
            topics=[TOPIC],
            now=asked or workdays.now(),
        )
        return session.scalars(select(CallbackRequest.id).order_by(CallbackRequest.id.desc())).first() or 0

    return make


@pytest.fixture
def bo(session: Session, stevns: Municipality, employ: Employ, enter: Enter) -> FlaskClient:
    """A browser of Bo, caseworker of Ydelse."""
    return enter(employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk"), stevns)


@pytest.fixture
def ida(session: Session, stevns: Municipality, employ: Employ, enter: Enter) -> FlaskClient:
    """A browser of Ida, a colleague in the same team."""
    return enter(employ(session, stevns, "caseworker", "Ydelse", "ida@stevns.dk"), stevns)


def state(session: Session, callback_id: int) -> tuple[str, str | None, str]:
    """State, outcome and note of a callback."""
    row = session.execute(
        select(CallbackRequest.state, CallbackRequest.outcome, CallbackRequest.note).where(
            CallbackRequest.id == callback_id
        )
    ).one()
    return row.state, row.outcome, row.note


def logged(session: Session) -> list[tuple[str, str]]:
    """Action and subject of every row of the access log, in order."""
    rows = session.execute(select(AccessLog.action, AccessLog.subject).order_by(AccessLog.id))
    return [(row.action, row.subject) for row in rows]


def test_the_list_shows_what_the_citizen_chose_to_show(bo: FlaskClient, ask: Ask) -> None:
    """Name, number in pairs, when it suits, what about; never anything that looks like a score."""
    ask()
    page = bo.get("/opkald").text
    assert all(text in page for text in ("Anne Sørensen", "20 12 34 56", "tel:+4520123456", "efter kl. 14", TOPIC))
    assert not any(word in page.lower() for word in ("gennemsnit", "score", "helt enig", "svarprocent"))


def test_an_empty_list_says_so(bo: FlaskClient) -> None:
    """Nothing to do is an answer too."""
    assert "Ingen nye opkald lige nu" in bo.get("/opkald").text


def test_a_name_is_text_and_never_markup(bo: FlaskClient, ask: Ask) -> None:
    """Whatever a citizen is called."""
    ask("<script>alert(1)</script>")
    page = bo.get("/opkald").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_due_today_and_past_the_deadline_are_marked(
    bo: FlaskClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in Copenhagen days: 00:30 on the deadline's day is "today"."""
    asked = datetime(2026, 11, 2, 9, tzinfo=UTC)
    callback_id = ask(asked=asked)
    tags = []
    for days in (1, 2, 3):
        clock = datetime(2026, 11, 2, 23, 30, tzinfo=UTC) + timedelta(days=days - 1)
        monkeypatch.setattr(workdays, "now", lambda clock=clock: clock)
        tags.append(_tag(bo, callback_id))
    assert tags == ["", "I dag", "Over fristen"]
    assert "ons. 04-11-2026" in bo.get("/opkald").text


def _tag(browser: FlaskClient, callback_id: int) -> str:
    page = browser.get(f"/opkald/{callback_id}").text
    return next((tag for tag in ("I dag", "Over fristen") if f">{tag}</span>" in page), "")


def test_reading_writes_one_row_about_whom(bo: FlaskClient, ask: Ask, session: Session) -> None:
    """The list names every callback in it; the page of one names that."""
    first, second = ask(asked=workdays.now() - timedelta(days=1)), ask()
    bo.get("/opkald")
    bo.get(f"/opkald/{second}")
    assert logged(session) == [
        ("list callbacks", f"callbacks {first} {second}"),
        ("read callback", f"callback {second}"),
    ]


def test_the_list_costs_the_same_for_one_and_for_many(bo: FlaskClient, ask: Ask, sql: Counting) -> None:
    """No query per row."""
    counts = []
    for more in (1, 5):
        for _ in range(more):
            ask()
        with sql() as statements:
            bo.get("/opkald")
        counts.append(len([each for each in statements if "SAVEPOINT" not in each]))
    assert counts[0] == counts[1] <= 7


def test_take_try_close(bo: FlaskClient, ask: Ask, session: Session) -> None:
    """The whole way, with one row in the log for each step and one for each page."""
    one = ask()
    assert bo.post(f"/opkald/{one}/tag").location == f"/opkald/{one}#opkald-{one}"
    assert state(session, one) == ("taken", None, "")
    assert bo.post(f"/opkald/{one}/forsoeg", data={"note": " Svarer ikke\0 "}).location == f"/opkald#opkald-{one}"
    assert "Svarer ikke" in bo.get(f"/opkald/{one}").text
    closing = {"note": "Aftalt møde", "outcome": "reached"}
    assert bo.post(f"/opkald/{one}/luk", data=closing).location == "/opkald#indhold"
    assert state(session, one) == ("closed", "reached", "Aftalt møde")
    actions = [action for action, _ in logged(session)]
    assert actions == ["take callback", "log attempt", "read callback", "close callback"]


def test_the_keyboard_goes_on_where_it_was(bo: FlaskClient, ask: Ask) -> None:
    """At the callback; after closing it at the next of one's own, at the end at the last before it."""
    ids = [ask(asked=workdays.now() - timedelta(hours=hours)) for hours in (4, 3, 2, 1)]
    for one in ids[:3]:
        bo.post(f"/opkald/{one}/tag")
    after = [bo.post(f"/opkald/{ids[n]}/luk", data={"outcome": "reached"}).location for n in (1, 2, 0, 0)]
    places = [f"opkald-{one}" for one in (ids[2], ids[0])]
    assert after == [f"/opkald#{place}" for place in (*places, "indhold", f"opkald-{ids[0]}")]
    assert f'id="opkald-{ids[3]}" tabindex="-1"' in bo.get("/opkald").text


def test_a_closed_callback_leaves_the_list_but_can_be_read(bo: FlaskClient, ask: Ask) -> None:
    """With its outcome and note, and nothing left to press."""
    one = ask()
    bo.post(f"/opkald/{one}/tag")
    bo.post(f"/opkald/{one}/luk", data={"outcome": "not_reached", "note": "Tre forsøg"})
    page = bo.get(f"/opkald/{one}").text
    assert "Anne Sørensen" not in bo.get("/opkald").text
    assert "Lukket: ikke truffet" in page
    assert "Tre forsøg" in page
    assert "/luk" not in page


def test_the_second_of_two_colleagues_is_told(
    bo: FlaskClient, ida: FlaskClient, ask: Ask, session: Session
) -> None:
    """Nothing of the first one's work is changed."""
    one = ask()
    bo.post(f"/opkald/{one}/tag")
    answer = ida.post(f"/opkald/{one}/tag", follow_redirects=True)
    assert "En kollega var hurtigere" in answer.text
    assert "Overtag" in answer.text
    for path, data in (("forsoeg", {"note": "x"}), ("luk", {"outcome": "reached"})):
        again = ida.post(f"/opkald/{one}/{path}", data=data, follow_redirects=True)
        assert "En kollega var hurtigere" in again.text
    assert state(session, one) == ("taken", None, "")


def test_a_colleague_takes_over(bo: FlaskClient, ida: FlaskClient, ask: Ask, session: Session) -> None:
    """By name of who has it, so that nobody takes over from somebody else than they saw."""
    one = ask()
    bo.post(f"/opkald/{one}/tag")
    bo_id = session.scalars(select(CallbackRequest.taken_by)).one()
    assert "Taget af kolleger (1)" in ida.get("/opkald").text
    taken = ida.post(f"/opkald/{one}/tag", data={"taker": bo_id}, follow_redirects=True)
    assert "Hvad skete der?" in taken.text
    assert "Ida har taget opkaldet" in bo.get(f"/opkald/{one}").text


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        ("luk", {"outcome": "måske"}, "Vælg en af mulighederne."),
        ("luk", {}, "Vælg en af mulighederne."),
        ("luk", {"outcome": "reached", "note": "x" * 1001}, "Noten må højst have 1000 tegn."),
        ("forsoeg", {"note": "x" * 1001}, "Noten må højst have 1000 tegn."),
    ],
)
def test_a_wrong_form_changes_nothing_and_keeps_the_note(
    bo: FlaskClient, ask: Ask, session: Session, path: str, data: dict[str, str], message: str
) -> None:
    """422 with the message, and what was written is still there."""
    one = ask()
    bo.post(f"/opkald/{one}/tag")
    answer = bo.post(f"/opkald/{one}/{path}", data=data)
    assert answer.status_code == 422
    assert message in answer.text
    assert data.get("note", "") in answer.text
    assert state(session, one) == ("taken", None, "")


def test_other_teams_and_municipalities_are_not_there(
    bo: FlaskClient, ask: Ask, session: Session, now: datetime
) -> None:
    """404 by number for reading and for every step, and nothing in the list or the log."""
    faxe = municipalities.establish(session, slug="f", name="Faxe", phone="1", sms_sender="F", now=now)
    foreign = [ask("Fremmed", team="Opfølgning"), ask("Fremmed", place=faxe), 2**63, 2**70]
    for one in foreign:
        assert bo.get(f"/opkald/{one}").status_code == 404
        for step in ("tag", "forsoeg", "luk"):
            assert bo.post(f"/opkald/{one}/{step}", data={"outcome": "reached"}).status_code == 404
    assert logged(session) == []
    assert "Fremmed" not in bo.get("/opkald").text


def test_who_works_in_two_teams_sees_which(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter, ask: Ask
) -> None:
    """Both lists in one, each callback with its team."""
    for team in ("Ydelse", "Opfølgning"):
        person = employ(session, stevns, "caseworker", team, "bo@stevns.dk")
        ask(team=team)
    page = enter(person, stevns).get("/opkald").text
    assert [f"<dd>{team}</dd>" in page for team in ("Ydelse", "Opfølgning")] == [True, True]
