"""Answered of sent by channel, target group and message: what of a quarter may be told, settled once.

While weeks of sending close their numbers are added up (`participation`). When a quarter is over and all its weeks
are closed, values with too few are put together, and from then on nothing of it changes. Everything told is a part
that could be printed by itself, and beside all response rates by team and week it pins no hidden count.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial, reduce
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from survey import ballot_box, lineages, scoring, workdays
from survey.dimensions import REST, SENT_BY
from survey.lineages import Lineages
from survey.models import Invitation, Municipality, SentCount, TurnoutPart
from survey.results import OneRow, Rows
from survey.scoring.margins import Hidden, Places

WEEK = timedelta(days=7)

GIVEN_UP = timedelta(weeks=16)
"""So long after its quarter a week waits to be put together with others; then nothing of the quarter is told."""


@dataclass(frozen=True)
class Part:
    """Questionnaires sent to those with one value, and how many were delivered and answered."""

    value: str
    sent: int
    delivered: int
    answered: int

    def plus(self, other: "Part") -> "Part":
        """Both together, under the value of this one."""
        return Part(
            self.value, self.sent + other.sent, self.delivered + other.delivered, self.answered + other.answered
        )


# What may be told ----------------------------------------------------------------------------------------


def enough(smallest: int) -> int:
    """As many must have answered, and as many not, in each part."""
    return max(smallest, scoring.SMALLEST_DISTRIBUTION)


def stands(part: Part, least: int) -> bool:
    """Whether so many answered and so many did not that it says of nobody which."""
    return min(part.answered, part.sent - part.answered) >= least


def told(
    parts: Iterable[Part], least: int, pins: Callable[[Sequence[Part]], bool] = lambda _parts: False
) -> list[Part]:
    """`parts` as they may be told, the largest first and REST last; none where nothing may be.

    What does not stand is put into the rest, and then the smallest of what does, until the rest stands or is
    nothing and all of them together pin no hidden count.
    """
    every = sorted(parts, key=lambda part: (-part.sent, part.value))
    shown = [part for part in every if part.value != REST and stands(part, least)]
    while shown:
        rest = whole(part for part in every if part not in shown)
        found = [*shown, *([rest] if rest.sent else [])]
        if all(stands(part, least) for part in found) and not pins(found):
            return found
        shown.pop()
    return []


def whole(parts: Iterable[Part]) -> Part:
    """All of them together, as REST."""
    return reduce(Part.plus, parts, Part(REST, 0, 0, 0))


def messages(first: Part, reminder: Part, least: int) -> list[Part]:
    """What was answered without a reminder, of all that was sent, and with one, of those who were reminded.

    How many were reminded, less those who answered, and the others less theirs, are parts too: where one of them
    does not stand, the second rate is of all that was sent as well. None where nothing may be told.
    """
    silent = first.sent - first.answered - reminder.answered
    if min(first.answered, reminder.answered, silent) < least:
        return []
    reminded = reminder.sent - reminder.answered
    if min(reminded, silent - reminded) < least:
        reminder = replace(reminder, sent=first.sent, delivered=first.delivered)
    return [first, reminder]


# Beside the response rates by team and week --------------------------------------------------------------


def is_told(every: Part, weeks: Rows, quarter: date) -> bool:
    """Whether `weeks` are all of a quarter, told in blocks that lie in it: then `every` tells nothing new."""
    ends = (end for row in weeks for end in (row.block_first, row.block_last))
    sums = sum(row.sent for row in weeks), sum(row.answered for row in weeks)
    return sums == (every.sent, every.answered) and all(end and workdays.quarter(end) == quarter for end in ends)


def hidden(weeks: Rows, sent: Sequence[OneRow]) -> tuple[Hidden, list[Places]]:
    """What is hidden of a quarter: how many of each row of `sent` answered; and every sum of them to ask about.

    `weeks` are the quarter's, by the newest version of their series, in blocks. Rows are of a version, team, week,
    channel and target group. Asked about are a team's week, a week, a team, each also with one channel, one target
    group, or both.
    """
    unit = {_week(row): (row.version_id, row.team_id if row.alone else 0, row.block_first) for row in weeks}
    blocks, asked = (defaultdict[Any, list[int]](list) for _ in range(2))
    for place, row in enumerate(sent):
        blocks[unit[_week(row)]].append(place)
        for where in (_week(row), (row.week,), (row.version_id, row.team_id), ()):
            for what in ((), (row.channel, ""), ("", row.target_group), (row.channel, row.target_group)):
                asked[where, what].append(place)
    answered = defaultdict[Any, int](int)
    for row in weeks:
        answered[unit[_week(row)]] += row.answered
    told = [(places, answered[block]) for block, places in blocks.items()]
    return Hidden([row.sent for row in sent], told, ()), list(asked.values())


def _week(row: OneRow) -> tuple[int, int, date]:
    return row.version_id, row.team_id, row.week


# Settling ------------------------------------------------------------------------------------------------

Found = dict[str, list[Part]]
"""The parts of each dimension."""


def settle(session: Session, municipality_id: int, now: datetime) -> int:
    """Settle the quarters that are over, each law group's once; how many.

    A quarter waits for its last invitation, and until its weeks are in blocks, at most GIVEN_UP.
    """
    ballot_box.alone(session, municipality_id)
    waiting = _waiting(session, municipality_id)
    asking = _asking(session, municipality_id)
    today, settled = workdays.day(now), 0
    over = {key: parts for key, parts in waiting.items() if _is_over(key[1], asking, today)}
    if not over:
        return 0
    smallest = session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()
    series = lineages.of(session, municipality_id)
    every = lineages.weeks(session, municipality_id, None, series)
    for (law, quarter), parts in over.items():
        weeks = [row for row in every if row.law == law and row.sent and workdays.quarter(row.week) == quarter]
        if all(row.block_first for row in weeks) or today - workdays.quarter_end(quarter) >= GIVEN_UP:
            sent = _sent(session, municipality_id, law, quarter, series)
            _replace(session, municipality_id, (law, quarter), _settled(parts, weeks, sent, quarter, smallest))
            settled += 1
    return settled


def _settled(parts: Found, weeks: Rows, sent: Sequence[OneRow], quarter: date, smallest: int) -> Found:
    """The parts of each dimension as they are told for ever: only the rest of one that may not be."""
    every, least = whole(parts["channel"]), enough(smallest)
    nothing = {name: [every] for name in SENT_BY}
    if not is_told(every, weeks, quarter):
        return nothing
    of, asked = hidden(weeks, sent)
    found: Found = {}
    for name in ("channel", "target_group"):
        pins = partial(_pins, of, asked, (name, sent), least)
        found[name] = told(parts[name], least, pins)
        of = _beside(of, name, sent, found[name])
    by_value = {part.value: part for part in parts["message"]}
    found["message"] = messages(by_value["first"], by_value["reminder"], least)
    return nothing | {name: shown for name, shown in found.items() if shown}


def _pins(
    of: Hidden, asked: Sequence[Places], by: tuple[str, Sequence[OneRow]], least: int, told: Sequence[Part]
) -> bool:
    """Whether these parts, told too, would pin something that is asked about."""
    return not _beside(of, *by, told).stay_open(asked, least)


def _beside(of: Hidden, dimension: str, sent: Sequence[OneRow], told: Sequence[Part]) -> Hidden:
    """What is hidden, once these parts are told too: how many answered of the rows of `sent` in each."""
    named = {part.value for part in told}
    values = [value if (value := getattr(row, dimension)) in named else REST for row in sent]
    sums = [([at for at, value in enumerate(values) if value == part.value], part.answered) for part in told]
    return replace(of, parts=[*of.parts, *sums])


def _is_over(quarter: date, asking: Collection[date], today: date) -> bool:
    """Whether its last week of sending is over, and no invitation of it left."""
    return workdays.monday(workdays.quarter_end(quarter)) + WEEK <= today and quarter not in asking


def _asking(session: Session, municipality_id: int) -> set[date]:
    """The quarters with an invitation that is not closed."""
    week = Invitation.sent_week
    weeks = select(week).where(Invitation.municipality_id == municipality_id, week.is_not(None)).distinct()
    return {workdays.quarter(monday) for monday in session.scalars(weeks) if monday}


def _waiting(session: Session, municipality_id: int) -> dict[tuple[str, date], Found]:
    """The parts of each law group and quarter that is not settled, the oldest first."""
    of = TurnoutPart
    rows: Any = session.execute(
        select(of.law, of.quarter, of.dimension, of.value, of.sent, of.delivered, of.answered)
        .where(of.municipality_id == municipality_id, ~of.settled)
        .order_by(of.quarter, of.law)
    )
    found: dict[tuple[str, date], Found] = defaultdict(lambda: defaultdict(list))
    for law, quarter, dimension, *part in rows:
        found[law, quarter][dimension].append(Part(*part))
    return found


def _of_quarter(municipality_id: int, law: str, quarter: date) -> tuple[ColumnElement[bool], ...]:
    of = SentCount
    last = workdays.quarter_end(quarter)
    return of.municipality_id == municipality_id, of.law == law, of.week.between(quarter, last)


def _sent(session: Session, municipality_id: int, law: str, quarter: date, series: Lineages) -> list[Any]:
    """How many were sent by series, team, week, channel and target group."""
    of = SentCount
    by = (of.version_id, of.team_id, of.week, of.channel, of.target_group)
    rows = session.execute(select(*by, of.sent).where(*_of_quarter(municipality_id, law, quarter)).order_by(*by))
    return [SimpleNamespace(**{**row._mapping, "version_id": series.head(row.version_id)}) for row in rows]


def _replace(session: Session, municipality_id: int, key: tuple[str, date], found: Found) -> None:
    """Write what is told in place of what was added up, and delete what the settling was worked out from."""
    law, quarter = key
    of = TurnoutPart
    mine = {"municipality_id": municipality_id, "law": law, "quarter": quarter}
    rows = [
        {**mine, "dimension": name, **vars(part), "settled": True} for name, told in found.items() for part in told
    ]
    session.execute(delete(of).filter_by(**mine))
    session.execute(insert(of), rows)
    session.execute(delete(SentCount).where(*_of_quarter(municipality_id, law, quarter)))
