"""Who does not answer: response rates by channel, target group and message, a settled quarter at a time.

A verdict comes from a test on the two numbers that are printed; where there are more than two parts, each is held
against all others (Holm), and none is ranked.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import scoring, turnout_parts, workdays
from survey.dimensions import REST, SENT_BY
from survey.models import TurnoutPart
from survey.results import Period
from survey.scoring import Figure
from survey.scoring.multiplicity import holm
from survey.scoring.rates import Rate, chi_square_p
from survey.turnout_parts import Part

LEVEL = 0.05
Name = Callable[[str, str], str]
"""What a value of a dimension is called."""


@dataclass(frozen=True)
class Line:
    """A part with its response rate: how many of those sent answered, and the rate's interval."""

    value: str
    sent: int
    delivered: int
    answered: int
    rate: Figure
    interval: tuple[str, str] | None


@dataclass(frozen=True)
class Split:
    """What was sent in a quarter by one dimension. Of "message" the second line is of those who were reminded.

    Where it may not be told how many those are, `of_all`: it is of all that was sent, as the first is.
    """

    dimension: str
    lines: tuple[Line, ...]

    @property
    def of_all(self) -> bool:
        """Whether both messages' answers are told of all that was sent."""
        return self.dimension == "message" and len({line.sent for line in self.lines}) == 1

    @property
    def lower(self) -> tuple[str, ...]:
        """The values that are surely answered less than the others."""
        return self._apart(-1)

    @property
    def higher(self) -> tuple[str, ...]:
        """The values that are surely answered more."""
        return self._apart(1)

    def _apart(self, sign: int) -> tuple[str, ...]:
        if len(self.lines) < 2 or self.of_all:
            return ()
        rates = [(line.answered, line.sent) for line in self.lines]
        pairs = [(mine, _others(rates, place)) for place, mine in enumerate(rates)]
        # Two lines are one question, and what a rest of many kinds is against the others is none.
        asked = [at for at, line in enumerate(self.lines) if len(rates) == 2 or line.value != REST]
        p = [chi_square_p(*pairs[at]) for at in asked]
        adjusted = p if len(rates) == 2 else holm(p)
        sure = [at for at, each in zip(asked, adjusted, strict=True) if each < LEVEL]
        return tuple(self.lines[at].value for at in sure if sign * _difference(*pairs[at]) > 0)


def _others(rates: Sequence[Rate], place: int) -> Rate:
    rest = [rate for at, rate in enumerate(rates) if at != place]
    return sum(k for k, _ in rest), sum(n for _, n in rest)


def _difference(first: Rate, second: Rate) -> int:
    """Its sign is that of the first share less the second."""
    return first[0] * second[1] - second[0] * first[1]


@dataclass(frozen=True)
class Quarter:
    """What a law group sent in a quarter (its first day); `missing` are the dimensions not shown of it."""

    law: str
    quarter: date
    splits: tuple[Split, ...]
    missing: tuple[str, ...]


def read(
    session: Session, municipality_id: int, period: Period, smallest: int, withheld: Collection[str] = ()
) -> tuple[Quarter, ...]:
    """The settled quarters that overlap `period`, the newest first, by today's `smallest` group; one statement.

    Without law groups `withheld`.
    """
    of = TurnoutPart
    first, last = workdays.quarter(period.first), workdays.quarter(period.last)
    rows: Any = session.execute(
        select(of.quarter, of.law, of.dimension, of.value, of.sent, of.delivered, of.answered)
        .where(
            of.municipality_id == municipality_id,
            of.settled,
            of.quarter.between(first, last),
            of.law.not_in(withheld),
        )
        .order_by(of.quarter.desc(), of.law, of.sent.desc(), of.value)
    )
    found: dict[tuple[date, str], dict[str, list[Part]]] = defaultdict(lambda: defaultdict(list))
    for quarter, law, dimension, *part in rows:
        found[quarter, law][dimension].append(Part(*part))
    return tuple(_quarter(law, quarter, parts, smallest) for (quarter, law), parts in found.items())


def _quarter(law: str, quarter: date, parts: dict[str, list[Part]], smallest: int) -> Quarter:
    told = {name: _told(name, parts.get(name, []), turnout_parts.enough(smallest)) for name in SENT_BY}
    splits = tuple(Split(name, tuple(_lines(of, smallest))) for name, of in told.items() if of)
    return Quarter(law, quarter, splits, tuple(name for name, of in told.items() if not of))


def _told(dimension: str, parts: Sequence[Part], least: int) -> list[Part]:
    """The parts, the rest last; none where the rules of today would not have told so much, or only the rest is."""
    values = {part.value: part for part in parts}
    if values.keys() <= {REST}:
        return []
    if dimension == "message":
        return turnout_parts.messages(values["first"], values["reminder"], least)
    shown = sorted(parts, key=lambda part: part.value == REST)
    return shown if all(turnout_parts.stands(part, least) for part in shown) else []


def _lines(parts: Iterable[Part], smallest: int) -> Iterable[Line]:
    for part in parts:
        share = (part.answered, part.sent)
        rate = scoring.published_share(*share, smallest=smallest)
        interval = scoring.published_wilson(*share, smallest=smallest)
        yield Line(part.value, part.sent, part.delivered, part.answered, rate, interval)


# In words ------------------------------------------------------------------------------------------------


def sentence(split: Split, name: Name) -> str:
    """What the test says of a split, with both numbers of what it names."""
    if split.dimension == "message":
        return _of_messages(split)
    said = {line.value: f"{name(split.dimension, line.value)} ({line.rate.text})" for line in split.lines}
    if len(split.lines) == 1:
        return f"Alle udsendte er af én slags: {said[split.lines[0].value]}."
    if len(split.lines) == 2:
        return _of_two(split, said)
    parts = [
        f"{word} end blandt de andre: {', '.join(said[value] for value in values)}."
        for word, values in (("Sikkert lavere", split.lower), ("Sikkert højere", split.higher))
        if values
    ]
    return " ".join(parts) or "Ingen sikker forskel: hver for sig kan de ikke skelnes fra de andre."


def _of_two(split: Split, said: dict[str, str]) -> str:
    if split.lower:
        return f"Svarprocenten er sikkert lavere for {said[split.lower[0]]} end for {said[split.higher[0]]}."
    one, other = said.values()
    return f"Ingen sikker forskel: {one} og {other} kan ikke skelnes."


def _of_messages(split: Split) -> str:
    first, reminder = (line.rate.text for line in split.lines)
    if split.of_all:
        return f"Af alle udsendte blev {first} besvaret uden en påmindelse og {reminder} efter en påmindelse."
    told = f"{first} af de udsendte blev besvaret uden en påmindelse, {reminder} af dem, der fik en, efter den."
    if not split.lower:
        return f"{told} Ingen sikker forskel på de to svarprocenter."
    word = "højere" if split.lower == ("first",) else "lavere"
    return f"{told} Svarprocenten er sikkert {word} efter påmindelsen."
