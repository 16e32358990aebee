"""Side dimensions: how an answer came and from whom, and what may be told of each when a quarter is over."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from survey import cells, scoring
from survey.keys import BallotContent

WORDS: Mapping[str, tuple[str, ...]] = {
    "language": (),
    "channel": ("sms", "email", "paper"),
    "first": ("first", "reminder"),
    "target_group": (),
    "meeting_number": ("1", "2-3", "4+"),
}
"""The dimensions and their values; a language is a code of two letters, a target group any words of the import."""
DIMENSIONS = tuple(WORDS)
SENT_BY: Mapping[str, tuple[str, ...]] = {
    "channel": WORDS["channel"],
    "target_group": (),
    "message": ("first", "reminder"),
}
"""What is counted of everybody asked, not only of answers; the channel is the first message's."""
REST = ""
"""The value of an answer nobody knows it of, and of all answers together that may not be told by themselves."""
LANGUAGE = re.compile(r"[a-z]{2}")
LONGEST = 40
"""Characters of a value."""
FEWEST = 250
"""Of fewer people in all nothing is split: who has the responses and knows everybody's values could tie more of
so few than chance does. Measured in decision 13."""
PEOPLE_A_PART = 75
"""A dimension has at most one part for so many people in all: many small parts say as much as few people do."""

Answers = tuple[int | None, ...]

Valued = tuple[str, tuple[str, ...]]
"""An answer as `signs`, and its `values`."""

_SIGNS: Mapping[int | None, str] = {None: "-", **{point: str(point) for point in range(6)}}
_LINE = re.compile(r"([0-5-]{1,10}) (.*)")


# On the way -----------------------------------------------------------------------------------------------


def values(content: BallotContent) -> tuple[str, ...]:
    """The value of an answer in each of DIMENSIONS; REST where it is not known."""
    return _values(
        content.language,
        content.channel,
        "first" if content.first else "reminder",
        content.target_group or "",
        content.meeting_number,
    )


@lru_cache(maxsize=4096)
def _values(language: str, channel: str, first: str, target_group: str, meeting_number: str) -> tuple[str, ...]:
    found = (language, channel, first, tidy(target_group), meeting_number)
    return tuple(value if allows(name, value) else REST for name, value in zip(DIMENSIONS, found, strict=True))


def allows(dimension: str, value: str) -> bool:
    """Whether there can be such a value."""
    if dimension == "language":
        return value == REST or LANGUAGE.fullmatch(value) is not None
    if dimension == "target_group":
        return value == tidy(value)
    return value == REST or value in WORDS[dimension]


def tidy(words: str) -> str:
    """A target group as it is counted: printable words with one space between them, at most LONGEST characters."""
    plain = "".join(letter for letter in " ".join(words.split()) if letter.isprintable())
    return " ".join(plain[:LONGEST].split())


def line(signs: str, value: str) -> str:
    """One answer and its value as a line."""
    return f"{signs} {value}"


def signs(answers: Answers) -> str:
    """A sign for each statement, "-" where it was left blank."""
    return "".join(map(_SIGNS.__getitem__, answers))


def read_line(text: str) -> tuple[Answers, str]:
    """What `line` wrote. Raises ValueError for anything else."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError("no line of a side dimension")
    return tuple(None if sign == "-" else int(sign) for sign in found[1]), found[2]


# What may be told -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """The `n` answers with one value: `people` of them chose any point of the scale.

    `counts` say how often each was chosen over all statements, lowest point first.
    """

    value: str
    n: int
    people: int
    counts: tuple[int, ...]

    @property
    def mean(self) -> Fraction:
        """The mean of all answers. Raises ZeroDivisionError when there are none."""
        return scoring.mean(self.counts)

    def plus(self, other: "Part") -> "Part":
        """Both together, under the value of this one."""
        counts = tuple(scoring.pooled((self.counts, other.counts)))
        return replace(self, n=self.n + other.n, people=self.people + other.people, counts=counts)


def part(value: str, given: Iterable[Answers], points: int) -> Part:
    """The part of those who have a value, from their answers on a scale of `points`."""
    each = [[answer for answer in answers if answer] for answers in given]
    chosen = Counter(answer for answers in each for answer in answers)
    return Part(value, len(each), sum(map(bool, each)), tuple(chosen[point] for point in range(1, points + 1)))


def stands(one: Part, enough: int, every: Sequence[int]) -> bool:
    """Whether the mean of a part may be told by itself: by the rules of a cell, but with `enough` people.

    `every` are the counts of all parts together: cells may have told them.
    """
    if one.people < enough:
        return False
    if one.people >= cells.MANY:
        return True
    answers = scoring.answers(one.counts)
    figure = scoring.published_mean(one.mean, one.people, len(one.counts), answers=answers, smallest=enough)
    return cells.leaves_open(one.counts) and not scoring.capped(figure) and stays_open(one.counts, every)


def stays_open(mine: Sequence[int], every: Sequence[int]) -> bool:
    """Whether all counts and the sum of `mine` leave each of its counts open: by a span of three.

    Or as far as `every` leaves it without that sum. Lowest point first.
    """
    return all(
        _span(place, mine, every) >= min(cells.OPEN, _most(place, mine, every) - _least(place, mine, every))
        for place in range(len(mine))
    )


def _span(place: int, mine: Sequence[int], every: Sequence[int]) -> int:
    """How many whole numbers beside the least the count at `place` can be: the others must make up the sum."""
    others = [score for score, n in enumerate(every) if score != place for _answer in range(n)]
    sums = list(accumulate(others, initial=0))
    n, total = sum(mine), sum(score * count for score, count in enumerate(mine))
    fits = [
        count
        for count in range(_least(place, mine, every), _most(place, mine, every) + 1)
        if sums[n - count] <= total - place * count <= sums[-1] - sums[len(others) - n + count]
    ]
    return fits[-1] - fits[0]


def _least(place: int, mine: Sequence[int], every: Sequence[int]) -> int:
    return max(0, sum(mine) - sum(every) + every[place])


def _most(place: int, mine: Sequence[int], every: Sequence[int]) -> int:
    return min(sum(mine), every[place])


def told(parts: Sequence[Part], enough: int) -> list[Part]:
    """`parts` as they may be told, the largest first and REST last: each stands by itself, and so does the rest.

    What does not stand is put into the rest, and then the smallest of what does, until the rest stands or is
    nothing, and there is no more than a part for each PEOPLE_A_PART. Nothing is told of fewer than FEWEST people,
    nor where only the rest would be left.
    """
    people = sum(each.people for each in parts)
    if people < FEWEST:
        return []
    most, every = people // PEOPLE_A_PART, scoring.pooled([each.counts for each in parts])
    shown = [each for each in parts if each.value != REST and stands(each, enough, every)]
    shown.sort(key=lambda each: (-each.people, each.value))
    rest = Part(REST, 0, 0, (0,) * len(every))
    for each in parts:
        rest = rest if each in shown else rest.plus(each)
    while shown and (len(shown) + bool(rest.n) > most or (rest.n and not stands(rest, enough, every))):
        rest = rest.plus(shown.pop())
    return [*shown, *([rest] if rest.n else [])] if shown else []
