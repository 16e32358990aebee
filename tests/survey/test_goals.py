"""Goals: in force on a day, ended and never changed; the table refuses what is none."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import db, goals, models, municipalities
from survey.goals import Goal
from survey.models import Municipality, Staff

TODAY = date(2021, 5, 11)
"""The Copenhagen day of the fixture `now`."""


@pytest.fixture
def manager(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """Who makes goals."""
    return employ(session, stevns, "manager")


def over(value: str, first: date = TODAY, last: date | None = None, **other: Any) -> Goal:
    """A level of Opfølgning on 1-4."""
    return replace(Goal(0, "LAB", 4, "level", Fraction(value), first, last), **other)


def levels(found: Sequence[Goal], day: date, law: str = "LAB", points: int = 4) -> list[str]:
    """The goals in force, in words."""
    return [goals.words(goal) for goal in goals.in_force(found, law, points, day)]


def test_without_rows_it_is_over_three_on_1_to_4() -> None:
    """For both law groups; the 1-5 scale has no goal."""
    assert levels([], TODAY) == levels([], TODAY, "LAS") == ["over 3,0"]
    assert levels([], TODAY, points=5) == []
    assert goals.level([], "LAB", 4, TODAY) == 3.0
    assert goals.level([], "LAB", 5, TODAY) is None


def test_a_past_day_has_the_goal_of_its_time(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """3,0 until a goal of one's own begins; a new one ends it the day before; none once the last has ended."""
    by: Any = {"staff_id": manager.id, "now": now}
    goals.make(session, stevns.id, over("3.2", date(2021, 6, 1)), **by)
    goals.make(session, stevns.id, over("3.25", date(2022, 1, 1), date(2022, 6, 30)), **by)
    found = goals.of(session, stevns.id)
    days = (date(2021, 5, 31), date(2021, 6, 1), date(2021, 12, 31), date(2022, 1, 1), date(2022, 7, 1))
    assert [levels(found, day) for day in days] == [["over 3,0"], ["over 3,2"], ["over 3,2"], ["over 3,25"], []]
    assert levels(found, days[1], "LAS") == ["over 3,0"]
    assert [(goal.by, goal.made_on) for goal in found] == [(manager.name, TODAY)] * 2


def test_goals_of_several_kinds_hold_together(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """A share does not take the level away; equality is both groups'."""
    for new in (
        over("0.2", kind="equality", law=None),
        over("0.1", kind="trend"),
        over("0.825", kind="share"),
        over("0.8", kind="share", points=5),
    ):
        goals.make(session, stevns.id, new, staff_id=manager.id, now=now)
    alike, found = "højst 0,2 point mellem Opfølgning og Ydelse", goals.of(session, stevns.id)
    assert levels(found, TODAY) == [
        "over 3,0",
        "over 82,5\N{NO-BREAK SPACE}% svarer 3 eller 4",
        "stigende (0,1 point om året skal kunne ses)",
        alike,
    ]
    assert levels(found, TODAY, "LAS") == ["over 3,0", alike]
    assert levels(found, TODAY, points=5) == ["over 80\N{NO-BREAK SPACE}% svarer 4 eller 5"]


def test_a_goal_is_ended_from_today_on(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """It holds today for the last time; one that has not begun never holds; what is over cannot end again."""
    by: Any = {"staff_id": manager.id, "now": now}
    made = goals.make(session, stevns.id, over("3.2"), **by)
    planned = goals.make(session, stevns.id, over("0.8", date(2022, 1, 1), kind="share"), **by)
    assert goals.end(session, stevns.id, made, **by)
    assert goals.end(session, stevns.id, planned, **by)
    found = goals.of(session, stevns.id)
    assert (levels(found, TODAY), levels(found, TODAY + timedelta(1))) == (["over 3,2"], [])
    assert levels(found, date(2022, 2, 1)) == []
    assert not any(goals.end(session, stevns.id, each, **by) for each in (made, planned, made + 99))
    assert not goals.end(session, stevns.id + 1, made, **by)


def test_one_that_will_end_can_end_sooner(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """Its last day only ever comes nearer."""
    by: Any = {"staff_id": manager.id, "now": now}
    made = goals.make(session, stevns.id, over("3.2"), **by)
    goals.make(session, stevns.id, over("3.3", date(2022, 1, 1)), **by)
    assert goals.end(session, stevns.id, made, **by)
    assert levels(goals.of(session, stevns.id), TODAY + timedelta(1)) == []


def test_a_later_goal_of_its_kind_is_in_the_way(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """Unless the new one ends before it begins."""
    by: Any = {"staff_id": manager.id, "now": now}
    goals.make(session, stevns.id, over("3.3", date(2022, 1, 1)), **by)
    for new in (over("3.2"), over("3.2", date(2022, 1, 1)), over("3.2", last=date(2022, 1, 1))):
        with pytest.raises(goals.TakenError) as refused:
            goals.make(session, stevns.id, new, **by)
        assert goals.words(refused.value.goal) == "over 3,3"
    goals.make(session, stevns.id, over("3.2", last=date(2021, 12, 31)), **by)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"law": "XXX"}, "law_known"),
        ({"kind": "mood"}, "kind_known"),
        ({"points": 6}, "points_known"),
        ({"law": None}, "of_one_law_or_between_both"),
        ({"kind": "equality", "value": Decimal("0.2")}, "of_one_law_or_between_both"),
        ({"value": Decimal(4)}, "value_in_range"),
        ({"value": Decimal(1)}, "value_in_range"),
        ({"kind": "share", "value": Decimal(1)}, "value_in_range"),
        ({"kind": "trend", "value": Decimal(3)}, "value_in_range"),
        ({"kind": "equality", "law": None, "value": Decimal(0)}, "value_in_range"),
        ({"valid_to": TODAY - timedelta(2)}, "days_in_order"),
        ({"valid_from": TODAY - timedelta(1)}, "never_for_what_was_answered"),
        ({"ended_by": 1}, "ended_by_somebody"),
        ({"ended_at": datetime.fromisoformat("2021-05-11T10:00+02:00"), "ended_by": 1}, "ended_from_now_on"),
    ],
)
def test_the_table_refuses_what_is_no_goal(
    session: Session, stevns: Municipality, manager: Staff, now: datetime, wrong: dict[str, Any], constraint: str
) -> None:
    """Each by its own constraint."""
    good = {"law": "LAB", "points": 4, "kind": "level", "value": Decimal(3), "valid_from": TODAY}
    made = {"municipality_id": stevns.id, "made_at": now, "made_by": manager.id}
    changed = wrong | ({"ended_by": manager.id} if "ended_by" in wrong else {})
    session.add(models.Goal(**made, **good | changed))
    with pytest.raises(IntegrityError, match=f"ck_goal_{constraint}"):
        session.flush()


def test_nobody_ends_a_goal_for_days_that_are_past(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """What held yesterday held; today itself may be the next one's."""
    made = goals.make(session, stevns.id, over("3.2"), staff_id=manager.id, now=now)
    later = {"ended_at": now + timedelta(days=9), "ended_by": manager.id}
    with pytest.raises(IntegrityError, match="ended_from_now_on"), session.begin_nested():
        session.execute(update(models.Goal).values(valid_to=TODAY + timedelta(7), **later))
    session.execute(
        update(models.Goal).where(models.Goal.id == made).values(valid_to=TODAY + timedelta(8), **later)
    )


def test_two_of_a_kind_never_hold_at_once(
    session: Session, stevns: Municipality, manager: Staff, now: datetime
) -> None:
    """The table sees to it itself; another kind, law or scale, or a day later, is another goal."""
    made = {"municipality_id": stevns.id, "made_at": now, "made_by": manager.id, "value": Decimal("1.5")}
    first = {"law": "LAB", "points": 4, "kind": "level", "valid_from": TODAY, "valid_to": TODAY + timedelta(9)}
    others: list[dict[str, Any]] = [
        {},
        {"law": "LAS"},
        {"points": 5},
        {"kind": "trend"},
        {"kind": "equality", "law": None},
        {"valid_from": TODAY + timedelta(10), "valid_to": None},
    ]
    for other in others:
        session.add(models.Goal(**made, **first | other))
    session.flush()
    for days in ({"valid_from": TODAY + timedelta(9)}, {"valid_to": None}):
        with pytest.raises(IntegrityError, match="ex_goal_one_of_a_kind"), session.begin_nested():
            session.execute(insert(models.Goal).values(**made, **first | days))


@pytest.mark.parametrize(
    "change",
    [
        {"value": Decimal("3.5")},
        {"valid_from": TODAY + timedelta(1)},
        {"law": "LAS"},
        {"valid_to": TODAY},
        {"valid_to": None, "ended_at": datetime.fromisoformat("2021-05-12T10:00+02:00")},
    ],
)
def test_a_goal_never_changes(
    session: Session, stevns: Municipality, manager: Staff, now: datetime, change: dict[str, Any]
) -> None:
    """Neither what it says nor its days, but for an end; nor is it deleted."""
    goals.make(session, stevns.id, over("3.2", last=TODAY + timedelta(30)), staff_id=manager.id, now=now)
    by = {"ended_by": manager.id} if "ended_at" in change else {}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(models.Goal).values(**change, **by))
    with pytest.raises(IntegrityError, match="A goal never changes"), session.begin_nested():
        session.execute(delete(models.Goal))


def test_an_end_is_not_taken_back(session: Session, stevns: Municipality, manager: Staff, now: datetime) -> None:
    """Neither to a later day nor as if it had been ended before."""
    made = goals.make(session, stevns.id, over("3.2"), staff_id=manager.id, now=now)
    goals.end(session, stevns.id, made, staff_id=manager.id, now=now)
    for change in (
        {"valid_to": TODAY + timedelta(1)},
        {"ended_at": now - timedelta(days=9)},
        {"ended_at": None, "ended_by": None},
    ):
        with pytest.raises(IntegrityError, match="A goal never changes"), session.begin_nested():
            session.execute(update(models.Goal).values(**change))


def test_of_two_at_once_the_second_is_told(database_url: str, now: datetime) -> None:
    """Two managers make a level from the same day: one is told, and one goal stands."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        place = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now).id
        person = Staff(email="a@b.dk", name="A", password_hash="-")
        session.add(person)
        session.flush()
        staff_id = person.id
    refused = list[goals.TakenError]()

    def make(value: str) -> None:
        try:
            with db.transaction() as mine:
                goals.make(mine, place, over(value), staff_id=staff_id, now=now)
        except goals.TakenError as error:
            refused.append(error)

    threads = [threading.Thread(target=make, args=(value,)) for value in ("3.2", "3.3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction() as session:
        assert (len(refused), len(session.scalars(select(models.Goal.id)).all())) == (1, 1)
    engine.dispose()
