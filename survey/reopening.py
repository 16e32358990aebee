"""A figure reopened by its id: worked out again from the counts as they were told then, with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, lineages, passports, results, scoring, told
from survey.figures import Section, Series
from survey.lineages import Lineages, Version
from survey.models import Municipality
from survey.passports import DONT_KNOW, REST, RULE, TOP_TWO, Definition
from survey.results import Counts, Period, TeamView
from survey.scoring import Figure
from survey.told import Kept
from survey.turnout import Weeks


@dataclass(frozen=True)
class Line:
    """Whole batches told together: their days, questionnaires, how many tallies, and the day it was told.

    `is_told` is False where they are fewer than are numbered by themselves now.
    """

    first_on: date
    last_on: date
    n: int
    batches: int
    told_on: date
    is_told: bool = True


@dataclass(frozen=True)
class Sent:
    """Participation in the blocks of weeks that overlap the period; None is not told.

    `open_weeks` may still change; `moved` when the weeks are put together otherwise now than they
    were when the id was made.
    """

    sent: int | None
    delivered: int | None
    answered: int | None
    rate: Figure
    weeks: tuple[Weeks, ...]
    open_weeks: tuple[date, ...]
    moved: bool


@dataclass(frozen=True)
class Passport:
    """A figure, and all it rests on; `lines` are () where it is not told now.

    `statement` is its text, "" for all; `chosen` are the labels of its point. `versions` are those of the
    questionnaire it is of: "2", or "1–2" where they mean the same; `sent_versions` those whose weeks of sending
    are put together.
    """

    definition: Definition
    figure: Figure
    interval: tuple[str, str] | None
    team: TeamView | None
    questionnaire: str
    versions: str
    labels: tuple[str, ...]
    statement: str
    chosen: tuple[str, ...]
    lines: tuple[Line, ...]
    sent: Sent | None
    sent_versions: str
    smallest: int


def of(
    section: Section,
    series: Series,
    period: Period,
    as_of: date | None,
    kind: str = "mean",
    statement: int = 0,
    point: int = 0,
    *,
    inside: bool = False,
) -> str:
    """The id of a figure of a dashboard's series; "" where nothing is told, or of days no id can name.

    `as_of` is `told.newest`, read with the figures. A rate's days are those of its blocks of weeks. `inside`: of a
    wave, whose cells lie wholly in its days.
    """
    first, last = max(period.first, passports.EPOCH), period.last
    if kind == "rate":
        weeks = series.turnout.weeks if series.turnout else ()
        if not weeks:
            return ""
        first = weeks[0].first
        last = as_of = weeks[-1].last + timedelta(days=6)
    if as_of is None:
        return ""
    team_id = section.team.id if section.team else None
    figure = Definition(
        kind,
        section.law,
        team_id,
        series.version_id,
        series.mode,
        statement,
        point,
        first,
        last,
        as_of,
        series=len(series.editions) > 1 and kind != "rate",
        inside=inside,
    )
    return passports.mint(figure) if passports.makes_sense(figure) else ""


def reopen(
    session: Session, municipality_id: int, definition: Definition, teams: Sequence[TeamView]
) -> Passport | None:
    """The figure `definition` defines, from the counts alone; None where the municipality has no such version.

    `teams` are `results.teams`. Raises ValueError for a team that may only be shown inside its law group.
    """
    known, rows = lineages.of(session, municipality_id), results.versions(session, municipality_id)
    line = _line(definition, known)
    version = lineages.as_one(rows, line, known)
    if version is None or definition.statement > len(version.texts) or not _has_point(definition, version):
        return None
    team = next((each for each in teams if each.id == definition.team_id), None)
    if definition.team_id and (team is None or team.law != definition.law):
        return None
    cells = _cells(session, municipality_id, definition, line)
    weeks = _weeks(session, municipality_id, definition, line, known)
    counts = _counts(session, municipality_id, definition, teams, version, cells, weeks)
    section = figures.section(counts, definition.law, team, compare=False)
    series = next((one for one in section.series if one.mode == definition.mode), None)
    figure, interval = _figure(definition, series, cells, counts.smallest)
    whole = lineages.as_one(rows, known.line(known.head(line[-1])), known) or version
    sent = None if definition.team_id == REST else _sent(definition, series, weeks, counts.smallest)
    return Passport(
        definition=definition,
        figure=figure,
        interval=interval,
        team=team,
        questionnaire=version.name,
        versions=version.numbers,
        labels=tuple(version.labels),
        statement=version.texts[definition.statement - 1] if definition.statement else "",
        chosen=_chosen(definition, version.labels),
        lines=tuple(_lines(definition, cells, counts.smallest)) if figure.shown else (),
        sent=sent,
        sent_versions=whole.numbers,
        smallest=counts.smallest,
    )


def changed_rules(passport: Passport) -> bool:
    """Was the id made under other disclosure rules than today's? Then its digits may have been others."""
    return passport.definition.rule != RULE


def _has_point(definition: Definition, version: Version) -> bool:
    return definition.point <= version.points or definition.point in (TOP_TWO, DONT_KNOW)


def _chosen(definition: Definition, labels: Sequence[str]) -> tuple[str, ...]:
    if definition.point == TOP_TWO:
        return tuple(labels[-2:])
    return (labels[definition.point - 1],) if 0 < definition.point <= len(labels) else ()


# The counts as they were told then -----------------------------------------------------------------------


def _line(of: Definition, known: Lineages) -> tuple[int, ...]:
    """The versions the figure is of, the oldest first. Weeks are never told of one version of several."""
    if of.kind == "rate":
        return known.line(known.head(of.version_id))
    return known.line(of.version_id) if of.series else (of.version_id,)


def _cells(session: Session, municipality_id: int, of: Definition, line: Sequence[int]) -> list[Kept]:
    """The cells of the figure's unit, versions and mode, as ones of the newest of these versions."""
    kept = told.kept(session, municipality_id, Period(of.first, of.last), of.as_of, inside=of.inside)
    return [
        replace(each, view=replace(each.view, version_id=line[-1]))
        for each in kept
        if (each.view.law, each.view.mode) == (of.law, of.mode)
        and each.view.version_id in line
        and (of.team_id is None or each.view.team_id == (of.team_id or None))
    ]


def _weeks(
    session: Session, municipality_id: int, of: Definition, line: Sequence[int], known: Lineages
) -> list[Any]:
    """All weeks there are of the whole series: blocks made of fewer would tell too much by their difference."""
    head = known.head(of.version_id)
    rows = lineages.weeks(session, municipality_id, of.law, known)
    return [SimpleNamespace(**{**vars(row), "version_id": line[-1]}) for row in rows if row.version_id == head]


def _counts(
    session: Session,
    municipality_id: int,
    definition: Definition,
    teams: Sequence[TeamView],
    version: Version,
    cells: Sequence[Kept],
    weeks: Sequence[Any],
) -> Counts:
    """What a dashboard would have read, of the figure's versions alone: cells as told on the day `as_of`."""
    smallest = session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()
    return Counts(
        period=Period(definition.first, definition.last),
        smallest=smallest,
        teams=tuple(teams),
        versions=[version],  # type: ignore[list-item]  # a row in all but name
        cells=[each.view for each in cells],
        weeks=weeks,
        meetings=[],
        waiting=[],
        unshown=[],
    )


# The figure ----------------------------------------------------------------------------------------------


def _figure(
    of: Definition, series: Series | None, cells: Sequence[Kept], smallest: int
) -> tuple[Figure, tuple[str, str] | None]:
    """The figure and its interval, by the dashboard's own rules."""
    if series is None:
        return scoring.HIDDEN, None
    if of.kind == "rate":
        return (series.turnout.rate, series.turnout.interval) if series.turnout else (scoring.HIDDEN, None)
    if not of.statement:
        answered = series.respondents
        counted = Figure(scoring.count(answered), answered, float(answered))
        counted = counted if answered == series.n else scoring.HIDDEN
        return (series.mean, series.interval) if of.kind == "mean" else (counted, None)
    result = next((one for one in series.statements if one.position == of.statement), None)
    if result is None:
        return scoring.HIDDEN, None
    if of.kind == "mean":
        return result.mean, result.interval
    if of.kind == "n":
        n = result.mean.n
        return (scoring.HIDDEN if n is None else Figure(scoring.count(n), n, float(n))), None
    if of.point == DONT_KNOW:
        return result.dont_know, None
    if result.distribution is None:
        return scoring.HIDDEN, None
    return (_top_two(of, cells, smallest) if of.point == TOP_TWO else result.distribution[of.point - 1]), None


def _top_two(of: Definition, cells: Sequence[Kept], smallest: int) -> Figure:
    """The share of the two highest points, of what the distribution is told of."""
    rows = [
        each.view.counted.chosen[of.statement - 1] for each in cells if of.statement in (each.view.spread or ())
    ]
    counts = scoring.pooled(rows)
    ten = max(smallest, scoring.SMALLEST_DISTRIBUTION)
    return scoring.published_share(sum(counts[-2:]), sum(counts), smallest=ten)


def _lines(of: Definition, cells: Sequence[Kept], smallest: int) -> list[Line]:
    """The cells the figure is a sum of, each with the day on which this of it was told."""
    found = []
    for each in cells:
        view = each.view
        if of.kind == "share":
            mine, day = of.statement in (view.spread or ()), each.spread_on
        elif of.statement:
            mine, day = of.statement in (view.means or ()), each.means_on
        else:
            mine, day = view.mean and of.kind != "rate", each.told_on
        if mine and day:
            counted = view.counted
            days = (counted.first_on, counted.last_on)
            found.append(Line(*days, counted.n, counted.batches, day, counted.people >= smallest))
    return found


# Participation -------------------------------------------------------------------------------------------


def _sent(of: Definition, series: Series | None, weeks: Sequence[Any], smallest: int) -> Sent | None:
    """What was sent and answered in the weeks of the figure's period; None where nothing was, or on site."""
    part = series.turnout if series else None
    if part is None:
        return None
    if not part.weeks:
        return Sent(None, None, None, part.rate, (), (), moved=of.kind == "rate")
    first, last = part.weeks[0].first, part.weeks[-1].last
    mine = [
        row
        for row in weeks
        if any(block.first <= row.week <= block.last for block in part.weeks) and of.team_id in (None, row.team_id)
    ]
    exact = not scoring.capped(part.rate)
    delivered = sum(row.delivered for row in mine)
    return Sent(
        sent=part.rate.n,
        delivered=delivered if delivered >= smallest else None,
        answered=sum(row.answered for row in mine) if exact else None,
        rate=part.rate,
        weeks=part.weeks,
        open_weeks=tuple(sorted({row.week for row in mine if not row.closed})),
        moved=of.kind == "rate" and (of.first, of.last) != (first, last + timedelta(days=6)),
    )
