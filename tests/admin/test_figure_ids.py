"""Every id on the dashboard opens the digits it stands beside: in headlines, and in each row of its tables."""

import random
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import passports, reopening, results, waves
from survey.models import Batch, Municipality, Team
from survey.passports import TOP_TWO
from survey.waves import Wave
from tests.admin.test_dashboard import SignIn, sign_in, words
from tests.survey.test_lineages import follow
from tests.survey.test_reopening import people
from tests.survey.told import another, sent, tell

DAY = date(2021, 5, 3)
Add = Callable[..., Batch]
__all__ = ["sign_in"]


@pytest.fixture
def client(session: Session, stevns: Municipality, add_batch: Add, now: datetime, sign_in: SignIn) -> FlaskClient:
    """A manager of Ydelse: two teams, two waves, two versions that mean the same, five weeks of sending."""
    like = session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()
    teams, rng = [another(session, like, name) for name in "AB"], random.Random(3)
    days = [Wave(f"bølge {n}", DAY + timedelta(n), DAY + timedelta(n + 9), 100) for n in (0, 15)]
    waves.save(session, stevns.id, days)
    for night in range(30):
        if night == 12:
            follow(session, stevns, now, 2)
        add_batch(
            teams[night % 2], DAY + timedelta(night), people(rng, 20), first=DAY + timedelta(max(0, night - 3))
        )
    for team in teams:
        for week in range(5):
            sent(session, team, DAY + timedelta(7 * week), 40, 15 + week)
    tell(session, like)
    return sign_in(stevns)


def beside(page: str) -> list[tuple[str, str]]:
    """Each id on a page, and the words of the row or the headline it stands in."""
    rows = (each[0] for each in re.finditer(r"<(tr|dd)\b.*?</\1>", page, re.DOTALL))
    return [(text, words(row)) for row in rows for text in re.findall(r'href="/figures/([^"]+)"', row)]


def rows_of(page: str, caption: str) -> list[str]:
    """The ids in the table with that caption."""
    table = page.partition(f"<caption>{caption}")[2].partition("</table>")[0]
    return re.findall(r'href="/figures/([^"]+)"', table)


def first_id(part: str) -> str:
    """The first id in a part of a page."""
    return str(re.findall(r'href="/figures/([^"]+)"', part)[0])


def digits(session: Session, stevns: Municipality, text: str) -> str:
    """What the page of an id shows."""
    opened = reopening.reopen(session, stevns.id, passports.read(text), results.teams(session, stevns.id))
    assert opened
    assert opened.figure.shown
    return words(opened.figure.text)


def test_every_id_opens_the_digits_it_stands_beside(
    session: Session, stevns: Municipality, client: FlaskClient
) -> None:
    """Points, weeks, waves, teams and statements, of a series of two versions."""
    rows = beside(client.get("/tal?fra=2021-05-01&til=2021-06-30").text)
    assert [row for text, row in rows if digits(session, stevns, text) not in row] == []
    of = [passports.read(text) for text, _ in rows]
    assert {one.kind for one in of} == {"mean", "rate", "share"}
    means = [one for one in of if one.kind == "mean"]
    assert sum(one.inside for one in of) == 2
    assert sum(one.team_id is not None for one in of) == 2
    assert sum(one.statement > 0 for one in means) == 5
    assert all(one.series for one in means)
    shares = [(one.statement, one.point) for one in of if one.kind == "share"]
    assert shares == [(statement, TOP_TWO) for statement in (1, 2, 3, 4, 5, 0)]
    waves_told = rows_of(client.get("/tal?fra=2021-05-01&til=2021-06-30").text, "Fra udsendt til besvaret")
    assert [passports.read(text).kind for text in waves_told] == ["rate", "rate"]


@pytest.mark.parametrize(("first", "last"), [("2021-05-04", "2021-05-20"), ("2020-07-01", "2021-06-30")])
def test_so_they_do_for_other_days(
    first: str, last: str, session: Session, stevns: Municipality, client: FlaskClient, add_batch: Add
) -> None:
    """A period that cuts weeks, and a year whose points are weeks or months."""
    team = session.scalars(select(Team).where(Team.name == "A")).one()
    for day in range(30, 58):
        add_batch(team, DAY + timedelta(day), people(random.Random(day), 20))
    rows = beside(client.get(f"/tal?fra={first}&til={last}").text)
    assert len(rows) > 20
    assert [row for text, row in rows if digits(session, stevns, text) not in row] == []


def test_one_id_opens_all_of_its_row(
    session: Session, stevns: Municipality, client: FlaskClient, add_batch: Add
) -> None:
    """A statement's mean leads to its distribution, a wave's to its share, one of the topics to all."""
    team = session.scalars(select(Team).where(Team.name == "A")).one()
    add_batch(team, DAY + timedelta(55), people(random.Random(7), 60), tags={"meeting": 30, "law": 20, "both": 10})
    page = client.get("/tal?fra=2021-05-01&til=2021-06-30").text
    series = page[page.index("Gennemsnit pr. udsagn, ") :]
    row = next(row for row in re.findall(r"<tr>.*?</tr>", series, re.DOTALL) if "/figures/" in row)
    opened = words(client.get(f"/figures/{first_id(row)}").text)
    shares = re.findall(r"\d+/\d+ = \d+,\d %", words(row))
    assert len(shares) == 5
    assert [share for share in shares if share not in opened] == []
    waves_told = page.partition("<caption>Bølge for bølge")[2].partition("</table>")[0].split("</tr>")
    wave = next(row for row in waves_told if re.search(r"\d+/\d+ = ", row))
    opened = words(client.get(f"/figures/{first_id(wave)}").text)
    assert re.findall(r"\d+/\d+ = \d+,\d %", words(wave))[0] in opened
    about = page.partition("<caption>Hvad handler svarene om?")[2].partition("</p>")[0]
    opened = words(client.get(f"/figures/{first_id(about)}").text)
    told = re.findall(r"\d+/60 = \d+,\d %", words(about))
    assert told == ["30/60 = 50,0 %", "20/60 = 33,3 %", "10/60 = 16,7 %"]
    assert [share for share in told if share not in opened] == []
