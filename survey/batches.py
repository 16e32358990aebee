"""Batches in the making: which ballots go together, and how a batch, its responses and its counts are written."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from survey import counts, dimensions
from survey.counts import Left
from survey.dimensions import LANGUAGE, Answers, Valued
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

Line = TypeVar("Line")

_TAGS, _CONFIRMATIONS = frozenset((None, *TAGS)), frozenset((None, *CONFIRMATIONS))

LATE = timedelta(days=28)
"""So long a ballot waits for its own team; then it joins its law group's."""

GIVEN_UP = timedelta(days=84)
"""So long a ballot waits at all; then it is destroyed and counted as too few to show."""

CHUNK = 1000
"""Responses are written so many at a time, always out of twice as many shuffled, or the whole batch."""

PATTERNS = 4000
"""Of so many different answers to a whole questionnaire the counts are taken, and the answers forgotten."""

Group = tuple[int, int, str]
"""Team, questionnaire version and mode."""


def shuffle(rows: list[Any]) -> None:
    """Put `rows` in an order that nobody can foretell: by Fisher and Yates, of 64 drawn bits a step."""
    drawn = memoryview(secrets.token_bytes(8 * len(rows))).cast("Q")
    for last in range(len(rows) - 1, 0, -1):
        other = drawn[last] % (last + 1)
        rows[last], rows[other] = rows[other], rows[last]


@dataclass(frozen=True)
class Width:
    """A questionnaire version as the tally sees it."""

    points: int
    statements: int
    closed: bool

    @cached_property
    def chosen(self) -> frozenset[int | None]:
        """All that a statement can be answered with."""
        return frozenset((None, *range(self.points + 1)))


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
            and content.tag in _TAGS
            and content.confirmation in _CONFIRMATIONS
            and LANGUAGE.fullmatch(content.language) is not None
            and len(content.answers) == version.statements
            and version.chosen.issuperset(content.answers)
        )

    def is_late(self, version_id: int, day: date) -> bool:
        """Whether a ballot of that day no longer waits for its own team."""
        return self.versions[version_id].closed or self.today - day >= LATE

    def is_given_up(self, day: date) -> bool:
        """Whether a ballot of that day has waited for the last time."""
        return self.today - day >= GIVEN_UP


@dataclass
class Heap:
    """A batch in the making: how many answers of which day, and what of them is not yet written or counted.

    `rows` are answers as signs. `sides` are such with their values; none of what was answered on site, of which
    nobody knows more than the language. `counted` is what answers left that are no longer in `patterns`. With
    `begun` the batch has a row, because some of its responses have.
    """

    team_id: int | None
    law: str
    version_id: int
    mode: str
    id: UUID = field(default_factory=uuid4)
    days: Counter[date] = field(default_factory=Counter)
    patterns: Counter[Answers] = field(default_factory=Counter, repr=False)
    tags: Counter[str] = field(default_factory=Counter, repr=False)
    rows: list[str] = field(default_factory=list, repr=False)
    sides: list[Valued] = field(default_factory=list, repr=False)
    counted: Left | None = field(default=None, repr=False)
    begun: bool = False


Plan = Mapping[tuple[Group, date], Heap]
"""Which law group's batch takes the ballots of a group and day; what is in none waits on or is given up."""


def group(content: BallotContent) -> Group:
    """What a ballot is gathered by."""
    return content.team_id, content.version_id, content.mode


def plan(few: Mapping[Group, Sequence[BallotContent]], book: Book) -> Plan:
    """A batch for each law group with k or more that waited too long, out of teams that have fewer."""
    pools: dict[tuple[Group, date], tuple[str, int, str]] = {}
    people = Counter[tuple[str, int, str]]()
    for (team_id, version_id, mode), contents in few.items():
        pool = book.laws[team_id], version_id, mode
        for content in contents:
            if book.is_late(version_id, content.day):
                pools[(team_id, version_id, mode), content.day] = pool
                people[pool] += 1
    heaps = {pool: Heap(None, *pool) for pool, n in people.items() if n >= book.smallest_group}
    return {key: heaps[pool] for key, pool in pools.items() if pool in heaps}


def lay(session: Session, book: Book, heap: Heap, content: BallotContent) -> None:
    """Put one opened answer into its batch; full shuffled chunks are written on the way."""
    signs = dimensions.signs(content.answers)
    heap.days[content.day] += 1
    heap.patterns[content.answers] += 1
    heap.rows.append(signs)
    if content.tag:
        heap.tags[content.tag] += 1
    if heap.mode == "remote":
        heap.sides.append((signs, dimensions.values(content)))
    if len(heap.rows) == 2 * CHUNK:
        _write(session, book, heap, CHUNK)
    if len(heap.patterns) == PATTERNS:
        _count(book, heap)


def full(lines: list[Line]) -> list[Line]:
    """A shuffled chunk, taken out of `lines` where twice as many lie there; else nothing."""
    if len(lines) < 2 * CHUNK:
        return []
    shuffle(lines)
    found, lines[:CHUNK] = lines[:CHUNK], []
    return found


def _count(book: Book, heap: Heap) -> Left:
    """Count what is in `patterns`, and forget it; what all answers until now left."""
    version = book.versions[heap.version_id]
    found = counts.left(heap.patterns, version.statements, version.points)
    heap.counted = heap.counted.plus(found) if heap.counted else found
    heap.patterns.clear()
    return heap.counted


def _begin(session: Session, book: Book, heap: Heap) -> None:
    """Write the row that the responses point to, as the batch is by now."""
    values = _batch(heap, book)
    if not heap.begun:
        session.execute(insert(Batch), [values])
    else:
        mine = (Batch.municipality_id == book.municipality_id, Batch.id == heap.id)
        grown = {name: values[name] for name in ("first_on", "last_on", "tallied_on", "n")}
        session.execute(update(Batch).where(*mine).values(grown))
    heap.begun = True


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
    if not heap.begun:
        _begin(session, book, heap)
    shuffle(heap.rows)
    now, heap.rows = heap.rows[:n], heap.rows[n:]
    version, drawn = book.versions[heap.version_id], secrets.token_hex(16 * n)
    # The two lists as text of one parameter each: an array of many takes five times as long.
    session.execute(
        text(
            "INSERT INTO response (municipality_id, id, batch_id, points, statement_count, answers) "
            "SELECT :municipality, unnest(CAST(:ids AS uuid[])), :batch, :points, :statements, "
            "CAST(string_to_array(string_to_table(:answers, ' '), NULL, '-') AS smallint[])"
        ),
        {
            "municipality": book.municipality_id,
            "ids": f"{{{','.join([drawn[at : at + 32] for at in range(0, len(drawn), 32)])}}}",
            "batch": heap.id,
            "points": version.points,
            "statements": version.statements,
            "answers": " ".join(now),
        },
    )


def finish(session: Session, book: Book, heap: Heap) -> None:
    """Write the rest of a batch's rows and its counts."""
    _begin(session, book, heap)
    _write(session, book, heap, len(heap.rows))
    counted = _count(book, heap)
    mine = {"municipality_id": book.municipality_id, "batch_id": heap.id}
    columns = ("n1", "n2", "n3", "n4", "n5", "dont_know")
    statements = [
        {**mine, "position": position, **dict(zip(columns, chosen, strict=True))}
        for position, chosen in enumerate(counted.statements, 1)
    ]
    persons = [
        {**mine, "answered": answered, "total": total, "n": n} for (answered, total), n in counted.persons.items()
    ]
    session.execute(insert(BatchStatement), statements)
    session.execute(insert(BatchPerson), persons)
    session.execute(insert(BatchComplete), [mine | vars(counted.complete)])
    if heap.tags:
        session.execute(insert(BatchTag), [{**mine, "tag": tag, "n": n} for tag, n in sorted(heap.tags.items())])
