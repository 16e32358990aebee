"""What may be told of a period: cells and counts. Never responses, ballots or batches as they are.

The number of statements is fixed, and the number of rows does not grow with the number of responses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import NullType

from survey import scoring, workdays
from survey.cells import Counted, counted_in
from survey.models import (
    MODES,
    Assignment,
    Batch,
    Cell,
    CellGroup,
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
    """Whole Copenhagen days, both ends included. A cell, and a group of cells, belongs where its last day lies."""

    first: date
    last: date


@dataclass(frozen=True)
class TeamView:
    """A team, and whether its figures may be shown apart from its law group."""

    id: int
    name: str
    law: str
    shown: bool


class CellRow(NamedTuple):
    """A cell as it is stored (`Cell`), and what of it belongs to the period.

    `mean` is True when its mean does. `means` and `spread` name the statements whose mean, and whose distribution,
    is told in the period ("{1,2,5}"); None where its group lies outside. `tells_tags` when tags are told too.
    """

    team_id: int | None
    law: str
    version_id: int
    mode: str
    first_on: date
    last_on: date
    n: int
    people: int
    answers: int
    total: int
    counts: Sequence[int]
    persons: Sequence[int]
    tags: Sequence[int]
    mean: bool
    means: str | None
    spread: str | None
    tells_tags: bool


Cells = Sequence[CellRow]


@dataclass(frozen=True)
class CellView:
    """A cell with all its counts, for tests over what many people answered: whose it is, and what is told of it.

    `mean` is True when its mean belongs to the period. `means` and `spread` are the positions of the statements
    whose mean, and whose distribution, is told in it; None where its group lies outside.
    """

    team_id: int | None
    law: str
    version_id: int
    mode: str
    counted: Counted
    mean: bool
    means: tuple[int, ...] | None
    spread: tuple[int, ...] | None
    tags: bool


@dataclass(frozen=True)
class Counts:
    """What `read` fetched: cells, and rows of counts, by law, version, mode and team.

    `weeks` and `meetings` have no mode: participation is that of invitations. `waiting` are ballots that are too
    few for a batch, and batches that are too few for a cell; `unshown` ballots that never were enough, and what of
    a version that is closed is too little for a cell.
    """

    period: Period
    smallest: int
    teams: tuple[TeamView, ...]
    versions: Rows
    cells: Cells
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
    """Everything the dashboard needs of one municipality and period, in eight statements."""
    smallest = session.scalar(select(Municipality.smallest_group).where(Municipality.id == municipality_id))

    def rows(query: Query) -> Rows:
        return session.connection().execute(query).all()

    return Counts(
        period=period,
        smallest=smallest or scoring.SMALLEST_GROUP,
        teams=teams(session, municipality_id),
        versions=rows(_versions(municipality_id)),
        cells=list(map(CellRow._make, rows(_cells(municipality_id, period)))),
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
    texts = aggregate_order_by(Statement.text, Statement.position)
    return (
        select(of.id, Questionnaire.name, of.number, of.points, of.labels, func.array_agg(texts).label("texts"))
        .join(Questionnaire)
        .join(Statement)
        .where(of.municipality_id == municipality_id, of.published_at.is_not(None))
        .group_by(of.municipality_id, of.id, Questionnaire.municipality_id, Questionnaire.id)
        .order_by(Questionnaire.name, of.number)
    )


def _cells(municipality_id: int, period: Period) -> Query:
    means, spread = aliased(CellGroup), aliased(CellGroup)
    cell, in_means, in_spread = (of.last_on.between(period.first, period.last) for of in (Cell, means, spread))
    told: dict[str, ColumnElement[Any]] = {
        "mean": cell,
        "means": case((in_means, cast(means.statements, Text))),
        "spread": case((in_spread, cast(spread.statements, Text))),
        "tells_tags": func.coalesce(in_spread & spread.tells_tags, False),
    }
    return (
        # Of no type: what the driver makes is right, and need not be looked at again number by number.
        select(*(type_coerce(told.get(name, getattr(Cell, name, None)), NullType) for name in CellRow._fields))
        .outerjoin(means, (means.municipality_id == Cell.municipality_id) & (means.id == Cell.means_id))
        .outerjoin(spread, (spread.municipality_id == Cell.municipality_id) & (spread.id == Cell.spread_id))
        .where(Cell.municipality_id == municipality_id, or_(cell, in_means, in_spread))
    )


def before(period: Period) -> Period:
    """The days before `period`, as many but at least a year: where what a change is held against is found."""
    days = max(period.last - period.first + timedelta(days=1), timedelta(days=365))
    return Period(period.first - days, period.first - timedelta(days=1))


def cells(session: Session, municipality_id: int, period: Period) -> list[CellView]:
    """The cells of which anything is told in `period`, in the order of closing, with all their counts."""
    means, spread = aliased(CellGroup), aliased(CellGroup)
    cell, in_means, in_spread = (of.last_on.between(period.first, period.last) for of in (Cell, means, spread))
    wanted = (
        select(
            *Cell.__table__.columns,
            cell.label("mean"),
            case((in_means, means.statements)).label("means"),
            case((in_spread, spread.statements)).label("spread"),
            func.coalesce(in_spread & spread.tells_tags, False).label("tells_tags"),
        )
        .outerjoin(means, (means.municipality_id == Cell.municipality_id) & (means.id == Cell.means_id))
        .outerjoin(spread, (spread.municipality_id == Cell.municipality_id) & (spread.id == Cell.spread_id))
        .where(Cell.municipality_id == municipality_id, or_(cell, in_means, in_spread))
        .order_by(Cell.told_on, Cell.last_on, Cell.id)
    )
    return [
        CellView(
            row.team_id,
            row.law,
            row.version_id,
            row.mode,
            counted_in(row),
            row.mean,
            None if row.means is None else tuple(row.means),
            None if row.spread is None else tuple(row.spread),
            row.tells_tags,
        )
        for row in session.execute(wanted)
    ]


def _weeks(municipality_id: int) -> Query:
    # All weeks, not only the period's: small weeks are put together the same way whatever period is chosen.
    of = Participation
    return (
        select(of.team_id, Team.law, of.version_id, of.week, of.sent, of.delivered, of.answered, of.unknown)
        .join(Team)
        .where(of.municipality_id == municipality_id, of.sent > 0)
        .order_by(of.week)
    )


def _meetings(municipality_id: int, period: Period) -> Query:
    of = MeetingCount
    return (
        select(of.team_id, Team.law, of.week, of.decision, of.n)
        .join(Team)
        .where(
            of.municipality_id == municipality_id,
            of.week.between(workdays.monday(period.first), period.last),
        )
    )


def _waiting(municipality_id: int) -> Query:
    ballots = (
        select(Waiting.team_id, Team.law, Waiting.version_id, Waiting.mode, Waiting.tallied_on)
        .join(Team)
        .where(Waiting.municipality_id == municipality_id)
    )
    batches = (
        select(Batch.team_id, Batch.law, Batch.version_id, Batch.mode, Batch.tallied_on)
        .join(QuestionnaireVersion)
        .where(*_untold(municipality_id), QuestionnaireVersion.closed_at.is_(None))
    )
    either = union_all(ballots, batches).subquery()
    return select(*either.columns)


def _unshown(municipality_id: int, period: Period) -> Query:
    ballots = select(Unshown.law, Unshown.version_id, Unshown.mode, Unshown.n).where(
        Unshown.municipality_id == municipality_id, Unshown.tallied_on.between(period.first, period.last)
    )
    batches = (
        select(Batch.law, Batch.version_id, Batch.mode, Batch.n)
        .join(QuestionnaireVersion)
        .where(
            *_untold(municipality_id),
            QuestionnaireVersion.closed_at.is_not(None),
            Batch.tallied_on.between(period.first, period.last),
        )
    )
    either = union_all(ballots, batches).subquery().columns
    of = (either.law, either.version_id, either.mode)
    return select(*of, func.sum(either.n).label("n")).group_by(*of)


def _untold(municipality_id: int) -> tuple[ColumnElement[bool], ...]:
    return Batch.municipality_id == municipality_id, Batch.cell_id.is_(None)
