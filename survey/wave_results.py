"""Wave by wave: what was answered in each, and whether it differs from the wave before.

A cell belongs to a wave when all its answers came from the wave's first day until 28 days after its last, or
until the next wave begins; what lies across belongs to neither. Everything is a sum of whole cells.

Each wave against the one before is a claim of its own, made once both are over: which waves are shown beside them
changes nothing in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from survey import lineages, scoring, top_two, turnout, waves, words, workdays
from survey.cells import counted_in
from survey.figures import Section, Series, cells_of, published, together
from survey.lineages import Lineages
from survey.models import Cell, CellGroup
from survey.results import CellView, Counts, Period
from survey.scoring import Figure, comparisons, danish, scores, shares
from survey.top_two import TopTwo
from survey.turnout import Turnout
from survey.waves import Wave

MOST_WAVES = 6
"""Two years of three waves."""

Word = Literal["højere", "lavere", "ingen sikker forskel", "for få svar"]


@dataclass(frozen=True)
class Told:
    """A wave, the last day its answers are counted to, and the cells that lie wholly in it.

    `is_over` is False while it goes on, or where the period leaves out some of its answers: then it is compared
    with nothing.
    """

    wave: Wave
    until: date
    cells: Sequence[CellView]
    is_over: bool = True

    @property
    def days(self) -> Period:
        """From the wave's first day to the last its answers are counted to."""
        return Period(self.wave.first_on, self.until)


@dataclass(frozen=True)
class Against:
    """This wave against the one before, both over: the mean by Mann-Whitney, the share by Newcombe, each at 5 %.

    `mean` is the difference of the printed means, "" where one is hidden or shows only an end; `share` that of the
    shares in percentage points with its 95 % interval.
    """

    word: Word
    mean: str
    share_word: Word
    share: str


@dataclass(frozen=True)
class Line:
    """One wave of one series: questionnaires, mean, the two highest points, response rate where its weeks allow.

    `n` is 0 where the mean is not told. `first_on` and `last_on` are the answering days of what is told, None
    where nothing is; `days` those in which cells must lie wholly to be the wave's. Where `is_over` is False the
    period ends them before the wave does.
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
    is_over: bool = True


@dataclass(frozen=True)
class Table:
    """The waves of a series in order, and in one sentence how the last two that are over compare."""

    lines: tuple[Line, ...]
    sentence: str


# Reading -------------------------------------------------------------------------------------------------


def read(session: Session, municipality_id: int, period: Period, found: Lineages, today: date) -> tuple[Told, ...]:
    """The last six waves that began by the period's last day, with their cells up to it; two statements.

    A wave is over when its days and the night after them are, and the period leaves none of its answers out.
    """
    every = waves.of(session, municipality_id)
    begun = [pair for pair in zip(every, waves.ends(every), strict=True) if pair[0].first_on <= period.last]
    if not begun:
        return ()
    shown = begun[-MOST_WAVES:]
    rows = _rows(session, municipality_id, shown[0][0].first_on, max(end for _, end in shown))
    return tuple(_told(rows, *pair, period.last, found, today) for pair in shown)


def _told(rows: Sequence[Any], wave: Wave, end: date, last: date, found: Lineages, today: date) -> Told:
    """A wave whose last answering day is `end`: all of it, or up to the period's `last` day."""
    whole = _within(rows, wave.first_on, end)
    left_out = any(cell.counted.last_on > last for cell in whole)
    # The night after the last day tells the last answers.
    is_over = (end <= last or not left_out) and (today - end).days > 1
    until = end if is_over else min(end, last)
    cells = whole if until == end else _within(rows, wave.first_on, until)
    return Told(wave, until, lineages.cells(cells, found), is_over)


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
    mean = published(whole, smallest)
    return Line(
        told.wave.name,
        told.days,
        whole.first_on if whole else None,
        whole.last_on if whole else None,
        whole.n if whole and mean.shown else 0,
        mean,
        share.figure if share else scoring.HIDDEN,
        rate,
        None,
        told.is_over,
    )


def rate(told: Told, counts: Counts, section: Section, series: Series) -> Turnout | None:
    """Answered of sent in the blocks of weeks that lie wholly in the wave's days; None where none does."""
    if series.mode != "remote":
        return None
    # The week in which the next wave begins is the next wave's.
    days = Period(workdays.monday(told.wave.first_on), told.until)
    team_id = section.team.id if section.team else None
    inside = [
        row
        for row in counts.weeks
        if (row.law, row.version_id) == (section.law, series.version_id)
        and team_id in (None, row.team_id)
        and row.block_first
        and days.first <= row.block_first
        and row.block_last + turnout.SUNDAY <= days.last
    ]
    return turnout.turnout(inside, days, team_id, counts.smallest)


# One wave and the one before -----------------------------------------------------------------------------


def _compared(told: Sequence[Told], lines: Sequence[Line], smallest: int) -> list[Against | None]:
    """Each wave but the first against the one before; None where either is not over."""
    highest = [top_two.of(each.cells, smallest) for each in told]
    return [
        Against(
            _word_of_means(now, then, line.mean.shown and before.mean.shown),
            _difference(line.mean, before.mean),
            *_of_shares(share, share_before),
        )
        if line.is_over and before.is_over
        else None
        for (then, before, share_before), (now, line, share) in pairwise(zip(told, lines, highest, strict=True))
    ]


def _word_of_means(now: Told, then: Told, shown: bool) -> Word:
    """By the ranks of persons' means; where the means of all answers do not go the same way, nothing is sure."""
    mine, theirs = _people(now.cells), _people(then.cells)
    few = min(scores.size(mine), scores.size(theirs)) < comparisons.SMALLEST_COMPARED
    if few or not shown:
        return "for få svar"
    test = comparisons.mann_whitney(mine, theirs)
    higher, rise = test.better > 1 / 2, _mean(now.cells) - _mean(then.cells)
    return _word(higher, test.p < 1 - comparisons.LEVEL and (rise > 0 if higher else rise < 0))


def _mean(cells: Sequence[CellView]) -> Fraction:
    """Of all answers, before it is rounded."""
    return scoring.mean(scoring.pooled([row for cell in cells for row in cell.counted.chosen]))


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


def _of_shares(now: TopTwo | None, then: TopTwo | None) -> tuple[Word, str]:
    """Newcombe's 95 % interval, in percentage points."""
    if now is None or then is None or scoring.capped(now.figure) or scoring.capped(then.figure):
        return "for få svar", ""
    found = shares.share_difference(now.share, then.share, comparisons.LEVEL)
    value, low, high = (danish.signed(Fraction(each) * 100, 1) for each in (found.value, found.low, found.high))
    word = _word(found.value > 0, found.low > 0 or found.high < 0)
    return word, f"{value} procentpoint ({low} til {high})"


def _sentence(lines: Sequence[Line]) -> str:
    over = [line for line in lines if line.is_over]
    if len(over) < 2:
        return _alone(lines, over)
    running = f" {words.first(lines[-1].name)} er ikke slut i perioden." if over[-1] is not lines[-1] else ""
    return _last_two(*over[-2:]) + running


def _alone(lines: Sequence[Line], over: Sequence[Line]) -> str:
    if len(lines) == len(over):
        return "Det er den første bølge: der er ingen at holde den op imod."
    if over:
        return f"Kun {over[0].name} er slut i perioden: der er ingen hel bølge at holde den op imod."
    return "Ingen bølge er slut i perioden, så der er ingen at sammenligne."


def _last_two(before: Line, last: Line) -> str:
    against = last.against
    if against is None or against.word == "for få svar":
        few = f"det kræver {comparisons.SMALLEST_COMPARED} besvarelser i hver, hvis gennemsnit kan vises."
        return f"For få svar til at holde {last.name} op imod {before.name}: {few}"
    both = f"{last.mean.text} (n = {last.n}) mod {before.mean.text} (n = {before.n})"
    if against.word == "ingen sikker forskel":
        return f"Ingen sikker forskel på {last.name} og {before.name}: {both}."
    return f"{words.first(last.name)} ligger sikkert {against.word} end {before.name}: {both}."
