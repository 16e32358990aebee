"""The night's last work on answers: batches become cells, and cells groups, once what they say may be told.

A cell never changes: the same figure has the same digits for ever.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey import ballot_box, cells, results, workdays
from survey.cells import Counted, Unit, Untold, complete_sums, counted_in
from survey.models import (
    TAGS,
    Batch,
    BatchComplete,
    BatchPerson,
    BatchStatement,
    BatchTag,
    Cell,
    CellGroup,
    Municipality,
)

Rule = Callable[[Counted, Sequence[Untold], int], Any]
"""Of all together, of the parts, and of the fewest people a figure needs."""
GRADED: Mapping[str, tuple[Rule, Rule]] = {
    "means": (cells.may_tell_means, cells.told),
    "spread": (cells.may_tell_spread, cells.spread),
}
"""Per grade when a group is closed, and which statements it then tells."""


def form(session: Session, municipality_id: int, now: datetime) -> int:
    """Make the cells and groups that the batches there are allow, in the order they were tallied; how many cells.

    A team that may not stand alone goes with the rest of its law group. What is left over waits for more.
    """
    ballot_box.alone(session, municipality_id)
    smallest = session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()
    today = workdays.day(now)
    shown = {team.id for team in results.teams(session, municipality_id) if team.shown}
    batches = [_of_unit(batch, shown) for batch in _batches(session, municipality_id)]
    made = 0
    for unit, mine in _by_unit(batches).items():
        for counted, parts in cells.closed(mine, lambda whole, _parts: cells.may_stand(whole, smallest)):
            _write_cell(session, municipality_id, unit, counted, [part.id for part in parts], today)
            made += 1
    session.flush()
    _group(session, municipality_id, "means", smallest, today)
    _group(session, municipality_id, "spread", smallest, today)
    return made


def _of_unit(batch: Untold, shown: set[int]) -> Untold:
    if batch.unit.team_id in shown:
        return batch
    return replace(batch, unit=replace(batch.unit, team_id=None))


def _by_unit(parts: Iterable[Untold]) -> dict[Unit, list[Untold]]:
    found: dict[Unit, list[Untold]] = defaultdict(list)
    for part in parts:
        found[part.unit].append(part)
    return found


def _write_cell(
    session: Session, municipality_id: int, unit: Unit, counted: Counted, batches: Sequence[UUID], today: date
) -> None:
    cell_id = uuid4()
    session.execute(
        insert(Cell).values(
            municipality_id=municipality_id,
            id=cell_id,
            **_told_of(unit, counted, today),
            points=len(counted.statements[0]) - 1,
            statement_count=len(counted.statements),
            batches=counted.batches,
            n=counted.n,
            people=counted.people,
            counts=[n for counts in counted.statements for n in counts],
            persons=[x for (answered, total), n in sorted(counted.persons.items()) for x in (answered, total, n)],
            complete=counted.sums["n"],
            **{name: value for name, value in counted.sums.items() if name != "n"},
            tags=list(counted.tags),
        )
    )
    mine = (Batch.municipality_id == municipality_id, Batch.id.in_(batches))
    session.execute(update(Batch).where(*mine).values(cell_id=cell_id))


def _told_of(unit: Unit, counted: Counted, today: date) -> dict[str, Any]:
    return {
        **vars(unit),
        "first_on": counted.first_on,
        "last_on": counted.last_on,
        "told_on": max(today, counted.last_on),
    }


def _group(session: Session, municipality_id: int, grade: str, smallest: int, today: date) -> None:
    fit, tells = {"means": (cells.may_tell_means, cells.told), "spread": (cells.may_tell_spread, cells.spread)}[
        grade
    ]
    for unit, mine in _by_unit(_cells(session, municipality_id, grade)).items():
        for counted, parts in cells.closed(mine, lambda whole, each: fit(whole, each, smallest)):
            group_id = uuid4()
            session.execute(
                insert(CellGroup).values(
                    municipality_id=municipality_id,
                    id=group_id,
                    **_told_of(unit, counted, today),
                    grade=grade,
                    statements=tells(counted, parts, smallest),
                    tells_tags=grade == "spread" and cells.may_tell_tags(counted, smallest),
                )
            )
            # What is told in a spread is whole groups of means: those are the parts.
            of = Cell.id if grade == "means" else Cell.means_id
            mine_too = (Cell.municipality_id == municipality_id, of.in_([part.id for part in parts]))
            session.execute(update(Cell).where(*mine_too).values({f"{grade}_id": group_id}))


# Reading what is not told yet ----------------------------------------------------------------------------


def _batches(session: Session, municipality_id: int) -> list[Untold]:
    """Every batch in no cell, in the order of closing, with its counts; five statements."""
    waiting = (Batch.municipality_id == municipality_id, Batch.cell_id.is_(None))
    rows = session.execute(select(Batch).where(*waiting).order_by(Batch.tallied_on, Batch.last_on, Batch.id))
    batches = rows.scalars().all()
    statements: dict[UUID, list[tuple[int, ...]]] = defaultdict(list)
    for one in session.scalars(
        select(BatchStatement).join(Batch).where(*waiting).order_by(BatchStatement.position)
    ):
        statements[one.batch_id].append((one.dont_know, one.n1, one.n2, one.n3, one.n4, one.n5))
    persons: dict[UUID, Counter[tuple[int, int]]] = defaultdict(Counter)
    for person in session.scalars(select(BatchPerson).join(Batch).where(*waiting)):
        persons[person.batch_id][person.answered, person.total] = person.n
    sums = {
        one.batch_id: {"n": one.n} | complete_sums(one)
        for one in session.scalars(select(BatchComplete).join(Batch).where(*waiting))
    }
    tags: dict[UUID, Counter[str]] = defaultdict(Counter)
    for tag in session.scalars(select(BatchTag).join(Batch).where(*waiting)):
        tags[tag.batch_id][tag.tag] = tag.n
    return [
        Untold(
            batch.id,
            Unit(batch.team_id, batch.law, batch.version_id, batch.mode),
            Counted(
                batch.first_on,
                batch.last_on,
                1,
                batch.n,
                tuple(counts[: batch.points + 1] for counts in statements[batch.id]),
                persons[batch.id],
                sums[batch.id],
                tuple(tags[batch.id][tag] for tag in TAGS),
            ),
        )
        for batch in batches
    ]


def _cells(session: Session, municipality_id: int, grade: str) -> list[Untold]:
    """The cells in no group of means; or the groups of means in no spread, each as one part."""
    missing = (
        Cell.means_id.is_(None) if grade == "means" else Cell.means_id.is_not(None) & Cell.spread_id.is_(None)
    )
    rows = session.execute(
        select(*Cell.__table__.columns, CellGroup.statements)
        .outerjoin(CellGroup, CellGroup.id == Cell.means_id)
        .where(Cell.municipality_id == municipality_id, missing)
        .order_by(Cell.told_on, Cell.last_on, Cell.id)
    )
    parts: dict[UUID, Untold] = {}
    for cell in rows:
        key = cell.means_id or cell.id
        unit, counted = Unit(cell.team_id, cell.law, cell.version_id, cell.mode), counted_in(cell)
        before = parts.get(key)
        parts[key] = Untold(key, unit, before.counted.plus(counted) if before else counted, cell.statements or ())
    return list(parts.values())
