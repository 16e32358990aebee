"""A part of a report: one questionnaire and mode of a law group or team, as it is printed, wave by wave too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from survey import (
    baselines,
    changes,
    figures,
    findings,
    goal_verdicts,
    goals,
    notes,
    scoring,
    shares,
    wave_findings,
    wave_results,
)
from survey.changes import Changes, Side
from survey.figures import Point, Section, Series, StatementResult
from survey.findings import Aims, Findings
from survey.goals import Goal
from survey.notes import Silent
from survey.printed import Measured, Mint, Printed, Tell, telling
from survey.results import CellView, Period, TeamView
from survey.scoring import Figure
from survey.spells import Known, Spell
from survey.wave_results import Against


@dataclass(frozen=True)
class Scope:
    """A law group or one of its teams; `hidden` are the reader's teams that are told only inside the group."""

    law: str
    team: TeamView | None = None
    hidden: tuple[TeamView, ...] = ()


@dataclass(frozen=True)
class Line:
    """A row of the tables: one statement. `distribution` is () where it may not be shown."""

    text: str
    mean: Printed
    interval: str
    n: str
    top_two: Printed
    distribution: tuple[Printed, ...]
    dont_know: Printed


@dataclass(frozen=True)
class WaveLine:
    """One wave: its days of answering, n, mean, rate, and the shares of the two highest points.

    `share` is over all statements, `shares` of each; `against` holds mean and `share` against the wave before.
    """

    name: str
    first_on: date
    last_on: date
    n: int
    figure: Figure
    mean: Printed
    rate: Printed
    share: Printed
    shares: tuple[Printed, ...]
    against: Against | None


@dataclass(frozen=True)
class Part:
    """One questionnaire version and mode. `series` and `found` are what its charts are drawn of.

    `points` are the means of the date chart.
    """

    title: str
    series: Series
    found: Findings
    note: str
    mean: Printed
    rate: Printed | None
    lines: tuple[Line, ...]
    waves: tuple[WaveLine, ...]
    changes: Changes
    silent: Silent | None
    points: tuple[Printed, ...] = ()

    @property
    def top(self) -> str:
        """The two highest points in words: "3 eller 4"."""
        return goals.highest(len(self.series.labels))


# Making one ----------------------------------------------------------------------------------------------


def section(known: Known, spell: Spell, scope: Scope) -> Section:
    """What a spell tells of a scope, by the goals of the period's last day, whatever spell it is of."""

    def level(points: int) -> float | None:
        return goals.level(known.goals, scope.law, points, known.whole.counts.period.last)

    found = figures.section(spell.counts, scope.law, scope.team, compare=False, level=level)
    wave = spell.wave
    if wave is None:
        return found
    # As on the dashboard: the blocks of weeks that lie wholly in the wave's days.
    mine = (replace(one, turnout=wave_results.rate(wave, spell.counts, found, one)) for one in found.series)
    return replace(found, series=tuple(mine))


def part(known: Known, scope: Scope, whole: Section, series: Series, title: str, mint: Mint) -> Part:
    """The part of one series of `whole`, the section of all the report's days."""
    counts, period = known.whole.counts, known.whole.counts.period
    mine, ground = (figures.cells_of(cells, whole, series) for cells in (counts.cells, known.ground))
    rebased = baselines.standing(known.rebased, whole, series, period.last)
    other = _opposite(known, scope, series)
    table = wave_results.table(known.compared, counts, whole, series)
    change = wave_findings.change(table, mine)
    way = known.under_way, known.is_newest, change
    aims = Aims(scope.law, _aims(known, scope), other, counts.smallest, rebased, *way)
    tell = telling(mint, _measured(scope, series, period))
    return Part(
        title=title,
        series=series,
        found=findings.findings(period, series, mine, ground, aims),
        note=notes.note(series, period),
        mean=tell("Gennemsnit", series.mean, of="mean"),
        rate=tell("Svarprocent", series.turnout.rate, of="rate") if series.turnout else None,
        lines=tuple(_line(tell, series, each) for each in series.statements),
        waves=tuple(filter(None, (_wave(known, spell, scope, series, table, mint) for spell in known.waves))),
        changes=_changes(known, scope, series, table),
        silent=notes.silent(series),
        points=tuple(_point(scope, series, period, each, mint) for each in series.points),
    )


def _point(scope: Scope, series: Series, period: Period, point: Point, mint: Mint) -> Printed:
    days = Period(max(point.begins, period.first), min(point.ends, period.last))
    tell = telling(mint, _measured(scope, series, days))
    return tell(notes.days(point.first_on, point.last_on), point.mean, of="mean")


def _is_whole(scope: Scope) -> bool:
    return scope.team is None and not scope.hidden


def _aims(known: Known, scope: Scope) -> tuple[Goal, ...]:
    """The goals; those between both law groups are for who sees both."""
    return tuple(goal for goal in known.goals if goal.law or _is_whole(scope))


def _opposite(known: Known, scope: Scope, series: Series) -> goal_verdicts.Group | None:
    """Of the other law group, for who sees both."""
    if not _is_whole(scope):
        return None
    laws = {team.law for team in known.whole.counts.teams} - {scope.law}
    others = [section(known, known.whole, Scope(law)) for law in sorted(laws)]
    return goal_verdicts.opposite(known.whole.counts.cells, scope.law, series, others)


def _measured(scope: Scope, series: Series, period: Period) -> Measured:
    team_id = scope.team.id if scope.team else None
    sent = series.turnout.weeks if series.turnout else ()
    weeks = (sent[0].first, sent[-1].last + timedelta(days=6)) if sent else None
    of = (scope.law, team_id, series.version_id, series.mode)
    return Measured("mean", *of, period, weeks, series=len(series.editions) > 1)


def _line(tell: Tell, series: Series, of: StatementResult) -> Line:
    about, at = f"»{of.text}«", of.position
    spread = zip(series.labels, of.distribution or (), strict=False)
    return Line(
        text=of.text,
        mean=tell(f"Gennemsnit af {about}", of.mean, of="statement_mean", statement=at),
        interval=f"{of.interval[0]} til {of.interval[1]}" if of.interval else "",
        n="" if of.mean.n is None else scoring.count(of.mean.n),
        top_two=tell(f"De to højeste svar på {about}", shares.top_two(of), of="top_two", statement=at),
        distribution=tuple(
            tell(f"»{label}« til {about}", share, of="share", point=point, statement=at)
            for point, (label, share) in enumerate(spread, 1)
        ),
        dont_know=tell(f"»Ved ikke« til {about}", of.dont_know, of="dont_know", statement=at),
    )


def _same(of: Section, series: Series) -> Series | None:
    """The same questionnaire and mode in a section of other days; None where nobody answered it then."""
    key = (series.version_id, series.mode)
    found = next((each for each in of.series if (each.version_id, each.mode) == key), None)
    return found if found and found.points else None


def _wave(
    known: Known, spell: Spell, scope: Scope, series: Series, table: wave_results.Table | None, mint: Mint
) -> WaveLine | None:
    """What a wave says of a series; None where nobody answered it in that wave."""
    own, line = _same(section(known, spell, scope), series), _line_of(table, spell)
    if own is None or line is None:
        return None
    tell = telling(mint, replace(_measured(scope, own, spell.counts.period), inside=True))
    named = f"Svarprocent, {spell.said}"
    return WaveLine(
        name=spell.name,
        first_on=own.points[0].first_on,
        last_on=own.points[-1].last_on,
        n=own.n,
        figure=own.mean,
        mean=tell(f"Gennemsnit, {spell.said}", own.mean, of="mean"),
        rate=tell(named, own.turnout.rate, of="rate") if own.turnout else Printed(named, "–"),
        share=tell(f"De to højeste svar på alle udsagn, {spell.said}", line.share, of="top_two"),
        against=line.against,
        shares=tuple(
            tell(
                f"De to højeste svar på »{each.text}«, {spell.said}",
                shares.top_two(each),
                of="top_two",
                statement=each.position,
            )
            for each in own.statements
        ),
    )


def _changes(known: Known, scope: Scope, series: Series, table: wave_results.Table | None) -> Changes:
    now, before = (
        Side(spell.said, told, _cells(spell.counts.cells, told))
        for spell in (known.now, known.before)
        for told in (section(known, spell, scope),)
    )
    own, cut = _same(now.section, series), changes.unfinished(known.unfinished)
    if not known.now.is_over:
        return Changes(now.name, before.name, cut)
    if own is None:
        return Changes(now.name, before.name, (f"Der er ingen svar fra {now.name}, der kan vises.", *cut))
    found = changes.since(own, now, before, known.whole.counts.smallest, _word(known, table))
    # Where the last wave is not one of the two, the two are named first.
    named = (f"Her holdes {now.name} op mod {before.name}.",) if cut else ()
    return replace(found, sentences=(*named, *found.sentences, *cut))


def _word(known: Known, table: wave_results.Table | None) -> str:
    """What the dashboard says of the last wave against the one before; "" without waves."""
    line = _line_of(table, known.now) if known.waves else None
    return line.against.word if line and line.against else ""


def _line_of(table: wave_results.Table | None, spell: Spell) -> wave_results.Line | None:
    """What the dashboard's table says of a wave."""
    return next((line for line in table.lines if line.days == spell.counts.period), None) if table else None


def _cells(cells: Sequence[CellView], of: Section) -> list[CellView]:
    return [cell for cell in cells if cell.law == of.law and (of.team is None or cell.team_id == of.team.id)]
