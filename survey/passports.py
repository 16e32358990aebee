"""A figure's id: short enough to print and type, and it says itself what it is of. Nothing is kept.

Characters hold five bits each (Crockford's base 32, small letters). Three say what is counted, three a first day
and three check the rest; numbers that grow take as many as they need. The municipality is the
page's, not the id's.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

RULE = 1
"""The number of the disclosure rules (docs/figures.md): raised with every change of them that changes a digit."""

KINDS = ("mean", "share", "rate", "n")
LAWS = ("LAB", "LAS")
MODES = ("remote", "onsite")
REST = 0
"""As `team_id`: those of the law group whose cells have no team."""
TOP_TWO = 6
"""As `point`: the two highest together."""
DONT_KNOW = 7
"""As `point`: "ved ikke / ikke relevant"."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
READ_AS = str.maketrans("oil", "011", " -.\t\u00a0\u00ad\u2010\u2011\u2012\u2013\u2014\u2212")
"""What is read as what; the last are dropped: they may stand between the groups."""
EPOCH = date(2015, 1, 1)
WRONG = (
    "Tallets id er skrevet forkert: et tegn mangler, er ombyttet eller er et andet. "
    "Skriv det, som det står ved tallet; store og små bogstaver er det samme."
)
_HEAD = (16, len(KINDS), len(LAWS), len(MODES), 16, 8)
_FIXED = 3
_LONGEST = 64
_GROUP = 4


@dataclass(frozen=True)
class Definition:
    """What a figure is of: enough to work it out again from the counts, to the same digits.

    `team_id` is None for a whole law group. `statement` 0 is all of them; `point` 0 where no answer is meant.
    `first` and `last` are answering days, of a rate days of sending; only what was told by `as_of` counts, of
    a rate by its `last`. `series`: of the versions up to this one that mean the same, not of this one alone; a
    rate is of the whole series always. `inside`: of cells and groups that also begin in the days, as a wave's are.
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


def mint(definition: Definition) -> str:
    """The id of what `definition` defines, in groups of four. Raises ValueError for what can be no figure."""
    if not makes_sense(definition):
        raise ValueError(f"no figure: {definition}")
    of = definition
    places = (of.rule, KINDS.index(of.kind), LAWS.index(of.law), MODES.index(of.mode), of.statement, of.point)
    head = 0
    for place, radix in zip(places, _HEAD, strict=True):
        head = head * radix + place
    later = (of.as_of - of.last).days
    body = "".join(
        (
            _fixed(head),
            _growing(0 if of.team_id is None else of.team_id + 1),
            _growing(of.version_id),
            _fixed((of.first - EPOCH).days),
            _growing((of.last - of.first).days),
            _growing(2 * later if later >= 0 else -2 * later - 1),
            _growing(flags) if (flags := of.series + 2 * of.inside) else "",
        )
    )
    return _grouped(body + _check(body))


def read(text: str) -> Definition:
    """What the id `text` defines, however it is grouped. Raises ValueError with a Danish sentence for no id."""
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


def _read(signs: Iterator[int]) -> Definition:
    head, places = _read_fixed(signs), list[int]()
    for radix in reversed(_HEAD):
        head, place = divmod(head, radix)
        places.insert(0, place)
    rule, kind, law, mode, statement, point = places
    team, version = _read_growing(signs), _read_growing(signs)
    first = EPOCH + timedelta(_read_fixed(signs))
    last = first + timedelta(_read_growing(signs))
    later = _read_growing(signs)
    as_of = last + timedelta(later // 2 if later % 2 == 0 else -(later + 1) // 2)
    # Ids from before there were flags end here, and so do those without any.
    flags = next(signs, 0)
    return Definition(
        KINDS[kind],
        LAWS[law],
        team - 1 if team else None,
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
    )


def makes_sense(of: Definition) -> bool:
    """Can there be such a figure, and can an id name its days?"""
    fits = 0 <= of.statement <= 10 and 0 <= of.point <= DONT_KNOW and 0 <= of.rule < _HEAD[0]
    numbered = 0 < of.version_id < 2**63 and (of.team_id is None or 0 <= of.team_id < 2**63)
    ordered = EPOCH <= of.first <= of.last and (of.first - EPOCH).days < 2 ** (5 * _FIXED)
    whole = of.kind != "rate" or (
        of.mode == "remote" and of.statement == 0 and of.team_id != REST and not of.series and not of.inside
    )
    pointed = (of.statement > 0 and of.point > 0) if of.kind == "share" else of.point == 0
    return fits and numbered and ordered and whole and pointed


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
    return _fixed(int.from_bytes(hashlib.sha256(f"tilfreds figure {body}".encode()).digest()[:2]))


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
