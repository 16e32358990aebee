"""Answered of sent: weeks and teams put together until no small count can be found by subtraction.

Everything shown is a sum of cells: a unit (a team, or the teams that cannot stand alone, together) in a block of
weeks. Every cell could be printed by itself, so totals, teams and overlapping periods uncover nothing finer.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from survey import scoring, workdays
from survey.results import OneRow, Period, Rows
from survey.scoring import Figure

One = TypeVar("One")


@dataclass(frozen=True)
class Weeks:
    """Consecutive weeks of sending (Mondays) that are told together, and the share answered."""

    first: date
    last: date
    sent: int
    rate: Figure


def weeks_named(first: date, last: date) -> str:
    """The weeks of two Mondays: "uge 18, 2021", "uge 18 til 34, 2021", "uge 50, 2020, til uge 3, 2021"."""
    a, b = first.isocalendar(), last.isocalendar()
    if a[:2] == b[:2]:
        return f"uge {b.week}, {b.year}"
    if a.year == b.year:
        return f"uge {a.week} til {b.week}, {b.year}"
    return f"uge {a.week}, {a.year}, til uge {b.week}, {b.year}"


@dataclass(frozen=True)
class Turnout:
    """Answered of sent over all `weeks`; `unknown` of those sent are in doubt.

    A team that cannot stand alone has no weeks.
    """

    rate: Figure
    interval: tuple[str, str] | None
    unknown: int
    weeks: tuple[Weeks, ...]


@dataclass(frozen=True)
class Grouping:
    """How a law group's participation is told: blocks as first and last Monday, and the teams with figures.

    `enough` is False when even the exact total would tell too much about one week or team. `quarters` (first
    days) are put together where one alone may not be told: all of them that stand together are whole blocks.
    """

    blocks: tuple[tuple[date, date], ...]
    alone: frozenset[int]
    enough: bool
    quarters: tuple[tuple[date, ...], ...] = ()


def grouping(rows: Rows, shown: Collection[int], smallest: int) -> Grouping:
    """Blocks and teams for `rows`: all weeks of one law group and version; only `shown` teams may stand alone.

    Made over all weeks there are: two periods then differ by whole blocks. When not even everything together
    may be told, there is one block and no team. A block lies in one quarter where every quarter may be told.
    Remembered by the numbers: a page asks for the same more than once.
    """
    numbers = tuple(Sending(row.team_id, row.week, row.sent, row.answered) for row in rows)
    return _grouping(numbers, frozenset(shown), smallest)


class Sending(NamedTuple):
    """A team's week of sending: what blocks are made by."""

    team_id: int
    week: date
    sent: int
    answered: int


@lru_cache(maxsize=64)
def _grouping(rows: tuple[Sending, ...], shown: frozenset[int], smallest: int) -> Grouping:
    by_team = _by(rows, lambda row: int(row.team_id))
    alone = _alone(by_team, shown, smallest)

    def fine(weeks: Sequence[Sequence[Sending]]) -> bool:
        units = _by(
            (row for week in weeks for row in week), lambda row: row.team_id if row.team_id in alone else 0
        )
        return all(_tells_little(unit, smallest) for unit in units.values())

    weeks = [same for _, same in sorted(_by(rows, lambda row: row.week).items())]
    enough = fine(weeks)
    spans = _merged(list(_by(weeks, _quarter).values()), lambda span: fine(_flat(span))) if enough else [[weeks]]
    parts = [block for span in spans for block in (_merged(_flat(span), fine) if enough else span) if block]
    return Grouping(
        tuple((block[0][0].week, block[-1][0].week) for block in parts),
        frozenset(alone),
        enough,
        tuple(tuple(_quarter(quarter[0]) for quarter in span) for span in spans) if enough else (),
    )


def _quarter(week: Sequence[Sending]) -> date:
    return workdays.quarter(week[0].week)


def _flat(quarters: Iterable[Iterable[One]]) -> list[One]:
    return [week for quarter in quarters for week in quarter]


def turnout(rows: Rows, told: Grouping, period: Period, team_id: int | None, smallest: int) -> Turnout | None:
    """Answered of sent in the blocks that overlap `period`, of one team or of all; None when nothing was sent.

    `rows` are those of the team, or of all.
    """
    cells = _cells(rows, told, period)
    if not cells:
        return None
    every = [row for cell in cells.values() for row in cell]
    answered, sent = _sums(every)
    unknown = sum(row.unknown for row in every)
    rate = scoring.published_share(answered, sent, smallest=smallest)
    if not _may_tell(rate, told, team_id):
        return Turnout(scoring.HIDDEN if sent < smallest else scoring.WITHHELD, None, unknown, ())
    return Turnout(
        rate=rate,
        interval=scoring.published_wilson(answered, sent, smallest=smallest),
        unknown=unknown,
        weeks=tuple(_weeks(block, cell, smallest) for block, cell in cells.items()),
    )


def rate(rows: Rows, told: Grouping, period: Period, team_id: int, smallest: int) -> Figure:
    """The rate of a team's `turnout` alone."""
    answered, sent = _sums(row for cell in _cells(rows, told, period).values() for row in cell)
    found = scoring.published_share(answered, sent, smallest=smallest)
    if _may_tell(found, told, team_id):
        return found
    return scoring.HIDDEN if sent < smallest else scoring.WITHHELD


def _cells(rows: Rows, told: Grouping, period: Period) -> dict[tuple[date, date], list[OneRow]]:
    """The rows of each block that overlaps `period` and has any."""
    starts = [first for first, _ in told.blocks]
    found = _by(rows, lambda row: told.blocks[bisect_right(starts, row.week) - 1])
    return {
        (first, last): cell
        for (first, last), cell in sorted(found.items())
        if first <= period.last and last + timedelta(days=6) >= period.first
    }


def _may_tell(rate: Figure, told: Grouping, team_id: int | None) -> bool:
    return (team_id is None or team_id in told.alone) and (told.enough or scoring.capped(rate))


def _weeks(block: tuple[date, date], cell: Rows, smallest: int) -> Weeks:
    answered, sent = _sums(cell)
    return Weeks(*block, sent, scoring.published_share(answered, sent, smallest=smallest))


def _sums(rows: Iterable[OneRow | Sending]) -> tuple[int, int]:
    """Answered and sent."""
    answered = sent = 0
    for row in rows:
        answered += row.answered
        sent += row.sent
    return answered, sent


def _by(rows: Iterable[One], key: Callable[[One], Any]) -> dict[Any, list[One]]:
    found: dict[Any, list[One]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _tells_little(cell: Sequence[Sending], smallest: int) -> bool:
    """True when a cell may be printed, and what in it may not (one week, one team) stays open in spite of it."""
    answered, sent = _sums(cell)
    parts = [(row.answered, row.sent) for row in cell]
    teams = _by(cell, lambda row: row.team_id)
    if len(teams) > 1:
        parts += [_sums(part) for part in (*teams.values(), *_by(cell, lambda row: row.week).values())]
    return scoring.exact_share(answered, sent, smallest=smallest) and all(
        scoring.exact_share(*part, smallest=smallest) or scoring.stays_open(part[1], answered, sent)
        for part in parts
    )


def _alone(by_team: dict[int, list[Sending]], shown: Collection[int], smallest: int) -> set[int]:
    """The teams whose figures stand alone. The others are none, or at least two who together may be printed."""
    alone = {team for team, rows in by_team.items() if team in shown and _tells_little(rows, smallest)}
    while alone:
        rest = [row for team, rows in by_team.items() if team not in alone for row in rows]
        if not rest or (len(by_team) - len(alone) > 1 and _tells_little(rest, smallest)):
            break
        alone.remove(min(alone, key=lambda team: (_sums(by_team[team])[1], team)))
    return alone


def _merged(weeks: Sequence[One], fine: Callable[[Sequence[One]], bool]) -> list[list[One]]:
    """Weeks or quarters in order, each put together with the next until it is `fine`; the rest joins the last."""
    blocks: list[list[One]] = []
    for week in weeks:
        if blocks and not fine(blocks[-1]):
            blocks[-1].append(week)
        else:
            blocks.append([week])
    while len(blocks) > 1 and not fine(blocks[-1]):
        last = blocks.pop()
        blocks[-1] += last
    return blocks
