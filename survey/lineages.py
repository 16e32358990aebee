"""Lineages: versions of a questionnaire whose statements all mean the same are one series, with a break at each.

Cells are of one version; a series sums cells, so nothing finer than a cell is told by putting versions together.
Weeks of sending are told in blocks of all versions of a series (`survey.blocks`), on every page and in every file:
blocks of one version beside blocks of all would tell their difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import results, workdays
from survey.models import QuestionnaireVersion
from survey.results import CellView, Counts, OneRow, Period

SUMMED = ("sent", "delivered", "answered", "unknown")
"""Of a week of sending."""


@dataclass(frozen=True)
class Edition:
    """A version in a series: published `on` a Copenhagen day, with the statements worded anew (positions)."""

    number: int
    on: date
    reworded: tuple[int, ...] = ()


@dataclass(frozen=True)
class Version:
    """The newest version of a lineage, in place of all of them: a row of `Counts.versions` with its `editions`."""

    id: int
    name: str
    number: int
    points: int
    labels: Sequence[str]
    texts: Sequence[str]
    editions: tuple[Edition, ...]

    @property
    def numbers(self) -> str:
        """As they are read: "2" or "1–3"."""
        return numbers(self.editions, self.number)


@dataclass(frozen=True)
class Lineages:
    """By version: the newest of its lineage, the day it was published, and the one it continues."""

    heads: Mapping[int, int] = field(default_factory=dict)
    published: Mapping[int, date] = field(default_factory=dict)
    continues: Mapping[int, int] = field(default_factory=dict)

    def head(self, version_id: int) -> int:
        """The newest version of the same series; itself where nothing follows."""
        return self.heads.get(version_id, version_id)

    def line(self, version_id: int) -> tuple[int, ...]:
        """The series up to a version, the oldest first: what it was when that version was the newest, for ever."""
        line = [version_id]
        while line[0] in self.continues:
            line.insert(0, self.continues[line[0]])
        return tuple(line)


def of(session: Session, municipality_id: int) -> Lineages:
    """The lineages of all published versions of one municipality; one statement."""
    row = QuestionnaireVersion
    rows = session.execute(
        select(row.id, row.continues_id, row.published_at)
        .where(row.municipality_id == municipality_id, row.published_at.is_not(None))
        .order_by(row.id.desc())
    ).all()
    heads: dict[int, int] = {}
    for each in rows:
        # Newest first: what follows a version has its own head already.
        heads.setdefault(each.id, each.id)
        if each.continues_id is not None:
            heads[each.continues_id] = heads[each.id]
    return Lineages(
        heads,
        {each.id: workdays.day(each.published_at) for each in rows},
        {each.id: each.continues_id for each in rows if each.continues_id is not None},
    )


def read(session: Session, municipality_id: int, period: Period) -> tuple[Counts, Lineages]:
    """`results.read`, with the versions of a lineage as its newest; one statement more."""
    found = of(session, municipality_id)
    return counts(session, municipality_id, period, found), found


def counts(session: Session, municipality_id: int, period: Period, lineages: Lineages) -> Counts:
    """`read` of lineages that are known. Nobody else reads weeks: see `weeks`."""
    return joined(results.read(session, municipality_id, period), lineages)


def weeks(session: Session, municipality_id: int, law: str | None, lineages: Lineages) -> list[Any]:
    """Every week of sending by the newest version of its series, as in `Counts`; None: of both laws."""
    found = results.weeks(session, municipality_id)
    return _weeks((row for row in found if law in (None, row.law)), lineages)


def joined(found: Counts, lineages: Lineages) -> Counts:
    """`found` with the versions of a lineage as its newest; their texts, scale and place are the newest's."""

    return replace(
        found,
        versions=_versions(found.versions, lineages),  # type: ignore[arg-type]  # a row in all but name
        cells=cells(found.cells, lineages),
        weeks=_weeks(found.weeks, lineages),
        waiting=_rows(found.waiting, lineages),
        unshown=_rows(found.unshown, lineages),
    )


def _rows(found: Iterable[OneRow], lineages: Lineages) -> list[Any]:
    return [SimpleNamespace(**{**row._mapping, "version_id": lineages.head(row.version_id)}) for row in found]


def _weeks(found: Iterable[OneRow], lineages: Lineages) -> list[Any]:
    """A team's week, of one block, is one row, whatever versions it was sent."""
    weeks: dict[tuple[int, int, date, date | None], Any] = {}
    for row in _rows(found, lineages):
        key = (row.team_id, row.version_id, row.week, row.block_first)
        whole = weeks.setdefault(key, row)
        if whole is not row:
            for name in SUMMED:
                setattr(whole, name, getattr(whole, name) + getattr(row, name))
            whole.closed = whole.closed and row.closed
    return list(weeks.values())


def cells(found: Iterable[CellView], lineages: Lineages) -> list[CellView]:
    """The cells as ones of the newest version of their lineage."""
    return [
        cell if head == cell.version_id else replace(cell, version_id=head)
        for cell, head in ((cell, lineages.head(cell.version_id)) for cell in found)
    ]


def as_one(rows: Sequence[OneRow], line: Sequence[int], lineages: Lineages) -> Version | None:
    """The versions of `line`, the oldest first, as its newest; None where that is none of `rows`."""
    mine = sorted((row for row in rows if row.id in line), key=lambda row: int(row.number))
    if not mine or mine[-1].id != line[-1]:
        return None
    newest = mine[-1]
    return Version(
        newest.id,
        newest.name,
        newest.number,
        newest.points,
        newest.labels,
        newest.texts,
        _editions(mine, lineages),
    )


def numbers(editions: Sequence[Edition], number: int) -> str:
    """The versions of a series whose newest is `number`, as they are read: "2" or "1–3"."""
    first = editions[0].number if editions else number
    return str(number) if first == number else f"{first}–{number}"


def _versions(rows: Sequence[OneRow], lineages: Lineages) -> list[Version]:
    found = (as_one(rows, lineages.line(row.id), lineages) for row in rows if lineages.head(row.id) == row.id)
    return [version for version in found if version]


def _editions(line: Sequence[OneRow], lineages: Lineages) -> tuple[Edition, ...]:
    found, before = list[Edition](), None
    for row in line:
        texts = zip(row.texts, before.texts if before else row.texts, strict=True)
        reworded = tuple(position for position, (now, then) in enumerate(texts, 1) if now != then)
        found.append(Edition(row.number, lineages.published[row.id], reworded))
        before = row
    return tuple(found)
