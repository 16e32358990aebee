"""Side fragments: answers by language, channel and so on, sealed until their quarter is over, then told once.

A piece holds up to PACK answers of one dimension, so how many pieces there are tells how many answers, and nothing
of them. It waits with its batch until that is in a cell, and then with all cells that end in the quarter: what is
told is whole cells in new parts. What is written is what is printed, no more: from counts by statement, or from
two tellings of one quarter, who has the responses could work out which are whose.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey import dimensions, scoring, workdays
from survey.dimensions import Answers, Part
from survey.models import LAWS, Batch, Cell, QuestionnaireVersion, SideMean
from survey.pieces import PACK, Piece, is_over, packed
from survey.silence import TallyError

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_POOL = re.compile(rf"({'|'.join(LAWS)})/([1-9][0-9]{{0,17}})")
_GROUP = re.compile(f"{_UUID}|{_POOL.pattern}")


@dataclass(frozen=True)
class Pool:
    """What is told together: one dimension of one law, questionnaire version and quarter."""

    dimension: str
    law: str
    version_id: int
    quarter: date


Pools = dict[Pool, list[str]]
"""The answers of each pool, as lines."""


def cut(batch_id: UUID, last_on: date, lines: Mapping[str, Sequence[str]], today: date) -> Iterator[Piece]:
    """What a batch leaves of each dimension: a piece for every PACK answers, in drawn order."""
    for dimension, said in lines.items():
        yield from packed(dimension, str(batch_id), workdays.quarter(last_on), today, said)


def allows(piece: Piece) -> bool:
    """Whether `piece` can be one of a side dimension."""
    lines = piece.value.split("\n")
    return _GROUP.fullmatch(piece.group) is not None and len(lines) <= PACK and _make_sense(piece.kind, lines)


def _make_sense(dimension: str, lines: Iterable[str]) -> bool:
    try:
        return all(dimensions.allows(dimension, dimensions.read_line(line)[1]) for line in lines)
    except ValueError:
        return False


def settle(
    session: Session, municipality_id: int, pieces: Sequence[Piece], today: date, enough: int
) -> list[Piece]:
    """Write out the quarters that are over, each part of at least `enough` people; the pieces that wait on.

    At most four statements. Raises TallyError, with nothing written, for answers that fit no questionnaire.
    """
    waiting = [piece for piece in pieces if piece.made_on >= today]
    pools, loose = _pooled(piece for piece in pieces if piece.made_on < today)
    waiting += _with_their_cells(session, municipality_id, loose, pools)
    over = {pool: lines for pool, lines in pools.items() if is_over(pool.quarter, today)}
    if over:
        _write(session, municipality_id, over, enough)
    again = [
        piece
        for pool, lines in pools.items()
        if pool not in over
        for piece in packed(pool.dimension, f"{pool.law}/{pool.version_id}", pool.quarter, today, lines)
    ]
    return [piece for piece in waiting if not is_over(piece.quarter, today)] + again


def _pooled(pieces: Iterable[Piece]) -> tuple[Pools, list[Piece]]:
    """The answers whose cells are known, by pool; and the pieces that still wait with their batch."""
    pools: Pools = defaultdict(list)
    loose: list[Piece] = []
    for piece in pieces:
        place = _POOL.fullmatch(piece.group)
        if place:
            pools[Pool(piece.kind, place[1], int(place[2]), piece.quarter)] += piece.value.split("\n")
        else:
            loose.append(piece)
    return pools, loose


def _with_their_cells(session: Session, municipality_id: int, loose: Sequence[Piece], pools: Pools) -> list[Piece]:
    """Lay the answers of whole cells in `pools`, and return the pieces of all others.

    A cell of which a piece is missing stays out: what is told less the cells must never be a part of one. So does
    one made when its quarter had been told.
    """
    cells = _cells(session, municipality_id, {UUID(piece.group) for piece in loose}) if loose else {}
    left = [piece for piece in loose if UUID(piece.group) not in cells]
    of_cell: dict[tuple[str, _Cell], list[Piece]] = defaultdict(list)
    for piece in loose:
        if piece not in left:
            of_cell[piece.kind, cells[UUID(piece.group)]].append(piece)
    for (dimension, cell), mine in of_cell.items():
        lines = [line for piece in mine for line in piece.value.split("\n")]
        if len(lines) != cell.n:
            left += mine
        elif not is_over(cell.quarter, cell.told_on):
            pools[Pool(dimension, cell.law, cell.version_id, cell.quarter)] += lines
    return left


@dataclass(frozen=True)
class _Cell:
    id: UUID
    law: str
    version_id: int
    last_on: date
    told_on: date
    n: int

    @property
    def quarter(self) -> date:
        return workdays.quarter(self.last_on)


def _cells(session: Session, municipality_id: int, batch_ids: Iterable[UUID]) -> dict[UUID, _Cell]:
    """The cell of each of these batches that is in one."""
    cells = (
        select(Batch.id, Cell.id, Cell.law, Cell.version_id, Cell.last_on, Cell.told_on, Cell.n)
        .join(Cell, (Cell.municipality_id == Batch.municipality_id) & (Cell.id == Batch.cell_id))
        .where(Batch.municipality_id == municipality_id, Batch.id.in_(batch_ids))
    )
    rows: Any = session.execute(cells)
    return {batch_id: _Cell(*cell) for batch_id, *cell in rows}


# Writing out ---------------------------------------------------------------------------------------------


def _write(session: Session, municipality_id: int, pools: Pools, enough: int) -> None:
    """Write what may be told of these pools, but of none of which something was written before."""
    points = _points(session, municipality_id, {pool.version_id for pool in pools})
    before = _written(session, municipality_id, {pool.quarter for pool in pools})
    rows: list[dict[str, Any]] = []
    for pool, lines in pools.items():
        parts = _parts(lines, points.get(pool.version_id))
        if pool not in before:
            of = {"municipality_id": municipality_id, **vars(pool)}
            rows += [of | _row(part) for part in dimensions.told(parts, enough)]
    if rows:
        session.execute(insert(SideMean), rows)


def _points(session: Session, municipality_id: int, version_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How many points and statements these versions have."""
    of = QuestionnaireVersion
    wanted = select(of.id, of.points, of.statement_count).where(
        of.municipality_id == municipality_id, of.id.in_(version_ids)
    )
    return {version_id: (points, statements) for version_id, points, statements in session.execute(wanted)}


def _written(session: Session, municipality_id: int, quarters: Iterable[date]) -> set[Pool]:
    columns = (SideMean.dimension, SideMean.law, SideMean.version_id, SideMean.quarter)
    wanted = select(*columns).where(SideMean.municipality_id == municipality_id, SideMean.quarter.in_(quarters))
    return {Pool(*row) for row in session.execute(wanted.distinct())}


def _parts(lines: Iterable[str], width: tuple[int, int] | None) -> list[Part]:
    given: dict[str, list[Answers]] = defaultdict(list)
    for line in lines:
        answers, value = dimensions.read_line(line)
        if width is None or len(answers) != width[1] or any(answer and answer > width[0] for answer in answers):
            raise TallyError("Et forseglet tillæg passer ikke til sit spørgeskema. Intet er ændret.")
        given[value].append(answers)
    return [dimensions.part(value, each, width[0]) for value, each in given.items()] if width else []


def _row(part: Part) -> dict[str, Any]:
    """A part as it is printed: one decimal whatever its size, so that the sum of its scores stays open."""
    mean = scoring.rounded(part.mean, 1)
    return {"value": part.value, "n": part.n, "mean": Decimal(mean.numerator) / mean.denominator}
