"""A citizen without mobile and e-mail: imported, printed, and answered by the code on the slip."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from survey import db, keys, qr, slips, workdays
from survey.config import Settings
from survey.letters import Drawn
from survey.models import AccessLog, Ballot, Invitation, Link, Meeting, Message, Municipality, Staff, Team
from tests.survey.test_meetings import row, take_in
from tests.survey.test_slips import NO_ADDRESS, drawn

CODE = re.compile(r'class="code">(\S{4}-\S{4}-\S)<')
NAME = re.compile("Kære ([^<]+)")
Enter = Callable[..., FlaskClient]


@pytest.fixture
def private(session: Session, stevns: Municipality, open_key: Callable[..., bytes]) -> bytes:
    """The private half of the open ballot key, in a municipality that prints slips."""
    stevns.prints_slips = True
    return open_key(session, stevns)


def meet(session: Session, stevns: Municipality, *names: str, language: str = "da") -> None:
    """A file of citizens without an address, who had a meeting ten days ago."""
    then = workdays.now() - timedelta(days=9)
    day = (workdays.day(then) - timedelta(days=1)).strftime("%d-%m-%Y")
    rows = (row(f"S{n}", f"B{n}", name=name, day=day, **NO_ADDRESS) for n, name in enumerate(names))
    report = take_in(session, stevns, *rows, now=then)
    assert report.counts == {"invited": len(names)}
    session.execute(text("UPDATE contact SET language = :language"), {"language": language})


@pytest.fixture
def caseworker(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Enter, private: bytes
) -> FlaskClient:
    """The browser of a caseworker of Opfølgning."""
    return enter(employ(session, stevns, "caseworker", "Opfølgning"), stevns)


@pytest.fixture
def path(session: Session, stevns: Municipality) -> str:
    """Where the slips of Opfølgning are printed."""
    return f"/sedler/{session.scalars(select(Team.id).where(Team.name == 'Opfølgning')).one()}"


def test_from_the_file_to_the_answer(
    app: Flask, session: Session, stevns: Municipality, private: bytes, caseworker: FlaskClient, path: str
) -> None:
    """The page has the only code; typed at /svar it leads to the questions, and once to an answer on paper."""
    meet(session, stevns, "Åse")
    page = caseworker.post(path)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert session.execute(select(Meeting.decision, Message.channel).join(Message, Message.id > 0)).all() == [
        ("invited", "paper")
    ]
    code = CODE.findall(page.text)[0]
    citizen = app.test_client()
    shown = citizen.post("/svar", data={"code": code.lower()}, follow_redirects=True)
    answers = dict.fromkeys(re.findall(r"name=(s\d+)", shown.text), "3")
    assert [citizen.post(shown.request.path, data=answers).status_code for _twice in range(2)] == [200, 409]
    found = keys.unseal(private, session.scalars(select(Ballot)).one().sealed)
    assert (found.mode, found.channel, found.first) == ("remote", "paper", True)


def test_the_square_is_the_link(
    session: Session,
    stevns: Municipality,
    settings: Settings,
    caseworker: FlaskClient,
    path: str,
    client: FlaskClient,
) -> None:
    """A camera opens the citizen's page at once."""
    meet(session, stevns, "Åse")
    page = caseworker.post(path).text
    code = CODE.findall(page)[0]
    plain = code.replace("-", "")
    drawn_ = qr.svg(f"{settings.base_url}/s/{plain}", f"QR-kode, der åbner spørgsmålene. Koden er {code}")
    assert drawn_ in page
    assert "Hvordan var din samtale?" in client.get(f"/s/{plain}").text


def test_a_slip_says_who_when_and_that_it_is_voluntary(
    session: Session, stevns: Municipality, caseworker: FlaskClient, path: str
) -> None:
    """In Danish, and in the citizen's own language where there is a text; never what the meeting was about."""
    meet(session, stevns, "Åse", language="ar")
    page = unescape(caseworker.post(path).text)
    held = session.scalars(select(Meeting.held_on)).one()
    assert NAME.findall(page) == ["Åse"]
    assert f"den {held.day}. {workdays.MONTHS[held.month - 1]} {held.year}" in page
    assert "Det er frivilligt at svare." in page
    assert page.count('lang="ar" dir="rtl"') == 2
    assert page.count(CODE.findall(page)[0]) == 3


def test_twenty_at_a_time_and_only_the_own_team(
    session: Session, stevns: Municipality, caseworker: FlaskClient, path: str
) -> None:
    """The rest at the next press; then there is nothing. The log has who printed whose, without a name."""
    meet(session, stevns, *(f"Borger {n}" for n in range(22)))
    assert "22 sedler" in caseworker.get("/sedler").text
    assert [len(CODE.findall(caseworker.post(path).text)) for _ in range(2)] == [20, 2]
    assert caseworker.post(path).location == "/sedler"
    assert slips.AT_ONCE == 20
    logged = session.execute(select(AccessLog.action, AccessLog.subject).order_by(AccessLog.id)).all()
    assert [row.action for row in logged] == ["print slips"] * 2
    assert len(logged[0].subject.split()) == 21
    other = session.scalars(select(Team.id).where(Team.name == "Ydelse")).one()
    assert caseworker.post(f"/sedler/{other}").status_code == 404
    assert (
        caseworker.post(
            f"/sedler/{other}/igen", data={"run": workdays.now().isoformat(), "number": "1"}
        ).status_code
        == 404
    )


def test_what_did_not_come_out_is_printed_again(
    app: Flask, session: Session, stevns: Municipality, caseworker: FlaskClient, path: str
) -> None:
    """By the number on the slip; the room names nobody."""
    meet(session, stevns, "Åse", "Bo", "Ib")
    first = caseworker.post(path).text
    room = caseworker.get("/sedler").text
    assert not re.search("Åse|Bo |Ib", room)
    run = re.findall(r'name="run" value="([^"]+)"', room)[0]
    again = caseworker.post(f"{path}/igen", data={"run": run, "number": ["2", "x", "99"]}).text
    assert NAME.findall(again) == [NAME.findall(first)[1]]
    statuses = [
        app.test_client().get(f"/s/{CODE.findall(page)[at]}").status_code
        for page, at in ((first, 1), (again, 0), (first, 0))
    ]
    assert statuses == [404, 200, 200]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 404),
        ({"run": "i går"}, 404),
        ({"run": "2021-05-11T10:00:00"}, 404),
        ({"run": "2021-05-11T10:00:00+00:00"}, 303),
        ({"run": "2021-05-11T10:00:00+00:00", "number": "1"}, 303),
    ],
)
def test_a_run_that_is_none_prints_nothing(
    session: Session, caseworker: FlaskClient, path: str, data: dict[str, str], status: int
) -> None:
    """Nor does a run without numbers."""
    assert caseworker.post(f"{path}/igen", data=data).status_code == status
    assert session.scalars(select(AccessLog)).all() == []


def test_without_a_key_or_the_switch_the_page_says_so(
    session: Session, stevns: Municipality, caseworker: FlaskClient, path: str
) -> None:
    """And what waits goes on waiting."""
    meet(session, stevns, "Åse")
    session.execute(text("DELETE FROM ballot_key"))
    caseworker.post(path)
    assert "Der kan ikke tages imod svar lige nu" in caseworker.get("/sedler").text
    stevns.prints_slips = False
    session.flush()
    assert "Kommunen spørger ikke med sedler" in caseworker.get("/sedler").text
    assert session.scalars(select(Message.state)).all() == ["waiting"]


def test_two_who_print_at_once_print_each_slip_once(new_link: Callable[..., str]) -> None:
    """In transactions of their own: together all, none twice."""
    new_link()
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        stevns.prints_slips = True
        for table in (Link, Message):
            session.execute(delete(table))
        meet(session, stevns, *(f"Borger {n}" for n in range(12)))
        team = session.scalars(select(Team.id).where(Team.name == "Opfølgning")).one()
    together = Barrier(2)

    def press(codes: list[Drawn]) -> list[str]:
        together.wait()
        with db.transaction() as session:
            return [slip.name for slip in slips.take(session, stevns.id, team, codes, workdays.now())]

    with ThreadPoolExecutor(2) as crew:
        one, other = crew.map(press, [drawn(12), drawn(12)])
    with db.transaction() as session:
        left = slips.take(session, stevns.id, team, drawn(12), workdays.now())
        assert sorted([*one, *other, *(slip.name for slip in left)]) == sorted(f"Borger {n}" for n in range(12))
        assert len(session.scalars(select(Invitation.id).where(Invitation.sent_week.is_not(None))).all()) == 12
