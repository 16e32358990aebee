"""Fragments: what an answer carried beside its points, sealed apart from it until ten of a group lie together.

Every answer that is tallied leaves something of each kind, an empty one when it said nothing. So how many are made
in a night tells how many answers were tallied, which the batches say too, and not who wrote or what was asked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from survey import ballot_box, keys, masking, scoring, side_fragments, silence, workdays
from survey.batches import CHUNK, shuffle
from survey.dimensions import DIMENSIONS, LANGUAGE
from survey.keys import BallotContent, BallotError
from survey.models import CONFIRMATIONS, LAWS, BallotKey, Comment, Confirmation, Fragment, Municipality
from survey.pieces import PACK, Piece, is_over, opener, packed, sealer
from survey.silence import TallyError

MANY = scoring.PRECISE_FROM
"""Of so many in a group the empty ones are let go: from here on a share may be known as it is, however small."""

COMMENT, CONFIRMATION = "comment", "confirmation"
ALL = ""
"""The group of a piece with confirmations in every language, as it lies sealed."""


@dataclass(frozen=True)
class Kind:
    """A kind of fragment: which group and value make sense, and how a quarter's values of a group are written.

    `write` gets the municipality, the group, the quarter and at least ten values, in drawn order.
    """

    allows: Callable[[str, str], bool]
    write: Callable[[Session, int, str, date, Sequence[str]], None]


def comment(content: BallotContent, law: str, today: date) -> Piece:
    """What was written, of an answer that is tallied: a piece of its own, empty where nothing was."""
    words = masking.masked(content.comment)
    return Piece(kind=COMMENT, group=law, quarter=workdays.quarter(content.day), made_on=today, value=words)


def confirmation(content: BallotContent) -> str:
    """Language, and whether an answer that was asked about was kept or changed: a line among others'.

    How the scale is read is told of answers on one's own device: those on the spot are kinder, and kept apart.
    """
    said = content.confirmation if content.mode == "remote" else None
    return f"{content.language} {said or ''}"


def confirmations(quarter: date, today: date, lines: Sequence[str]) -> Iterator[Piece]:
    """Pieces of PACK lines, all languages among each other."""
    return packed(CONFIRMATION, ALL, quarter, today, lines)


def without_comment(law: str, quarter: date, today: date) -> Piece:
    """The piece of an answer that was cut when nobody was known to have written."""
    return Piece(kind=COMMENT, group=law, quarter=quarter, made_on=today, value="")


@dataclass
class Drawer:
    """Where a tally lays its pieces, sealed to the key `key_id`: they are written CHUNK at a time, out of twice as
    many, shuffled, or all that there are.
    """

    session: Session
    municipality_id: int
    key_id: UUID
    seal: Callable[[Piece], bytes]
    held: list[bytes] = field(default_factory=list, repr=False)

    def put(self, pieces: Iterable[Piece]) -> None:
        """Seal `pieces`, and write a chunk when there are enough to choose from."""
        for piece in pieces:
            self.held.append(self.seal(piece))
            if len(self.held) == 2 * CHUNK:
                self._write(CHUNK)

    def close(self) -> None:
        """Write what is left."""
        self._write(len(self.held))

    def _write(self, n: int) -> None:
        shuffle(self.held)
        now, self.held = self.held[:n], self.held[n:]
        _lay(self.session, self.municipality_id, self.key_id, now)


def _lay(session: Session, municipality_id: int, key_id: UUID, shuffled: Iterable[bytes]) -> None:
    """Write sealed fragments with random ids, in one statement: by itself each would take twice as long."""
    into = "COPY fragment (municipality_id, id, key_id, sealed) FROM STDIN (FORMAT binary)"
    driver: Any = session.connection().connection
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        copy.set_types(("int8", "uuid", "uuid", "bytea"))
        for sealed in shuffled:
            copy.write_row((municipality_id, uuid4(), key_id, sealed))


def gather(session: Session, municipality_id: int, privates: Mapping[UUID, bytes], now: datetime) -> None:
    """Open the fragments of the closed keys in `privates`; write out what is enough, and seal the rest anew.

    Enough is ten of a kind, group and quarter, or k where that is more, cut off on earlier days than today. Raises
    TallyError, without a trace of what was opened, when anything is wrong; the door then rolls back.
    """
    silence.kept(lambda: _gather(session, municipality_id, privates, workdays.day(now)))


def _gather(session: Session, municipality_id: int, privates: Mapping[UUID, bytes], today: date) -> None:
    # A second run waits here; when its turn comes, the fragments it was to open are gone.
    ballot_box.alone(session, municipality_id)
    open_id, open_public = silence.begin(session, municipality_id)
    enough = max(scoring.SMALLEST_DISTRIBUTION, _smallest_group(session, municipality_id))
    groups: dict[tuple[str, str, date], list[Piece]] = defaultdict(list)
    sides: list[Piece] = []
    for piece in _opened(session, municipality_id, privates):
        if piece.kind in DIMENSIONS:
            sides.append(piece)
        elif not is_over(piece.quarter, today):
            for each in _lines(piece):
                groups[each.kind, each.group, each.quarter].append(each)
    again: list[Piece] = []
    rest = side_fragments.settle(session, municipality_id, sides, today, enough)
    for (kind, group, quarter), pieces in groups.items():
        told, waiting = _told(pieces, today, enough)
        if told:
            KINDS[kind].write(session, municipality_id, group, quarter, told)
        again += waiting
    rest += _packed(again)
    quiet = {"synchronize_session": False}
    session.execute(delete(Fragment).where(*_mine(municipality_id, privates)), execution_options=quiet)
    shuffle(rest)
    _lay(session, municipality_id, open_id, map(sealer(open_public), rest))


def _lines(piece: Piece) -> list[Piece]:
    """A piece for each line of confirmations, in its language's group; any other as it is."""
    if (piece.kind, piece.group) != (CONFIRMATION, ALL):
        return [piece]
    each = (line.partition(" ") for line in piece.value.split("\n"))
    return [replace(piece, group=language, value=said) for language, _, said in each]


def _packed(waiting: Iterable[Piece]) -> list[Piece]:
    """The other way round: what is sealed anew."""
    found, lines = list[Piece](), defaultdict[tuple[date, date], list[str]](list)
    for piece in waiting:
        if piece.kind == CONFIRMATION:
            lines[piece.quarter, piece.made_on].append(f"{piece.group} {piece.value}")
        else:
            found.append(piece)
    return found + [piece for days, mine in lines.items() for piece in confirmations(*days, mine)]


def _told(pieces: Sequence[Piece], today: date, enough: int) -> tuple[list[str], list[Piece]]:
    """The values to write out, in drawn order, or none; and the pieces that wait on."""
    fresh = [piece for piece in pieces if piece.made_on >= today]
    older = [piece for piece in pieces if piece.made_on < today]
    full = [piece for piece in older if piece.value]
    if len(full) >= enough:
        told = [piece.value for piece in full]
        shuffle(told)
        return told, fresh
    return [], fresh + (full if len(older) >= MANY else older)


def _smallest_group(session: Session, municipality_id: int) -> int:
    return session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()


# Opening -------------------------------------------------------------------------------------------------


def _closed(municipality_id: int, privates: Mapping[UUID, bytes]) -> Select[UUID]:
    return select(BallotKey.id).where(
        BallotKey.municipality_id == municipality_id, BallotKey.state == "closed", BallotKey.id.in_(privates)
    )


def _mine(municipality_id: int, privates: Mapping[UUID, bytes]) -> tuple[Any, ...]:
    return Fragment.municipality_id == municipality_id, Fragment.key_id.in_(_closed(municipality_id, privates))


def _opened(session: Session, municipality_id: int, privates: Mapping[UUID, bytes]) -> Iterator[Piece]:
    """The fragments one by one, in the order of their random ids."""
    waiting = select(Fragment.id, Fragment.key_id, Fragment.sealed).where(*_mine(municipality_id, privates))
    opened = {key_id: opener(private) for key_id, private in privates.items()}
    with session.execute(waiting.order_by(Fragment.id), execution_options={"yield_per": CHUNK}) as rows:
        for fragment_id, key_id, content in rows:
            piece = None
            with suppress(BallotError, ValueError, KeyError, TypeError):
                piece = opened[key_id](content)
            # What makes no sense the database would refuse, and put in its log.
            if piece is None or not _makes_sense(piece):
                raise TallyError(f"Det forseglede tillæg {fragment_id} kan ikke åbnes. Intet er ændret.")
            yield piece


def _makes_sense(piece: Piece) -> bool:
    if piece.kind in DIMENSIONS:
        return side_fragments.allows(piece)
    each = _lines(piece)
    return (
        piece.kind in KINDS
        and len(each) <= PACK
        and all(KINDS[piece.kind].allows(one.group, one.value) for one in each)
    )


# Writing out ---------------------------------------------------------------------------------------------


def _write_comments(session: Session, municipality_id: int, law: str, quarter: date, texts: Sequence[str]) -> None:
    of = {"municipality_id": municipality_id, "law": law, "quarter": quarter}
    session.execute(insert(Comment), [{**of, "id": uuid4(), "text": text} for text in texts])


def _write_confirmations(
    session: Session, municipality_id: int, language: str, quarter: date, said: Sequence[str]
) -> None:
    counted = Counter(said)
    key = {"municipality_id": municipality_id, "quarter": quarter, "language": language}
    added = upsert(Confirmation).values(key | {answer: counted[answer] for answer in CONFIRMATIONS})
    more = {answer: getattr(Confirmation, answer) + added.excluded[answer] for answer in CONFIRMATIONS}
    session.execute(added.on_conflict_do_update(index_elements=list(key), set_=more))


KINDS: Mapping[str, Kind] = {
    COMMENT: Kind(
        lambda law, text: law in LAWS and len(text) <= keys.COMMENT_CHARACTERS and "\0" not in text,
        _write_comments,
    ),
    CONFIRMATION: Kind(
        lambda language, answer: LANGUAGE.fullmatch(language) is not None and answer in ("", *CONFIRMATIONS),
        _write_confirmations,
    ),
}
"""Every kind that waits for ten. Those of the side dimensions wait for their quarter's end: `side_fragments`."""
