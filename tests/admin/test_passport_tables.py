"""Tables of other counts than answers: each shows its id, which opens the same digits, also after retention."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import municipalities, nightly, passports, workdays
from survey.models import (
    Batch,
    CallbackCount,
    Confirmation,
    MeetingCount,
    Municipality,
    Participation,
    Team,
)
from survey.passports import Table
from tests.admin.test_dashboard import SignIn, grown, send, sign_in, team_of, words
from tests.admin.test_dashboard_sides import write
from tests.survey.told import sent, tell

MONDAY = date(2021, 5, 3)
PAGE = "/tal?fra=2021-04-01&til=2021-06-30"
DASHBOARD = {"steps", "calls", "reasons", "side", "confirmed"}
SAME = "det er de samme cifre som dem, id'et blev skrevet ved"
OTHER = "Cifrene er ikke dem, id'et blev skrevet ved"
Add = Callable[..., Batch]
__all__ = ["sign_in"]


@pytest.fixture
def team(session: Session, stevns: Municipality, add_batch: Add) -> Team:
    """Opfølgning with answers, weeks of meetings, sending and calls, a told quarter; its team A stands alone."""
    whole = team_of(session, stevns)
    large, small = grown(session, whole, "A"), grown(session, whole, "D", caseworkers=2)
    for each in (whole, large, small):
        of = {"municipality_id": stevns.id, "team_id": each.id}
        for week in (MONDAY + timedelta(7 * n) for n in range(4)):
            add_batch(each, week + timedelta(2), [(4,) * 7, (3,) * 7, (2,) * 7] * 6)
            sent(session, each, week, 60, 30)
            session.add_all(
                MeetingCount(**of, week=week, decision=decision, n=n)
                for decision, n in {"invited": 70, "opted_out": 6, "no_channel": 9}.items()
            )
            session.add(CallbackCount(**of, week=week, kept=5, late=2, overdue=1, waiting=0))
    tell(session, whole)
    # Only of quarters before the newest week counted are reasons told.
    session.add(MeetingCount(**of, week=date(2021, 7, 5), decision="invited", n=1))
    write(session, stevns, "language", {"da": (228, "3.5"), "ar": (14, "3.1"), "": (10, "2.9")})
    write(session, stevns, "first", {"first": (230, "3.4"), "reminder": (22, "3.3")})
    of_quarter = {"municipality_id": stevns.id, "quarter": date(2021, 4, 1)}
    session.add_all(Confirmation(**of_quarter, language=code, kept=12, changed=8) for code in ("da", "ar"))
    session.flush()
    return large


def ids(client: FlaskClient, page: str = PAGE) -> dict[str, list[str]]:
    """The ids of tables on a page, by kind."""
    found: dict[str, list[str]] = {}
    for text in re.findall(r'href="/figures/([^"]+)"', client.get(page).text):
        of = passports.either(text)
        if isinstance(of, Table):
            found.setdefault(of.kind, []).append(text)
    return found


def rows(page: str) -> list[list[str]]:
    """The words of each cell, a list a row."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [[words(cell).strip() for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL)] for row in found]


def opened(client: FlaskClient, text: str) -> list[list[str]]:
    """The rows an id opens, without their heading."""
    page = client.get(f"/figures/{text}")
    assert page.status_code == 200, text
    return rows(page.text)[1:]


def test_every_table_shows_the_id_that_opens_its_rows(stevns: Municipality, team: Team, sign_in: SignIn) -> None:
    """Steps, calls, reasons, each dimension of a told quarter, each language: the same names and numbers."""
    client = sign_in(stevns)
    found, shown = ids(client), rows(client.get(PAGE).text)
    assert {kind: len(each) for kind, each in found.items()} == {
        "steps": 1, "calls": 1, "reasons": 1, "side": 2, "confirmed": 2,
    }  # fmt: skip
    numbers = {(row[0], cell) for row in shown for cell in row[1:]}
    for kind, each in found.items():
        for text in each:
            for name, *cells in opened(client, text):
                shorter = [cell.partition("= ")[2] if kind == "side" else cell for cell in cells if "=" in cell]
                plain = [cell for cell in cells if "=" not in cell and cell != "–"]
                assert {(name, cell) for cell in plain + shorter} <= numbers, (kind, name)
            assert SAME in words(client.get(f"/figures/{text}").text)


def test_reasons_name_the_quarters_they_are_of_on_the_page_and_by_their_id(
    session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """Of spring and summer the spring alone is told, also by an id of both; too few is said in the same words."""
    of = {"municipality_id": stevns.id, "team_id": team.id}
    session.add(MeetingCount(**of, week=MONDAY, decision="hurtful_moment", n=2))
    session.flush()
    client, both = sign_in(stevns), "/tal?fra=2021-05-02&til=2021-08-23"
    spring = "Hele lovgruppens samtaler i 2. kvartal 2021."
    counted = "Samtaler tælles efter mandagen i den uge, de blev afgjort. Et kvartal med færre end fem af en grund"
    few, left_out = (
        "Borgeren står i et svært øjeblik færre end fem",
        "3. kvartal 2021 er ikke med: et kvartal tælles",
    )
    assert ids(client, both)["reasons"] == ids(client)["reasons"]
    page, (one,) = words(client.get(both).text), ids(client)["reasons"]
    two = passports.mint(Table("reasons", "LAB", None, stevns.id, date(2021, 4, 1), date(2021, 9, 30), 0, 0, 0))
    old, new = (words(client.get(f"/figures/{each}").text) for each in (two, one))
    for text in (page, old, new):
        assert all(said in text for said in (spring, counted, few))
        assert (left_out in text, "30. september" in text) == (text is not new, False)
    summer = words(client.get("/tal?fra=2021-07-01&til=2021-09-30").text)
    assert (left_out in summer, spring in summer, "30. september" in summer) == (True, False, True)


def test_a_table_outlives_the_personal_data_and_the_next_nights(
    session: Session, stevns: Municipality, team: Team, sign_in: SignIn, add_batch: Add
) -> None:
    """Later weeks and answers are in none of the old ids, and ten years of cleaning change no digit."""
    client = sign_in(stevns)
    session.execute(update(Participation).values(closed=True))
    before = {text: opened(client, text) for each in ids(client).values() for text in each}
    of = {"municipality_id": stevns.id, "team_id": team.id}
    add_batch(team, date(2021, 7, 7), [(1,) * 7, (4,) * 7] * 20)
    send(session, team, date(2021, 7, 5), 60, 30)
    session.add(MeetingCount(**of, week=date(2021, 7, 5), decision="opted_out", n=60))
    session.add(CallbackCount(**of, week=date(2021, 7, 5), kept=9, late=0, overdue=0, waiting=0))
    session.flush()
    for year in (2022, 2031):
        nightly.clean_all(datetime(year, 6, 1, 2, tzinfo=UTC))
    session.expire_all()
    client = sign_in(stevns)
    assert {text: opened(client, text) for text in before} == before
    assert all(SAME in words(client.get(f"/figures/{text}").text) for text in before)
    assert ids(client, "/tal?fra=2021-04-01&til=2021-08-31")["steps"][0] not in before


def test_open_weeks_are_preliminary_and_a_table_that_has_grown_says_so(
    session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """Calls are counted anew for 60 days: the page names the weeks, and other digits are not the printed ones."""
    today = workdays.day(workdays.now())
    of = {"municipality_id": stevns.id, "team_id": team.id, "week": workdays.monday(today)}
    session.add(CallbackCount(**of, kept=5, late=2, overdue=1, waiting=0))
    session.flush()
    client = sign_in(stevns)
    (calls,) = ids(client, f"/tal?fra=2021-04-01&til={today}")["calls"]
    text = words(client.get(f"/figures/{calls}").text)
    assert "Foreløbig pr. dags dato: uge" in text
    assert (SAME in text, OTHER in text) == (True, False)
    session.execute(update(CallbackCount).where(CallbackCount.team_id == team.id).values(kept=9))
    text = words(client.get(f"/figures/{calls}").text)
    assert (SAME in text, OTHER in text) == (False, True)


def test_a_dimension_read_again_says_its_quarter_and_questionnaire(
    stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """In Danish, with n, k/n and mean of each value."""
    client = sign_in(stevns)
    text = words(client.get(f"/figures/{ids(client)['side'][0]}").text)
    assert "Opfølgning: Sprog" in text
    assert "Dansk 228 228/252 = 90,5 % 3,5 Arabisk 14 14/252 = 5,6 % 3,1 Øvrige og ukendt 10" in text
    assert "1. april 2021 – 30. juni 2021 Skema Opfølgning, version 1" in text


def test_who_manages_a_team_opens_its_tables_alone(
    session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """Steps and calls of the own team; not the whole group's, nor what is of whole law groups."""
    whole, mine = ids(sign_in(stevns)), sign_in(stevns, team=team)
    own = ids(mine)
    assert set(own) == {"steps", "calls"}
    for each in own.values():
        assert [mine.get(f"/figures/{text}").status_code for text in each] == [200]
    assert "120/240 = 50,0 % af de udsendte" in words(mine.get(f"/figures/{own['steps'][0]}").text)
    for each in whole.values():
        for text in each:
            assert "ikke noget tal" in words(mine.get(f"/figures/{text}").text)
    other = sign_in(stevns, team=team_of(session, stevns, "LAS"))
    assert [other.get(f"/figures/{text}").status_code for each in own.values() for text in each] == [404, 404]


def test_another_municipalitys_table_opens_nothing(
    session: Session, stevns: Municipality, team: Team, sign_in: SignIn, now: datetime
) -> None:
    """Not even its own of the same days."""
    found = ids(sign_in(stevns))
    faxe = municipalities.establish(
        session, slug="faxe", name="Faxe", phone="56 20 20 20", sms_sender="Faxe", now=now
    )
    client = sign_in(faxe)
    assert set(found) == DASHBOARD
    for each in found.values():
        for text in each:
            page = client.get(f"/figures/{text}")
            assert (page.status_code, "ikke noget tal" in words(page.text)) == (404, True)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "reasons", "last": date(2021, 5, 16)},
        {"kind": "reasons", "first": date(2021, 4, 5)},
        {"kind": "calls", "first": date(2021, 7, 1), "last": date(2021, 9, 30)},
        {"kind": "confirmed", "by": 1},
        {"kind": "confirmed", "last": date(2021, 6, 29)},
        {"kind": "steps", "team_id": 10**6},
        {"kind": "steps", "team_id": 0},
        {"kind": "steps", "first": date(2019, 4, 1), "last": date(2019, 6, 30)},
        {"kind": "side", "by": 99},
        {"kind": "compared", "by": 8},
        {"kind": "compared", "first": date(2099, 1, 1), "last": date(2099, 3, 31)},
    ],
)
def test_what_nobody_printed_is_told_so(
    change: dict[str, object], stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """An id made up of less than a quarter, of an unknown language, team or dimension: 404 with the sentence."""
    usual = Table("reasons", "LAB", None, stevns.id, date(2021, 4, 1), date(2021, 6, 30), 0, 0, 0)
    made_up = passports.mint(Table(**{**vars(usual), **change}))
    page = sign_in(stevns).get(f"/figures/{made_up}")
    assert (page.status_code, "ikke noget tal" in words(page.text)) == (404, True)


def test_an_id_of_weeks_of_calls_says_why_it_opens_no_more(
    stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """As such ids were once made: 404 with the reason; of the whole quarter it opens, and names it."""
    client, weeks = sign_in(stevns), (date(2021, 4, 26), date(2021, 6, 6))
    for team_id in (None, team.id):
        old = passports.mint(Table("calls", "LAB", team_id, stevns.id, *weeks, 0, 0, 0))
        page = client.get(f"/figures/{old}")
        assert (page.status_code, "nu kun i hele kvartaler" in words(page.text)) == (404, True)
    (calls,) = ids(client)["calls"]
    assert "Kvartaler 2. kvartal 2021" in words(client.get(f"/figures/{calls}").text)
