"""A report to politicians and the council: a period's figures and what they say, as plain data for any writer.

Everything is made of published figures and of sentences that tests chose. Nothing hidden is computed with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import survey
from survey import (
    baselines,
    changes,
    figures,
    findings,
    funnels,
    goal_verdicts,
    goals,
    methods,
    notes,
    scoring,
    shares,
    wave_results,
)
from survey.changes import Changes, Side
from survey.figures import Section, Series, StatementResult
from survey.findings import Aims, Finding, Findings
from survey.funnels import Step
from survey.goals import Goal
from survey.methods import Method
from survey.notes import Silent
from survey.printed import Measured, Mint, Printed, Tell, no_passport, telling
from survey.promises import Promises
from survey.results import CellView, Period, TeamView
from survey.scoring import Figure
from survey.spells import Known, Spell

KindCode = Literal["bilag", "halvaarsstatus", "kvartalsnotat"]


@dataclass(frozen=True)
class Kind:
    """What a report is for: its name, what it says first, and whether it has all tables or only what is told."""

    code: KindCode
    name: str
    lead: str
    whole: bool


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "bilag",
            "Bilag til planen",
            "Bilaget viser, hvad borgere har svaret efter samtaler i jobcentret, og hvor sikre tallene er.",
            whole=True,
        ),
        Kind(
            "halvaarsstatus",
            "Halvårsstatus",
            "Status viser, hvad borgere har svaret efter samtaler i jobcentret, og hvad der har ændret sig.",
            whole=True,
        ),
        Kind(
            "kvartalsnotat",
            "Kvartalsnotat til Udsatterådet",
            "Notatet viser, hvad borgere har svaret efter samtaler i jobcentret, og aldrig tal for enkelte.",
            whole=False,
        ),
    )
}


# The report ----------------------------------------------------------------------------------------------


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
    """One wave: its days of answering, n, mean, rate, and per statement the share of the two highest points."""

    name: str
    first_on: date
    last_on: date
    n: int
    figure: Figure
    mean: Printed
    rate: Printed
    shares: tuple[Printed, ...]


@dataclass(frozen=True)
class Part:
    """One questionnaire version and mode. `series` and `found` are what its charts are drawn of."""

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

    @property
    def top(self) -> str:
        """The two highest points in words: "3 eller 4"."""
        points = len(self.series.labels)
        return f"{points - 1} eller {points}"


@dataclass(frozen=True)
class Group:
    """A law group, or a team: its parts, what is of them all, and the teams shown only inside it."""

    name: str
    law: str
    is_team: bool
    parts: tuple[Part, ...]
    breaks: tuple[str, ...]
    calls: Finding
    funnel: tuple[Step, ...]
    hidden_teams: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. `counted_on`, the last day there are figures of, is its date: never that of the clock."""

    kind: Kind
    municipality: str
    slug: str
    period: Period
    counted_on: date
    version: str
    groups: tuple[Group, ...]
    definitions: tuple[tuple[str, str], ...]
    methods: tuple[Method, ...]

    @property
    def title(self) -> str:
        """ "Bilag til planen: borgernes svar efter samtaler"."""
        return f"{self.kind.name}: borgernes svar efter samtaler"

    @property
    def passports(self) -> tuple[tuple[str, Printed], ...]:
        """The figures with a passport that a text quotes, beside their group's name; not every point's share."""
        told = ((group.name, each) for group in self.groups for part in group.parts for each in _quoted(part))
        return tuple((group, each) for group, each in told if each.passport)


def _quoted(part: Part) -> list[Printed]:
    each = [part.mean, *filter(None, (part.rate,))]
    for line in part.lines:
        each += [line.mean, line.top_two]
    for wave in part.waves:
        each += [wave.mean, wave.rate, *wave.shares]
    return each


# Building ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """A law group or one of its teams; `hidden` are the reader's teams that are told only inside the group."""

    law: str
    team: TeamView | None = None
    hidden: tuple[TeamView, ...] = ()


def build(
    known: Known, scopes: Sequence[Scope], kind: Kind, municipality: str, slug: str, mint: Mint = no_passport
) -> Report:
    """The report of what `scopes` allow, a group each. Raises ValueError for a team that may not stand alone."""
    smallest = known.whole.counts.smallest
    return Report(
        kind=kind,
        municipality=municipality,
        slug=slug,
        period=known.whole.counts.period,
        counted_on=known.counted_on,
        version=survey.VERSION,
        groups=tuple(_group(known, scope, mint) for scope in scopes),
        definitions=methods.definitions(smallest),
        methods=methods.METHODS,
    )


def _group(known: Known, scope: Scope, mint: Mint) -> Group:
    counts, section = known.whole.counts, _section(known, known.whole, scope)
    titles = _titles(section)
    parts = (
        _part(known, scope, section, series, title, mint)
        for series, title in zip(section.series, titles, strict=True)
    )
    return Group(
        name=section.name,
        law=scope.law,
        is_team=scope.team is not None,
        parts=tuple(parts),
        breaks=notes.breaks(section),
        calls=findings.calls(_asked(known, scope), counts.smallest),
        funnel=funnels.steps(counts, section),
        hidden_teams=tuple(team.name for team in scope.hidden),
    )


def _section(known: Known, spell: Spell, scope: Scope) -> Section:
    """By the goals of the period's last day, whatever spell it is of."""

    def level(points: int) -> float | None:
        return goals.level(known.goals, scope.law, points, known.whole.counts.period.last)

    return figures.section(spell.counts, scope.law, scope.team, compare=False, level=level)


def _titles(section: Section) -> list[str]:
    """The questionnaire of each series, with version and mode where needed; "" for a section's only one."""
    if len(section.series) == 1 and section.series[0].mode == "remote":
        return [""]
    names = [(series.name, series.mode) for series in section.series]
    return [
        f"Skemaet {series.name}"
        + (f", version {_numbers(series)}" if names.count((series.name, series.mode)) > 1 else "")
        + (", på skærm i venteværelset" if series.mode == "onsite" else "")
        for series in section.series
    ]


def _numbers(series: Series) -> str:
    first = series.editions[0].number if series.editions else series.number
    return str(series.number) if first == series.number else f"{first}–{series.number}"


def _asked(known: Known, scope: Scope) -> Promises:
    teams = {team.id for team in known.whole.counts.teams if team.law == scope.law and scope.team in (None, team)}
    asked = Promises()
    for team_id in teams & known.promises.keys():
        asked = asked.plus(known.promises[team_id])
    return asked


def _part(known: Known, scope: Scope, section: Section, series: Series, title: str, mint: Mint) -> Part:
    counts, period = known.whole.counts, known.whole.counts.period
    mine, ground = (figures.cells_of(cells, section, series) for cells in (counts.cells, known.ground))
    rebased, other = (
        baselines.standing(known.rebased, section, series, period.last),
        _opposite(known, scope, series),
    )
    aims = Aims(scope.law, _aims(known, scope), other, counts.smallest, rebased, known.is_open)
    tell = telling(_mint(mint, series), _measured(scope, series, period))
    return Part(
        title=title,
        series=series,
        found=findings.findings(period, series, mine, ground, aims),
        note=notes.note(series, period),
        mean=tell("Gennemsnit", series.mean, of="mean"),
        rate=tell("Svarprocent", series.turnout.rate, of="rate") if series.turnout else None,
        lines=tuple(_line(tell, series, each) for each in series.statements),
        waves=tuple(filter(None, (_wave(known, spell, scope, series, mint) for spell in known.waves))),
        changes=_changes(known, scope, section, series),
        silent=notes.silent(series),
    )


def _is_whole(scope: Scope) -> bool:
    return scope.team is None and not scope.hidden


def _aims(known: Known, scope: Scope) -> tuple[Goal, ...]:
    """The goals; those between both law groups are for who sees both."""
    return tuple(goal for goal in known.goals if goal.law or _is_whole(scope))


def _opposite(known: Known, scope: Scope, series: Series) -> goal_verdicts.Group | None:
    """The other law group's largest series on the same scale and answered the same way; None without one."""
    if not _is_whole(scope):
        return None
    laws = {team.law for team in known.whole.counts.teams} - {scope.law}
    fit = [
        (other, each)
        for other in (_section(known, known.whole, Scope(law)) for law in sorted(laws))
        for each in other.series
        if (len(each.labels), each.mode) == (len(series.labels), series.mode)
    ]
    if not fit:
        return None
    other, largest = max(fit, key=lambda pair: pair[1].respondents)
    return goal_verdicts.Group(other.law, largest, figures.cells_of(known.whole.counts.cells, other, largest))


def _mint(mint: Mint, series: Series) -> Mint:
    """Where versions that mean the same are one series there is no id: an id is of one version."""
    return mint if len(series.editions) < 2 else no_passport


def _measured(scope: Scope, series: Series, period: Period) -> Measured:
    team_id = scope.team.id if scope.team else None
    sent = series.turnout.weeks if series.turnout else ()
    weeks = (sent[0].first, sent[-1].last + timedelta(days=6)) if sent else None
    return Measured("mean", scope.law, team_id, series.version_id, series.mode, period, weeks)


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


def _same(section: Section, series: Series) -> Series | None:
    """The same questionnaire and mode in a section of other days; None where nobody answered it then."""
    key = (series.version_id, series.mode)
    found = next((each for each in section.series if (each.version_id, each.mode) == key), None)
    return found if found and found.respondents else None


def _wave(known: Known, spell: Spell, scope: Scope, series: Series, mint: Mint) -> WaveLine | None:
    """What a wave says of a series; None where nobody answered it in that wave."""
    own = _same(_section(known, spell, scope), series)
    if own is None:
        return None
    tell = telling(_mint(mint, own), _measured(scope, own, spell.counts.period))
    rate = own.turnout.rate if own.turnout else scoring.HIDDEN
    return WaveLine(
        name=spell.name,
        first_on=own.points[0].first_on,
        last_on=own.points[-1].last_on,
        n=own.respondents,
        figure=own.mean,
        mean=tell(f"Gennemsnit, {spell.said}", own.mean, of="mean"),
        rate=tell(f"Svarprocent, {spell.said}", rate, of="rate"),
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


def _changes(known: Known, scope: Scope, section: Section, series: Series) -> Changes:
    now, before = (
        Side(spell.said, told, _cells(spell.counts.cells, told))
        for spell in (known.now, known.before)
        for told in (_section(known, spell, scope),)
    )
    own = _same(now.section, series)
    if own is None:
        return Changes(now.name, before.name, (f"Der er ingen svar fra {now.name}.",))
    return changes.since(own, now, before, _word(known, section, series))


def _word(known: Known, section: Section, series: Series) -> str:
    """What the dashboard says of the last wave against the one before; "" without waves."""
    if not known.waves:
        return ""
    table = wave_results.table(known.compared, known.whole.counts, section, series)
    last = table.lines[-1] if table else None
    return last.against.word if last and last.against and last.name == known.now.name else ""


def _cells(cells: Sequence[CellView], section: Section) -> list[CellView]:
    return [
        cell
        for cell in cells
        if cell.law == section.law and (section.team is None or cell.team_id == section.team.id)
    ]
