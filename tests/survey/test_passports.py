"""Ids of figures: they say themselves what they are of, and a mistyped one says nothing."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from survey import passports
from survey.passports import ALPHABET, DONT_KNOW, REST, TABLES, TOP_TWO, WRONG, Definition, Table

MAY = Definition("mean", "LAS", None, 3, "remote", 0, 0, date(2021, 5, 6), date(2021, 8, 19), date(2021, 8, 20))


def drawn(rng: random.Random) -> Definition:
    """Any figure there can be."""
    first = date(2015, 1, 1) + timedelta(rng.randrange(20_000))
    last = first + timedelta(rng.choice((0, 30, 364, 4000)))
    kind = rng.choice(passports.KINDS)
    statement, point = rng.randrange(1 if kind == "share" else 0, 11), rng.choice((1, 4, 5, TOP_TWO, DONT_KNOW))
    return Definition(
        kind,
        rng.choice(passports.LAWS),
        rng.choice((None, REST, 1, 20, 5000, 2**62)) if kind != "rate" else None,
        rng.choice((1, 17, 300, 2**62)),
        "remote" if kind == "rate" else rng.choice(passports.MODES),
        0 if kind == "rate" else statement,
        point if kind == "share" else 0,
        first,
        last,
        last + timedelta(rng.choice((-300, -1, 0, 1, 4000))),
        series=kind != "rate" and rng.random() < 0.3,
        inside=kind != "rate" and rng.random() < 0.3,
    )


def test_an_id_says_itself_what_it_is_of() -> None:
    """Read again, a thousand figures are those they were minted for, and no two share an id."""
    rng = random.Random(1)
    figures = {drawn(rng) for _ in range(1000)}
    ids = {passports.mint(one) for one in figures}
    assert {passports.read(one) for one in ids} == figures
    assert len(ids) == len(figures)


def test_an_id_is_short_enough_to_type() -> None:
    """Fourteen characters; eighteen for a year of the 900th team and the 99th version of an installation."""
    year = replace(MAY, team_id=900, version_id=99, first=date(2025, 1, 1), last=date(2025, 12, 31))
    assert passports.mint(MAY) == "2800-328d-s620-gq"
    assert len(passports.mint(replace(year, as_of=date(2026, 1, 2))).replace("-", "")) == 18


def test_ids_without_flags_are_what_they_always_were() -> None:
    """A flag is one more character before the check; none, one nobody knows, or two are no id."""
    assert passports.read("2800-328d-s620-gq") == MAY
    flagged = passports.mint(replace(MAY, series=True)).replace("-", "")
    body = passports.mint(MAY).replace("-", "")[:-3]
    assert (flagged[:-3], passports.read(flagged).series) == (body + "1", True)
    for flags in ("0", "4", "11"):
        with pytest.raises(ValueError, match="skrevet forkert"):
            passports.read(body + flags + passports._check(body + flags))


@pytest.mark.parametrize("written", ["{}", " {} ", "{upper}", "{bare}", "{letters}"])
def test_an_id_is_read_kindly(written: str) -> None:
    """Capitals, no dashes, the letter O for a zero: it is the same figure."""
    text = passports.mint(MAY)
    forms = {"upper": text.upper(), "bare": text.replace("-", " "), "letters": text.replace("0", "o")}
    assert passports.read(written.format(text, **forms)) == MAY


def test_one_wrong_character_or_two_swapped_are_seen() -> None:
    """No id is a mistyped other one: of these not a single one."""
    plain = passports.mint(MAY).replace("-", "")
    wrong = {plain[:at] + sign + plain[at + 1 :] for at in range(len(plain)) for sign in ALPHABET}
    wrong |= {plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :] for at in range(len(plain) - 1)}
    for text in wrong - {plain}:
        with pytest.raises(ValueError, match="skrevet forkert"):
            passports.read(text)


@pytest.mark.parametrize("text", ["", "-", "abc", "æøå", "x" * 17, "0" * 65, "0" * 5000])
def test_what_is_no_id_is_told_so(text: str) -> None:
    """In one Danish sentence."""
    with pytest.raises(ValueError, match=WRONG[:20]):
        passports.read(text)


@pytest.mark.parametrize(
    "change",
    [
        {"version_id": 0},
        {"team_id": -1},
        {"statement": 11},
        {"kind": "rate", "mode": "onsite"},
        {"kind": "rate", "team_id": REST, "others": (1,)},
        {"kind": "share"},
        {"point": 2},
        {"last": date(2020, 1, 1)},
        {"first": date(2014, 12, 31)},
        {"kind": "share", "point": 4},
        {"kind": "share", "statement": 11, "point": 1},
        {"kind": "n", "point": 3},
        {"kind": "n", "statement": 1, "point": 1},
        {"kind": "rate", "point": 4},
        {"kind": "n", "coarse": True},
        {"statement": 1, "coarse": True},
        {"others": (1,)},
        {"team_id": REST, "others": (2, 1)},
        {"team_id": REST, "others": (0,)},
    ],
)
def test_what_can_be_no_figure_has_no_id(change: dict[str, object]) -> None:
    """Neither minted nor, where somebody made the characters up, read."""
    with pytest.raises(ValueError, match="no figure"):
        passports.mint(replace(MAY, **change))  # type: ignore[arg-type]  # one field at a time


def test_a_number_written_longer_than_it_needs_is_no_id() -> None:
    """There is one id of a figure: 3 as "3 and nothing more" is none."""
    body = passports.mint(MAY).replace("-", "")[:-3]
    longer = body[:4] + ALPHABET[16 + 3] + "0" + body[5:]
    with pytest.raises(ValueError, match="skrevet forkert"):
        passports.read(longer + passports._check(longer))


STEPS = Table("steps", "LAS", None, 7, date(2021, 5, 3), date(2021, 6, 6), 0, 0, 12345)


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("2800-328d-s620-gq", MAY),
        ("2g60-120e-wp12-6jp", replace(MAY, kind="share", law="LAB", version_id=1, point=TOP_TWO,
            first=date(2020, 8, 24), last=date(2021, 8, 23), as_of=date(2021, 8, 24))),
        ("23r0-128a-z600-1n1w-hj",
            Table("steps", "LAB", None, 1, date(2021, 5, 3), date(2021, 8, 22), 0, 0, 1697)),
    ],
)  # fmt: skip
def test_an_id_printed_once_is_read_for_ever(text: str, of: Definition | Table) -> None:
    """Letter for letter: a figure from before there were tables, one that came with them, and a table."""
    assert (passports.either(text), passports.mint(of)) == (of, text)


def test_every_kind_of_table_keeps_its_place() -> None:
    """An id holds the place: kinds are added at the end."""
    assert TABLES[:6] == ("steps", "calls", "reasons", "side", "confirmed", "compared")
    ids = [passports.mint(replace(STEPS, kind=kind)) for kind in TABLES]
    assert [passports.either(text) for text in ids] == [replace(STEPS, kind=kind) for kind in TABLES]


def test_a_tables_id_says_itself_what_it_is_of() -> None:
    """Read again, a thousand tables are those they were minted for; an id of a table is none of a figure."""
    rng = random.Random(2)
    tables = {
        Table(
            rng.choice(TABLES), rng.choice(passports.LAWS), rng.choice((None, 1, 2**62)), rng.choice((0, 2**62)),
            date(2015, 1, 1) + timedelta(rng.randrange(9000)), date(2045, 1, 1), rng.randrange(40),
            rng.choice((0, 3, 2**40)), rng.randrange(2**15),
        )
        for _ in range(1000)
    }  # fmt: skip
    ids = {passports.mint(one) for one in tables}
    assert {passports.either(one) for one in ids} == tables
    for text in ids:
        with pytest.raises(ValueError, match="skrevet forkert"):
            passports.read(text)


@pytest.mark.parametrize("change", [{"mark": 2**15}, {"by": -1}, {"of_id": 2**63}, {"last": date(2021, 5, 2)}])
def test_what_can_be_no_table_has_no_id(change: dict[str, object]) -> None:
    """A mark of more than fifteen bits, a number below none, days in the wrong order."""
    with pytest.raises(ValueError, match="no figure"):
        passports.mint(replace(STEPS, **change))  # type: ignore[arg-type]  # one field at a time


def test_an_id_of_a_kind_nobody_knows_is_none() -> None:
    """A later program's, or made up."""
    body = passports.mint(replace(STEPS, kind="compared")).replace("-", "")[:-3]
    head = passports._read_fixed(map(ALPHABET.index, body))
    unknown = passports._fixed(head + 1) + body[3:]
    with pytest.raises(ValueError, match="skrevet forkert"):
        passports.either(unknown + passports._check(unknown))


def test_flags_and_others_are_read_again() -> None:
    """One decimal; the teams of a rest in order."""
    rest = replace(MAY, team_id=REST, others=(3, 17, 2**40), series=True)
    for one in (replace(MAY, coarse=True), rest):
        assert passports.read(passports.mint(one)) == one
