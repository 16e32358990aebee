"""Fragments: what an answer carried beside its points, sealed apart from it until ten of a group lie together.

Every answer that is tallied leaves something of each kind, an empty one when it said nothing. So how many are made
in a night tells how many answers were tallied, which the batches say too, and not who wrote or what was asked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from survey import ballot_box, batches, bulk, keys, masking, scoring, side_fragments, silence, workdays
from survey.batches import CHUNK, shuffle
from survey.dimensions import DIMENSIONS, LANGUAGE
from survey.keys import BallotContent, BallotError
from survey.models import CONFIRMATIONS, LAWS, BallotKey, Comment, Confirmation, Fragment, Municipality
from survey.pieces import Piece, is_over, opener, pack, packed, sealer
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
    """Pieces of many lines, all languages among each other."""
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


Bundle = tuple[str, str, date]
"""Kind, group and quarter: what waits for each other."""


@dataclass(frozen=True)
class Seen:
    """How many lie there that were cut off before today: of each bundle all, and the full ones; and the answers of
    each group of side fragments.
    """

    all: Counter[Bundle] = field(default_factory=Counter)
    full: Counter[Bundle] = field(default_factory=Counter)
    sides: Counter[side_fragments.Group] = field(default_factory=Counter)


@dataclass
class Gathering:
    """A night's gathering: which bundles are told, which empty ones let go, and what is in memory by now.

    That are `values` to be written out and `lines` of confirmations, by quarter and day of cutting, that wait on.
    """

    session: Session
    municipality_id: int
    today: date
    told: AbstractSet[Bundle]
    let_go: AbstractSet[Bundle]
    values: dict[Bundle, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)
    lines: dict[tuple[date, date], list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)


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
    drawer = Drawer(session, municipality_id, open_id, sealer(open_public))
    enough = max(scoring.SMALLEST_DISTRIBUTION, _smallest_group(session, municipality_id))
    # What becomes of one depends on how many there are. So all are counted, and opened again: few are in memory.
    seen = _seen(_opened(session, municipality_id, privates), today)
    told = {bundle for bundle, n in seen.full.items() if n >= enough}
    night = Gathering(session, municipality_id, today, told, {at for at, n in seen.all.items() if n >= MANY})
    sides = side_fragments.begin(session, municipality_id, seen.sides, today)
    for piece in _opened(session, municipality_id, privates):
        drawer.put(side_fragments.settle(sides, piece) if piece.kind in DIMENSIONS else _settle(night, piece))
    drawer.put(side_fragments.finish(session, municipality_id, sides, enough))
    drawer.put(_finish(night))
    quiet = {"synchronize_session": False}
    session.execute(delete(Fragment).where(*_mine(municipality_id, privates)), execution_options=quiet)
    drawer.close()


def _seen(pieces: Iterable[Piece], today: date) -> Seen:
    seen = Seen()
    for piece in pieces:
        if piece.made_on >= today:
            continue
        if piece.kind in DIMENSIONS:
            seen.sides[piece.kind, piece.group] += piece.value.count("\n") + 1
            continue
        for each in _lines(piece):
            seen.all[_bundle(each)] += 1
            seen.full[_bundle(each)] += bool(each.value)
    return seen


def _bundle(piece: Piece) -> Bundle:
    return piece.kind, piece.group, piece.quarter


def _lines(piece: Piece) -> list[Piece]:
    """A piece for each line of confirmations, in its language's group; any other as it is."""
    if (piece.kind, piece.group) != (CONFIRMATION, ALL):
        return [piece]
    each = (line.partition(" ") for line in piece.value.split("\n"))
    return [replace(piece, group=language, value=said) for language, _, said in each]


def _settle(night: Gathering, piece: Piece) -> Iterator[Piece]:
    """Tell of `piece` what is told, a shuffled chunk at a time; what is to be sealed anew by now."""
    for each in () if is_over(piece.quarter, night.today) else _lines(piece):
        bundle = _bundle(each)
        if each.made_on >= night.today:
            yield from _again(night, each)
        elif bundle in night.told:
            night.values[bundle] += [each.value] if each.value else []
            _tell(night, bundle, batches.full(night.values[bundle]))
        elif each.value or bundle not in night.let_go:
            yield from _again(night, each)


def _again(night: Gathering, piece: Piece) -> Iterable[Piece]:
    """What waits on: a comment as it is, a confirmation among others'."""
    if piece.kind != CONFIRMATION:
        return [piece]
    lines = night.lines[piece.quarter, piece.made_on]
    lines.append(f"{piece.group} {piece.value}")
    return confirmations(piece.quarter, piece.made_on, batches.full(lines))


def _tell(night: Gathering, bundle: Bundle, values: Sequence[str]) -> None:
    if values:
        kind, group, quarter = bundle
        KINDS[kind].write(night.session, night.municipality_id, group, quarter, values)


def _finish(night: Gathering) -> Iterator[Piece]:
    """Tell what is left to be told; the last that are to be sealed anew."""
    for bundle, values in night.values.items():
        shuffle(values)
        _tell(night, bundle, values)
    for days, lines in night.lines.items():
        yield from confirmations(*days, lines)


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
    for fragment_id, key_id, content in bulk.streamed(session, waiting.order_by(Fragment.id), CHUNK):
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
        and len(each) <= pack(piece.kind)
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
