"""A figure's id: short enough to print and type, and it says itself what it is of. Nothing is kept.

Characters hold five bits each (Crockford's base 32, small letters). Three say what is counted, three a first day
and three check the rest; numbers that grow take as many as they need. The municipality is the
page's, not the id's. There are two forms, told apart by the head: of a figure of answers or of a response rate
(`Definition`), and of a table of other counts (`Table`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

RULE = 1
"""The number of the disclosure rules (docs/figures.md): raised with every change of them that changes a digit."""

KINDS = ("mean", "share", "rate", "n")
TABLES = ("steps", "calls", "reasons", "side", "confirmed", "compared", "parts")
"""Kinds of tables. Only ever added to, at the end: an id holds the place, and there is room for 32."""
LAWS = ("LAB", "LAS")
MODES = ("remote", "onsite")
REST = 0
"""As `team_id`: those of the law group whose cells have no team."""
TOP_TWO = 6
"""As `point`: the two highest together."""
DONT_KNOW = 7
"""As `point`: "ved ikke / ikke relevant"."""
PEOPLE, ANSWERS = 1, 2
"""As `point` of a base of no statement: who answered any, and single answers; 0 is questionnaires."""
SENT, DELIVERED, ANSWERED = 1, 2, 3
"""As `point` of a rate: its numbers."""
SAID = 3
"""Of no statement the points 1 to SAID are what answers are about (`survey.models.TAGS`)."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
READ_AS = str.maketrans("oil", "011", " -.\t\u00a0\u00ad\u2010\u2011\u2012\u2013\u2014\u2212")
"""What is read as what; the last are dropped: they may stand between the groups."""
EPOCH = date(2015, 1, 1)
WRONG = (
    "Tallets id er skrevet forkert: et tegn mangler, er ombyttet eller er et andet. "
    "Skriv det, som det står ved tallet; store og små bogstaver er det samme."
)
_HEAD = (16, len(KINDS), len(LAWS), len(MODES), 16, 8)
_IS_TABLE = 15
"""In place of a statement: the id is of a table."""
_BITS = 15
_FIXED = 3
_LONGEST = 64
_GROUP = 4


@dataclass(frozen=True)
class Definition:
    """What a figure is of: enough to work it out again from the counts, to the same digits.

    `team_id` is None for a whole law group. `statement` 0 is all of them; `point` 0 where no answer is meant.
    Shares of no statement are of TOP_TWO over all of them, and of what answers are about (1 to SAID).
    `first` and `last` are answering days, of a rate days of sending; only what was told by `as_of` counts, of
    a rate by its `last`. `series`: of the versions up to this one that mean the same, not of this one alone; a
    rate is of the whole series always. `inside`: of cells and groups that also begin in the days, as a wave's are.
    `coarse`: with one decimal whatever it rests on, as everybody reads it. `others`: of the REST the teams that
    were in it because they had become too small, in order; none of a rate, whose rest never changes.
    """

    kind: str
    law: str
    team_id: int | None
    version_id: int
    mode: str
    statement: int
    point: int
    first: date
    last: date
    as_of: date
    rule: int = RULE
    series: bool = False
    inside: bool = False
    coarse: bool = False
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of counts whose lines belong together, enough to read it again.

    `team_id` is None for a whole law group. `of_id` is the questionnaire version; of no single version the
    municipality; 0 of several municipalities. `by` is what its lines are by, and `line` one of them, 0 for all:
    each kind numbers them itself (`survey.table_passports`). `mark` is of what was printed.
    """

    kind: str
    law: str
    team_id: int | None
    of_id: int
    first: date
    last: date
    by: int
    line: int
    mark: int
    rule: int = RULE


def mark(texts: Iterable[str]) -> int:
    """Fifteen bits of a hash of what is printed: whether a table opened later is the one that was printed."""
    return _hashed("tilfreds table " + "\n".join(texts))


def mint(of: Definition | Table) -> str:
    """The id of a figure or a table, in groups of four. Raises ValueError for what can be neither."""
    if not makes_sense(of):
        raise ValueError(f"no figure: {of}")
    body = _table(of) if isinstance(of, Table) else _figure(of)
    return _grouped(body + _check(body))


def _figure(of: Definition) -> str:
    places = (of.rule, KINDS.index(of.kind), LAWS.index(of.law), MODES.index(of.mode), of.statement, of.point)
    later = (of.as_of - of.last).days
    flags = of.series + 2 * of.inside + 4 * bool(of.others) + 8 * of.coarse
    return "".join(
        (
            _head(places),
            _growing(0 if of.team_id is None else of.team_id + 1),
            _growing(of.version_id),
            _fixed((of.first - EPOCH).days),
            _growing((of.last - of.first).days),
            _growing(2 * later if later >= 0 else -2 * later - 1),
            _growing(flags) if flags else "",
            *map(_growing, (len(of.others), *of.others) if of.others else ()),
        )
    )


def _table(of: Table) -> str:
    high, low = divmod(TABLES.index(of.kind), len(KINDS))
    return "".join(
        (
            _head((of.rule, low, LAWS.index(of.law), 0, _IS_TABLE, high)),
            _growing(0 if of.team_id is None else of.team_id + 1),
            _growing(of.of_id),
            _fixed((of.first - EPOCH).days),
            *map(_growing, ((of.last - of.first).days, of.by, of.line)),
            _fixed(of.mark),
        )
    )


def _head(places: Iterable[int]) -> str:
    head = 0
    for place, radix in zip(places, _HEAD, strict=True):
        head = head * radix + place
    return _fixed(head)


def read(text: str) -> Definition:
    """The figure the id `text` is of. Raises ValueError with a Danish sentence for no id, or a table's."""
    match either(text):
        case Definition() as found:
            return found
    raise ValueError(WRONG)


def either(text: str) -> Definition | Table:
    """What the id `text` is of, however it is grouped. Raises ValueError with a Danish sentence for no id."""
    plain = text.lower().translate(READ_AS)
    body, check = plain[:-_FIXED], plain[-_FIXED:]
    if len(plain) > _LONGEST or not set(plain) <= set(ALPHABET) or check != _check(body):
        raise ValueError(WRONG)
    try:
        found = _read(map(ALPHABET.index, body))
        same = mint(found) == _grouped(plain)
    except (StopIteration, OverflowError, IndexError, ValueError):
        same = False
    if not same:
        raise ValueError(WRONG)
    return found


def _read(signs: Iterator[int]) -> Definition | Table:
    head, places = _read_fixed(signs), list[int]()
    for radix in reversed(_HEAD):
        head, place = divmod(head, radix)
        places.insert(0, place)
    rule, kind, law, mode, statement, point = places
    team, version = _read_growing(signs), _read_growing(signs)
    first = EPOCH + timedelta(_read_fixed(signs))
    last = first + timedelta(_read_growing(signs))
    whose = team - 1 if team else None
    if statement == _IS_TABLE:
        of = TABLES[kind + len(KINDS) * point]
        by, line, printed = _read_growing(signs), _read_growing(signs), _read_fixed(signs)
        return Table(of, LAWS[law], whose, version, first, last, by, line, printed, rule)
    later = _read_growing(signs)
    as_of = last + timedelta(later // 2 if later % 2 == 0 else -(later + 1) // 2)
    # Ids from before there were flags end here, and so do those without any.
    flags = next(signs, 0)
    others = tuple(_read_growing(signs) for _ in range(_read_growing(signs))) if flags & 4 else ()
    return Definition(
        KINDS[kind],
        LAWS[law],
        whose,
        version,
        MODES[mode],
        statement,
        point,
        first,
        last,
        as_of,
        rule,
        flags & 1 > 0,
        flags & 2 > 0,
        flags & 8 > 0,
        others,
    )


def makes_sense(of: Definition | Table) -> bool:
    """Can there be such a figure or table, and can an id name its days?"""
    numbered = (of.team_id is None or 0 <= of.team_id < 2**63) and 0 <= of.rule < _HEAD[0]
    ordered = EPOCH <= of.first <= of.last and (of.first - EPOCH).days < 2**_BITS
    fits = _fits_table(of) if isinstance(of, Table) else _fits(of)
    return numbered and ordered and fits


def _fits(of: Definition) -> bool:
    fits = 0 < of.version_id < 2**63 and 0 <= of.statement <= 10 and 0 <= of.point <= DONT_KNOW
    like_a_rate = (of.mode, of.statement, of.series, of.inside, of.others) == ("remote", 0, False, False, ())
    whole = of.kind != "rate" or like_a_rate
    unstated = of.point == TOP_TWO or 0 < of.point <= SAID
    pointed = {
        "share": of.point > 0 if of.statement else unstated,
        "n": of.point <= (0 if of.statement else ANSWERS),
        "rate": of.point <= ANSWERED,
        "mean": of.point == 0,
    }[of.kind]
    coarse = not of.coarse or (of.kind, of.statement) == ("mean", 0)
    in_order = not of.others or (of.team_id == REST and of.others[0] > 0 and of.others[-1] < 2**63)
    return fits and whole and pointed and coarse and in_order and list(of.others) == sorted(set(of.others))


def _fits_table(of: Table) -> bool:
    return all(0 <= number < 2**63 for number in (of.of_id, of.by, of.line)) and 0 <= of.mark < 2**_BITS


# Characters ----------------------------------------------------------------------------------------------


def _fixed(number: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(_FIXED)))


def _read_fixed(signs: Iterator[int]) -> int:
    number = 0
    for _ in range(_FIXED):
        number = number << 5 | next(signs)
    return number


def _growing(number: int) -> str:
    """Four bits a character, lowest first; the fifth says that more follow."""
    found = ""
    while number > 15:
        found += ALPHABET[16 | number & 15]
        number >>= 4
    return found + ALPHABET[number]


def _read_growing(signs: Iterator[int]) -> int:
    number = place = 0
    while (sign := next(signs)) > 15:
        number |= (sign & 15) << place
        place += 4
    return number | sign << place


def _check(body: str) -> str:
    """Three characters of a hash: one mistake in 32 768 goes unseen."""
    return _fixed(_hashed(f"tilfreds figure {body}"))


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:2]) & (1 << _BITS) - 1


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
