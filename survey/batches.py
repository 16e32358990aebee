"""Batches in the making: which ballots go together, and how a batch, its responses and its counts are written."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from survey import counts, dimensions
from survey.dimensions import DIMENSIONS, LANGUAGE, Answers
from survey.keys import BallotContent
from survey.models import (
    CONFIRMATIONS,
    MODES,
    TAGS,
    Batch,
    BatchComplete,
    BatchPerson,
    BatchStatement,
    BatchTag,
)

LATE = timedelta(days=28)
"""So long a ballot waits for its own team; then it joins its law group's."""

GIVEN_UP = timedelta(days=84)
"""So long a ballot waits at all; then it is destroyed and counted as too few to show."""

CHUNK = 1000
"""Responses are written so many at a time, always out of at least as many shuffled, or the whole batch."""

Group = tuple[int, int, str]
"""Team, questionnaire version and mode."""

shuffle = secrets.SystemRandom().shuffle


@dataclass(frozen=True)
class Width:
    """A questionnaire version as the tally sees it."""

    points: int
    statements: int
    closed: bool


@dataclass(frozen=True)
class Book:
    """What the tally must know of a municipality: k, the laws of its teams, its versions, and what day it is.

    `asks_comment` when each answer leaves a fragment for its comment, empty or not.
    """

    municipality_id: int
    smallest_group: int
    laws: Mapping[int, str]
    versions: Mapping[int, Width]
    today: date
    asks_comment: bool = False

    def makes_sense(self, content: BallotContent) -> bool:
        """Whether this can be written: else the database would refuse it, and put it in its log."""
        version = self.versions.get(content.version_id)
        return (
            version is not None
            and content.team_id in self.laws
            and content.mode in MODES
            and content.tag in (None, *TAGS)
            and content.confirmation in (None, *CONFIRMATIONS)
            and LANGUAGE.fullmatch(content.language) is not None
            and len(content.answers) == version.statements
            and all(answer is None or 0 <= answer <= version.points for answer in content.answers)
        )

    def is_late(self, version_id: int, day: date) -> bool:
        """Whether a ballot of that day no longer waits for its own team."""
        return self.versions[version_id].closed or self.today - day >= LATE

    def is_given_up(self, day: date) -> bool:
        """Whether a ballot of that day has waited for the last time."""
        return self.today - day >= GIVEN_UP


@dataclass
class Heap:
    """A batch in the making: how many answers of which day, and the rows not yet written.

    `sides` are lines of every answer and what it belongs to, by dimension; none of what was answered on site, of
    which nobody knows more than the language.
    """

    team_id: int | None
    law: str
    version_id: int
    mode: str
    id: UUID = field(default_factory=uuid4)
    days: Counter[date] = field(default_factory=Counter)
    patterns: Counter[Answers] = field(default_factory=Counter, repr=False)
    tags: Counter[str] = field(default_factory=Counter, repr=False)
    rows: list[Answers] = field(default_factory=list, repr=False)
    sides: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in DIMENSIONS}, repr=False)


Plan = Mapping[tuple[Group, date], Heap]
"""Which batch takes the ballots of a group and day; what is not in it waits on or is given up."""


def group(content: BallotContent) -> Group:
    """What a ballot is gathered by."""
    return content.team_id, content.version_id, content.mode


def plan(days: Mapping[Group, Counter[date]], book: Book) -> Plan:
    """A batch for each team with k or more, and for each law group with k or more that waited too long."""
    planned: dict[tuple[Group, date], Heap] = {}
    pools: dict[tuple[str, int, str], Heap] = {}
    for (team_id, version_id, mode), counted in days.items():
        law, members = book.laws[team_id], counted
        heap = Heap(team_id, law, version_id, mode)
        if counted.total() < book.smallest_group:
            heap = pools.setdefault((law, version_id, mode), Heap(None, law, version_id, mode))
            members = Counter({day: n for day, n in counted.items() if book.is_late(version_id, day)})
        heap.days.update(members)
        planned.update({((team_id, version_id, mode), day): heap for day in members})
    return {key: heap for key, heap in planned.items() if heap.days.total() >= book.smallest_group}


def start(session: Session, book: Book, planned: Plan) -> list[Heap]:
    """Write the batch rows that the responses will point to."""
    heaps = list({heap.id: heap for heap in planned.values()}.values())
    if heaps:
        session.execute(insert(Batch), [_batch(heap, book) for heap in heaps])
    return heaps


def lay(session: Session, book: Book, heap: Heap, content: BallotContent) -> None:
    """Put one opened answer into its batch; full shuffled chunks are written on the way."""
    heap.patterns[content.answers] += 1
    heap.rows.append(content.answers)
    if content.tag:
        heap.tags[content.tag] += 1
    if heap.mode == "remote":
        for dimension, value in dimensions.values(content).items():
            heap.sides[dimension].append(dimensions.line(content.answers, value))
    if len(heap.rows) == 2 * CHUNK:
        _write(session, book, heap, CHUNK)


def _batch(heap: Heap, book: Book) -> dict[str, Any]:
    version, last = book.versions[heap.version_id], max(heap.days)
    return {
        "municipality_id": book.municipality_id,
        "id": heap.id,
        "team_id": heap.team_id,
        "law": heap.law,
        "version_id": heap.version_id,
        "points": version.points,
        "statement_count": version.statements,
        "mode": heap.mode,
        "first_on": min(heap.days),
        "last_on": last,
        "tallied_on": max(book.today, last),
        "n": heap.days.total(),
    }


def _write(session: Session, book: Book, heap: Heap, n: int) -> None:
    """Shuffle the rows at hand and write `n` of them. One statement, so that a failing row is in no message."""
    shuffle(heap.rows)
    now, heap.rows = heap.rows[:n], heap.rows[n:]
    version = book.versions[heap.version_id]
    session.execute(
        text(
            "INSERT INTO response (municipality_id, id, batch_id, points, statement_count, answers) "
            "SELECT :municipality, unnest(CAST(:ids AS uuid[])), :batch, :points, :statements, "
            "CAST(unnest(CAST(:answers AS text[])) AS smallint[])"
        ),
        {
            "municipality": book.municipality_id,
            "ids": [uuid4() for _row in now],
            "batch": heap.id,
            "points": version.points,
            "statements": version.statements,
            "answers": [f"{{{','.join('NULL' if x is None else str(x) for x in row)}}}" for row in now],
        },
    )


def finish(session: Session, book: Book, heap: Heap) -> None:
    """Write the rest of a batch's rows and its counts."""
    _write(session, book, heap, len(heap.rows))
    version = book.versions[heap.version_id]
    mine = {"municipality_id": book.municipality_id, "batch_id": heap.id}
    columns = ("n1", "n2", "n3", "n4", "n5", "dont_know")
    chosen = counts.per_statement(heap.patterns, version.statements)
    statements = [{**mine, "position": i, **dict(zip(columns, n, strict=True))} for i, n in enumerate(chosen, 1)]
    persons = [
        {**mine, "answered": answered, "total": total, "n": n}
        for (answered, total), n in counts.per_person(heap.patterns).items()
    ]
    session.execute(insert(BatchStatement), statements)
    session.execute(insert(BatchPerson), persons)
    sums = counts.complete(heap.patterns, version.statements, version.points)
    session.execute(insert(BatchComplete), [mine | vars(sums)])
    if heap.tags:
        session.execute(insert(BatchTag), [{**mine, "tag": tag, "n": n} for tag, n in sorted(heap.tags.items())])
