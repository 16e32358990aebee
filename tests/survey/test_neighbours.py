"""Who takes part in the comparison, and what is read: told cells of a closed quarter, answered remotely."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from survey import comparison, neighbours
from survey.models import Cell, CellGroup, Municipality
from tests.survey.neighbouring import LATER, QUARTER, Write, answered, team, town
from tests.survey.told import sent

CLOSED_ON = date(2021, 7, 29)


def test_a_municipality_joins_and_leaves_once(session: Session, stevns: Municipality, now: datetime) -> None:
    """The day is that of joining; a second yes or no changes nothing."""
    assert not neighbours.leave(session, stevns.id)
    assert neighbours.join(session, stevns.id, now)
    assert not neighbours.join(session, stevns.id, now + timedelta(days=9))
    session.refresh(stevns)
    assert stevns.compared_since == date(2021, 5, 11)
    assert [each.name for each in neighbours.taking_part(session)] == ["Stevns Kommune"]
    assert neighbours.leave(session, stevns.id)
    assert neighbours.taking_part(session) == []


def test_a_quarter_is_closed_four_weeks_after_its_end(
    session: Session, stevns: Municipality, write_batch: Write
) -> None:
    """On 28 July what is told still counts; from the day after, the quarter is there."""
    answered(session, write_batch, team(session, town(session, "Stevns Kommune")), 3.3, 40)
    assert neighbours.quarters(session, CLOSED_ON - timedelta(days=1)) == {}
    with pytest.raises(ValueError, match="not closed"):
        neighbours.read(session, stevns.id, QUARTER, CLOSED_ON - timedelta(days=1))
    assert neighbours.quarters(session, CLOSED_ON) == {QUARTER: 1}
    assert len(neighbours.read(session, stevns.id, QUARTER, CLOSED_ON)) == 1


def test_quarters_of_those_outside_are_not_there(
    session: Session, stevns: Municipality, write_batch: Write
) -> None:
    """Nor is anything read for them."""
    town(session, "Faxe Kommune")
    answered(session, write_batch, team(session, stevns), 3.3, 40)
    assert neighbours.quarters(session, LATER) == {}
    assert neighbours.read(session, stevns.id, QUARTER, LATER) == []


def test_what_is_told_after_the_quarter_closed_moves_no_digit(
    session: Session, stevns: Municipality, write_batch: Write
) -> None:
    """Cells and groups of the quarter's days, told a day too late, are in no comparison."""
    mine = team(session, town(session, "Stevns Kommune"))
    answered(session, write_batch, mine, 3.3, 60)
    before = comparison.boards(neighbours.read(session, stevns.id, QUARTER, LATER))
    known = set(session.scalars(Cell.__table__.select().with_only_columns(Cell.id)))
    groups = set(session.scalars(CellGroup.__table__.select().with_only_columns(CellGroup.id)))
    answered(session, write_batch, mine, 2.0, 60, first=date(2021, 6, 7))
    session.execute(text("ALTER TABLE cell DISABLE TRIGGER keep_cell"))  # as if told on another day
    for of, old in ((Cell, known), (CellGroup, groups)):
        session.execute(update(of).where(of.id.not_in(old)).values(told_on=CLOSED_ON))
    assert comparison.boards(neighbours.read(session, stevns.id, QUARTER, LATER)) == before


def test_a_reading_does_not_grow_with_the_answers(
    session: Session,
    stevns: Municipality,
    write_batch: Write,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """One statement for who takes part, and four for each of them."""
    for name in ("Stevns Kommune", "Faxe Kommune"):
        answered(session, write_batch, team(session, town(session, name)), 3.3, 60)
    with sql() as seen:
        neighbours.read(session, stevns.id, QUARTER, LATER)
    assert len(seen) == 1 + 2 * 4


def test_answers_on_a_screen_are_not_read(session: Session, stevns: Municipality, write_batch: Write) -> None:
    """Not even where there are no others."""
    mine = team(session, town(session, "Stevns Kommune"))
    write_batch(session, mine, date(2021, 5, 5), [(2, 3, 3, 2, 3, 4, 3)] * 60, mode="onsite")
    assert neighbours.quarters(session, LATER) == {}
    assert neighbours.read(session, stevns.id, QUARTER, LATER) == []


def test_who_asked_and_has_nothing_to_tell_is_named(
    session: Session, stevns: Municipality, write_batch: Write
) -> None:
    """On the scale of the questionnaires sent in the quarter; those told are not named twice."""
    for name in ("Stevns Kommune", "Faxe Kommune"):
        each = town(session, name)
        sent(session, team(session, each), date(2021, 5, 3), 30, 6)
        sent(session, team(session, each, "LAS"), date(2021, 8, 2), 30, 6)
    answered(session, write_batch, team(session, stevns), 3.3, 40)
    found = neighbours.read(session, stevns.id, QUARTER, LATER)
    assert [(one.municipality, one.law, one.points, one.group is None) for one in found] == [
        ("Faxe Kommune", "LAB", 4, True),
        ("Stevns Kommune", "LAB", 4, False),
    ]


def test_the_quarter_counts_by_the_last_answering_day(
    session: Session, stevns: Municipality, write_batch: Write
) -> None:
    """Answers of two quarters are in two comparisons, and none in both."""
    mine = team(session, town(session, "Stevns Kommune"))
    answered(session, write_batch, mine, 3.3, 60)
    answered(session, write_batch, mine, 3.2, 40, first=date(2021, 7, 5))
    sizes = []
    for quarter in neighbours.quarters(session, date(2021, 12, 1)):
        (found,) = neighbours.read(session, stevns.id, quarter, date(2021, 12, 1))
        assert found.group is not None
        sizes.append((quarter, found.group.series.respondents))
    assert sizes == [(date(2021, 7, 1), 40), (QUARTER, 60)]
