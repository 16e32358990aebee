"""Lineages: versions of a questionnaire whose statements all mean the same are one series, with a break at each.

Cells are of one version; a series sums cells, so nothing finer than a cell is told by putting versions together.
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


@dataclass(frozen=True)
class Lineages:
    """By version: the newest of its lineage, and the day it was published."""

    heads: Mapping[int, int] = field(default_factory=dict)
    published: Mapping[int, date] = field(default_factory=dict)

    def head(self, version_id: int) -> int:
        """The newest version of the same series; itself where nothing follows."""
        return self.heads.get(version_id, version_id)


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
    return Lineages(heads, {each.id: workdays.day(each.published_at) for each in rows})


def read(session: Session, municipality_id: int, period: Period) -> tuple[Counts, Lineages]:
    """`results.read`, with the versions of a lineage as its newest; nine statements."""
    found = of(session, municipality_id)
    return joined(results.read(session, municipality_id, period), found), found


def joined(counts: Counts, lineages: Lineages) -> Counts:
    """`counts` with the versions of a lineage as its newest; their texts, scale and place are the newest's."""

    def rows(of: Iterable[OneRow]) -> list[Any]:
        return [SimpleNamespace(**{**row._mapping, "version_id": lineages.head(row.version_id)}) for row in of]

    return replace(
        counts,
        versions=_versions(counts.versions, lineages),  # type: ignore[arg-type]  # a row in all but name
        cells=cells(counts.cells, lineages),
        weeks=rows(counts.weeks),
        waiting=rows(counts.waiting),
        unshown=rows(counts.unshown),
    )


def cells(found: Iterable[CellView], lineages: Lineages) -> list[CellView]:
    """The cells as ones of the newest version of their lineage."""
    return [
        cell if head == cell.version_id else replace(cell, version_id=head)
        for cell, head in ((cell, lineages.head(cell.version_id)) for cell in found)
    ]


def _versions(rows: Sequence[OneRow], lineages: Lineages) -> list[Version]:
    lines: dict[int, list[OneRow]] = {}
    for row in sorted(rows, key=lambda row: int(row.number)):
        lines.setdefault(lineages.head(row.id), []).append(row)
    return [
        Version(
            row.id, row.name, row.number, row.points, row.labels, row.texts, _editions(lines[row.id], lineages)
        )
        for row in rows
        if lineages.head(row.id) == row.id
    ]


def _editions(line: Sequence[OneRow], lineages: Lineages) -> tuple[Edition, ...]:
    found, before = list[Edition](), None
    for row in line:
        texts = zip(row.texts, before.texts if before else row.texts, strict=True)
        reworded = tuple(position for position, (now, then) in enumerate(texts, 1) if now != then)
        found.append(Edition(row.number, lineages.published[row.id], reworded))
        before = row
    return tuple(found)
