"""The tally: ballots of closed keys become shuffled responses and counts, in batches of at least k."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from survey import ballot_box, batches, fragments, side_fragments, silence, workdays
from survey.batches import Book, Group, Plan, Width, shuffle
from survey.keys import BallotContent, BallotError, seal, unseal
from survey.models import Ballot, BallotKey, Municipality, QuestionnaireVersion, Team, Unshown, Waiting
from survey.pieces import sealed
from survey.silence import TallyError

READ_AHEAD = 500


@dataclass(frozen=True)
class Tallied:
    """What one tally did: batches made, answers in them, ballots that wait on, ballots given up."""

    batches: int = 0
    answers: int = 0
    waiting: int = 0
    unshown: int = 0


@dataclass
class Rest:
    """What goes into no batch: sealed anew to the open key, or given up and counted per law, version and mode.

    `fragments` are what is cut off answers that do go into one, sealed to the open key.
    """

    resealed: list[bytes] = field(default_factory=list)
    fragments: list[bytes] = field(default_factory=list)
    waiting: set[Group] = field(default_factory=set)
    unshown: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def total(self) -> int:
        """How many ballots these were."""
        return len(self.resealed) + self.unshown.total()


def count(session: Session, municipality_id: int, privates: Mapping[UUID, bytes], now: datetime) -> Tallied:
    """Tally every ballot of the closed keys in `privates` (key id → private half).

    Raises TallyError, without a trace of what was opened, when anything is wrong; the door then rolls back.
    """
    return silence.kept(lambda: _count(session, municipality_id, privates, now))


def _count(session: Session, municipality_id: int, privates: Mapping[UUID, bytes], now: datetime) -> Tallied:
    # A second tally waits here; when its turn comes, the ballots it was to open are gone.
    ballot_box.alone(session, municipality_id)
    open_id, open_public = silence.begin(session, municipality_id)
    book = _book(session, municipality_id, now)
    days: dict[Group, Counter[date]] = defaultdict(Counter)
    for content in _opened(session, book, privates):
        days[batches.group(content)][content.day] += 1
        # A municipality that has just stopped asking: what was written before is kept, hidden among the others.
        book = book if not content.comment else replace(book, asks_comment=True)
    if not days:
        return Tallied()
    plan = batches.plan(days, book)
    heaps = batches.start(session, book, plan)
    rest = _sort(session, book, privates, plan, open_public)
    for heap in heaps:
        batches.finish(session, book, heap)
        sides = side_fragments.cut(heap.id, max(heap.days), heap.sides, book.today)
        rest.fragments += [sealed(open_public, piece) for piece in sides]
    _replace(session, book, privates, open_id, rest)
    fragments.lay(session, municipality_id, open_id, rest.fragments)
    answers = sum(heap.patterns.total() for heap in heaps)
    if answers + rest.total() != sum(counted.total() for counted in days.values()):
        raise TallyError("Antallet af besvarelser skiftede undervejs. Intet er ændret.")
    return Tallied(len(heaps), answers, len(rest.resealed), rest.unshown.total())


# What must be known before anything is opened ------------------------------------------------------------------


def _book(session: Session, municipality_id: int, now: datetime) -> Book:
    teams = session.execute(select(Team.id, Team.law).where(Team.municipality_id == municipality_id))
    version = QuestionnaireVersion
    closed = version.closed_at.is_not(None) & (version.closed_at <= now)
    versions = session.execute(
        select(version.id, version.points, version.statement_count, closed.label("closed")).where(
            version.municipality_id == municipality_id
        )
    )
    asked = session.execute(
        select(Municipality.smallest_group, Municipality.asks_comment).where(Municipality.id == municipality_id)
    ).one()
    return Book(
        municipality_id,
        asked.smallest_group,
        {row.id: row.law for row in teams},
        {row.id: Width(row.points, row.statement_count, row.closed) for row in versions},
        workdays.day(now),
        asked.asks_comment,
    )


# Opening and sorting -------------------------------------------------------------------------------------


def _closed(municipality_id: int, privates: Mapping[UUID, bytes]) -> Select[UUID]:
    return select(BallotKey.id).where(
        BallotKey.municipality_id == municipality_id, BallotKey.state == "closed", BallotKey.id.in_(privates)
    )


def _opened(session: Session, book: Book, privates: Mapping[UUID, bytes]) -> Iterator[BallotContent]:
    """The ballots one by one, in the order of their random ids, through a server-side cursor."""
    waiting = select(Ballot.id, Ballot.key_id, Ballot.sealed).where(
        Ballot.municipality_id == book.municipality_id,
        Ballot.key_id.in_(_closed(book.municipality_id, privates)),
    )
    with session.execute(waiting.order_by(Ballot.id), execution_options={"yield_per": READ_AHEAD}) as ballots:
        for ballot_id, key_id, sealed in ballots:
            content = None
            with suppress(BallotError):
                content = unseal(privates[key_id], sealed)
            if content is None or not book.makes_sense(content):
                raise TallyError(f"Den forseglede besvarelse {ballot_id} kan ikke åbnes. Intet er ændret.")
            yield content


def _sort(session: Session, book: Book, privates: Mapping[UUID, bytes], plan: Plan, open_public: bytes) -> Rest:
    """Open every ballot a second time and lay it in its batch; what has none is returned, closed again."""
    rest = Rest()
    for content in _opened(session, book, privates):
        heap = plan.get((batches.group(content), content.day))
        if heap:
            batches.lay(session, book, heap, content)
            rest.fragments += _cut(book, content, open_public)
        elif book.is_given_up(content.day):
            rest.unshown[book.laws[content.team_id], content.version_id, content.mode] += 1
        else:
            rest.resealed.append(seal(open_public, content))
            rest.waiting.add(batches.group(content))
    return rest


def _cut(book: Book, content: BallotContent, open_public: bytes) -> list[bytes]:
    law = book.laws[content.team_id]
    pieces = fragments.cut(content, law, book.today, with_comment=book.asks_comment)
    return [sealed(open_public, piece) for piece in pieces]


def _replace(session: Session, book: Book, privates: Mapping[UUID, bytes], open_id: UUID, rest: Rest) -> None:
    """Take the opened ballots out of the box and lay those that wait in again: shuffled, with new ids."""
    mine = {"municipality_id": book.municipality_id}
    session.execute(
        delete(Ballot).where(
            Ballot.municipality_id == book.municipality_id,
            Ballot.key_id.in_(_closed(book.municipality_id, privates)),
        )
    )
    shuffle(rest.resealed)
    ballots = [{**mine, "id": uuid4(), "key_id": open_id, "sealed": sealed} for sealed in rest.resealed]
    if ballots:
        session.execute(insert(Ballot), ballots)
    _note_rest(session, book, rest)


def _note_rest(session: Session, book: Book, rest: Rest) -> None:
    """Rewrite which teams have too few ballots, and add up those given up."""
    mine = {"municipality_id": book.municipality_id, "tallied_on": book.today}
    session.execute(delete(Waiting).where(Waiting.municipality_id == book.municipality_id))
    names = ("team_id", "version_id", "mode")
    waiting = [mine | dict(zip(names, group, strict=True)) for group in sorted(rest.waiting)]
    if waiting:
        session.execute(insert(Waiting), waiting)
    unshown = [
        {**mine, "law": law, "version_id": version_id, "mode": mode, "n": n}
        for (law, version_id, mode), n in rest.unshown.items()
    ]
    if unshown:
        added = upsert(Unshown).values(unshown)
        key = [column.name for column in Unshown.__table__.primary_key]
        more = added.on_conflict_do_update(index_elements=key, set_={"n": Unshown.n + added.excluded.n})
        session.execute(more)
