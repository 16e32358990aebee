"""Promises to call: how many were kept, counted by the night per team and week of asking; rows go, counts stay.

They are told by whole quarters, so that two periods, or a law group and its teams, differ by what could be told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey import workdays
from survey.models import CallbackAttempt, CallbackCount, CallbackRequest, Team
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


@dataclass(frozen=True)
class Wishes:
    """Calls asked for in whole quarters, from the one that begins on `first` to that of `last`.

    By law group and quarter (its first day), of each team that has any. To be told only by `told`.
    """

    first: date
    last: date
    asked: Mapping[tuple[str, date], Mapping[int, Promises]]


@dataclass(frozen=True)
class Told:
    """The promises of the `quarters` (first days) that may be told: k or more wishes, or no quarter at all.

    `missing` is True where the period has others, of too few wishes or none.
    """

    promises: Promises = Promises()
    quarters: tuple[date, ...] = ()
    missing: bool = False

    @property
    def when(self) -> str:
        """The quarters in words; "" without any."""
        return workdays.quarters_named(self.quarters)


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


def read(session: Session, municipality_id: int, first: date, last: date) -> Wishes:
    """The wishes of the quarters that the days `first` to `last` lie in; a week is of its Monday's quarter."""
    of = CallbackCount
    begins, ends = workdays.quarter(first), workdays.quarter_end(last)
    quarter = cast(func.date_trunc("quarter", of.week), Date)
    rows: Any = session.execute(
        select(Team.law, quarter, of.team_id, *(func.sum(getattr(of, name)) for name in STATES))
        .join(Team, (Team.municipality_id == of.municipality_id) & (Team.id == of.team_id))
        .where(of.municipality_id == municipality_id, of.week.between(begins, ends))
        .group_by(Team.law, quarter, of.team_id)
        .order_by(quarter, of.team_id)
    )
    asked: dict[tuple[str, date], dict[int, Promises]] = defaultdict(dict)
    for law, of_quarter, team_id, *sums in rows:
        asked[law, of_quarter][team_id] = Promises(*map(int, sums))
    return Wishes(begins, ends, asked)


def told(wishes: Wishes, teams: Iterable[TeamView], law: str, team: TeamView | None, smallest: int) -> Told:
    """What may be told of a law group, or of one `team` of it; `teams` are `results.teams`, `smallest` is k."""
    shown = {each.id for each in teams if each.shown}
    found: dict[date, Promises] = {}
    for (of_law, quarter), asked in wishes.asked.items():
        whole = reduce(Promises.plus, asked.values())
        if of_law != law or whole.asked < smallest:
            continue
        if team is None:
            found[quarter] = whole
        elif team.id in _apart(asked, shown, smallest):
            found[quarter] = asked[team.id]
    together = reduce(Promises.plus, found.values(), Promises())
    return Told(together, tuple(found), missing=len(found) < workdays.quarters(wishes.first, wishes.last))


def _apart(asked: Mapping[int, Promises], shown: Collection[int], smallest: int) -> list[int]:
    """The teams told by themselves in a quarter: of k or more, and so that the law group tells of no others.

    What they leave of it is nobody's, or that of two teams or more with k or more together.
    """
    sizes = {team_id: each.asked for team_id, each in asked.items()}
    apart = [each for each in sorted(sizes, key=sizes.__getitem__) if each in shown and sizes[each] >= smallest]
    rest = [n for team_id, n in sizes.items() if team_id not in apart]
    is_open = rest and (len(rest) == 1 or sum(rest) < smallest)
    return apart[1:] if is_open else apart
