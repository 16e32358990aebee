"""Wave by wave: what was answered in each, and whether it differs from the wave before.

A cell belongs to a wave when all its answers came from the wave's first day until 28 days after its last, or
until the next wave begins; what lies across belongs to neither. Everything is a sum of whole cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from survey import lineages, scoring, top_two, turnout, waves, workdays
from survey.cells import counted_in
from survey.figures import Section, Series, cells_of, published, together
from survey.lineages import Lineages
from survey.models import Cell, CellGroup
from survey.results import CellView, Counts, Period
from survey.scoring import Figure, comparisons, danish, multiplicity, scores, shares
from survey.top_two import TopTwo
from survey.turnout import Turnout
from survey.waves import Wave

MOST_WAVES = 6
"""Two years of three waves."""

Word = Literal["højere", "lavere", "ingen sikker forskel", "for få svar"]


@dataclass(frozen=True)
class Told:
    """A wave, the last day its answers are counted to, and the cells that lie wholly in it."""

    wave: Wave
    until: date
    cells: Sequence[CellView]

    @property
    def days(self) -> Period:
        """From the wave's first day to the last its answers are counted to."""
        return Period(self.wave.first_on, self.until)


@dataclass(frozen=True)
class Against:
    """This wave against the one before: the mean by Mann-Whitney (Holm over all pairs), the share by Newcombe.

    `mean` is the difference of the printed means, "" where one is hidden or shows only an end; `share` that of the
    shares in percentage points with its interval, as wide as so many comparisons ask.
    """

    word: Word
    mean: str
    share_word: Word
    share: str


@dataclass(frozen=True)
class Line:
    """One wave of one series: questionnaires, mean, the two highest points, response rate where its weeks allow.

    `first_on` and `last_on` are the answering days of what is told, None where nothing is; `days` those in which
    cells must lie wholly to be the wave's.
    """

    name: str
    days: Period
    first_on: date | None
    last_on: date | None
    n: int
    mean: Figure
    share: Figure
    rate: Turnout | None
    against: Against | None


@dataclass(frozen=True)
class Table:
    """The waves of a series in order, and in one sentence how the last compares with the one before."""

    lines: tuple[Line, ...]
    sentence: str


# Reading -------------------------------------------------------------------------------------------------


def read(session: Session, municipality_id: int, period: Period, found: Lineages) -> tuple[Told, ...]:
    """The last six waves that began by the period's last day, with their cells up to it; two statements."""
    begun = [wave for wave in waves.of(session, municipality_id) if wave.first_on <= period.last][-MOST_WAVES:]
    if not begun:
        return ()
    ends = [min(end, period.last) for end in waves.ends(begun)]
    rows = _rows(session, municipality_id, begun[0].first_on, max(ends))
    return tuple(
        Told(wave, until, lineages.cells(_within(rows, wave.first_on, until), found))
        for wave, until in zip(begun, ends, strict=True)
    )


def _rows(session: Session, municipality_id: int, first: date, last: date) -> Sequence[Any]:
    groups = {"means": (aliased(CellGroup), Cell.means_id), "spread": (aliased(CellGroup), Cell.spread_id)}
    columns = [
        getattr(group, name).label(f"{grade}_{name}")
        for grade, (group, _) in groups.items()
        for name in ("first_on", "last_on", "statements")
    ]
    wanted = select(*Cell.__table__.columns, *columns)
    for group, of in groups.values():
        wanted = wanted.outerjoin(group, (group.municipality_id == Cell.municipality_id) & (group.id == of))
    return session.execute(
        wanted.where(
            Cell.municipality_id == municipality_id, Cell.first_on >= first, Cell.last_on <= last
        ).order_by(Cell.told_on, Cell.last_on, Cell.id)
    ).all()


def _within(rows: Sequence[Any], first: date, last: date) -> list[CellView]:
    """The cells that lie wholly in these days; their groups where the whole group of cells does."""

    def told(row: Any, grade: str) -> tuple[int, ...] | None:
        begun, ended = getattr(row, f"{grade}_first_on"), getattr(row, f"{grade}_last_on")
        inside = begun and first <= begun <= ended <= last
        return tuple(getattr(row, f"{grade}_statements")) if inside else None

    return [
        CellView(
            row.team_id,
            row.law,
            row.version_id,
            row.mode,
            counted,
            mean=True,
            means=told(row, "means"),
            spread=told(row, "spread"),
            tags=False,
            hides=row.means_statements is not None and len(row.means_statements) < len(counted.statements),
        )
        for row, counted in ((row, counted_in(row)) for row in rows)
        if first <= row.first_on and row.last_on <= last
    ]


# One series ----------------------------------------------------------------------------------------------


def table(told: Sequence[Told], counts: Counts, section: Section, series: Series) -> Table | None:
    """The waves of a series of a section; None where fewer than one tells anything of it."""
    mine = [replace(each, cells=cells_of(each.cells, section, series)) for each in told]
    if not any(each.cells for each in mine):
        return None
    rates = [rate(each, counts, section, series) for each in mine]
    lines = [_line(each, own, counts.smallest) for each, own in zip(mine, rates, strict=True)]
    compared = [None, *_compared(mine, lines, counts.smallest)]
    lines = [replace(line, against=against) for line, against in zip(lines, compared, strict=True)]
    return Table(tuple(lines), _sentence(lines))


def _line(told: Told, rate: Turnout | None, smallest: int) -> Line:
    whole, share = together(cell.counted for cell in told.cells), top_two.of(told.cells, smallest)
    return Line(
        told.wave.name,
        told.days,
        whole.first_on if whole else None,
        whole.last_on if whole else None,
        whole.n if whole else 0,
        published(whole, smallest),
        share.figure if share else scoring.HIDDEN,
        rate,
        None,
    )


def rate(told: Told, counts: Counts, section: Section, series: Series) -> Turnout | None:
    """Answered of sent in the blocks of weeks that lie wholly in the wave's days; None where none does."""
    if series.mode != "remote":
        return None
    weeks = [row for row in counts.weeks if (row.law, row.version_id) == (section.law, series.version_id)]
    shown = [team.id for team in counts.teams if team.law == section.law and team.shown]
    grouping = turnout.grouping(weeks, shown, counts.smallest)
    first = workdays.monday(told.wave.first_on)
    inside = tuple(each for each in grouping.blocks if first <= each[0] and each[1] <= told.until)
    if not inside:
        return None
    team_id = section.team.id if section.team else None
    period = Period(inside[0][0], inside[-1][1])
    mine = [
        row
        for row in weeks
        if team_id in (None, row.team_id) and any(first <= row.week <= last for first, last in inside)
    ]
    return turnout.turnout(mine, replace(grouping, blocks=inside), period, team_id, counts.smallest)


# One wave and the one before -----------------------------------------------------------------------------


def _compared(told: Sequence[Told], lines: Sequence[Line], smallest: int) -> list[Against]:
    """Each wave but the first against the one before; every pair counts among the comparisons."""
    people = [_people(each.cells) for each in told]
    pairs = list(pairwise(zip(people, lines, [top_two.of(each.cells, smallest) for each in told], strict=True)))
    tests = [
        comparisons.mann_whitney(now, then)
        if min(scores.size(now), scores.size(then)) >= comparisons.SMALLEST_COMPARED
        else None
        for (then, *_), (now, *_) in pairs
    ]
    adjusted = iter(multiplicity.holm([test.p for test in tests if test]))
    many = max(1, sum(test is not None for test in tests))
    found = []
    for test, ((_, before, shares_before), (_, line, shares_now)) in zip(tests, pairs, strict=True):
        word = _word(test.better > 1 / 2, next(adjusted) < 1 - comparisons.LEVEL) if test else "for få svar"
        found.append(
            Against(word, _difference(line.mean, before.mean), *_of_shares(shares_now, shares_before, many))
        )
    return found


def _people(cells: Sequence[CellView]) -> dict[Fraction, int]:
    return scores.of_all_people(cell.counted.persons for cell in cells)


def _word(higher: bool, sure: bool) -> Word:
    if not sure:
        return "ingen sikker forskel"
    return "højere" if higher else "lavere"


def _difference(now: Figure, then: Figure) -> str:
    """Of the printed means, with the fewer decimals of the two: "+0,12"; "" where one shows no number."""
    if scoring.capped(now) or scoring.capped(then):
        return ""
    places = min(scoring.decimals(now.n or 0), scoring.decimals(then.n or 0))
    ends = (scoring.rounded(Fraction(str(figure.value)), places) for figure in (now, then))
    return danish.signed(next(ends) - next(ends), places)


def _of_shares(now: TopTwo | None, then: TopTwo | None, many: int) -> tuple[Word, str]:
    """Newcombe's interval at 5 % for all `many` pairs together, in percentage points."""
    if now is None or then is None or scoring.capped(now.figure) or scoring.capped(then.figure):
        return "for få svar", ""
    found = shares.share_difference(now.share, then.share, 1 - (1 - comparisons.LEVEL) / many)
    value, low, high = (danish.signed(Fraction(each) * 100, 1) for each in (found.value, found.low, found.high))
    word = _word(found.value > 0, found.low > 0 or found.high < 0)
    return word, f"{value} procentpoint ({low} til {high})"


def _sentence(lines: Sequence[Line]) -> str:
    if len(lines) < 2:
        return "Det er den første bølge: der er ingen at holde den op imod."
    before, last = lines[-2:]
    against = last.against
    if against is None or against.word == "for få svar":
        few = f"det kræver {comparisons.SMALLEST_COMPARED} besvarelser i hver."
        return f"For få svar til at holde {last.name} op imod {before.name}: {few}"
    both = f"{last.mean.text} (n = {last.n}) mod {before.mean.text} (n = {before.n})"
    if against.word == "ingen sikker forskel":
        return f"Ingen sikker forskel på {last.name} og {before.name}: {both}."
    return f"{last.name} ligger sikkert {against.word} end {before.name}: {both}."
