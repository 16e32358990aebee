"""Promises to call: how many were kept, counted by the night per team and week of asking; rows go, counts stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey import workdays
from survey.models import CallbackAttempt, CallbackCount, CallbackRequest
from survey.results import TeamView

COUNTED = timedelta(days=60)
"""So long after it was asked for a call is counted anew every night; then its week stands. Rows live longer."""
STATES = ("kept", "late", "overdue", "waiting")


@dataclass(frozen=True)
class Promises:
    """Of the calls asked for: kept by the promised day, later, not yet though it is past, and not due yet."""

    kept: int = 0
    late: int = 0
    overdue: int = 0
    waiting: int = 0

    @property
    def asked(self) -> int:
        """All of them."""
        return self.kept + self.late + self.overdue + self.waiting

    @property
    def due(self) -> int:
        """Those whose day has come, or that are done before it."""
        return self.asked - self.waiting

    def plus(self, other: "Promises") -> "Promises":
        """Both together."""
        return Promises(*(getattr(self, name) + getattr(other, name) for name in STATES))


def count(session: Session, municipality_id: int, now: datetime) -> None:
    """Write the counts of the weeks asked in during the last 60 days."""
    today, of = workdays.day(now), CallbackRequest
    since = workdays.monday(today - COUNTED)
    tried = (
        select(func.min(CallbackAttempt.tried_at))
        .where(CallbackAttempt.municipality_id == of.municipality_id, CallbackAttempt.callback_id == of.id)
        .correlate(of)
        .scalar_subquery()
    )
    done = _day(func.least(tried, of.closed_at))
    week = cast(func.date_trunc("week", func.timezone(workdays.COPENHAGEN.key, of.asked_at)), Date)
    states = (
        done <= of.due_on,
        done > of.due_on,
        done.is_(None) & (of.due_on < today),
        done.is_(None) & (of.due_on >= today),
    )
    counted = (
        select(of.municipality_id, of.team_id, week, *(func.count().filter(state) for state in states))
        .where(
            of.municipality_id == municipality_id,
            or_(of.outcome.is_(None), of.outcome != "withdrawn"),
            week >= literal(since),
        )
        .group_by(of.municipality_id, of.team_id, week)
    )
    written = insert(CallbackCount).from_select(["municipality_id", "team_id", "week", *STATES], counted)
    news = {name: written.excluded[name] for name in STATES}
    session.execute(
        written.on_conflict_do_update(index_elements=["municipality_id", "team_id", "week"], set_=news)
    )


def _day(moment: Any) -> ColumnElement[date]:
    return cast(func.timezone(workdays.COPENHAGEN.key, moment), Date)


def read(session: Session, municipality_id: int, first: date, last: date) -> dict[int, Promises]:
    """By team, over the weeks of asking that overlap the days `first` to `last`."""
    of = CallbackCount
    rows = session.execute(
        select(of.team_id, *(func.sum(getattr(of, name)) for name in STATES))
        .where(of.municipality_id == municipality_id, of.week.between(workdays.monday(first), last))
        .group_by(of.team_id)
    )
    return {team_id: Promises(*map(int, sums)) for team_id, *sums in rows}


def of(known: Mapping[int, Promises], teams: Iterable[TeamView], law: str, team: TeamView | None) -> Promises:
    """Those of a law group's `teams`, or of one `team`, as one; `known` is what was read."""
    mine = [each for each in teams if each.law == law and team in (None, each)]
    return reduce(Promises.plus, (known[each.id] for each in mine if each.id in known), Promises())
