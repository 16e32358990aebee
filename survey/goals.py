"""Goals: what each law group aims at, and since when. A past period is judged by the goal of its time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from survey import models, workdays
from survey.models import GOAL_KINDS, Staff
from survey.scale import TARGETS
from survey.scoring import danish

BY_ITSELF = 0
"""The number of the goal that holds where nobody has made one."""


@dataclass(frozen=True)
class Goal:
    """As the table has it; `law` is None between both. `valid_to` is the last day, None for no end.

    `by` is who made it and `made_on` when, "" and None for the goal that holds by itself.
    """

    id: int
    law: str | None
    points: int
    kind: str
    value: Fraction
    valid_from: date
    valid_to: date | None = None
    by: str = ""
    made_on: date | None = None

    @property
    def began(self) -> bool:
        """False for one that was ended before it began: it never held."""
        return self.valid_to is None or self.valid_from <= self.valid_to

    def holds(self, day: date) -> bool:
        """Is it in force on `day`?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def same_kind(self, other: "Goal") -> bool:
        """Would the two contradict each other on one day?"""
        return (self.law, self.points, self.kind) == (other.law, other.points, other.kind)


class TakenError(ValueError):
    """Another goal of the same kind holds, or will, on a day of this one; `goal` is that one."""

    def __init__(self, goal: Goal) -> None:
        super().__init__("Another goal of this kind begins on one of its days")
        self.goal = goal


# In force ------------------------------------------------------------------------------------------------


def by_itself(law: str, points: int) -> Goal | None:
    """The level that is agreed for everybody: 3,0 on 1-4; None for a scale without one."""
    target = TARGETS.get(points)
    return Goal(BY_ITSELF, law, points, "level", Fraction(str(target)), date.min) if target else None


def in_force(goals: Iterable[Goal], law: str, points: int, day: date) -> list[Goal]:
    """The goals of a law group on one scale on `day`, those between both groups too; a level first.

    The level that holds by itself does so until the first level of the group's own has begun.
    """
    mine = [goal for goal in goals if goal.points == points and goal.law in (law, None)]
    found = [goal for goal in mine if goal.holds(day)]
    own = [goal for goal in mine if goal.kind == "level" and goal.began and goal.valid_from <= day]
    usual = by_itself(law, points)
    if usual and not own:
        found.append(usual)
    return sorted(found, key=lambda goal: GOAL_KINDS.index(goal.kind))


def let_go(goals: Iterable[Goal], law: str, points: int, day: date) -> Goal | None:
    """The level that no longer holds by itself on `day`, though no other does; None where one holds."""
    usual = by_itself(law, points)
    return usual if usual and level(goals, law, points, day) is None else None


def can_end(goal: Goal, today: date) -> bool:
    """Has it days after `today` to take from it?"""
    return goal.began and (goal.valid_to is None or goal.valid_to > today)


def level(goals: Iterable[Goal], law: str, points: int, day: date) -> float | None:
    """The level of the mean that a law group aims at on `day`; None without one."""
    return next((float(goal.value) for goal in in_force(goals, law, points, day) if goal.kind == "level"), None)


# In words ------------------------------------------------------------------------------------------------


def number(value: Fraction) -> str:
    """As it was typed: "3,0", "3,25"."""
    return danish.number(value, 1 if (value * 10).denominator == 1 else 2)


def percent(share: Fraction) -> str:
    """As it was typed: "80 %", "82,5 %"."""
    whole = (share * 100).denominator == 1
    return f"{int(share * 100)}{danish.NO_BREAK}%" if whole else danish.percent(share)


def highest(points: int) -> str:
    """The two highest points: "3 eller 4"."""
    return f"{points - 1} eller {points}"


def words(goal: Goal) -> str:
    """The goal as a reader meets it: "over 3,0"."""
    return {
        "level": f"over {number(goal.value)}",
        "share": f"over {percent(goal.value)} svarer {highest(goal.points)}",
        "trend": f"stigende ({number(goal.value)} point om året skal kunne ses)",
        "equality": f"højst {number(goal.value)} point mellem Opfølgning og Ydelse",
    }[goal.kind]


# Kept ----------------------------------------------------------------------------------------------------


def of(session: Session, municipality_id: int) -> tuple[Goal, ...]:
    """All goals that hold, have held or will, the newest first."""
    row = models.Goal
    rows = session.execute(
        select(row, Staff.name)
        .join(Staff, Staff.id == row.made_by)
        .where(row.municipality_id == municipality_id)
        .order_by(row.valid_from.desc(), row.id.desc())
    )
    return tuple(_goal(each, by) for each, by in rows)


def in_the_way(goals: Sequence[Goal], new: Goal) -> Goal | None:
    """The goal that keeps `new` from being made: one of its kind that begins within its days, the first included.

    One that began before is ended by it instead.
    """
    later = [
        goal
        for goal in goals
        if goal.same_kind(new)
        and goal.began
        and goal.valid_from >= new.valid_from
        and (new.valid_to is None or goal.valid_from <= new.valid_to)
    ]
    return min(later, key=lambda goal: goal.valid_from, default=None)


def replaced(goals: Sequence[Goal], new: Goal) -> Goal | None:
    """The goal of its kind that `new` ends on the day before its own first."""
    return next(
        (
            goal
            for goal in goals
            if goal.same_kind(new) and goal.valid_from < new.valid_from and goal.holds(new.valid_from)
        ),
        None,
    )


def make(session: Session, municipality_id: int, new: Goal, *, staff_id: int, now: datetime) -> int:
    """Let `new` hold from its first day on; one of its kind that holds then ends the day before. Its number.

    Raises TakenError when one of its kind begins later within its days, IntegrityError for a day that is past or a
    value out of range.
    """
    # Two managers may make a goal at once: the second waits here, and then finds the first one's.
    session.execute(
        select(models.Municipality.id)
        .where(models.Municipality.id == municipality_id)
        .with_for_update(key_share=True)
    )
    goals = of(session, municipality_id)
    if other := in_the_way(goals, new):
        raise TakenError(other)
    if before := replaced(goals, new):
        _end(session, municipality_id, before.id, new.valid_from - timedelta(days=1), staff_id, now)
    row = models.Goal(municipality_id=municipality_id, law=new.law, points=new.points, kind=new.kind)
    row.value = Decimal(new.value.numerator) / Decimal(new.value.denominator)
    row.valid_from, row.valid_to, row.made_at, row.made_by = new.valid_from, new.valid_to, now, staff_id
    session.add(row)
    session.flush()
    return row.id


def end(session: Session, municipality_id: int, goal_id: int, *, staff_id: int, now: datetime) -> bool:
    """Let it hold for the last time today, or never when it has not begun. False when it is over or not there."""
    today = workdays.day(now)
    goal = next((each for each in of(session, municipality_id) if each.id == goal_id), None)
    if goal is None or not can_end(goal, today):
        return False
    last = max(today, goal.valid_from - timedelta(days=1))
    return _end(session, municipality_id, goal_id, last, staff_id, now)


def _end(session: Session, municipality_id: int, goal_id: int, last: date, staff_id: int, now: datetime) -> bool:
    row = models.Goal
    mine: tuple[ColumnElement[bool], ...] = (row.municipality_id == municipality_id, row.id == goal_id)
    ended = (
        update(row)
        .where(*mine, or_(row.valid_to.is_(None), row.valid_to > last))
        .values(valid_to=last, ended_at=now, ended_by=staff_id)
    )
    return session.execute(ended.returning(row.id)).first() is not None


def _goal(row: Any, by: str) -> Goal:
    value, days = Fraction(row.value), (row.valid_from, row.valid_to)
    return Goal(row.id, row.law, row.points, row.kind, value, *days, by, workdays.day(row.made_at))
