"""A figure reopened by its id: worked out again from the counts as they were told then, with what it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, lineages, passports, reopened_rates, results, scoring, shares, told, top_two
from survey.figures import Section, Series
from survey.lineages import Lineages, Version
from survey.models import Municipality
from survey.passports import (
    ANSWERS,
    DONT_KNOW,
    PEOPLE,
    RULE,
    SAID,
    TOP_TWO,
    Definition,
)
from survey.reopened_rates import Sent, counted
from survey.results import Counts, Period, TeamView
from survey.scoring import Figure
from survey.scoring.shares import share_interval
from survey.told import Kept


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
class Passport:
    """A figure, and all it rests on; `lines` are () where it is not told now.

    `row` are the others that stand beside it, `texts` the statements.

    `statement` is its text, "" for all; `chosen` are the labels of its point. `versions` are those of the
    questionnaire it is of: "2", or "1–2" where they mean the same; `sent_versions` those whose weeks of sending
    are put together.
    """

    definition: Definition
    figure: Figure
    interval: tuple[str, str] | None
    row: tuple[tuple[Definition, Figure], ...]
    team: TeamView | None
    questionnaire: str
    versions: str
    labels: tuple[str, ...]
    texts: tuple[str, ...]
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
    coarse: bool = False,
) -> str:
    """The id of a figure of a dashboard's series; "" where nothing is told, or of days no id can name.

    `as_of` is `told.newest`, read with the figures. A rate's days are those of its blocks of weeks. `inside`: of a
    wave, whose cells lie wholly in its days. `coarse`: as everybody reads it.
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
        coarse=coarse,
    )
    return passports.mint(figure) if passports.makes_sense(figure) else ""


def reopen(
    session: Session, municipality_id: int, definition: Definition, teams: Sequence[TeamView]
) -> Passport | None:
    """The figure `definition` defines, from the counts alone; None where the municipality has no such version.

    `teams` are `results.teams`. Raises ValueError for a team that may only be shown inside its law group, and
    for a law group that may not be shown.
    """
    if definition.law in results.withheld(teams):
        raise ValueError("a law group with fewer than three caseworkers is not shown")
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
    whole = lineages.as_one(rows, known.line(known.head(line[-1])), known) or version
    sent = reopened_rates.sent(definition, series, weeks, counts)
    figure, interval = _figure(definition, series, cells, counts.smallest)
    if definition.kind == "rate":
        figure, interval = reopened_rates.rate(definition, sent)
    return Passport(
        definition=definition,
        figure=figure,
        interval=interval,
        row=tuple(_row(definition, series, cells, counts.smallest)),
        team=team,
        questionnaire=version.name,
        versions=version.numbers,
        labels=tuple(version.labels),
        texts=tuple(version.texts),
        statement=version.texts[definition.statement - 1] if definition.statement else "",
        chosen=chosen(definition, version.labels),
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


def chosen(definition: Definition, labels: Sequence[str]) -> tuple[str, ...]:
    """The labels of a share's point or points; () of "ved ikke", and of what answers are about."""
    if definition.point == TOP_TWO:
        return tuple(labels[-2:])
    is_point = definition.kind == "share" and definition.statement and 0 < definition.point <= len(labels)
    return (labels[definition.point - 1],) if is_point else ()


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
        and (of.team_id is None or each.view.team_id in ((of.team_id,) if of.team_id else (None, *of.others)))
    ]


def _weeks(
    session: Session, municipality_id: int, of: Definition, line: Sequence[int], known: Lineages
) -> list[Any]:
    """All weeks there are of the whole series."""
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
    """The figure and its interval, by the dashboard's own rules; a rate is of `reopened_rates`."""
    if series is None:
        return scoring.HIDDEN, None
    if not of.statement:
        return _of_all(of, series, cells, smallest)
    result = next((one for one in series.statements if one.position == of.statement), None)
    if result is None:
        return scoring.HIDDEN, None
    if of.kind == "mean":
        return result.mean, result.interval
    if of.kind == "n":
        return counted(result.mean.n), None
    if of.point == DONT_KNOW:
        return result.dont_know, None
    if result.distribution is None:
        return scoring.HIDDEN, None
    return (shares.top_two(result) if of.point == TOP_TWO else result.distribution[of.point - 1]), None


def _of_all(
    of: Definition, series: Series, cells: Sequence[Kept], smallest: int
) -> tuple[Figure, tuple[str, str] | None]:
    """What is of no single statement: mean, bases, the two highest points, what answers are about."""
    if of.kind == "mean":
        return (scoring.one_decimal(series.mean, series.exact) if of.coarse else series.mean), series.interval
    if of.kind == "share" and of.point == TOP_TWO:
        found = top_two.of([each.view for each in cells], smallest)
        ends = share_interval(found.share) if found and not scoring.capped(found.figure) else None
        figure = found.figure if found else scoring.HIDDEN
        return figure, (scoring.percent(Fraction(ends[0])), scoring.percent(Fraction(ends[1]))) if ends else None
    if of.kind == "share":
        return (series.tags[of.point - 1] if series.tags else scoring.HIDDEN), None
    return counted({PEOPLE: series.mean.n, ANSWERS: _answers(series, cells)}.get(of.point, series.n or None)), None


def _answers(series: Series, cells: Sequence[Kept]) -> int | None:
    """The single answers, where they tell neither how many answered a hidden statement nor how near an end."""
    told_of = [each.view for each in cells if each.view.mean]
    if not series.mean.shown or scoring.capped(series.mean) or any(view.hides for view in told_of):
        return None
    return scoring.answers(scoring.pooled([counts for view in told_of for counts in view.counted.chosen]))


def _row(
    of: Definition, series: Series | None, cells: Sequence[Kept], smallest: int
) -> Iterator[tuple[Definition, Figure]]:
    """The other figures that stand in one row with it, as far as they may be shown; a rate's are `Sent`'s.

    Of all statements also the mean of each.
    """
    points = range(1, len(series.labels) + 1) if series else range(0)
    about = of.kind == "share" and not of.statement and of.point <= SAID
    parts = [*points, DONT_KNOW, TOP_TWO] if of.statement else range(1, SAID + 1) if about else [TOP_TWO]
    bases = () if about else (0,) if of.statement else (0, PEOPLE, ANSWERS)
    kinds = [
        *([] if about else [("mean", 0)]),
        *(("n", base) for base in bases),
        *(("share", at) for at in parts),
    ]
    every = [(of.statement, *each) for each in kinds]
    if series and not of.statement and not about:
        every += [(one.position, "mean", 0) for one in series.statements]
    for statement, kind, point in every if of.kind != "rate" else ():
        one = replace(of, statement=statement, kind=kind, point=point, coarse=False)
        figure, _ = _figure(one, series, cells, smallest)
        if one != of and figure.shown:
            yield one, figure


def _lines(of: Definition, cells: Sequence[Kept], smallest: int) -> list[Line]:
    """The cells the figure is a sum of, each with the day on which this of it was told."""
    found = []
    for each in cells:
        view = each.view
        if of.kind == "share" and not of.statement and of.point != TOP_TWO:
            mine, day = view.tags, each.tags_on
        elif of.kind == "share":
            every = range(1, len(view.counted.statements) + 1)
            wanted = (of.statement,) if of.statement else every
            mine, day = set(wanted) <= set(view.spread or ()), each.spread_on
        elif of.statement:
            mine, day = of.statement in (view.means or ()), each.means_on
        else:
            mine, day = view.mean and of.kind != "rate", each.told_on
        if mine and day:
            counted = view.counted
            days = (counted.first_on, counted.last_on)
            found.append(Line(*days, counted.n, counted.batches, day, counted.people >= smallest))
    return found
