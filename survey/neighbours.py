"""Which municipalities take part in the shared comparison, and what each of them has told of a closed quarter.

The only reading that crosses municipalities for people: it reads cells and what has been sent, of those that take
part, for one that takes part itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from survey import comparison, figures, lineages, results, workdays
from survey import told as telling
from survey.comparison import Contribution
from survey.lineages import Lineages
from survey.models import Cell, Municipality, Participation, QuestionnaireVersion, Team
from survey.results import LAW_NAMES, Counts, Period

CLOSES = timedelta(days=28)
"""So long after a quarter's last day what is told of it counts; from the day after, its figures stand."""
MODE = "remote"
"""Answers given on a screen in the waiting room are kinder, and few have one: they are not compared."""


@dataclass(frozen=True)
class Participant:
    """A municipality that takes part; `smallest` is its k."""

    id: int
    name: str
    smallest: int


# Taking part ---------------------------------------------------------------------------------------------


def join(session: Session, municipality_id: int, now: datetime) -> bool:
    """Take part from now on. False when it did already."""
    return _set(session, municipality_id, Municipality.compared_since.is_(None), workdays.day(now))


def leave(session: Session, municipality_id: int) -> bool:
    """Take part no longer, from the next page on. False when it did not."""
    return _set(session, municipality_id, Municipality.compared_since.is_not(None), None)


def _set(session: Session, municipality_id: int, before: Any, since: date | None) -> bool:
    changed = session.execute(
        update(Municipality)
        .where(Municipality.id == municipality_id, before)
        .values(compared_since=since)
        .returning(Municipality.id)
    )
    return changed.first() is not None


def taking_part(session: Session) -> list[Participant]:
    """Everybody who takes part, by name in Danish order."""
    of = Municipality
    rows = session.execute(select(of.id, of.name, of.smallest_group).where(of.compared_since.is_not(None)))
    return sorted((Participant(*row) for row in rows), key=lambda one: comparison.danish_order(one.name))


# A closed quarter ----------------------------------------------------------------------------------------


def period(quarter: date) -> Period:
    """The days of the quarter that begins on `quarter`."""
    return Period(quarter, workdays.quarter_end(quarter))


def counted_to(quarter: date) -> date:
    """The last day on which something told of that quarter still counts; the quarter is closed when it is over."""
    return workdays.quarter_end(quarter) + CLOSES


def quarters(session: Session, today: date) -> dict[date, int]:
    """The closed quarters (first day) of which anybody who takes part tells something, the newest first.

    With how many of them do.
    """
    begins = func.date_trunc("quarter", Cell.last_on).label("begins")
    # What `counted_to` says of a quarter, in the words of the database.
    counted = Cell.told_on < func.date_trunc("quarter", Cell.last_on) + text("interval '3 months'") + CLOSES
    rows = session.execute(
        select(begins, func.count(Cell.municipality_id.distinct()))
        .join(Municipality, Municipality.id == Cell.municipality_id)
        .where(Municipality.compared_since.is_not(None), Cell.mode == MODE, Cell.last_on < today, counted)
        .group_by(begins)
        .order_by(begins.desc())
    )
    return {day: n for moment, n in rows if counted_to(day := moment.date()) < today}


def read(session: Session, municipality_id: int, quarter: date, today: date) -> list[Contribution]:
    """What everybody who takes part has told of a closed quarter; nothing for one that does not take part.

    As it was told by `counted_to`: whatever is told later is in no comparison, so that no digit changes. Five
    statements a municipality. Raises ValueError while the quarter is not closed.
    """
    if counted_to(quarter) >= today:
        raise ValueError(f"the quarter from {quarter} is not closed before {counted_to(quarter)} is over")
    everybody = taking_part(session)
    if municipality_id not in {one.id for one in everybody}:
        return []
    return [found for one in everybody for found in _of(session, one, quarter)]


def _of(session: Session, one: Participant, quarter: date) -> Iterator[Contribution]:
    known = lineages.of(session, one.id)
    counts = _counts(session, one, quarter, known)
    asked = _asked(session, one.id, quarter)
    for law in LAW_NAMES:
        section = figures.section(counts, law, compare=False)
        for found in comparison.told(one.id, one.name, section, counts.cells, one.smallest, known):
            asked.discard((law, found.points))
            yield found
    for law, points in sorted(asked):
        yield Contribution(one.id, one.name, law, points, one.smallest)


def _counts(session: Session, one: Participant, quarter: date, known: Lineages) -> Counts:
    """The remote cells as they were told then, and nothing else a page of figures counts."""
    kept = telling.kept(session, one.id, period(quarter), counted_to(quarter))
    counts = Counts(
        period=period(quarter),
        smallest=one.smallest,
        teams=results.teams(session, one.id),
        versions=results.versions(session, one.id),
        cells=[each.view for each in kept if each.view.mode == MODE],
        weeks=(),
        meetings=(),
        waiting=(),
        unshown=(),
    )
    joined = lineages.joined(counts, known)
    return replace(joined, cells=[replace(cell, team_id=None) for cell in joined.cells])


def _asked(session: Session, municipality_id: int, quarter: date) -> set[tuple[str, int]]:
    """The law groups and scales (points) on which questionnaires were sent in weeks that begin in the quarter."""
    days, of, version = period(quarter), Participation, QuestionnaireVersion
    rows = session.execute(
        select(Team.law, version.points)
        .select_from(of)
        .join(Team, (Team.municipality_id == of.municipality_id) & (Team.id == of.team_id))
        .join(version, (version.municipality_id == of.municipality_id) & (version.id == of.version_id))
        .where(of.municipality_id == municipality_id, of.sent > 0, of.week.between(days.first, days.last))
        .distinct()
    )
    return {(row.law, row.points) for row in rows}
