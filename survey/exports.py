"""Every number that may be told of a period, a row each: cells, statements' means, distributions, response rates.

What the dashboard tells of single days, and nothing finer: whatever ends on one day in one unit is one number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import lineages, part_rates, results, scoring, table_passports, told, turnout, workdays
from survey.cells import Counted
from survey.export_columns import Row
from survey.export_rows import Book, Part, blank, identify
from survey.models import Municipality
from survey.results import LAW_NAMES, OneRow, Period, Rows, TeamView
from survey.scoring import Figure
from survey.told import Told

Number = tuple[str, int, int | None, Figure]
"""Measure, statement, point of the scale, and the number as it may be shown."""
Sums = dict[tuple[Part, str, int, str], Told]
"""All of the period as one, by part, level, newest version of the series, and mode."""


def parts(teams: Sequence[TeamView]) -> list[Part]:
    """For who sees everything: every shown team, and the rest of each law group."""
    shown = [Part(team.law, team) for team in teams if team.shown]
    return shown + [Part(law) for law in LAW_NAMES if law in {team.law for team in teams}]


def book(session: Session, municipality_id: int, period: Period) -> Book:
    """What does not grow with the answers: the municipality, its teams and its published versions."""
    of = session.execute(
        select(Municipality.slug, Municipality.smallest_group).where(Municipality.id == municipality_id)
    ).one()
    return Book(
        municipality_id,
        of.slug,
        period,
        of.smallest_group,
        results.teams(session, municipality_id),
        {row.id: row for row in results.versions(session, municipality_id)},
        lineages.of(session, municipality_id),
        told.newest(session, municipality_id) or period.last,
    )


def rows(session: Session, of: Book, mine: Sequence[Part]) -> Iterator[Row]:
    """Every number that may be told of `mine` in the book's period; few rows are in memory at a time.

    Nothing of a law group that may not be shown.
    """
    sums: Sums = {}
    mine = [part for part in mine if part.law not in results.withheld(of.teams)]
    for part in mine:
        for level in told.LEVELS:
            yield from _level(session, of, part, level, sums)
        yield from _weeks(session, of, part)
    for (part, level, _, _), whole in (sums | _of_laws(sums, mine)).items():
        yield from _numbers(of, part, level, [whole], of.period)
    for law in _whole_laws(mine):
        every = _weeks(session, of, Part(law, whole=True))
        yield from (row for row in every if row.level == "period")
    if _whole_laws(mine):
        yield from _parts(session, of, _whole_laws(mine))


# Answers -------------------------------------------------------------------------------------------------


def _level(session: Session, of: Book, part: Part, level: str, sums: Sums) -> Iterator[Row]:
    found = told.stream(session, of.municipality_id, level, of.period, part.law, _team_ids(of, part))
    for _, each in groupby(found, lambda one: (one.version_id, one.mode, one.counted.last_on)):
        same = list(each)
        yield from _numbers(of, part, level, same)
        if level != "spread":
            _add(sums, (part, level, of.lineages.head(same[0].version_id), same[0].mode), same)


def _team_ids(of: Book, part: Part) -> list[int | None] | None:
    if part.whole:
        return None
    if part.team:
        return [part.team.id]
    return [None, *(team.id for team in of.teams if team.law == part.law and not team.shown)]


def _numbers(
    of: Book, part: Part, level: str, same: Sequence[Told], period: Period | None = None
) -> Iterator[Row]:
    """The numbers of what one unit tells on one day, or in a whole `period`."""
    first, last = same[0], same[0].counted.last_on
    version = of.versions[first.version_id]
    like = replace(
        blank(of, part, version),
        mode=first.mode,
        level="period" if period else level,
        first_on=min(one.counted.first_on for one in same),
        last_on=last,
        told_on=max(one.told_on for one in same),
    )
    # A rest with cells of teams that are too small now is named by all of those, so that it does not say of which.
    others = () if all(one.team_id is None for one in same) else _too_small(of, part)
    for measure, statement, point, figure in OF_LEVEL[level](same, of.smallest):
        number = (measure, statement, point)
        yield replace(
            like,
            statement=statement,
            statement_text=version.texts[statement - 1] if statement else "",
            measure=measure,
            point=point,
            point_text=version.labels[point - 1] if point else "",
            value=figure.value or 0.0,
            text=figure.text,
            figure_id=identify(of, part, like, first.version_id, number, period or Period(last, last), others),
        )


def _too_small(of: Book, part: Part) -> tuple[int, ...]:
    """The teams whose cells are in a rest; of no team and no whole law group."""
    if part.unit != "resten":
        return ()
    return tuple(sorted(team.id for team in of.teams if team.law == part.law and not team.shown))


def _of_cells(same: Sequence[Told], smallest: int) -> Iterator[Number]:
    counted = [one.counted for one in same]
    people = sum(one.people for one in counted)
    if people < smallest:
        return
    pooled = scoring.pooled([counts for one in counted for counts in one.chosen])
    answers = scoring.answers(pooled)
    yield "n", 0, None, _count(sum(one.n for one in counted))
    yield "people", 0, None, _count(people)
    mean = scoring.published_mean(scoring.mean(pooled), people, len(pooled), answers=answers, smallest=smallest)
    # As on the dashboard: beside a hidden statement the number of answers would tell how many answered it.
    if all(one.statements is None or len(one.statements) == len(one.counted.statements) for one in same):
        yield from _answers(0, answers, mean)
    yield "mean", 0, None, mean


def _of_means(same: Sequence[Told], smallest: int) -> Iterator[Number]:
    for statement in range(1, len(same[0].counted.statements) + 1):
        rows = [one.counted.chosen[statement - 1] for one in same if statement in (one.statements or ())]
        counts = scoring.pooled(rows) if rows else []
        answers = scoring.answers(counts)
        if answers < smallest:
            continue
        mean = scoring.published_mean(scoring.mean(counts), answers, len(counts), smallest=smallest)
        yield from _answers(statement, answers, mean)
        yield "mean", statement, None, mean


def _answers(statement: int, answers: int, mean: Figure) -> Iterator[Number]:
    """How many answers; not beside a mean that shows only which end it is near."""
    if not scoring.capped(mean):
        yield "answers", statement, None, _count(answers)


def _of_spreads(same: Sequence[Told], smallest: int) -> Iterator[Number]:
    ten = max(smallest, scoring.SMALLEST_DISTRIBUTION)
    for statement in range(1, len(same[0].counted.statements) + 1):
        rows = [one.counted.statements[statement - 1] for one in same if statement in (one.statements or ())]
        counts = scoring.pooled(rows) if rows else [0]
        if not scoring.published_distribution(counts[1:], smallest=ten):
            continue
        for point, n in enumerate(counts[1:], 1):
            yield "count", statement, point, _count(n)
        if not scoring.capped(scoring.published_share(counts[0], sum(counts), smallest=ten)):
            yield "dont_know", statement, None, _count(counts[0])


def _count(n: int) -> Figure:
    return Figure(scoring.count(n), n, float(n))


OF_LEVEL = {"cell": _of_cells, "means": _of_means, "spread": _of_spreads}


# The whole period ----------------------------------------------------------------------------------------


def _add(sums: Sums, key: tuple[Part, str, int, str], same: Sequence[Told]) -> None:
    _, level, head, _ = key
    for one in same:
        only = replace(one, version_id=head, counted=_told_of(one) if level == "means" else one.counted)
        before = sums.get(key)
        sums[key] = _plus(before, only, level) if before else only


def _told_of(one: Told) -> Counted:
    """A group's counts without those of statements that are not told."""
    rows = enumerate(one.counted.statements, 1)
    told_rows = tuple(row if at in (one.statements or ()) else (0,) * len(row) for at, row in rows)
    return replace(one.counted, statements=told_rows)


def _plus(one: Told, other: Told, level: str) -> Told:
    """Both as one; of cells with the statements that are told in both, of groups with those told in either."""
    every = tuple(range(1, len(one.counted.statements) + 1))
    mine, theirs = (set(every if each.statements is None else each.statements) for each in (one, other))
    return Told(
        one.team_id or other.team_id,
        one.version_id,
        one.mode,
        max(one.told_on, other.told_on),
        one.counted.plus(other.counted),
        tuple(sorted(mine | theirs if level == "means" else mine & theirs)),
    )


def _whole_laws(mine: Sequence[Part]) -> list[str]:
    """The law groups all of whose units are told: the rest only to who sees everything."""
    return [part.law for part in mine if part.unit == "resten"]


def _of_laws(sums: Sums, mine: Sequence[Part]) -> Sums:
    found: Sums = {}
    for (part, level, head, mode), whole in sums.items():
        if part.law in _whole_laws(mine):
            _add(found, (Part(part.law, whole=True), level, head, mode), [whole])
    return found


# Participation -------------------------------------------------------------------------------------------


def _weeks(session: Session, of: Book, part: Part) -> Iterator[Row]:
    every = lineages.weeks(session, of.municipality_id, part.law, of.lineages)
    for version in of.versions.values():
        # Those of a version that another continues are among the other's, as on the dashboard.
        group = [row for row in every if row.version_id == version.id]
        yield from _of_blocks(of, part, version, _of_unit(group, part))


def _of_unit(group: Rows, part: Part) -> Rows:
    if part.whole:
        return group
    if part.team:
        return [row for row in group if row.team_id == part.team.id and row.alone]
    return turnout.rest(group)


def _of_blocks(of: Book, part: Part, version: OneRow, group: Rows) -> Iterator[Row]:
    found = turnout.turnout(group, of.period, None, of.smallest)
    for weeks in found.weeks if found else ():
        yield from _of_block(of, part, version, group, "weeks", weeks)
    if found and found.weeks:
        ends = (found.weeks[0].first, found.weeks[-1].last)
        whole = turnout.Weeks(*ends, found.rate.n or 0, found.rate)
        yield from _of_block(of, part, version, group, "period", whole)


def _of_block(
    of: Book, part: Part, version: OneRow, group: Rows, level: str, weeks: turnout.Weeks
) -> Iterator[Row]:
    if not weeks.rate.shown:
        return
    mine = [row for row in group if row.block_first and weeks.first <= row.week <= weeks.last]
    line = replace(
        blank(of, part, version),
        level=level,
        first_on=weeks.first,
        last_on=weeks.last + turnout.SUNDAY,
        final=True,
    )
    answered = _count(sum(row.answered for row in mine))
    numbers = (("sent", _count(weeks.sent)), ("answered", answered), ("rate", weeks.rate))
    days = Period(line.first_on, line.last_on)
    for measure, figure in numbers:
        figure_id = identify(of, part, line, version.id, (measure, 0, None), days)
        yield replace(line, measure=measure, value=figure.value or 0.0, text=figure.text, figure_id=figure_id)


def _parts(session: Session, of: Book, laws: Sequence[str]) -> Iterator[Row]:
    """Settled quarters of whole law groups by channel, target group and message."""
    for each in part_rates.read(session, of.municipality_id, of.period, of.smallest):
        for split in each.splits if each.law in laws else ():
            for line in split.lines:
                yield from _of_line(of, each, split, line)


def _of_line(
    of: Book, quarter: part_rates.Quarter, split: part_rates.Split, line: part_rates.Line
) -> Iterator[Row]:
    row = replace(
        blank(of, Part(quarter.law, whole=True), None),
        level="parts",
        first_on=quarter.quarter,
        last_on=workdays.quarter_end(quarter.quarter),
        dimension=split.dimension,
        part=line.value,
        figure_id=table_passports.of_parts(of.municipality_id, quarter, split),
    )
    numbers = {name: _count(getattr(line, name)) for name in ("sent", "delivered", "answered")}
    for measure, figure in (numbers | {"rate": line.rate}).items():
        yield replace(row, measure=measure, value=figure.value or 0.0, text=figure.text)
