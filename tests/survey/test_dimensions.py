"""The side dimensions' rules: what a value may be, and which means may be told of a quarter."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from nacl.public import PrivateKey

from survey import dimensions, keys, side_fragments
from survey.dimensions import DIMENSIONS, REST, Part
from survey.keys import BallotContent
from survey.pieces import sealer

CONTENT = BallotContent(
    team_id=1,
    law="LAB",
    version_id=3,
    day=date(2021, 5, 11),
    language="da",
    channel="sms",
    first=True,
    target_group="Jobparat",
    meeting_number="2-3",
    tag=None,
    answers=(4, 0, None, 1),
)
MIDDLE = (1, 1, 1, 1)
"""A person of these answers is in the middle of the scale."""
TOP = (0, 0, 0, 2)
BETWEEN = (1, 1, 1, 7)


def some(value: str, people: int, answers: tuple[int, ...] = MIDDLE, blank: int = 0) -> Part:
    """So many people who all answered so, and so many who answered nothing."""
    return Part(value, people + blank, people, tuple(people * chosen for chosen in answers))


def test_every_answer_has_a_value_of_each_dimension() -> None:
    """In the words of the import, and of the ballot."""
    assert DIMENSIONS == ("language", "channel", "first", "target_group", "meeting_number")
    assert dimensions.values(CONTENT) == ("da", "sms", "first", "Jobparat", "2-3")


@pytest.mark.parametrize(
    ("change", "dimension", "value"),
    [
        ({"first": False}, "first", "reminder"),
        ({"channel": "fax"}, "channel", REST),
        ({"meeting_number": "unknown"}, "meeting_number", REST),
        ({"target_group": None}, "target_group", REST),
        ({"target_group": " Job\tparat\n\0\xa0x "}, "target_group", "Job parat x"),
        ({"target_group": "æ " * 50}, "target_group", ("æ " * 20).strip()),
    ],
)
def test_what_nobody_knows_is_in_the_rest(change: dict[str, Any], dimension: str, value: str) -> None:
    """An unknown word stops no tally; a target group is one printable line."""
    assert dimensions.values(CONTENT._replace(**change))[DIMENSIONS.index(dimension)] == value
    assert dimensions.allows(dimension, value)


def test_a_line_reads_as_it_was_written() -> None:
    """Answers as signs, the value behind them, and nothing else is a line."""
    assert dimensions.line(dimensions.signs(CONTENT.answers), "A b") == "40-1 A b"
    assert dimensions.read_line("40-1 A b") == (CONTENT.answers, "A b")
    assert dimensions.read_line("40-1 ") == (CONTENT.answers, REST)
    for wrong in ("", "40-1", "6 da", "44444444444 da", " da", "4 da\n4 en"):
        with pytest.raises(ValueError, match="no line"):
            dimensions.read_line(wrong)


@pytest.mark.parametrize("letter", ["x", "💚", '"', "\\"])
def test_a_full_piece_of_the_longest_values_has_room(letter: str) -> None:
    """Of answers to ten statements, and values of forty letters where they can be any: as long as any ballot."""
    valued = [("4" * 10, ("da", "email", "reminder", letter * 40, "2-3"))] * 100
    seal = sealer(bytes(PrivateKey.generate().public_key))
    cut = [*side_fragments.cut(uuid4(), CONTENT.day, valued, CONTENT.day)]
    assert Counter(piece.kind for piece in cut) == {**dict.fromkeys(DIMENSIONS, 1), "target_group": 5}
    for piece in cut:
        assert len(seal(piece)) == keys.BALLOT_BYTES
        assert side_fragments.allows(piece)


def test_a_part_counts_answers_and_people() -> None:
    """Who answered nothing on the scale is an answer, and no one behind the mean."""
    found = dimensions.part("da", [(4, 3), (4, 0), (None, 0)], 4)
    assert found == Part("da", 3, 2, (0, 0, 1, 2))
    assert found.plus(some("en", 2, (0, 1, 1, 0))) == Part("da", 5, 4, (0, 2, 3, 2))


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        # All in one: the quarter as it is.
        ([("da", 250)], [("da", 250)]),
        # Fewer than 250 are not split, nor is who answered nothing counted among them.
        ([("da", 249)], []),
        ([("da", 230), ("en", 19, MIDDLE, 5)], []),
        # A rest of ten or more, or of nobody.
        ([("da", 240), ("en", 10)], [("da", 240), ("en", 10)]),
        ([("da", 240), ("en", 6), ("ar", 4)], [("da", 240), (REST, 10)]),
        ([("da", 240), (REST, 10)], [("da", 240), (REST, 10)]),
        # A rest of fewer takes the smallest with it, as often as it must.
        ([("da", 240), ("en", 12), ("ar", 9)], [("da", 240), (REST, 21)]),
        ([("da", 240), ("en", 12), ("uk", 11), ("ar", 1)], [("da", 240), ("en", 12), (REST, 12)]),
        ([("da", 250), (REST, 1)], []),
        ([("da", 245), ("ar", 9)], []),
        ([("da", 240), ("en", 11, MIDDLE, 2), (REST, 0, MIDDLE, 1)], [("da", 240), (REST, 11)]),
        # Below fifty a mean near an end does not stand: it would tell what everybody answered.
        ([("da", 240), ("en", 12, TOP), ("ar", 20)], [("da", 240), (REST, 32)]),
        ([("da", 240), ("en", 12, TOP), ("ar", 20), ("so", 20)], [("da", 240), ("ar", 20), (REST, 32)]),
        ([("da", 240, BETWEEN), ("en", 12, TOP), ("ar", 20)], [("da", 240), (REST, 32)]),
        # Nor one that holds all that is not at the end: what all chose would say how often each.
        ([("da", 240, TOP), ("en", 12)], []),
        ([("da", 240, BETWEEN), ("en", 12)], [("da", 240), ("en", 12)]),
        ([("da", 240, TOP), ("en", 12, TOP)], []),
        # Three parts of up to 299, four of 300: the smallest are put together.
        ([("da", 150), ("en", 60), ("uk", 50), ("ar", 39)], [("da", 150), ("en", 60), (REST, 89)]),
        ([("da", 150), ("en", 60), (REST, 50)], [("da", 150), ("en", 60), (REST, 50)]),
        ([("da", 150), ("en", 60), ("uk", 50), ("ar", 40)], [("da", 150), ("en", 60), ("uk", 50), ("ar", 40)]),
        # Nothing but a rest is nothing.
        ([(f"x{n}", 9) for n in range(30)], []),
    ],
)
def test_each_part_and_the_rest_stand_by_themselves(
    parts: list[tuple[Any, ...]], shown: list[tuple[str, int]]
) -> None:
    """Ten people each, or nobody; what is too small is in the rest, and if that is too small, more is."""
    found = dimensions.told([some(*each) for each in parts], 10)
    assert [(part.value, part.people) for part in found] == shown
    assert not found or sum(part.people for part in found) == sum(each[1] for each in parts)


def test_a_higher_k_asks_for_more() -> None:
    """With twelve, eleven are in the rest."""
    parts = [some("da", 240), some("en", 11), some("ar", 8)]
    assert [part.value for part in dimensions.told(parts, 12)] == ["da", REST]


@pytest.mark.parametrize(
    ("mine", "every", "found"),
    [
        # All thirteen who chose the lowest point are among these twenty: their sum says so.
        ((13, 1, 0, 6), (13, 1, 0, 236), False),
        # Of the lowest and the highest point alone the sum says how often each.
        ((5, 0, 0, 15), (60, 0, 0, 200), False),
        ((3, 5, 6, 6), (30, 40, 60, 120), True),
        # What all chose leaves no more open than two of the lowest point, nor does the sum.
        ((1, 5, 9, 5), (2, 40, 60, 120), True),
    ],
)
def test_a_part_must_stay_open_beside_what_all_chose(
    mine: tuple[int, ...], every: tuple[int, ...], found: bool
) -> None:
    """By a span of three at each point, or as far as all the answers leave it."""
    assert dimensions.stays_open(mine, every) == found


def test_the_dimensions_are_five() -> None:
    """Whoever adds one adds it to the table's constraint too."""
    assert DIMENSIONS == ("language", "channel", "first", "target_group", "meeting_number")
