"""The manager's dashboard against a bare read of its counts. Goal: at most 2.5 times that.

Cells never change, so a process reads and sums them once; what it takes then is printed too.
"""

import random
import statistics
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from admin import access, sessions
from bench._queue import NOW, database, settle
from bench._took import Took, backends, took
from survey import config, db, municipalities, processes, results, workdays
from survey.models import Assignment, Batch, Cell, CellGroup, Participation, Staff, Team
from survey.models import QuestionnaireVersion as Version
from wsgi import create_app

RESPONSES = (100_000, 1_000_000, 10_000_000)
"""So many in the year shown, behind one and the same number of cells."""
TEAMS = {
    f"Team {number}": ("LAS", "ydelse") if number % 3 == 0 else ("LAB", "opfoelgning") for number in range(12)
}
LAST = date(2021, 5, 7)
DAYS = [day for n in range(364) if workdays.is_workday(day := LAST - timedelta(n))]
TOGETHER = {"means": 2, "spread": 4, "tags": 4}
"""So many cells of a team tell their statements' means together, and so on."""
LIKELY = (2, 3, 8, 35, 52)
"""How "ved ikke" and the points of the scale are chosen."""
ROUNDS = 21
GOAL = 2.5
EVEN = 1.2
"""At most so much longer may the page of any size take than that of another."""
BARE = f"SELECT {', '.join(results.READ)} FROM cell WHERE municipality_id = %s AND last_on BETWEEN %s AND %s"  # noqa: S608 - our own names


def main() -> None:
    """Measure and print: each round asks for every page and every bare read, in turns."""
    with database(), tempfile.TemporaryDirectory(prefix="bench-") as folder:
        app = create_app(config.load({"TILFREDS_STATE_DIR": folder, "TILFREDS_DATABASE_URL": "postgresql:///-"}))
        places = {responses: fill(responses) for responses in RESPONSES}
        settle()
        processes.settle()  # as a web process does
        asked = {responses: partial(page, manager(app, place)) for responses, place in places.items()}
        read = {responses: partial(bare, place) for responses, place in places.items()}
        pids = backends()
        next(iter(asked.values()))()  # what is loaded and compiled once
        for place in places.values():
            bare(place)
        fresh = {n: took(ask, pids).clock for n, ask in list(asked.items())[1:]}
        rounds = [{n: (took(asked[n], pids), took(read[n], pids)) for n in RESPONSES} for _ in range(ROUNDS)]
    report(rounds)
    for n, clock in fresh.items():
        print(
            f"{n:>10} responses: the first page, of cells this process has not read before, {clock * 1000:.0f} ms"
        )


def page(client: FlaskClient) -> None:
    """The whole page, of the year that ends with the newest figures."""
    answer = client.get("/tal")
    assert answer.status_code == 200
    assert "Gennemsnit ift. dato" in answer.text


def bare(place: int) -> None:
    """The same rows by the same driver, and nothing made of them."""
    with db.bound().engine.connect() as connection:
        cursor = connection.connection.cursor()
        rows = cursor.execute(BARE, (place, DAYS[-1], LAST)).fetchall()
        assert len(rows) == len(TEAMS) * len(DAYS)


def report(rounds: Sequence[dict[int, tuple[Took, Took]]]) -> None:
    """Print medians by the clock, and processor time: on a busy machine that is nearer to the truth."""
    print(f"{len(TEAMS) * len(DAYS)} cells of {len(TEAMS)} teams, {ROUNDS} rounds, medians; processor time, means")
    pages = {}
    for n in RESPONSES:
        clock = [(each[n][0].clock, each[n][1].clock) for each in rounds]
        pages[n], alone = (statistics.median(side) for side in zip(*clock, strict=True))
        ratio = statistics.median(page / bare for page, bare in clock)
        ours, theirs = (statistics.mean(each[n][place].processor for each in rounds) for place in (0, 1))
        print(
            f"{n:>10} responses: page {pages[n] * 1000:.0f} ms, bare read {alone * 1000:.0f} ms, "
            f"ratio {ratio:.2f}, goal {GOAL}: {'reached' if ratio <= GOAL else 'MISSED'}; "
            f"processor {ours * 1000:.0f} and {theirs * 1000:.0f} ms, {ours / theirs:.2f}"
        )
    uneven = max(pages.values()) / min(pages.values())
    print(f"longest page to shortest {uneven:.2f}, goal {EVEN}: {'reached' if uneven <= EVEN else 'MISSED'}")


# A municipality's year, straight into the tables -----------------------------------------------------------


def fill(responses: int) -> int:
    """A municipality with so many responses in its year; its id."""
    name = f"n{responses}"
    with db.transaction() as session:
        place = municipalities.establish(
            session, slug=name, name=name, phone="1", sms_sender=name, now=NOW, teams=TEAMS
        )
        people = responses // (len(TEAMS) * len(DAYS))
        for team in session.scalars(select(Team).where(Team.municipality_id == place.id)):
            employ(session, team)
            fill_team(session, team, people, random.Random(team.name))
        return place.id


def employ(session: Session, team: Team) -> None:
    """Three caseworkers, so that the team may be shown."""
    for number in range(3):
        person = Staff(email=f"{team.id}-{number}@x.dk", name="X", password_hash="-")
        session.add(person)
        session.flush()
        session.add(
            Assignment(
                municipality_id=team.municipality_id, staff_id=person.id, role="caseworker", team_id=team.id
            )
        )


def fill_team(session: Session, team: Team, people: int, rng: random.Random) -> None:
    """A cell a working day, with its groups and its batch; and every week's participation."""
    version = session.scalars(select(Version).where(Version.questionnaire_id == team.questionnaire_id)).one()
    of = {"municipality_id": team.municipality_id, "team_id": team.id, "version_id": version.id}
    unit = of | {"law": team.law, "mode": "remote"}
    made = [cell(unit, version, day, people, rng) for day in sorted(DAYS)]
    for grade, size in TOGETHER.items():
        for start in range(0, len(made), size):
            group = made[start : start + size]
            session.execute(insert(CellGroup), [grouped(unit, grade, group, version.statement_count)])
    session.execute(insert(Cell), made)
    session.execute(insert(Batch), [batch(each) for each in made])
    weeks = groupby(sorted(DAYS), workdays.monday)
    sent = {week: 3 * people * len(list(days)) for week, days in weeks}
    session.execute(insert(Participation), [of | taken_part(week, n) for week, n in sent.items()])


def cell(unit: dict[str, Any], version: Version, day: date, people: int, rng: random.Random) -> dict[str, Any]:
    """A day's answers: every statement a little different."""
    width, pairs = version.statement_count, version.statement_count * (version.statement_count - 1) // 2
    counts: list[int] = []
    for _ in range(width):
        row = [people * (share + rng.randint(-1, 1)) // 100 for share in LIKELY]
        counts += [*row[:4], people - sum(row[:4])]
    return unit | {
        "id": uuid4(),
        "first_on": day,
        "last_on": day,
        "told_on": day,
        "points": version.points,
        "statement_count": width,
        "batches": 1,
        "n": people,
        "people": people,
        "counts": counts,
        "persons": persons(people, width),
        "complete": people,
        "doubled_ranks": [0] * width,
        "ties": 0,
        "sums": [0] * width,
        "products": [0] * width**2,
        "differences": [0] * pairs * (2 * version.points - 1),
        "tags": [people // 3] * 3,
    }


def persons(people: int, width: int) -> list[int]:
    """As triples: nearly all answered everything, with sums around three a statement."""
    totals = range(2 * width, 4 * width + 1)
    usual = people // len(totals)
    rest = people - usual * (len(totals) - 1)
    return [x for total in totals for x in (width, total, rest if total == 3 * width else usual)]


def grouped(unit: dict[str, Any], grade: str, members: Sequence[dict[str, Any]], width: int) -> dict[str, Any]:
    """A group of cells that tells everything; they point to it."""
    group = unit | {
        "id": uuid4(),
        "grade": grade,
        "statements": list(range(1, width + 1)) if grade != "tags" else [],
        "first_on": members[0]["first_on"],
        "last_on": members[-1]["last_on"],
        "told_on": members[-1]["told_on"],
    }
    for member in members:
        member[f"{grade}_id"] = group["id"]
    return group


def batch(cell: dict[str, Any]) -> dict[str, Any]:
    """The batch a cell is made of."""
    alike = ("municipality_id", "team_id", "law", "version_id", "mode", "points", "statement_count", "n")
    days = {"first_on": cell["first_on"], "last_on": cell["last_on"], "tallied_on": cell["told_on"]}
    return {name: cell[name] for name in alike} | days | {"id": uuid4(), "cell_id": cell["id"]}


def taken_part(week: date, sent: int) -> dict[str, Any]:
    """A third has answered; the week is a block of its own."""
    return {
        "week": week,
        "closed": True,
        "block_first": week,
        "block_last": week,
        "alone": True,
        "invited": sent,
        "sent": sent,
        "unknown": 0,
        "delivered": sent,
        "answered": sent // 3,
    }


def manager(app: Flask, place: int) -> FlaskClient:
    """A browser in which a manager of all teams is signed in."""
    with db.transaction() as session:
        person = Staff(email=f"{place}@y.dk", name="Y", password_hash="-")
        session.add(person)
        session.flush()
        session.add(Assignment(municipality_id=place, staff_id=person.id, role="manager"))
        secret = sessions.begin(session, person.id, place, workdays.now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[access.SECRET] = secret
    return client
