"""What may be told of a period: cells and counts. Never responses, ballots or batches as they are.

The number of statements is fixed, and the number of rows does not grow with the number of responses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Uuid,
    any_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import NullType

from survey import scoring, untold, workdays
from survey.cells import STORED, Counted, counted_of
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
)

OneRow = Row[*tuple[Any, ...]]
Rows = Sequence[OneRow]
Query = Select[*tuple[Any, ...]]
LAW_NAMES = {"LAB": "Opfølgning", "LAS": "Ydelse"}
OF_WHOM = ("team_id", "law", "version_id", "mode")
READ = (*OF_WHOM, *STORED)
"""What is read of a cell."""
KNOWN_CELLS = 10_000
"""Of so many cells a process keeps the counts in memory, some 40 MB; then it forgets them all."""
SMALLEST_TEAM = 3
"""Active caseworkers a team needs before its figures are shown outside its law group; and that, to be shown."""

_known: dict[UUID, Counted] = {}


@dataclass(frozen=True)
class Period:
    """Whole Copenhagen days, both ends included. A cell, and a group of cells, belongs where its last day lies."""

    first: date
    last: date


@dataclass(frozen=True)
class TeamView:
    """A team, and whether its figures may be shown apart from its law group; and those of its law group at all."""

    id: int
    name: str
    law: str
    shown: bool
    group_shown: bool = True


@dataclass(frozen=True)
class CellView:
    """A cell: whose it is, its counts, and which parts of it belong to the period.

    `mean` is True when its mean does. `means` and `spread` are the positions of the statements whose mean, and
    whose distribution, is told in the period; None where its group lies outside. `tags` when those are told in it.
    `hides` is True when its group leaves the mean of a statement untold, in the period or outside. `spread_on` is
    the day from which its distributions are told, None where they are not yet.
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
    hides: bool = False
    spread_on: date | None = None


@dataclass(frozen=True)
class Counts:
    """What `read` fetched: cells, and rows of counts, by law, version, mode and team, in the order of closing.

    `weeks` and `meetings` have no mode: participation is that of invitations. `waiting` are ballots that are too
    few for a batch, and batches that are too few for a cell, whatever the period, each with the `newest` day of
    figures; `unshown` ballots that never were enough, and what of a closed version is too little for a cell.
    """

    period: Period
    smallest: int
    teams: tuple[TeamView, ...]
    versions: Rows
    cells: Sequence[CellView]
    weeks: Rows
    meetings: Rows
    waiting: Rows
    unshown: Rows


# The period ----------------------------------------------------------------------------------------------

TOO_FAR = "En af datoerne ligger uden for 2000-2099."


def is_near(period: Period) -> bool:
    """Whether both ends lie in the years 2000-2099: further away no figures are, and no calendar is worked out."""
    return date(2000, 1, 1) <= period.first and period.last <= date(2099, 12, 31)


def newest_day(session: Session, municipality_id: int) -> date | None:
    """The last day the municipality has figures for; None when it has none yet."""
    return session.scalar(select(untold.newest(municipality_id)))


def last_told(session: Session, municipality_id: int, last: date) -> date | None:
    """The newest day up to `last` that a mean or a response rate is told of; None when there is none."""
    cell = select(func.max(Cell.last_on)).where(Cell.municipality_id == municipality_id, Cell.last_on <= last)
    told = Participation.block_first.is_not(None)
    week = select(func.max(Participation.week)).where(
        Participation.municipality_id == municipality_id, Participation.week <= last, told
    )
    return session.scalar(select(func.greatest(cell.scalar_subquery(), week.scalar_subquery())))


def default_period(newest: date | None, today: date) -> Period:
    """Four calendar quarters, the last one under way: up to the newest figures, or today when there are none.

    Its first day stays where it is until the next quarter begins, so that what is looked at every day in it (the
    always-valid status, the early warning) is the same look continued, not a new one.
    """
    last = newest or today
    first = workdays.quarter(last)
    for _ in range(3):
        first = workdays.quarter(first - timedelta(days=1))
    return Period(first, last)


# Reading -------------------------------------------------------------------------------------------------


def teams(session: Session, municipality_id: int) -> tuple[TeamView, ...]:
    """Teams that are active or have figures, by law and name, each with whether it may be shown.

    A team needs three active caseworkers. Where exactly one team with answers of a mode, or with anything sent, is
    hidden, the law group's total would give it away, so the one with the fewest caseworkers is hidden with it. So
    it is where a version's cells of a mode are all of teams, and one of them has too few.
    """
    rows = session.execute(_teams(municipality_id)).all()
    small = {row.id for row in rows if len(row.caseworkers) < SMALLEST_TEAM}
    hidden = set(small)
    for law, figures in product(LAW_NAMES, (*MODES, "sent")):
        hidden |= _hidden_among([row for row in rows if row.law == law and getattr(row, figures)], hidden)
    if small and len(hidden) < len(rows):
        for of_version in map(set, session.scalars(_with_cells(municipality_id))):
            if of_version & hidden <= small:
                hidden |= _hidden_among([row for row in rows if row.id in of_version], hidden)
    few = _of_few(rows)
    return tuple(TeamView(row.id, row.name, row.law, row.id not in hidden, row.law not in few) for row in rows)


def _hidden_among(told: Rows, hidden: Collection[int]) -> set[int]:
    """The teams hidden of those `told` side by side: with one that is in `hidden`, another."""
    flags = scoring.protected([row.id in hidden for row in told], [len(row.caseworkers) for row in told])
    return {row.id for row, is_hidden in zip(told, flags, strict=True) if is_hidden}


def _with_cells(municipality_id: int) -> Select[Any]:
    """The teams a version's cells of a mode are of, where each is of a team: there is no rest to hide one in."""
    return (
        select(func.array_agg(Cell.team_id.distinct()))
        .where(Cell.municipality_id == municipality_id)
        .group_by(Cell.version_id, Cell.mode)
        .having(func.bool_and(Cell.team_id.is_not(None)))
        .order_by(Cell.version_id, Cell.mode)
    )


def withheld(teams: Iterable[TeamView]) -> frozenset[str]:
    """The law groups of which nothing may be shown: their figures would be those of one or two caseworkers."""
    return frozenset(team.law for team in teams if not team.group_shown)


def _of_few(rows: Iterable[OneRow]) -> set[str]:
    """The law groups with fewer than three active caseworkers; not those in which nobody ever had an account."""
    active: dict[str, set[int]] = {}
    for row in rows:
        if row.has_accounts:
            active.setdefault(row.law, set()).update(row.caseworkers)
    return {law for law, people in active.items() if len(people) < SMALLEST_TEAM}


def read(session: Session, municipality_id: int, period: Period) -> Counts:
    """Everything the dashboard needs of one municipality and period, in eight statements.

    One more where a team is too small, and one where this process does not remember the counts of all its cells.
    """
    smallest = session.scalar(select(Municipality.smallest_group).where(Municipality.id == municipality_id))

    def rows(query: Query) -> Rows:
        return session.connection().execute(query).all()

    return Counts(
        period=period,
        smallest=smallest or scoring.SMALLEST_GROUP,
        teams=teams(session, municipality_id),
        versions=versions(session, municipality_id),
        cells=cells(session, municipality_id, period),
        weeks=weeks(session, municipality_id),
        meetings=rows(_meetings(municipality_id, period)),
        waiting=rows(untold.waiting(municipality_id)),
        unshown=rows(untold.unshown(municipality_id, period.first, period.last)),
    )


def _teams(municipality_id: int) -> Query:
    accounts = (
        Assignment.municipality_id == Team.municipality_id,
        Assignment.team_id == Team.id,
        Assignment.role == "caseworker",
    )
    active = select(func.array_agg(Assignment.staff_id)).join(Staff).where(*accounts, Staff.active)
    batch = (Batch.municipality_id == Team.municipality_id, Batch.team_id == Team.id)
    week = (Participation.municipality_id == Team.municipality_id, Participation.team_id == Team.id)
    figures: dict[str, ColumnElement[bool]] = {mode: exists().where(*batch, Batch.mode == mode) for mode in MODES}
    figures["sent"] = exists().where(*week, Participation.sent > 0)
    return (
        select(
            Team.id,
            Team.name,
            Team.law,
            func.coalesce(active.scalar_subquery(), []).label("caseworkers"),
            exists().where(*accounts).label("has_accounts"),
            *(has.label(name) for name, has in figures.items()),
        )
        .where(Team.municipality_id == municipality_id, or_(Team.active, *figures.values()))
        .order_by(Team.law, Team.name)
    )


def versions(session: Session, municipality_id: int) -> Rows:
    """Every published version of the municipality: id, name, number, points, labels and its statements' texts."""
    of = QuestionnaireVersion
    texts = aggregate_order_by(Statement.text, Statement.position)
    wanted = (
        select(of.id, Questionnaire.name, of.number, of.points, of.labels, func.array_agg(texts).label("texts"))
        .join(Questionnaire)
        .join(Statement)
        .where(of.municipality_id == municipality_id, of.published_at.is_not(None))
        .group_by(of.municipality_id, of.id, Questionnaire.municipality_id, Questionnaire.id)
        .order_by(Questionnaire.name, of.number)
    )
    return session.connection().execute(wanted).all()


def before(period: Period) -> Period:
    """The days before `period`, as many but at least a year: where what a change is held against is found."""
    days = max((period.last - period.first).days + 1, 365)
    first = period.first.toordinal()
    return Period(date.fromordinal(max(1, first - days)), date.fromordinal(max(1, first - 1)))


def cells(session: Session, municipality_id: int, period: Period) -> list[CellView]:
    """The cells of which anything is told in `period`, in the order of closing; one statement, or two."""
    means, spread, tags = (aliased(CellGroup) for _ in range(3))
    cell, *inside = (of.last_on.between(period.first, period.last) for of in (Cell, means, spread, tags))
    told = {
        "mean": cell,
        "told_means": case((inside[0], type_coerce(means.statements, NullType))),
        "told_spread": case((inside[1], type_coerce(spread.statements, NullType))),
        "told_tags": func.coalesce(inside[2], False),
        "in_group": func.cardinality(means.statements),
        "spread_on": spread.told_on,
    }
    wanted = select(*_as_they_are(("id", *OF_WHOM)), *(value.label(name) for name, value in told.items()))
    for group, of in ((means, Cell.means_id), (spread, Cell.spread_id), (tags, Cell.tags_id)):
        wanted = wanted.outerjoin(group, (group.municipality_id == Cell.municipality_id) & (group.id == of))
    mine = (Cell.municipality_id == municipality_id, or_(cell, *inside))
    in_order = wanted.where(*mine).order_by(Cell.told_on, Cell.last_on, Cell.id)
    rows: Sequence[Any] = session.connection().execute(in_order).all()
    counted = _counted(session, municipality_id, [row[0] for row in rows])
    # By place: a page reads thousands, and names take a third longer.
    return [
        CellView(
            team_id,
            law,
            version_id,
            mode,
            counted[cell_id],
            is_told,
            None if of_means is None else tuple(of_means),
            None if of_spread is None else tuple(of_spread),
            has_tags,
            in_group is not None and in_group < len(counted[cell_id].statements),
            on,
        )
        for cell_id, team_id, law, version_id, mode, is_told, of_means, of_spread, has_tags, in_group, on in rows
    ]


def _counted(session: Session, municipality_id: int, ids: Sequence[UUID]) -> Mapping[UUID, Counted]:
    """The counts of cells, out of the memory of this process where it has them: no cell ever changes."""
    found = {cell_id: counted for cell_id in ids if (counted := _known.get(cell_id))}
    missing = [cell_id for cell_id in ids if cell_id not in found]
    if missing:
        stored = select(*_as_they_are(("id", *STORED))).where(
            Cell.municipality_id == municipality_id, Cell.id == any_(bindparam(None, missing, type_=ARRAY(Uuid)))
        )
        rows = session.connection().execute(stored).all()
        read = {cell_id: counted_of(columns, cell_id.int) for cell_id, *columns in rows}
        if len(_known) + len(read) > KNOWN_CELLS:
            _known.clear()
        _known.update(read)
        found |= read
    return found


def _as_they_are(names: Iterable[str]) -> list[ColumnElement[Any]]:
    """Columns of no type: what the driver makes of them is right, and need not be looked at number by number."""
    return [type_coerce(getattr(Cell, name), NullType).label(name) for name in names]


def weeks(session: Session, municipality_id: int) -> Rows:
    """Every week of sending, in order, with the block it is told in; not only a period's: blocks reach over it."""
    of = Participation
    numbers = (of.sent, of.delivered, of.answered, of.unknown)
    wanted = (
        select(
            *(of.team_id, Team.law, of.version_id, of.week, of.closed, of.block_first, of.block_last, of.alone),
            *numbers,
        )
        .join(Team)
        .where(of.municipality_id == municipality_id, of.sent > 0)
        .order_by(of.week)
    )
    return session.connection().execute(wanted).all()


def _meetings(municipality_id: int, period: Period) -> Query:
    """Of whole quarters, and of the blocks of weeks that overlap the period; `newest` is the last week counted."""
    of = MeetingCount
    told = Participation
    overlap = select(func.min(told.block_first), func.max(told.block_last)).where(
        told.municipality_id == municipality_id,
        told.block_first <= period.last,
        told.block_last >= workdays.monday(period.first),
    )
    first, last = overlap.subquery().columns
    newest = select(func.max(of.week)).where(of.municipality_id == municipality_id).scalar_subquery()
    quarters = workdays.quarter(period.first), workdays.quarter_end(period.last)
    return (
        select(of.team_id, Team.law, of.week, of.decision, of.n, newest.label("newest"))
        .join(Team)
        .where(
            of.municipality_id == municipality_id, or_(of.week.between(*quarters), of.week.between(first, last))
        )
    )
