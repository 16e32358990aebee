"""What the dashboard shows: one law group's or one team's figures, made of counts under the disclosure rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeVar

from survey import by_statement, reasons, results, scatter, scoring, turnout, workdays
from survey.cells import Counted, remembered
from survey.cells import together as all_together
from survey.lineages import Edition
from survey.models import MODES
from survey.reasons import Unasked
from survey.results import LAW_NAMES, CellView, Counts, OneRow, Period, TeamView
from survey.scale import TARGETS
from survey.scoring import Figure
from survey.turnout import Turnout

T = TypeVar("T")
MOST_POINTS = 45
"""Points of one chart, before they are put together by week, month, quarter or year."""


@dataclass(frozen=True)
class Point:
    """Cells that end in one day, week or month: a point of the chart, resting on `n` questionnaires.

    `n` is 0 where the mean is not told, since then neither is how many it is of. `first_on` and `last_on` are
    answering days; `begins` and `ends` the day, week or month.
    """

    first_on: date
    last_on: date
    n: int
    mean: Figure
    begins: date
    ends: date


@dataclass(frozen=True)
class Days:
    """The first and the last answering day of what is told, and its questionnaires."""

    first: date
    last: date
    n: int


@dataclass(frozen=True)
class StatementResult:
    """One statement: mean with its interval, share of each point (None when too few), and share of "ved ikke"."""

    position: int
    text: str
    mean: Figure
    interval: tuple[str, str] | None
    distribution: tuple[Figure, ...] | None
    dont_know: Figure


@dataclass(frozen=True)
class TeamLine:
    """One shown team beside the others of its law group."""

    team: TeamView
    mean: Figure
    rate: Figure


@dataclass(frozen=True)
class Series:
    """The figures of one questionnaire version and mode; modes are never added together.

    Nor are versions, but where all statements of one mean what those of the one before meant (`survey.lineages`):
    `version_id`, `number` and texts are the newest's, and `editions` are all of them, the oldest first.
    `mode` is "remote", or "onsite" for what was answered on a screen in the waiting room. `respondents` are the
    questionnaires in the cells, `answers` the single answers behind the mean, None where they would tell how
    many answered a hidden statement; `exact` is the mean before it is rounded, never shown. `means` and `spread`
    tell which answering days the statements' means and their distributions rest on, None where none is told.
    `asked_tag` is True when anybody said what the answers are about; `tags` is the share of each of TAGS, None
    when too few did. `waiting_since` is the day of the tally that last left answers too few to tell, None where
    that is no news of the period; `unshown` were answered but never enough. `is_widest` tells an interval that is
    the widest there can be with that mean.
    """

    version_id: int
    name: str
    number: int
    mode: str
    labels: tuple[str, ...]
    target: float | None
    respondents: int
    answers: int | None
    mean: Figure
    exact: Fraction | None
    interval: tuple[str, str] | None
    points: tuple[Point, ...]
    means: Days | None
    spread: Days | None
    statements: tuple[StatementResult, ...]
    asked_tag: bool
    tags: tuple[Figure, ...] | None
    turnout: Turnout | None
    waiting_since: date | None
    unshown: int
    teams: tuple[TeamLine, ...]
    editions: tuple[Edition, ...] = ()
    is_widest: bool = False

    @property
    def n(self) -> int:
        """The questionnaires behind the mean, as printed: 0 where it is not told, since then neither are they."""
        return self.respondents if self.mean.shown else 0


@dataclass(frozen=True)
class Section:
    """One law group's figures, or one team's. `not_invited` is why nobody was asked; nothing of a team.

    `withheld` is True, and there is nothing else, where they would be those of one or two caseworkers.
    """

    law: str
    team: TeamView | None
    series: tuple[Series, ...]
    not_invited: Unasked = reasons.NOTHING
    withheld: bool = False

    @property
    def name(self) -> str:
        """The team's name, or the law group's in Danish."""
        return self.team.name if self.team else LAW_NAMES[self.law]


def section(
    counts: Counts,
    law: str,
    team: TeamView | None = None,
    *,
    compare: bool = True,
    level: Callable[[int], float | None] = TARGETS.get,
) -> Section:
    """The figures of one law group, or of one team in it, a series per questionnaire version and mode with any.

    Without `compare` a law group's teams do not stand side by side: for who may only see the whole of it.
    `level` is the target of a scale's mean by its number of points.
    Raises ValueError for a team that may only be shown inside its law group.
    """
    if team is not None and not team.shown:
        raise ValueError("a team with fewer than three caseworkers is shown only in its law group")
    if law in results.withheld(counts.teams):
        return Section(law, team, (), withheld=True)
    group = _of_group(counts, law, None)
    cells = _by(group.cells, attrgetter("version_id", "mode"))
    found = [
        _series(_of_series(group, cells[version.id, mode], version.id, mode), version, mode, law, team)
        for version in counts.versions
        for mode in MODES
    ]
    shown = [
        replace(series, target=level(len(series.labels)), teams=series.teams if compare else ())
        for series in found
        if series
    ]
    return Section(law, team, tuple(shown), reasons.NOTHING if team else reasons.not_invited(counts, law))


def cells_of(cells: Iterable[CellView], section: Section, series: Series) -> list[CellView]:
    """Those of `cells` that belong to a series of a section."""
    key = (section.law, series.version_id, series.mode)
    return [
        cell
        for cell in cells
        if (cell.law, cell.version_id, cell.mode) == key
        and (section.team is None or cell.team_id == section.team.id)
    ]


# Narrowing -----------------------------------------------------------------------------------------------


def _by(rows: Iterable[T], key: Callable[[T], Any]) -> dict[Any, list[T]]:
    found: dict[Any, list[T]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _of_group(counts: Counts, law: str, team: TeamView | None) -> Counts:
    def keep(rows: Sequence[Any]) -> list[Any]:
        return [row for row in rows if row.law == law and (team is None or row.team_id == team.id)]

    return replace(
        counts,
        cells=keep(counts.cells),
        weeks=keep(counts.weeks),
        meetings=keep(counts.meetings),
        waiting=[row for row in keep(counts.waiting) if _waits_in(counts.period, row)],
        # What is not shown at all is counted per law group alone.
        unshown=[row for row in counts.unshown if row.law == law and team is None],
    )


def _waits_in(period: Period, row: OneRow) -> bool:
    """Whether what waits is news of the period: tallied in it, or after it where it holds the newest figures."""
    holds_newest = row.newest is not None and row.newest <= period.last
    return bool(period.first <= row.tallied_on and (holds_newest or row.tallied_on <= period.last))


def _of_series(group: Counts, cells: Sequence[CellView], version_id: int, mode: str) -> Counts:
    def keep(rows: Sequence[Any]) -> list[Any]:
        return [row for row in rows if (row.version_id, row.mode) == (version_id, mode)]

    return replace(
        group,
        cells=cells,
        # Invitations are answered remotely: on site nobody was sent anything.
        weeks=[row for row in group.weeks if row.version_id == version_id and mode == "remote"],
        waiting=keep(group.waiting),
        unshown=keep(group.unshown),
    )


# One series ----------------------------------------------------------------------------------------------


def _series(group: Counts, version: OneRow, mode: str, law: str, team: TeamView | None) -> Series | None:
    counts = _of_group(group, law, team) if team else group
    part = turnout.turnout(counts.weeks, counts.period, team.id if team else None, counts.smallest)
    if not (counts.cells or part or counts.waiting or counts.unshown):
        return None
    shown = [cell.counted for cell in counts.cells if cell.mean]
    pooled = _pooled(shown)
    mean = _mean(shown, counts.smallest)
    complete = not any(cell.hides for cell in counts.cells)
    statements = _statements(counts, version)
    return Series(
        version_id=version.id,
        name=version.name,
        number=version.number,
        mode=mode,
        labels=tuple(version.labels),
        target=None,
        respondents=sum(one.n for one in shown),
        answers=scoring.answers(pooled) if shown and complete else None,
        mean=mean,
        exact=scoring.mean(pooled) if shown else None,
        interval=scatter.interval(counts.cells, mean, version.points),
        points=_points(shown, counts.smallest),
        means=_told_days(counts, "means", any(each.mean.shown for each in statements)),
        spread=_told_days(counts, "spread", any(each.distribution for each in statements)),
        statements=statements,
        asked_tag=any(any(cell.counted.tags) for cell in counts.cells),
        tags=_tags([cell.counted.tags for cell in counts.cells if cell.tags], counts.smallest),
        turnout=part,
        waiting_since=max((row.tallied_on for row in counts.waiting), default=None),
        unshown=sum(row.n for row in counts.unshown),
        teams=() if team else _team_lines(counts),
        editions=getattr(version, "editions", ()),
        is_widest=scatter.told(counts.cells) is None,
    )


def _told_days(counts: Counts, grade: str, told: bool) -> Days | None:
    return _days([cell.counted for cell in counts.cells if told and getattr(cell, grade) is not None])


def _days(parts: Sequence[Counted]) -> Days | None:
    if not parts:
        return None
    first, last = min(one.first_on for one in parts), max(one.last_on for one in parts)
    return Days(first, last, sum(one.n for one in parts))


@remembered
def _pooled(parts: Sequence[Counted]) -> list[int]:
    """How many chose each point of the scale, over all statements of all `parts`; [] of none."""
    rows = [row for one in parts for row in one.statements]
    return scoring.pooled(rows)[1:] if rows else []


def published(whole: Counted | None, smallest: int) -> Figure:
    """The mean of all answers as it may be shown, with the people behind it."""
    return _mean([whole] if whole else [], smallest)


def together(parts: Iterable[Counted]) -> Counted | None:
    """All `parts` as one; None when there are none."""
    listed = list(parts)
    return _together(listed) if listed else None


_together = remembered(all_together)


def _mean(parts: Sequence[Counted], smallest: int) -> Figure:
    people = sum(one.people for one in parts)
    if people < smallest:
        return scoring.HIDDEN
    pooled = _pooled(parts)
    value, answers = scoring.mean(pooled), scoring.answers(pooled)
    return scoring.published_mean(value, people, len(pooled), answers=answers, smallest=smallest)


@remembered
def _points(shown: Sequence[Counted], smallest: int) -> tuple[Point, ...]:
    """The cells by the day, ISO week, month, quarter or year they end in.

    The finest that leaves at most MOST_POINTS points; years however many they are.
    """
    by_day = _by(shown, attrgetter("last_on"))
    bins = {(day, day): parts for day, parts in by_day.items()}
    for whole in (workdays.week_of, workdays.month_of, workdays.quarter_of, workdays.year_of):
        if len(bins) > MOST_POINTS:
            bins = defaultdict(list)
            for day, parts in by_day.items():
                bins[whole(day)] += parts
    found = []
    for ends, parts in sorted(bins.items()):
        days = _days(parts)
        if days:
            mean = _mean(parts, smallest)
            found.append(Point(days.first, days.last, days.n if mean.shown else 0, mean, *ends))
    return tuple(found)


def _statements(counts: Counts, version: OneRow) -> tuple[StatementResult, ...]:
    if not any(cell.mean or cell.means is not None for cell in counts.cells):
        return ()
    missing = [
        scoring.HIDDEN if all(getattr(cell, grade) is None for cell in counts.cells) else scoring.WITHHELD
        for grade in ("means", "spread")
    ]
    ten = max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)
    found = []
    for position, (text, chosen, spread) in enumerate(
        zip(version.texts, *by_statement.told(counts.cells, version), strict=True), 1
    ):
        mean = by_statement.mean(chosen[1:], counts.smallest) if sum(chosen) else missing[0]
        distribution = scoring.published_distribution(spread[1:], smallest=ten)
        found.append(
            StatementResult(
                position,
                text,
                mean,
                # A distribution that a raised k hides would be told by an interval that follows it.
                by_statement.interval(chosen[1:], spread[1:], mean) if distribution else None,
                distribution,
                scoring.published_share(spread[0], sum(spread), smallest=ten) if sum(spread) else missing[1],
            )
        )
    return tuple(found)


def _tags(said: Sequence[Sequence[int]], smallest: int) -> tuple[Figure, ...] | None:
    """The share of each of TAGS among those who said; None when they may not be shown."""
    ten = max(smallest, scoring.SMALLEST_DISTRIBUTION)
    return scoring.published_distribution(scoring.pooled(said), smallest=ten) if said else None


# Teams side by side --------------------------------------------------------------------------------------


def _team_lines(counts: Counts) -> tuple[TeamLine, ...]:
    """The shown teams that have figures in this series; nothing where there is no other beside the only one."""
    cells = _by(counts.cells, attrgetter("team_id"))
    weeks = _by(counts.weeks, attrgetter("team_id"))
    present = {*cells, *weeks, *(row.team_id for row in counts.waiting)}
    if len(present) < 2:
        return ()
    return tuple(
        TeamLine(
            team,
            _mean([cell.counted for cell in cells[team.id] if cell.mean], counts.smallest),
            _rate(turnout.turnout(weeks[team.id], counts.period, team.id, counts.smallest)),
        )
        for team in counts.teams
        if team.shown and team.id in present
    )


def _rate(part: Turnout | None) -> Figure:
    return part.rate if part else scoring.HIDDEN
