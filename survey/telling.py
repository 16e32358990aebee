"""The night's last work on answers: batches become cells, and cells groups, once what they say may be told.

A cell never changes: the same figure has the same digits for ever.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from survey import ballot_box, cells, results, waves, workdays
from survey.batches import LATE
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
    QuestionnaireVersion,
)
from survey.results import OneRow, Rows, TeamView
from survey.waves import Wave

Rule = Callable[[Counted, Sequence[Untold], int], Any]
"""Of all together, of the parts, and of the fewest people a figure needs."""
GRADED: Mapping[str, tuple[Rule, Rule]] = {
    "means": (cells.may_tell_means, cells.told),
    "spread": (cells.may_tell_spread, cells.spread),
    "tags": (cells.may_tell_tags, lambda _whole, _parts, _smallest: []),
}
"""Per grade when a group is closed, and which statements it then tells."""


def tonight(session: Session, municipality_id: int, now: datetime) -> int:
    """`form`, once a day: what is left to tell after a second tally on one day waits for the next night's.

    A figure's id names the day up to which cells and groups were told. What is told later on that day, or with the
    clock turned back, would change its digits.
    """
    # The lock comes first: of two runs at once the second finds what the first has told.
    ballot_box.alone(session, municipality_id)
    told = (
        exists().where(of.municipality_id == municipality_id, of.told_on >= workdays.day(now))
        for of in (Cell, CellGroup)
    )
    return 0 if session.scalar(select(or_(*told))) else form(session, municipality_id, now)


def form(session: Session, municipality_id: int, now: datetime) -> int:
    """Make the cells and groups that the batches there are allow, in the order they were tallied; how many cells.

    A team that may not stand alone goes with the rest of its law group, and waits for another's answers where
    there are other teams. So does, of a version that is closed, what was tallied 28 days ago: no more will come.
    What is left over waits, and all of a law group that may not be shown.
    """
    ballot_box.alone(session, municipality_id)
    smallest = session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()
    today = workdays.day(now)
    made, teams = 0, results.teams(session, municipality_id)

    def fit(whole: Counted, parts: Sequence[Untold]) -> bool:
        return cells.may_stand(whole, smallest) and _in_company(parts, teams)

    for unit, mine in _by_unit(_batches(session, municipality_id, now, teams)).items():
        for counted, parts in cells.closed(mine, fit):
            _write_cell(session, municipality_id, unit, counted, [part.id for part in parts], today)
            made += 1
    asked = waves.of(session, municipality_id)
    # Without a new cell, or a wave that may have ended, there is nothing that was not asked before.
    for grade in GRADED if made or asked else ():
        _group(session, municipality_id, grade, smallest, today, asked)
    return made


def _in_company(parts: Sequence[Untold], teams: Sequence[TeamView]) -> bool:
    """Whether `parts` tell of no hidden team alone: whatever the period, the rest of a law group is of several."""
    unit, mine = parts[0].unit, {part.team_id for part in parts}
    others = {team.id for team in teams if team.law == unit.law} - mine
    shown = {team.id for team in teams if team.shown}
    return len(mine) > 1 or None in mine or mine <= shown or not others


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
            **{name: counted.sums[name] for name in cells.SUMS},
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


def _group(
    session: Session, municipality_id: int, grade: str, smallest: int, today: date, asked: Sequence[Wave]
) -> None:
    fit, tells = GRADED[grade]
    # What is told in a spread is whole groups of means: those are the parts.
    of = Cell.means_id if grade == "spread" else Cell.id
    for unit, mine in _by_unit(_cells(session, municipality_id, grade)).items():
        for counted, parts in _closed(mine, asked, today, lambda whole, each: fit(whole, each, smallest)):
            group_id = uuid4()
            session.execute(
                insert(CellGroup).values(
                    municipality_id=municipality_id,
                    id=group_id,
                    **_told_of(unit, counted, today),
                    grade=grade,
                    statements=tells(counted, parts, smallest),
                )
            )
            members = (Cell.municipality_id == municipality_id, of.in_([part.id for part in parts]))
            session.execute(update(Cell).where(*members).values({f"{grade}_id": group_id}))


def _closed(
    parts: Sequence[Untold], asked: Sequence[Wave], today: date, fit: Callable[[Counted, Sequence[Untold]], bool]
) -> list[tuple[Counted, list[Untold]]]:
    """As `cells.closed`; but a wave's are put together when it is over, all of them where that is `fit`."""
    found, rest = [], list(parts)
    for wave, end in zip(asked, waves.ends(asked), strict=True):
        inside = [part for part in rest if wave.first_on <= part.counted.first_on and part.counted.last_on <= end]
        if not inside:
            continue
        whole = cells.together([part.counted for part in inside])
        is_told = end < today and fit(whole, inside)
        if is_told:
            found.append((whole, inside))
        if is_told or today <= end:
            theirs = {part.id for part in inside}
            rest = [part for part in rest if part.id not in theirs]
    return found + cells.closed(rest, fit)


# Reading what is not told yet ----------------------------------------------------------------------------


def _batches(session: Session, municipality_id: int, now: datetime, teams: Sequence[TeamView]) -> list[Untold]:
    """Every batch in no cell of the law groups that may be shown, in the order of closing; six statements."""
    untold = (Batch.municipality_id == municipality_id, Batch.cell_id.is_(None))
    closed_at = QuestionnaireVersion.closed_at
    late = (Batch.tallied_on <= workdays.day(now) - LATE) & func.coalesce(closed_at <= now, False)
    rows = session.execute(
        select(*Batch.__table__.columns, late.label("late"))
        .join(QuestionnaireVersion)
        .where(*untold, Batch.law.not_in(results.withheld(teams)))
        .order_by(Batch.tallied_on, Batch.last_on, Batch.id)
    ).all()
    if not rows:
        return []
    shown = {team.id for team in teams if team.shown}
    counted = _counted(session, untold, rows)
    return [Untold(row.id, _unit(row, shown), counted[row.id], team_id=row.team_id) for row in rows]


def _unit(batch: OneRow, shown: Collection[int]) -> Unit:
    alone = batch.team_id in shown and not batch.late
    return Unit(batch.team_id if alone else None, batch.law, batch.version_id, batch.mode)


def _counted(session: Session, untold: Sequence[ColumnElement[bool]], batches: Rows) -> dict[UUID, Counted]:
    def rows(table: type[Any]) -> Rows:
        return session.execute(select(*table.__table__.columns).join(Batch).where(*untold)).all()

    width = {batch.id: batch.points + 1 for batch in batches}
    statements = {batch.id: [(0,) * width[batch.id]] * batch.statement_count for batch in batches}
    for of in rows(BatchStatement):
        counts = (of.dont_know, of.n1, of.n2, of.n3, of.n4, of.n5)
        statements[of.batch_id][of.position - 1] = counts[: width[of.batch_id]]
    persons: dict[UUID, Counter[tuple[int, int]]] = defaultdict(Counter)
    for of in rows(BatchPerson):
        persons[of.batch_id][of.answered, of.total] = of.n
    sums = {of.batch_id: {"n": of.n} | complete_sums(of) for of in rows(BatchComplete)}
    tags: dict[UUID, Counter[str]] = defaultdict(Counter)
    for of in rows(BatchTag):
        tags[of.batch_id][of.tag] = of.n
    return {
        batch.id: Counted(
            batch.first_on,
            batch.last_on,
            1,
            batch.n,
            tuple(statements[batch.id]),
            persons[batch.id],
            sums[batch.id],
            tuple(tags[batch.id][tag] for tag in TAGS),
        )
        for batch in batches
    }


def _cells(session: Session, municipality_id: int, grade: str) -> list[Untold]:
    """The cells in no group of that grade; for a spread, the groups of means in none, each as one part."""
    missing = {
        "means": Cell.means_id.is_(None),
        "spread": Cell.means_id.is_not(None) & Cell.spread_id.is_(None),
        "tags": Cell.tags_id.is_(None) & (Cell.tags != [0] * len(TAGS)),
    }
    rows = session.execute(
        select(*Cell.__table__.columns, CellGroup.statements)
        .outerjoin(
            CellGroup, (CellGroup.municipality_id == Cell.municipality_id) & (CellGroup.id == Cell.means_id)
        )
        .where(Cell.municipality_id == municipality_id, missing[grade])
        .order_by(Cell.told_on, Cell.last_on, Cell.id)
    )
    found: dict[UUID, list[tuple[Any, Counted]]] = defaultdict(list)
    for cell in rows:
        found[cell.means_id if grade == "spread" else cell.id].append((cell, counted_in(cell)))
    return [_part(key, *zip(*of, strict=True)) for key, of in found.items()]


def _part(key: UUID, rows: Sequence[Any], counted: Sequence[Counted]) -> Untold:
    unit = Unit(rows[0].team_id, rows[0].law, rows[0].version_id, rows[0].mode)
    return Untold(key, unit, cells.together(counted), rows[0].statements or (), counted)
