"""The ids of tables of other counts than answers, and the tables opened again by them.

Steps from meeting to answer and from wish to call, why nobody was asked, quarters by a side dimension, how the
scale was read, and the shared comparison. They are read again as for a page, from counts that are kept for ever.
An id bears a mark of what was printed, so that a table whose digits are others now says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter

from sqlalchemy.orm import Session

from survey import (
    comparison,
    figures,
    funnels,
    lineages,
    neighbours,
    part_rates,
    passports,
    promises,
    reasons,
    remarks,
    sides,
    smallest_group,
    workdays,
)
from survey.comparison import MEASURES, Board, Measured
from survey.dimensions import DIMENSIONS, SENT_BY
from survey.figures import Section
from survey.funnels import Funnel, Step
from survey.part_rates import Quarter
from survey.passports import Table
from survey.reasons import Unasked
from survey.remarks import Confirmed
from survey.results import Period, TeamView
from survey.sides import Side, Split

COMMON = 0
"""As the `line` of a comparison: what all that are compared have in common."""
PARTS = tuple(SENT_BY)
"""What the lines of "parts" can be by."""
OWN = ("steps", "calls", "reasons", "confirmed", "parts")
"""Kinds that are of a municipality, and of no single version."""
QUARTERLY = ("side", "confirmed", "compared", "parts")
"""Kinds that are of one whole quarter."""
QUARTERS = ("calls", "reasons")
"""Kinds that are of several whole quarters."""


@dataclass(frozen=True)
class Line:
    """A line of a table: what it is of, as the tables name it, and its numbers as they are printed."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """A table as it is told now; `is_same` where that is what was printed beside its id.

    `open_weeks` (Mondays) may still change. `questionnaire` is "" where it is of none alone, `weeks` of no weeks,
    `quarters` where they are those of the table. `covers` says which quarters it is of where those are not all its
    days, else "".
    """

    table: Table
    lines: tuple[Line, ...]
    is_same: bool
    team: TeamView | None = None
    open_weeks: tuple[date, ...] = ()
    weeks: str = ""
    quarters: str = ""
    questionnaire: str = ""
    covers: str = ""


@dataclass(frozen=True)
class _Found:
    """The lines a table has now, and what else is known of it."""

    lines: tuple[Line, ...]
    open_weeks: tuple[date, ...] = ()
    weeks: str = ""
    quarters: str = ""
    questionnaire: str = ""
    covers: str = ""


# The ids -------------------------------------------------------------------------------------------------


def of_steps(municipality_id: int, law: str, team_id: int | None, funnel: Funnel, period: Period) -> str:
    """The id of the steps from meeting to answer of a law group or team in `period`; "" of none."""
    if not funnel.mondays:
        return ""
    # A longer period would take in weeks that are sent in later.
    first, last = funnel.mondays
    days = max(period.first, first), min(period.last, last + timedelta(days=6))
    return _mint(Table("steps", law, team_id, municipality_id, *days, 0, 0, 0), _steps_of(funnel.steps))


def of_calls(
    municipality_id: int, law: str, team_id: int | None, steps: Sequence[Step], period: Period, today: date
) -> str:
    """The id of the steps from wish to call, in the quarters of `period` up to that of `today`; "" of no steps."""
    if not steps:
        return ""
    days = _until(period, today)
    return _mint(Table("calls", law, team_id, municipality_id, days.first, days.last, 0, 0, 0), _steps_of(steps))


def of_reasons(municipality_id: int, section: Section) -> str:
    """The id of why nobody was asked, from the first to the last quarter that is told; "" of no reasons."""
    found = section.not_invited
    if not found.reasons:
        return ""
    days = found.quarters[0], workdays.quarter_end(found.quarters[-1])
    return _mint(Table("reasons", section.law, None, municipality_id, *days, 0, 0, 0), _reasons_of(found))


def of_side(side: Side, split: Split) -> str:
    """The id of a quarter's answers by one dimension."""
    place = DIMENSIONS.index(split.dimension)
    table = Table("side", side.law, None, side.version_id, *_quarter(side.quarter), place, 0, 0)
    return _mint(table, _split_of(split))


def of_parts(municipality_id: int, quarter: Quarter, split: part_rates.Split) -> str:
    """The id of a quarter's response rates by one dimension."""
    place = PARTS.index(split.dimension)
    table = Table("parts", quarter.law, None, municipality_id, *_quarter(quarter.quarter), place, 0, 0)
    return _mint(table, _parts_of(split))


def of_confirmed(municipality_id: int, row: Confirmed) -> str:
    """The id of how many of those asked in one language and quarter changed an answer; "" where it is hidden."""
    if not row.changed.shown:
        return ""
    table = Table("confirmed", "LAB", None, municipality_id, *_quarter(row.quarter), _language(row.language), 0, 0)
    return _mint(table, (_confirmed_of(row),))


def of_compared(board: Board, measured: Measured, quarter: date, line: int = COMMON) -> str:
    """The id of a share beside others: of the municipality `line`, or the common one; "" where it is hidden."""
    lines = _compared_of(measured, line)
    place = board.points * len(MEASURES) + MEASURES.index(measured.kind)
    table = Table("compared", board.law, None, 0, *_quarter(quarter), place, line, 0)
    return _mint(table, lines) if lines else ""


def _mint(table: Table, lines: Sequence[Line]) -> str:
    found = replace(table, first=max(table.first, passports.EPOCH), mark=_mark(lines))
    return passports.mint(found) if passports.makes_sense(found) else ""


def _mark(lines: Sequence[Line]) -> int:
    return passports.mark(text for line in lines for text in (line.name, *line.numbers))


def _quarter(day: date) -> tuple[date, date]:
    return workdays.quarter(day), workdays.quarter_end(day)


def _quarters(period: Period) -> Period:
    return Period(workdays.quarter(period.first), workdays.quarter_end(period.last))


def _until(period: Period, today: date) -> Period:
    """The whole quarters of `period` up to that of `today`: later ones would be in the id, and not on the page."""
    return _quarters(Period(period.first, max(period.first, min(period.last, today))))


def is_cut(table: Table) -> bool:
    """Whether a table of whole quarters is of less: the difference of two would tell what a quarter may not."""
    days = Period(table.first, table.last)
    return table.kind in QUARTERS and _quarters(days) != days


def _language(code: str) -> int:
    """Two letters as a number."""
    return int(code, 36)


# Lines as they are printed -------------------------------------------------------------------------------


def _steps_of(steps: Sequence[Step]) -> tuple[Line, ...]:
    return tuple(Line(step.name, (step.text, step.share)) for step in steps)


def _reasons_of(found: Unasked) -> tuple[Line, ...]:
    return tuple(Line(reason, ("" if n is None else str(n),)) for reason, n in found.reasons)


def _split_of(split: Split) -> tuple[Line, ...]:
    shares = zip(split.lines, split.shares, strict=True)
    return tuple(Line(line.value, (str(line.n), share.text, line.mean)) for line, share in shares)


def _parts_of(split: part_rates.Split) -> tuple[Line, ...]:
    numbers = attrgetter("sent", "delivered", "answered")
    return tuple(
        Line(line.value, (*map(str, numbers(line)), line.rate.text, " til ".join(line.interval or ())))
        for line in split.lines
    )


def _confirmed_of(row: Confirmed) -> Line:
    return Line(row.language, (row.changed.text, str(row.changed.n)))


def _compared_of(measured: Measured, municipality_id: int) -> tuple[Line, ...]:
    """One line: the municipality's, or what is common, with its n and its interval."""
    if municipality_id == COMMON:
        return (Line("", (measured.common_text, str(measured.n), "")),) if measured.lines else ()
    return tuple(
        Line(line.municipality, (line.text, str(line.n), " til ".join(line.interval or ())))
        for line in measured.lines
        if line.municipality_id == municipality_id and line.n is not None
    )


# Opened again --------------------------------------------------------------------------------------------


def reopen(
    session: Session, municipality_id: int, table: Table, teams: Sequence[TeamView], today: date
) -> Opened | None:
    """The table, read again as for a page of `today`; None where there is none (any more).

    `teams` are `results.teams`. Raises ValueError for a team that may only be shown inside its law group.
    """
    if table.kind in OWN and table.of_id != municipality_id:
        return None
    if table.kind in QUARTERLY and _quarter(table.first) != (table.first, table.last):
        return None
    if is_cut(table):
        return None
    team = next((each for each in teams if each.id == table.team_id), None)
    if table.team_id is not None and (team is None or team.law != table.law):
        return None
    found = _READ[table.kind](_Asked(session, municipality_id, table, teams, team, today))
    if found is None or not found.lines:
        return None
    return Opened(table, team=team, is_same=table.mark == _mark(found.lines), **vars(found))


@dataclass(frozen=True)
class _Asked:
    """A table to be read again: `team` of all `teams` is the table's."""

    session: Session
    municipality_id: int
    table: Table
    teams: Sequence[TeamView]
    team: TeamView | None
    today: date


def _steps(of: _Asked) -> _Found | None:
    known = lineages.of(of.session, of.municipality_id)
    counts = lineages.counts(of.session, of.municipality_id, Period(of.table.first, of.table.last), known)
    section = figures.section(counts, of.table.law, of.team, compare=False)
    funnel = funnels.steps(counts, section)
    if not funnel.mondays:
        return None
    return _Found(_steps_of(funnel.steps), weeks=funnel.weeks)


def _calls(of: _Asked) -> _Found | None:
    wishes = promises.read(of.session, of.municipality_id, of.table.first, of.table.last)
    smallest = smallest_group.of(of.session, of.municipality_id)
    told = promises.told(wishes, of.teams, of.table.law, of.team, smallest)
    counted = workdays.monday(of.today - promises.COUNTED)
    since = max(workdays.monday(of.table.first + timedelta(days=6)), counted)
    n = (min(of.table.last, of.today) - since).days // 7 + 1
    weeks = tuple(since + timedelta(days=7 * week) for week in range(n))
    return _Found(_steps_of(funnels.calls(told)), weeks, quarters=told.when)


def _reasons(of: _Asked) -> _Found | None:
    known = lineages.of(of.session, of.municipality_id)
    counts = lineages.counts(of.session, of.municipality_id, Period(of.table.first, of.table.last), known)
    found = figures.section(counts, of.table.law, compare=False).not_invited
    return _Found(_reasons_of(found), covers=reasons.covers(found))


def _side(of: _Asked) -> _Found | None:
    for side in sides.read(of.session, of.municipality_id, Period(of.table.first, of.table.last)):
        if (side.law, side.version_id) != (of.table.law, of.table.of_id):
            continue
        for split in side.splits:
            if DIMENSIONS.index(split.dimension) == of.table.by:
                return _Found(_split_of(split), questionnaire=f"{side.name}, version {side.number}")
    return None


def _parts(of: _Asked) -> _Found | None:
    days, smallest = Period(of.table.first, of.table.last), smallest_group.of(of.session, of.municipality_id)
    for quarter in part_rates.read(of.session, of.municipality_id, days, smallest):
        for split in quarter.splits if quarter.law == of.table.law else ():
            if PARTS.index(split.dimension) == of.table.by:
                return _Found(_parts_of(split))
    return None


def _confirmed(of: _Asked) -> _Found | None:
    rows = remarks.read(of.session, of.municipality_id, Period(of.table.first, of.table.last)).confirmed
    mine = (row for row in rows if _language(row.language) == of.table.by and row.changed.shown)
    return _Found(tuple(map(_confirmed_of, mine)))


def _compared(of: _Asked) -> _Found | None:
    if neighbours.counted_to(of.table.first) >= of.today:
        return None
    points, measure = divmod(of.table.by, len(MEASURES))
    for board in comparison.boards(neighbours.read(of.session, of.municipality_id, of.table.first, of.today)):
        if (board.law, board.points) == (of.table.law, points):
            return _Found(_compared_of(board.measures[measure], of.table.line))
    return None


_READ: Mapping[str, Callable[[_Asked], _Found | None]] = {
    "steps": _steps,
    "calls": _calls,
    "reasons": _reasons,
    "side": _side,
    "parts": _parts,
    "confirmed": _confirmed,
    "compared": _compared,
}
