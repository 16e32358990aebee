"""Ids of every exported number: of the rest with teams that have become too small too, of bases and of sending."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from survey import figures, nightly, passports, reopening, results, told
from survey.export_columns import Row
from survey.models import Assignment, Batch, Municipality, Participation, Staff, Team
from survey.passports import TOP_TWO
from tests.survey.test_exports import exported
from tests.survey.test_reopening import DAY, YEAR, people, reopened, ydelse

Add = Callable[..., Batch]
EXACT = ("n", "people", "answers", "mean", "sent", "answered", "rate")
"""Measures whose figure is the number itself; of the others it is the share that the number is counted of."""
EVEN = [(point, 5 - point, point, 5 - point, point) for point in (1, 2, 3, 4)] * 15
__all__ = ["ydelse"]


def without_a(session: Session, teams: list[Team]) -> None:
    """Team A has become too small to be shown."""
    session.execute(delete(Assignment).where(Assignment.team_id == teams[0].id))
    session.flush()


def others(session: Session, municipality: Municipality, rows: list[Row]) -> list[tuple[Row, str]]:
    """The rows whose id opens other digits now than the row has, with those."""
    opened = ((row, reopened(session, municipality, row.figure_id).figure.text) for row in rows)
    return [
        (row, text)
        for row, text in opened
        if (text if row.measure in EXACT else text.partition("/")[0]) != row.text
    ]


def test_every_exported_number_has_an_id_that_opens_it(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Each measure at each level, of teams, law group and the rest, which has three teams in it."""
    without_a(session, ydelse)
    rows = exported(session, stevns)
    assert [row for row in rows if not row.figure_id] == []
    assert {row.measure for row in rows if row.unit == "resten"} >= {"n", "people", "answers", "sent", "rate"}
    drawn = Random(3).sample(rows, 60) + [row for row in rows if row.level == "period"]
    assert others(session, stevns, drawn) == []
    assert any(passports.read(row.figure_id).others for row in drawn)


def test_the_rest_outlives_the_personal_data_and_a_team_that_has_grown_again(
    session: Session, stevns: Municipality, ydelse: list[Team], add_batch: Add
) -> None:
    """Its answers have the digits they had, though the team is shown apart by now; more nights change nothing."""
    without_a(session, ydelse)
    session.execute(update(Participation).values(closed=True))
    rows = [row for row in exported(session, stevns) if row.unit == "resten" and row.level == "period"]
    assert any(passports.read(row.figure_id).others for row in rows)
    for night in range(30, 36):
        add_batch(ydelse[0], DAY + timedelta(night), people(Random(night), 40), first=DAY)
    for year in (2022, 2031):
        nightly.clean_all(datetime(year, 6, 1, 2, tzinfo=UTC))
    session.expire_all()
    assert others(session, stevns, rows) == []
    grow(session, ydelse[0])
    of_answers = [row for row in rows if row.measure not in ("sent", "answered", "rate")]
    assert others(session, stevns, of_answers) == []


def test_weeks_of_the_rest_are_told_whoever_may_stand_alone_by_now(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Who was in it when its weeks were told is kept with them."""
    without_a(session, ydelse)
    (row,) = [
        row
        for row in exported(session, stevns)
        if (row.unit, row.level, row.measure) == ("resten", "period", "rate")
    ]
    assert reopened(session, stevns, row.figure_id).figure.text == row.text
    grow(session, ydelse[0])
    assert reopened(session, stevns, row.figure_id).figure.text == row.text


def grow(session: Session, team: Team) -> None:
    """Give a team three caseworkers."""
    staff = [Staff(email=f"ny{n}@x.dk", name="Ny", password_hash="-") for n in range(3)]
    session.add_all(staff)
    session.flush()
    of = {"municipality_id": team.municipality_id, "team_id": team.id, "role": "caseworker"}
    session.add_all(Assignment(**of, staff_id=each.id) for each in staff)
    session.flush()


def test_the_rest_of_an_old_id_is_of_cells_without_a_team(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """An id from before there were others opens what it always did."""
    rows = [row for row in exported(session, stevns) if row.unit == "resten" and row.level == "cell"]
    assert rows
    assert not any(passports.read(row.figure_id).others for row in rows)
    assert others(session, stevns, rows[:20]) == []


def test_what_everybody_reads_has_one_decimal(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """Of the same cells the manager's has two."""
    section = figures.section(results.read(session, stevns.id, YEAR), "LAS")
    as_of = told.newest(session, stevns.id)
    texts = [
        reopened(session, stevns, reopening.of(section, section.series[0], YEAR, as_of, coarse=coarse)).figure.text
        for coarse in (True, False)
    ]
    assert [len(text) for text in texts] == [3, 4]


def test_shares_of_all_statements_rest_on_whole_distributions(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Hidden before there is one; then k of n, and the cells it is a sum of with the day they were told."""
    add_batch(team, DAY, EVEN[:9], tags={"meeting": 5, "law": 4})
    section = figures.section(results.read(session, stevns.id, YEAR), "LAS")
    as_of = told.newest(session, stevns.id)
    ids = [
        reopening.of(section, section.series[0], YEAR, as_of, "share", point=point) for point in (TOP_TWO, 1, 2, 3)
    ]
    assert {reopened(session, stevns, text).figure.shown for text in ids} == {False}
    add_batch(team, DAY + timedelta(1), EVEN, tags={"meeting": 30, "law": 20, "both": 10})
    later = [
        reopening.of(section, section.series[0], YEAR, told.newest(session, stevns.id), "share", point=point)
        for point in (TOP_TWO, 1, 2, 3)
    ]
    found = [reopened(session, stevns, text) for text in later]
    assert all(one.figure.shown and one.lines and one.interval is None for one in found[1:])
    assert (found[0].figure.shown, found[0].interval is not None, bool(found[0].lines)) == (True, True, True)
    assert {reopened(session, stevns, text).figure.shown for text in ids} == {False}
