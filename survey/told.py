"""What was told up to a day: cells and groups of cells, streamed. Counts alone."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from survey.cells import Counted, counted_in
from survey.models import Cell, CellGroup
from survey.results import CellView, OneRow, Period

READ_AHEAD = 50
"""Cells fetched at a time: so many are in memory, whatever the period."""
LEVELS = ("cell", "means", "spread")


@dataclass(frozen=True)
class Told:
    """A cell, or the sum of a group of cells of one version and mode, and the day it was told.

    `statements` are the positions whose means (of a spread: whose distributions) are told of it; of a cell, of the
    group of means it is in, None while it is in none.
    """

    team_id: int | None
    version_id: int
    mode: str
    told_on: date
    counted: Counted
    statements: tuple[int, ...] | None


@dataclass(frozen=True)
class Kept:
    """A cell as a page read it, and the days on which it and its groups were told."""

    view: CellView
    told_on: date
    means_on: date | None
    spread_on: date | None
    tags_on: date | None


def newest(session: Session, municipality_id: int) -> date | None:
    """The last day on which anything was told: today's figures are up to it. None where nothing is told yet."""
    days = [
        select(func.max(of.told_on)).where(of.municipality_id == municipality_id).scalar_subquery()
        for of in (Cell, CellGroup)
    ]
    return session.scalar(select(func.greatest(*days)))


def newest_answer(session: Session, municipality_id: int) -> date | None:
    """The last answering day of anything told of the municipality; None where nothing is told yet."""
    return session.scalar(select(func.max(Cell.last_on)).where(Cell.municipality_id == municipality_id))


def stream(
    session: Session,
    municipality_id: int,
    level: str,
    period: Period,
    law: str,
    team_ids: Collection[int | None] | None,
) -> Iterator[Told]:
    """What is told in `period` of a law group's `team_ids` (None: all), by version, mode and last day.

    Few at a time, through a server-side cursor: read on before asking anything else of `session`.
    """
    mine = [Cell.municipality_id == municipality_id, Cell.law == law]
    if team_ids is not None:
        named = [team_id for team_id in team_ids if team_id is not None]
        rest = [Cell.team_id.is_(None)] if None in team_ids else []
        mine.append(or_(Cell.team_id.in_(named), *rest))
    wanted = (_single(period) if level == "cell" else _grouped(level, period)).where(*mine)
    with session.execute(wanted, execution_options={"yield_per": READ_AHEAD}) as rows:
        for _, same in groupby(rows, lambda row: row.unit):
            yield _told(same)


def _told(rows: Iterator[Any]) -> Told:
    first = next(rows)
    counted = counted_in(first)
    for row in rows:
        counted = counted.plus(counted_in(row))
    statements = None if first.statements is None else tuple(first.statements)
    return Told(first.team_id, first.version_id, first.mode, first.told, counted, statements)


def _single(period: Period) -> Select[Any]:
    return (
        select(*Cell.__table__.columns, CellGroup.statements, Cell.id.label("unit"), Cell.told_on.label("told"))
        .outerjoin(
            CellGroup, (CellGroup.municipality_id == Cell.municipality_id) & (CellGroup.id == Cell.means_id)
        )
        .where(Cell.last_on.between(period.first, period.last))
        .order_by(Cell.version_id, Cell.mode, Cell.last_on, Cell.told_on, Cell.id)
    )


def _grouped(level: str, period: Period) -> Select[Any]:
    of = CellGroup
    belongs = Cell.means_id if level == "means" else Cell.spread_id
    return (
        select(*Cell.__table__.columns, of.statements, of.id.label("unit"), of.told_on.label("told"))
        .join(of, (of.municipality_id == Cell.municipality_id) & (of.id == belongs))
        .where(of.last_on.between(period.first, period.last))
        .order_by(Cell.version_id, Cell.mode, of.last_on, of.told_on, of.id, Cell.last_on, Cell.id)
    )


def kept(
    session: Session, municipality_id: int, period: Period, as_of: date, *, inside: bool = False
) -> list[Kept]:
    """The cells of which anything was told in `period` by the day `as_of`, in the order of closing; one statement.

    What `results.cells` reads, as it was then: a later night may close groups and tell cells of earlier days.
    With `inside` what lies wholly in the period, as `wave_results` reads it.
    """
    means, spread, tags = (aliased(CellGroup) for _ in range(3))
    cell, in_means, in_spread, in_tags = (_by(of, period, as_of, inside) for of in (Cell, means, spread, tags))
    wanted = (
        select(
            *Cell.__table__.columns,
            cell.label("mean"),
            case((in_means, means.statements)).label("means"),
            case((in_spread, spread.statements)).label("spread"),
            func.coalesce(in_tags, False).label("told_tags"),
            case((means.told_on <= as_of, func.cardinality(means.statements))).label("in_group"),
            means.told_on.label("means_on"),
            spread.told_on.label("spread_on"),
            tags.told_on.label("tags_on"),
        )
        .outerjoin(means, (means.municipality_id == Cell.municipality_id) & (means.id == Cell.means_id))
        .outerjoin(spread, (spread.municipality_id == Cell.municipality_id) & (spread.id == Cell.spread_id))
        .outerjoin(tags, (tags.municipality_id == Cell.municipality_id) & (tags.id == Cell.tags_id))
        .where(Cell.municipality_id == municipality_id, or_(cell, in_means, in_spread, in_tags))
        .order_by(Cell.told_on, Cell.last_on, Cell.id)
    )
    return [
        Kept(_view(row), row.told_on, row.means_on, row.spread_on, row.tags_on) for row in session.execute(wanted)
    ]


def _by(of: Any, period: Period, as_of: date, inside: bool) -> ColumnElement[bool]:
    told: ColumnElement[bool] = of.last_on.between(period.first, period.last) & (of.told_on <= as_of)
    return told & (of.first_on >= period.first) if inside else told


def _view(row: OneRow) -> CellView:
    counted = counted_in(row)
    return CellView(
        row.team_id,
        row.law,
        row.version_id,
        row.mode,
        counted,
        row.mean,
        None if row.means is None else tuple(row.means),
        None if row.spread is None else tuple(row.spread),
        row.told_tags,
        row.in_group is not None and row.in_group < len(counted.statements),
    )
