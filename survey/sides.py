"""Who answers, and how: means by language, channel and so on as they may be shown, a closed quarter at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import scoring, workdays
from survey.dimensions import DIMENSIONS, FEWEST, PEOPLE_A_PART, REST, WORDS
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, SideMean
from survey.results import Period
from survey.scoring import Figure

Key = tuple[str, int, str, int, int, date]
"""Law, version by id, name and number, points, and quarter."""
AFTER = {"first": "den første besked", "reminder": "påmindelsen"}


@dataclass(frozen=True)
class Line:
    """The answers with one `value` (REST: all others, and those it is not known of): how many, and their mean."""

    value: str
    n: int
    mean: str


@dataclass(frozen=True)
class Split:
    """All answers of a quarter by one dimension. The lines of two splits overlap; nothing tells how."""

    dimension: str
    lines: tuple[Line, ...]

    @property
    def n(self) -> int:
        """All the answers."""
        return sum(line.n for line in self.lines)

    @property
    def shares(self) -> tuple[Figure, ...]:
        """Of each line the share of all the answers; both numbers stand in the table already."""
        return tuple(scoring.published_share(line.n, self.n) for line in self.lines)

    @property
    def most(self) -> tuple[str, ...]:
        """The values that most of the answers have, several where they are equally many; never the rest."""
        known = [line for line in self.lines if line.value != REST]
        return tuple(line.value for line in known if line.n == max(each.n for each in known))

    @property
    def sentence(self) -> str:
        """Of answers to the first message and after the reminder: how many, and their means; "" of all others."""
        if self.dimension != "first":
            return ""
        said = [
            f"{share.text} af besvarelserne kom efter {AFTER[line.value]} (gennemsnit {line.mean})"
            for line, share in zip(self.lines, self.shares, strict=True)
            if line.value != REST
        ]
        return f"{', '.join(said)}."


@dataclass(frozen=True)
class Side:
    """One law group, questionnaire version and quarter (its first day), on a scale of 1 to `points`.

    `missing` are the dimensions that may not be shown of it.
    """

    law: str
    version_id: int
    name: str
    number: int
    points: int
    quarter: date
    splits: tuple[Split, ...]
    missing: tuple[str, ...]


def read(
    session: Session, municipality_id: int, period: Period, withheld: Collection[str] = ()
) -> tuple[Side, ...]:
    """What the quarters that overlap `period` may show, the newest first; two statements.

    Only quarters that are over have anything written, and that once. Where a value or all of them have fewer
    answers than is asked for by now, their dimension is not shown of that quarter. Without law groups `withheld`.
    """
    smallest = select(Municipality.smallest_group).where(Municipality.id == municipality_id)
    enough = max(session.scalars(smallest).one(), scoring.SMALLEST_DISTRIBUTION)
    first, last = workdays.quarter(period.first), workdays.quarter(period.last)
    of, version = SideMean, QuestionnaireVersion
    rows: Any = session.execute(
        select(
            *(of.law, of.version_id, Questionnaire.name, version.number, version.points, of.quarter),
            *(of.dimension, of.value, of.n, of.mean),
        )
        .join(version, (version.municipality_id == of.municipality_id) & (version.id == of.version_id))
        .join(Questionnaire)
        .where(of.municipality_id == municipality_id, of.quarter.between(first, last), of.law.not_in(withheld))
        .order_by(of.quarter.desc(), of.law, Questionnaire.name, version.number)
    )
    found: dict[Key, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for *key, dimension, value, n, mean in rows:
        law, version_id, name, number, points, quarter = key
        found[law, version_id, name, number, points, quarter][dimension].append(Line(value, n, _text(mean)))
    sides = (_side(key, by_dimension, enough) for key, by_dimension in found.items())
    return tuple(side for side in sides if side.splits)


def _side(key: Key, lines: dict[str, list[Line]], enough: int) -> Side:
    shown = [name for name in DIMENSIONS if name in lines and _enough(lines[name], enough)]
    splits = tuple(Split(name, _ordered(name, lines[name])) for name in shown)
    return Side(*key, splits, tuple(name for name in DIMENSIONS if name not in shown))


def _enough(lines: Sequence[Line], enough: int) -> bool:
    """Whether the rules of today would have told so much."""
    n = sum(line.n for line in lines)
    return n >= FEWEST and len(lines) <= n // PEOPLE_A_PART and all(line.n >= enough for line in lines)


def _ordered(dimension: str, lines: Iterable[Line]) -> tuple[Line, ...]:
    """In the order of the dimension's words, else the largest first; the rest last."""
    place = {word: number for number, word in enumerate(WORDS[dimension])}
    order = sorted(lines, key=lambda line: (line.value == REST, place.get(line.value, 0), -line.n, line.value))
    return tuple(order)


def _text(mean: Decimal) -> str:
    return scoring.number(Fraction(mean), 1)
