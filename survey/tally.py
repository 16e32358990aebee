"""The tally: ballots of closed keys become shuffled responses and counts, in batches of at least k."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from survey import ballot_box, batches, bulk, fragments, side_fragments, silence, workdays
from survey.batches import Book, Group, Heap, Width, shuffle
from survey.dimensions import Valued
from survey.fragments import Drawer
from survey.keys import BallotContent, BallotError, ballot_opener, seal
from survey.models import Ballot, BallotKey, Municipality, QuestionnaireVersion, Team, Unshown, Waiting
from survey.pieces import sealer
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
class Night:
    """A tally under way. Of a group's answers `few` holds those that come before they are k, `heaps` its batch
    from then on; `pools` are the law groups' batches. `read` are lines of how the scale was read, by quarter, that
    are in no fragment yet. `silent` counts, by law and quarter, the answers that left no fragment for a comment,
    because nobody asks for any and nobody is known to have written.
    """

    session: Session
    book: Book
    drawer: Drawer
    few: dict[Group, list[BallotContent]] = field(default_factory=lambda: defaultdict(list), repr=False)
    heaps: dict[Group, Heap] = field(default_factory=dict, repr=False)
    pools: list[Heap] = field(default_factory=list, repr=False)
    read: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)
    silent: Counter[tuple[str, date]] = field(default_factory=Counter, repr=False)

    @property
    def batches(self) -> list[Heap]:
        """Every batch in the making."""
        return [*self.heaps.values(), *self.pools]


@dataclass
class Rest:
    """What goes into no batch: sealed anew to the open key, or given up and counted per law, version and mode."""

    resealed: list[bytes] = field(default_factory=list)
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
    drawer = Drawer(session, municipality_id, open_id, sealer(open_public))
    night = Night(session, _book(session, municipality_id, now), drawer)
    for content in _opened(session, night.book, privates):
        _sort(night, content)
    if not night.batches and not night.few:
        return Tallied()
    rest = _sort_few(night, open_public)
    for heap in night.batches:
        batches.finish(session, night.book, heap)
        _lay_sides(night, heap, heap.sides)
    for quarter, lines in night.read.items():
        drawer.put(fragments.confirmations(quarter, night.book.today, lines))
    drawer.close()
    answers = sum(heap.days.total() for heap in night.batches)
    if _taken_out(session, night.book, privates) != answers + rest.total():
        raise TallyError("Antallet af besvarelser skiftede undervejs. Intet er ændret.")
    _lay_again(session, night.book, open_id, rest)
    return Tallied(len(night.batches), answers, len(rest.resealed), rest.unshown.total())


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
    waiting = select(Ballot.id, Ballot.key_id, Ballot.sealed).where(*_mine(book, privates))
    unseal = {key_id: ballot_opener(private) for key_id, private in privates.items()}
    for ballot_id, key_id, sealed in bulk.streamed(session, waiting.order_by(Ballot.id), READ_AHEAD):
        try:
            content = unseal[key_id](sealed)
        except BallotError:
            content = None
        if content is None or not book.makes_sense(content):
            raise TallyError(f"Den forseglede besvarelse {ballot_id} kan ikke åbnes. Intet er ændret.")
        yield content


def _mine(book: Book, privates: Mapping[UUID, bytes]) -> tuple[ColumnElement[bool], ...]:
    return (
        Ballot.municipality_id == book.municipality_id,
        Ballot.key_id.in_(_closed(book.municipality_id, privates)),
    )


def _sort(night: Night, content: BallotContent) -> None:
    """Lay an answer in the batch of its group, which begins with the k-th; the first wait for it."""
    if content.comment and not night.book.asks_comment:
        _hide(night)
    group = batches.group(content)
    if group not in night.heaps:
        night.few[group].append(content)
        if len(night.few[group]) < night.book.smallest_group:
            return
        team_id, version_id, mode = group
        night.heaps[group] = Heap(team_id, night.book.laws[team_id], version_id, mode)
    for each in night.few.pop(group, (content,)):
        _lay(night, night.heaps[group], each)


def _hide(night: Night) -> None:
    """A municipality that has just stopped asking: what was written before is kept, hidden among the others."""
    night.book = replace(night.book, asks_comment=True)
    for (law, quarter), n in night.silent.items():
        night.drawer.put(fragments.without_comment(law, quarter, night.book.today) for _each in range(n))


def _lay(night: Night, heap: Heap, content: BallotContent) -> None:
    """Put an answer into its batch, and what is cut off it into the drawer."""
    book, law = night.book, night.book.laws[content.team_id]
    batches.lay(night.session, book, heap, content)
    quarter = workdays.quarter(content.day)
    night.read[quarter].append(fragments.confirmation(content))
    if lines := batches.full(night.read[quarter]):
        night.drawer.put(fragments.confirmations(quarter, book.today, lines))
    if book.asks_comment:
        night.drawer.put([fragments.comment(content, law, book.today)])
    else:
        night.silent[law, quarter] += 1
    _lay_sides(night, heap, batches.full(heap.sides))


def _lay_sides(night: Night, heap: Heap, valued: Sequence[Valued]) -> None:
    # Before the last answer is read the last day is that of thousands drawn at random: in all likelihood the same.
    if valued:
        night.drawer.put(side_fragments.cut(heap.id, max(heap.days), valued, night.book.today))


def _sort_few(night: Night, open_public: bytes) -> Rest:
    """Lay what waited too long in the batches of law groups; what has none is returned, closed again."""
    rest, book = Rest(), night.book
    plan = batches.plan(night.few, book)
    night.pools = list({heap.id: heap for heap in plan.values()}.values())
    for group, contents in night.few.items():
        for content in contents:
            heap = plan.get((group, content.day))
            if heap:
                _lay(night, heap, content)
            elif book.is_given_up(content.day):
                rest.unshown[book.laws[content.team_id], content.version_id, content.mode] += 1
            else:
                rest.resealed.append(seal(open_public, content))
                rest.waiting.add(group)
    return rest


# Putting back --------------------------------------------------------------------------------------------


def _taken_out(session: Session, book: Book, privates: Mapping[UUID, bytes]) -> int:
    """Take the opened ballots out of the box; how many lay there."""
    # Else the session would fetch the id of every one of them, to forget what it never knew.
    quiet = {"synchronize_session": False}
    deleted: Any = session.execute(delete(Ballot).where(*_mine(book, privates)), execution_options=quiet)
    return int(deleted.rowcount)


def _lay_again(session: Session, book: Book, open_id: UUID, rest: Rest) -> None:
    """Lay the ballots that wait in the box again: shuffled, with new ids."""
    shuffle(rest.resealed)
    mine = {"municipality_id": book.municipality_id, "key_id": open_id}
    ballots = [{**mine, "id": uuid4(), "sealed": sealed} for sealed in rest.resealed]
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
