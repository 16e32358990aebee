"""Answered of sent, in the blocks of weeks that are told (`survey.blocks`), and which weeks are not told yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey import retention, scoring, workdays
from survey.results import OneRow, Period, Rows
from survey.scoring import Figure

SUNDAY = timedelta(days=6)
"""After the Monday a week is named by."""


@dataclass(frozen=True)
class Weeks:
    """Consecutive weeks of sending (Mondays) that are told together, and the share answered."""

    first: date
    last: date
    sent: int
    rate: Figure


@dataclass(frozen=True)
class Turnout:
    """Answered of sent over all `weeks`; `unknown` of those sent are in doubt.

    In no figure are the weeks (Mondays) of the period that are still `open`, and closed ones that are `waiting`
    for others to be put together with. A team that stands alone in none of the blocks has no weeks.
    """

    rate: Figure
    interval: tuple[str, str] | None
    unknown: int
    weeks: tuple[Weeks, ...]
    open: tuple[date, ...] = ()
    waiting: tuple[date, ...] = ()


def turnout(rows: Rows, period: Period, team_id: int | None, smallest: int) -> Turnout | None:
    """Answered of sent in the told blocks that overlap `period`, of a team or of all; None where nothing was sent.

    `rows` are those of the team, or of all, in one series.
    """
    mine = [row for row in rows if _overlaps(row, period)]
    if not mine:
        return None
    blocks: dict[tuple[date, date], list[OneRow]] = defaultdict(list)
    for row in mine:
        if row.block_first and (team_id is None or row.alone):
            blocks[row.block_first, row.block_last].append(row)
    told = [row for block in blocks.values() for row in block]
    answered, sent = sums(told)
    none = scoring.HIDDEN if sum(row.sent for row in mine) < smallest else scoring.WITHHELD
    return Turnout(
        rate=scoring.published_share(answered, sent, smallest=smallest) if told else none,
        interval=scoring.published_wilson(answered, sent, smallest=smallest),
        unknown=sum(row.unknown for row in told),
        weeks=tuple(_weeks(block, cell, smallest) for block, cell in sorted(blocks.items())),
        open=_mondays(row for row in mine if not row.closed),
        waiting=_mondays(row for row in mine if row.closed and not row.block_first),
    )


def within(rows: Rows, told: Iterable[Weeks], team_id: int | None) -> list[OneRow]:
    """Those of a series' `rows` that are in the blocks `told`: of a team where it stands alone, or of all."""
    blocks = {(weeks.first, weeks.last) for weeks in told}
    return [
        row
        for row in rows
        if (row.block_first, row.block_last) in blocks
        and (team_id is None or (row.team_id == team_id and row.alone))
    ]


def rest(rows: Rows) -> list[OneRow]:
    """Those of a series' `rows` that are told together, since they stand alone in no figure of their own."""
    return [row for row in rows if row.alone is False]


def _overlaps(row: OneRow, period: Period) -> bool:
    first, last = row.block_first or row.week, row.block_last or row.week
    return bool(first <= period.last and last + SUNDAY >= period.first)


def _weeks(block: tuple[date, date], cell: Rows, smallest: int) -> Weeks:
    answered, sent = sums(cell)
    return Weeks(*block, sent, scoring.published_share(answered, sent, smallest=smallest))


def sums(rows: Rows) -> tuple[int, int]:
    """Answered and sent."""
    return sum(row.answered for row in rows), sum(row.sent for row in rows)


def _mondays(rows: Iterable[OneRow]) -> tuple[date, ...]:
    return tuple(sorted({row.week for row in rows}))


# In words ------------------------------------------------------------------------------------------------


def weeks_named(first: date, last: date) -> str:
    """The weeks of two Mondays: "uge 18, 2021", "uge 18 til 34, 2021", "uge 50, 2020, til uge 3, 2021"."""
    a, b = first.isocalendar(), last.isocalendar()
    if a[:2] == b[:2]:
        return f"uge {b.week}, {b.year}"
    if a.year == b.year:
        return f"uge {a.week} til {b.week}, {b.year}"
    return f"uge {a.week}, {a.year}, til uge {b.week}, {b.year}"


def untold(part: Turnout) -> str:
    """Which weeks are in no figure yet and why, in one or two sentences; "" where all are."""
    found = []
    if part.open:
        found.append(f"{_listed(part.open)} er ikke lukket endnu, tidligst {_earliest(part.open[0])}.")
    if part.waiting:
        which = "den" if len(part.waiting) == 1 else "de"
        found.append(f"{_listed(part.waiting)} er lukket, men venter på flere uger, før {which} kan vises.")
    return " ".join(found)


def none_told(part: Turnout | None) -> str:
    """That no week of the period is told yet, in one or two sentences; "" where some are, or none waits."""
    if part is None or part.weeks:
        return ""
    if part.open and not part.waiting:
        return f"Ingen uge er lukket endnu, tidligst {_earliest(part.open[0])}."
    return untold(part)


def _listed(mondays: Sequence[date]) -> str:
    n = len(mondays)
    return f"{n} {'uge' if n == 1 else 'uger'} ({weeks_named(mondays[0], mondays[-1])})"


def _earliest(monday: date) -> str:
    """The first night that may close the week: its links have expired and had their grace."""
    return workdays.long_date(monday + retention.WINDOW + retention.GRACE + timedelta(days=1))
