"""The tally's counts of a period. Reads batches and counts, never responses or ballots.

The number of statements is fixed, and the number of rows does not grow with the number of responses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from survey import scoring, workdays
from survey.models import (
    MODES,
    Assignment,
    Batch,
    BatchPerson,
    BatchStatement,
    BatchTag,
    MeetingCount,
    Municipality,
    Participation,
    Questionnaire,
    QuestionnaireVersion,
    Staff,
    Statement,
    Team,
    Unshown,
    Waiting,
)

OneRow = Row[*tuple[Any, ...]]
Rows = Sequence[OneRow]
Query = Select[*tuple[Any, ...]]
LAW_NAMES = {"LAB": "Opfølgning", "LAS": "Ydelse"}
SMALLEST_TEAM = 3
"""Active caseworkers a team needs before its figures are shown outside its law group."""


@dataclass(frozen=True)
class Period:
    """Whole Copenhagen days, both ends included. A batch belongs where its last day lies."""

    first: date
    last: date


@dataclass(frozen=True)
class TeamView:
    """A team, and whether its figures may be shown apart from its law group."""

    id: int
    name: str
    law: str
    shown: bool


@dataclass(frozen=True)
class Counts:
    """What `read` fetched: rows of counts by law, version, mode and team. Internal, never shown as they are.

    `weeks` and `meetings` have no mode: participation is that of invitations.
    """

    period: Period
    smallest: int
    teams: tuple[TeamView, ...]
    versions: Rows
    batches: Rows
    statements: Rows
    people: Rows
    tags: Rows
    weeks: Rows
    meetings: Rows
    waiting: Rows
    unshown: Rows


# The period ----------------------------------------------------------------------------------------------


def newest_day(session: Session, municipality_id: int) -> date | None:
    """The last day the municipality has figures for; None when it has none yet."""
    last_on = select(func.max(Batch.last_on)).where(Batch.municipality_id == municipality_id)
    week = select(func.max(Participation.week)).where(Participation.municipality_id == municipality_id)
    return session.scalar(select(func.greatest(last_on.scalar_subquery(), week.scalar_subquery())))


def default_period(newest: date | None, today: date) -> Period:
    """The twelve months that end with the newest figures, or today when there are none."""
    last = newest or today
    day = 28 if (last.month, last.day) == (2, 29) else last.day
    return Period(last.replace(year=last.year - 1, day=day) + timedelta(days=1), last)


# Reading -------------------------------------------------------------------------------------------------


def teams(session: Session, municipality_id: int) -> tuple[TeamView, ...]:
    """Teams that are active or have figures, by law and name, each with whether it may be shown.

    A team needs three active caseworkers. Where exactly one team with figures of a mode is hidden, the law group's
    total would give it away, so the one with the fewest caseworkers is hidden with it.
    """
    rows = session.execute(_teams(municipality_id)).all()
    hidden = {row.id for row in rows if row.caseworkers < SMALLEST_TEAM}
    for law, mode in product(LAW_NAMES, MODES):
        told = [row for row in rows if row.law == law and getattr(row, mode)]
        flags = scoring.protected([row.id in hidden for row in told], [row.caseworkers for row in told])
        hidden |= {row.id for row, is_hidden in zip(told, flags, strict=True) if is_hidden}
    return tuple(TeamView(row.id, row.name, row.law, row.id not in hidden) for row in rows)


def read(session: Session, municipality_id: int, period: Period) -> Counts:
    """Everything the dashboard needs of one municipality and period, in eleven statements."""
    in_period = Batch.last_on.between(period.first, period.last)
    smallest = session.scalar(select(Municipality.smallest_group).where(Municipality.id == municipality_id))

    def rows(query: Query) -> Rows:
        return session.execute(query).all()

    return Counts(
        period=period,
        smallest=smallest or scoring.SMALLEST_GROUP,
        teams=teams(session, municipality_id),
        versions=rows(_versions(municipality_id)),
        batches=rows(_batches(municipality_id).where(in_period)),
        statements=rows(_statements(municipality_id).where(in_period)),
        people=rows(_people(municipality_id).where(in_period)),
        tags=rows(_tags(municipality_id).where(in_period)),
        weeks=rows(_weeks(municipality_id)),
        meetings=rows(_meetings(municipality_id, period)),
        waiting=rows(_waiting(municipality_id)),
        unshown=rows(_unshown(municipality_id, period)),
    )


def _teams(municipality_id: int) -> Query:
    caseworkers = (
        select(func.count(Assignment.staff_id.distinct()))
        .join(Staff)
        .where(
            Assignment.municipality_id == Team.municipality_id,
            Assignment.team_id == Team.id,
            Assignment.role == "caseworker",
            Staff.active,
        )
        .scalar_subquery()
    )
    sent = exists().where(Participation.municipality_id == Team.municipality_id, Participation.team_id == Team.id)
    batch = (Batch.municipality_id == Team.municipality_id, Batch.team_id == Team.id)
    figures: dict[str, ColumnElement[bool]] = {mode: exists().where(*batch, Batch.mode == mode) for mode in MODES}
    figures["remote"] = or_(figures["remote"], sent)
    return (
        select(
            Team.id,
            Team.name,
            Team.law,
            caseworkers.label("caseworkers"),
            *(has.label(mode) for mode, has in figures.items()),
        )
        .where(Team.municipality_id == municipality_id, or_(Team.active, *figures.values()))
        .order_by(Team.law, Team.name)
    )


def _versions(municipality_id: int) -> Query:
    of = QuestionnaireVersion
    return (
        select(of.id, Questionnaire.name, of.number, of.points, of.labels)
        .join(Questionnaire)
        .where(of.municipality_id == municipality_id, of.published_at.is_not(None))
        .order_by(Questionnaire.name, of.number)
    )


_points = (BatchStatement.n1, BatchStatement.n2, BatchStatement.n3, BatchStatement.n4, BatchStatement.n5)
_answered_nothing = and_(
    BatchPerson.municipality_id == Batch.municipality_id,
    BatchPerson.batch_id == Batch.id,
    BatchPerson.answered == 0,
)


def _batches(municipality_id: int) -> Query:
    silent = func.coalesce(func.max(BatchPerson.n), 0)
    return (
        select(
            Batch.team_id,
            Batch.law,
            Batch.version_id,
            Batch.mode,
            Batch.first_on,
            Batch.last_on,
            Batch.n,
            (Batch.n - silent).label("people"),
            *(func.sum(column).label(column.key) for column in _points),
        )
        .join(BatchStatement)
        .outerjoin(BatchPerson, _answered_nothing)
        .where(Batch.municipality_id == municipality_id)
        .group_by(Batch.municipality_id, Batch.id)
        .order_by(Batch.last_on, Batch.first_on, Batch.id)
    )


def _statements(municipality_id: int) -> Query:
    keys = (Batch.team_id, Batch.law, Batch.version_id, Batch.mode, Statement.position, Statement.text)
    return (
        select(*keys, *(func.sum(column).label(column.key) for column in (*_points, BatchStatement.dont_know)))
        .join(BatchStatement)
        .join(
            Statement,
            and_(
                Statement.municipality_id == Batch.municipality_id,
                Statement.version_id == Batch.version_id,
                Statement.position == BatchStatement.position,
            ),
        )
        .where(Batch.municipality_id == municipality_id)
        .group_by(*keys)
        .order_by(Statement.position)
    )


def _people(municipality_id: int) -> Query:
    # Sums per number of statements answered, so that the mean of each person stays an exact fraction.
    keys = (Batch.team_id, Batch.law, Batch.version_id, Batch.mode, BatchPerson.answered)
    return (
        select(
            *keys,
            func.sum(BatchPerson.n).label("n"),
            func.sum(BatchPerson.n * BatchPerson.total).label("total"),
            func.sum(BatchPerson.n * BatchPerson.total * BatchPerson.total).label("squares"),
        )
        .join(BatchPerson)
        .where(Batch.municipality_id == municipality_id, BatchPerson.answered > 0)
        .group_by(*keys)
    )


def _tags(municipality_id: int) -> Query:
    keys = (Batch.team_id, Batch.law, Batch.version_id, Batch.mode, BatchTag.tag)
    return (
        select(*keys, func.sum(BatchTag.n).label("n"))
        .join(BatchTag)
        .where(Batch.municipality_id == municipality_id)
        .group_by(*keys)
    )


def _weeks(municipality_id: int) -> Query:
    # All weeks, not only the period's: small weeks are put together the same way whatever period is chosen.
    of = Participation
    return (
        select(of.team_id, Team.law, of.version_id, of.week, of.sent, of.answered, of.unknown)
        .join(Team)
        .where(of.municipality_id == municipality_id, of.sent > 0)
        .order_by(of.week)
    )


def _meetings(municipality_id: int, period: Period) -> Query:
    of = MeetingCount
    return (
        select(of.team_id, Team.law, of.decision, func.sum(of.n).label("n"))
        .join(Team)
        .where(
            of.municipality_id == municipality_id,
            of.decision != "invited",
            of.week.between(workdays.monday(period.first), period.last),
        )
        .group_by(of.team_id, Team.law, of.decision)
    )


def _waiting(municipality_id: int) -> Query:
    return (
        select(Waiting.team_id, Team.law, Waiting.version_id, Waiting.mode, Waiting.tallied_on)
        .join(Team)
        .where(Waiting.municipality_id == municipality_id)
    )


def _unshown(municipality_id: int, period: Period) -> Query:
    return (
        select(Unshown.law, Unshown.version_id, Unshown.mode, func.sum(Unshown.n).label("n"))
        .where(
            Unshown.municipality_id == municipality_id,
            Unshown.tallied_on.between(period.first, period.last),
        )
        .group_by(Unshown.law, Unshown.version_id, Unshown.mode)
    )
