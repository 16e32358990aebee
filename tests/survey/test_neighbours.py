"""Who takes part in the comparison, and what is read: told cells of a closed quarter, answered remotely."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from survey import comparison, municipalities, neighbours, question_sets
from survey.models import Cell, CellGroup, Municipality, Questionnaire, QuestionnaireVersion, Staff
from tests.survey.neighbouring import LATER, NOW, QUARTER, Write, answered, team, town
from tests.survey.told import give_caseworkers, sent

CLOSED_ON = date(2021, 7, 29)
"""The first day on which the quarter is closed."""


def tell_on(session: Session, day: date, but: tuple[set[UUID], set[UUID]] = (set(), set())) -> None:
    """Let all cells and groups, `but` these, have been told on `day`."""
    session.execute(text("ALTER TABLE cell DISABLE TRIGGER keep_cell"))
    session.execute(text("ALTER TABLE cell_group DISABLE TRIGGER keep_told"))
    session.execute(update(Cell).where(Cell.id.not_in(but[0])).values(told_on=day))
    session.execute(update(CellGroup).where(CellGroup.id.not_in(but[1])).values(told_on=day))


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
    tell_on(session, CLOSED_ON, but=(known, groups))
    assert comparison.boards(neighbours.read(session, stevns.id, QUARTER, LATER)) == before


def test_a_quarter_told_too_late_is_not_there(session: Session, stevns: Municipality, write_batch: Write) -> None:
    """What no comparison has is no quarter to choose: on the last day that counts it is one."""
    answered(session, write_batch, team(session, town(session, "Stevns Kommune")), 3.3, 60)
    tell_on(session, CLOSED_ON)
    assert neighbours.quarters(session, LATER) == {}
    assert all(one.group is None for one in neighbours.read(session, stevns.id, QUARTER, LATER))
    tell_on(session, CLOSED_ON - timedelta(days=1))
    assert neighbours.quarters(session, LATER) == {QUARTER: 1}
    assert [one.group is None for one in neighbours.read(session, stevns.id, QUARTER, LATER)] == [False]


def test_a_version_that_goes_on_moves_no_digit(session: Session, stevns: Municipality, write_batch: Write) -> None:
    """Of two questionnaires with equally many the one that began last, also when the other's series goes on."""
    mine = town(session, "Stevns Kommune")
    first, other = team(session, mine), team(session, mine, "LAB", code="ydelse")
    for each, centre, width in ((first, 3.3, 7), (other, 2.6, 5)):
        give_caseworkers(session, each, 3)
        answered(session, write_batch, each, centre, 60, width=width)
    (before,) = neighbours.read(session, stevns.id, QUARTER, LATER)
    named = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "opfoelgning")
    old = session.scalars(named.where(Questionnaire.municipality_id == mine.id)).one()
    content = question_sets.load("opfoelgning")
    every = range(1, len(content.statements) + 1)
    municipalities.publish(session, mine.id, content, NOW + timedelta(days=170), same=every, continues=old)
    (after,) = neighbours.read(session, stevns.id, QUARTER, LATER)
    assert (after.questionnaire, before.questionnaire) == ("Ydelse, 5 udsagn", "Ydelse, 5 udsagn")


def test_a_law_group_of_two_caseworkers_is_in_no_comparison(
    session: Session, stevns: Municipality, write_batch: Write
) -> None:
    """Its share would be theirs: of three it is there, of two it has nothing to tell."""
    mine = team(session, town(session, "Stevns Kommune"))
    answered(session, write_batch, mine, 3.3, 60)
    give_caseworkers(session, mine, 3)
    assert len(neighbours.read(session, stevns.id, QUARTER, LATER)) == 1
    session.execute(update(Staff).where(Staff.email.startswith("opfølgning0@")).values(active=False))
    assert neighbours.read(session, stevns.id, QUARTER, LATER) == []


def test_a_reading_does_not_grow_with_the_answers(
    session: Session,
    stevns: Municipality,
    write_batch: Write,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """One statement for who takes part, and five for each of them."""
    for name in ("Stevns Kommune", "Faxe Kommune"):
        answered(session, write_batch, team(session, town(session, name)), 3.3, 60)
    with sql() as seen:
        neighbours.read(session, stevns.id, QUARTER, LATER)
    assert len(seen) == 1 + 2 * 5


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
