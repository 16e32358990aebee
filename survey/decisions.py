"""Decisions: what became of every meeting, per day. A day's decisions add up to its meetings, or it is shouted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import DECISIONS, Meeting

PERIOD_DAYS = 31
"""So many days are shown when nobody says which."""


@dataclass(frozen=True)
class Day:
    """The meetings of one day: how many there are, and how many ended in each decision (only those that occur)."""

    day: date
    meetings: int
    counts: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Has every meeting exactly one decision?"""
        return sum(self.counts.values()) == self.meetings


def per_day(session: Session, municipality_id: int, first: date, last: date) -> list[Day]:
    """The days from `first` to `last` (both included) on which meetings were planned or held, the newest first.

    Two statements: the meetings are counted apart from the decisions, so that the sum really is a check.
    """
    mine = (Meeting.municipality_id == municipality_id, Meeting.held_on.between(first, last))
    held = select(Meeting.held_on, func.count(func.distinct(Meeting.fingerprint))).where(*mine)
    decided = select(Meeting.held_on, Meeting.decision, func.count()).where(*mine)
    counts: dict[date, dict[str, int]] = {}
    for day, decision, n in session.execute(decided.group_by(Meeting.held_on, Meeting.decision)):
        counts.setdefault(day, {})[decision] = n
    days = session.execute(held.group_by(Meeting.held_on).order_by(Meeting.held_on.desc()))
    return [Day(day, n, _ordered(counts.get(day, {}))) for day, n in days]


def in_all(days: list[Day]) -> Mapping[str, int]:
    """How many meetings of these days ended in each decision that occurs, in the order of the reasons."""
    counts: dict[str, int] = {}
    for day in days:
        for decision, n in day.counts.items():
            counts[decision] = counts.get(decision, 0) + n
    return _ordered(counts)


def add_up(days: list[Day]) -> bool:
    """Has every meeting of these days exactly one decision?"""
    return all(day.adds_up for day in days)


def _ordered(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {decision: counts[decision] for decision in DECISIONS if decision in counts}
