"""Side fragments: answers by language, channel and so on, sealed until their quarter is over, then told once.

A piece holds many answers of one dimension, so how many pieces there are tells how many answers, and nothing
of them. It waits with its batch until that is in a cell, and then with all cells that end in the quarter: what is
told is whole cells in new parts. What is written is what is printed, no more: from counts by statement, or from
two tellings of one quarter, who has the responses could work out which are whose.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey import batches, dimensions, scoring, workdays
from survey.dimensions import DIMENSIONS, Answers, Part, Valued
from survey.models import LAWS, Batch, Cell, QuestionnaireVersion, SideMean
from survey.pieces import Piece, is_over, pack, packed
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

Group = tuple[str, str]
"""A dimension, and what its pieces wait with: the id of a batch, or law and version of a pool."""


def cut(batch_id: UUID, last_on: date, valued: Sequence[Valued], today: date) -> Iterator[Piece]:
    """What a batch leaves of each dimension: a piece for many answers, in an order drawn for each."""
    for place, dimension in enumerate(DIMENSIONS):
        lines = [dimensions.line(signs, values[place]) for signs, values in valued]
        yield from packed(dimension, str(batch_id), workdays.quarter(last_on), today, lines)


def allows(piece: Piece) -> bool:
    """Whether `piece` can be one of a side dimension."""
    lines = piece.value.split("\n")
    fits = _GROUP.fullmatch(piece.group) is not None and len(lines) <= pack(piece.kind)
    return fits and _make_sense(piece.kind, lines)


def _make_sense(dimension: str, lines: Iterable[str]) -> bool:
    try:
        return all(dimensions.allows(dimension, dimensions.read_line(line)[1]) for line in lines)
    except ValueError:
        return False


@dataclass
class Settling:
    """A night in which side fragments are settled, piece by piece.

    Pieces of a batch in `ways` go into a pool, or nowhere when their quarter had been told; those of any other
    wait on. `widths` are the points and statements of versions. `lines` are answers that are not yet in a piece
    again, or in a part; `parts` those of quarters that are over, by value.
    """

    today: date
    ways: Mapping[Group, Pool | None]
    widths: Mapping[int, tuple[int, int]]
    lines: Pools = field(default_factory=lambda: defaultdict(list), repr=False)
    parts: dict[Pool, dict[str, Part]] = field(default_factory=lambda: defaultdict(dict), repr=False)


def begin(session: Session, municipality_id: int, waiting: Mapping[Group, int], today: date) -> Settling:
    """Begin to settle, knowing how many answers of each group were cut off before `today`. Two statements."""
    batch_ids = {UUID(name) for _dimension, name in waiting if not _POOL.fullmatch(name)}
    cells = _cells(session, municipality_id, batch_ids) if batch_ids else {}
    ways = _ways(waiting, cells)
    pools = [_POOL.fullmatch(name) for _dimension, name in waiting]
    version_ids = {int(found[2]) for found in pools if found} | {pool.version_id for pool in ways.values() if pool}
    return Settling(today, ways, _widths(session, municipality_id, version_ids))


def _ways(waiting: Mapping[Group, int], cells: Mapping[UUID, "_Cell"]) -> dict[Group, Pool | None]:
    """The pool of the answers of whole cells, None for a cell made when its quarter had been told.

    A cell of which a piece is missing stays out: what is told less the cells must never be a part of one.
    """
    of = {(dimension, name): cells[UUID(name)] for dimension, name in waiting if _is_in(cells, name)}
    there = Counter[tuple[str, UUID]]()
    for group, cell in of.items():
        there[group[0], cell.id] += waiting[group]
    return {
        group: None if is_over(cell.quarter, cell.told_on) else cell.pool(group[0])
        for group, cell in of.items()
        if there[group[0], cell.id] == cell.n
    }


def _is_in(cells: Mapping[UUID, "_Cell"], name: str) -> bool:
    return not _POOL.fullmatch(name) and UUID(name) in cells


def settle(night: Settling, piece: Piece) -> Iterator[Piece]:
    """Put `piece` where it goes; what is to be sealed anew by now."""
    place = _POOL.fullmatch(piece.group)
    if piece.made_on >= night.today or not (place or (piece.kind, piece.group) in night.ways):
        yield from () if is_over(piece.quarter, night.today) else (piece,)
        return
    pool: Pool | None
    if place:
        pool = Pool(piece.kind, place[1], int(place[2]), piece.quarter)
    else:
        pool = night.ways[piece.kind, piece.group]
    if pool:
        night.lines[pool] += piece.value.split("\n")
        yield from _settled(night, pool, batches.full(night.lines[pool]))


def _settled(night: Settling, pool: Pool, lines: Sequence[str]) -> Iterable[Piece]:
    if not is_over(pool.quarter, night.today):
        return packed(pool.dimension, f"{pool.law}/{pool.version_id}", pool.quarter, night.today, lines)
    parts = night.parts[pool]
    for part in _parts(lines, night.widths.get(pool.version_id)):
        parts[part.value] = parts[part.value].plus(part) if part.value in parts else part
    return ()


def finish(session: Session, municipality_id: int, night: Settling, enough: int) -> Iterator[Piece]:
    """Write out the quarters that are over, each part of at least `enough` people; the last pieces that wait on.

    Two statements. Raises TallyError for answers that fit no questionnaire, as `settle` does.
    """
    for pool, lines in night.lines.items():
        yield from _settled(night, pool, lines)
    if night.parts:
        _write(session, municipality_id, night.parts, enough)


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

    def pool(self, dimension: str) -> Pool:
        return Pool(dimension, self.law, self.version_id, self.quarter)


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


def _write(session: Session, municipality_id: int, found: Mapping[Pool, Mapping[str, Part]], enough: int) -> None:
    """Write what may be told of these pools, but of none of which something was written before."""
    before = _written(session, municipality_id, {pool.quarter for pool in found})
    rows: list[dict[str, Any]] = []
    for pool, parts in found.items():
        if pool not in before:
            of = {"municipality_id": municipality_id, **vars(pool)}
            rows += [of | _row(part) for part in dimensions.told(list(parts.values()), enough)]
    if rows:
        session.execute(insert(SideMean), rows)


def _widths(session: Session, municipality_id: int, version_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
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
