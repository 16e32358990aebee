"""What the dashboard shows: one law group's or one team's figures, made of counts under the disclosure rules."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from survey import scoring, turnout, workdays
from survey.cells import in_rows
from survey.models import MODES
from survey.results import LAW_NAMES, Counts, OneRow, Rows, TeamView
from survey.scale import TARGETS
from survey.scoring import Figure, Moments
from survey.turnout import Grouping, Turnout

MOST_POINTS = 45
"""Points of one chart, before they are put together by week or month."""


@dataclass(frozen=True)
class Point:
    """Cells that end in one day, week or month: a point of the chart, resting on `n` questionnaires."""

    first_on: date
    last_on: date
    n: int
    mean: Figure


@dataclass(frozen=True)
class Days:
    """The first and the last answering day of what is told, and its questionnaires."""

    first: date
    last: date
    n: int


@dataclass(frozen=True)
class StatementResult:
    """One statement: mean, share of each point (None when too few), and share of "ved ikke"."""

    position: int
    text: str
    mean: Figure
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
    """The figures of one questionnaire version and mode; neither versions nor modes are ever added together.

    `mode` is "remote", or "onsite" for what was answered on a screen in the waiting room. `respondents` are the
    questionnaires in the cells, `answers` the single answers behind the mean, None where they would tell how
    many answered a hidden statement; `exact` is the mean before it is rounded, never shown. `means` and `spread`
    tell which answering days the statements' means and their distributions rest on, None where there is none yet.
    `asked_tag` is True when anybody said what the answers are about; `tags` is the share of each of TAGS, None
    when too few did. `waiting_since` is the day of the tally that last left answers too few to tell; `unshown`
    were answered but never enough.
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


@dataclass(frozen=True)
class Section:
    """One law group's figures, or one team's. `not_invited` is by reason; None means too few to show."""

    law: str
    team: TeamView | None
    series: tuple[Series, ...]
    not_invited: tuple[tuple[str, int | None], ...]

    @property
    def name(self) -> str:
        """The team's name, or the law group's in Danish."""
        return self.team.name if self.team else LAW_NAMES[self.law]


def section(counts: Counts, law: str, team: TeamView | None = None, *, compare: bool = True) -> Section:
    """The figures of one law group, or of one team in it, a series per questionnaire version and mode with any.

    Without `compare` a law group's teams do not stand side by side: for who may only see the whole of it.
    Raises ValueError for a team that may only be shown inside its law group.
    """
    if team is not None and not team.shown:
        raise ValueError("a team with fewer than three caseworkers is shown only in its law group")
    group = _kept(counts, lambda row: row.law == law)
    found = [
        _series(_of_series(group, version.id, mode), version, mode, team)
        for version in counts.versions
        for mode in MODES
    ]
    shown = [series if compare else replace(series, teams=()) for series in found if series]
    return Section(law, team, tuple(shown), _not_invited(_of_team(group, team)))


# Narrowing -----------------------------------------------------------------------------------------------


def _kept(counts: Counts, keep: Callable[[Any], bool]) -> Counts:
    return replace(
        counts,
        cells=list(filter(keep, counts.cells)),
        weeks=list(filter(keep, counts.weeks)),
        meetings=list(filter(keep, counts.meetings)),
        waiting=list(filter(keep, counts.waiting)),
        unshown=list(filter(keep, counts.unshown)),
    )


def _of_series(group: Counts, version_id: int, mode: str) -> Counts:
    # Invitations are answered remotely: on site nobody was sent anything.
    weeks = group.weeks if mode == "remote" else []
    same = _kept(
        replace(group, weeks=[], meetings=[]), lambda row: (row.version_id, row.mode) == (version_id, mode)
    )
    return replace(same, weeks=[row for row in weeks if row.version_id == version_id])


def _of_team(counts: Counts, team: TeamView | None) -> Counts:
    """What is a team's own; with None all. What is not shown at all is told of law groups alone."""
    return _kept(replace(counts, unshown=[]), lambda row: row.team_id == team.id) if team else counts


# One series ----------------------------------------------------------------------------------------------


def _series(group: Counts, version: OneRow, mode: str, team: TeamView | None) -> Series | None:
    counts = _of_team(group, team)
    told = turnout.grouping(group.weeks, [each.id for each in group.teams if each.shown], group.smallest)
    part = _turnout(counts, told, team)
    if not (counts.cells or part or counts.waiting or counts.unshown):
        return None
    shown = [cell for cell in counts.cells if cell.mean]
    whole = _pooled(shown, version.points)
    mean = _mean(shown, version.points, counts.smallest)
    complete = all(cell.means is None or len(cell.means) == len(version.texts) for cell in counts.cells)
    return Series(
        version_id=version.id,
        name=version.name,
        number=version.number,
        mode=mode,
        labels=tuple(version.labels),
        target=TARGETS.get(version.points),
        respondents=sum(cell.n for cell in shown),
        answers=scoring.answers(whole) if shown and complete else None,
        mean=mean,
        exact=scoring.mean(whole) if shown else None,
        interval=scoring.published_interval(_people(shown), mean, version.points) if shown else None,
        points=_points(shown, version.points, counts.smallest),
        means=_days([cell for cell in counts.cells if cell.means is not None]),
        spread=_days([cell for cell in counts.cells if cell.spread is not None]),
        statements=_statements(counts, version),
        asked_tag=any(map(any, (cell.tags for cell in counts.cells))),
        tags=_tags([cell.tags for cell in counts.cells if cell.tells_tags], counts.smallest),
        turnout=part,
        waiting_since=max((row.tallied_on for row in counts.waiting), default=None),
        unshown=sum(row.n for row in counts.unshown),
        teams=() if team else _team_lines(counts, version.points, told),
    )


def _days(cells: Rows) -> Days | None:
    if not cells:
        return None
    return Days(min(c.first_on for c in cells), max(c.last_on for c in cells), sum(c.n for c in cells))


def _pooled(cells: Rows, points: int) -> list[int]:
    """How many chose each point of the scale, over all statements of the cells."""
    if not cells:
        return [0] * points
    counts = scoring.pooled(cell.counts for cell in cells)
    return [sum(counts[point :: points + 1]) for point in range(1, points + 1)]


def _people(cells: Rows) -> Moments:
    """Each person's own mean, summed: how people differ, not how single answers do."""
    sums = list(enumerate(in_rows(scoring.pooled(cell.persons for cell in cells), 3), 1))
    total = sum((Fraction(total, answered) for answered, (_, total, _) in sums), Fraction())
    squares = sum((Fraction(squares, answered**2) for answered, (_, _, squares) in sums), Fraction())
    return Moments(sum(n for _, (n, _, _) in sums), total, squares)


def _mean(cells: Rows, points: int, smallest: int) -> Figure:
    people = sum(cell.people for cell in cells)
    if people < smallest:
        return scoring.HIDDEN
    pooled = _pooled(cells, points)
    value, answers = scoring.mean(pooled), scoring.answers(pooled)
    return scoring.published_mean(value, people, points, answers=answers, smallest=smallest)


def _points(shown: Rows, points: int, smallest: int) -> tuple[Point, ...]:
    """The cells by the day, ISO week or month they end in: the finest that leaves at most MOST_POINTS points."""
    for begins in (date.toordinal, workdays.monday, workdays.month):
        bins: dict[Any, list[OneRow]] = defaultdict(list)
        for cell in shown:
            bins[begins(cell.last_on)].append(cell)
        if len(bins) <= MOST_POINTS:
            break
    found = []
    for _, cells in sorted(bins.items()):
        days = _days(cells)
        if days:
            found.append(Point(days.first, days.last, days.n, _mean(cells, points, smallest)))
    return tuple(found)


def _statements(counts: Counts, version: OneRow) -> tuple[StatementResult, ...]:
    if not any(cell.mean or cell.means is not None for cell in counts.cells):
        return ()
    ten = max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)
    means, spreads = (_told(counts.cells, grade, version) for grade in ("means", "spread"))
    found = []
    for position, (text, (_, *answered), spread) in enumerate(zip(version.texts, means, spreads, strict=True), 1):
        n = scoring.answers(answered)
        mean = scoring.HIDDEN
        if n >= counts.smallest:
            mean = scoring.published_mean(scoring.mean(answered), n, version.points, smallest=counts.smallest)
        shares = scoring.published_distribution(spread[1:], smallest=ten)
        found.append(
            StatementResult(
                position, text, mean, shares, scoring.published_share(spread[0], sum(spread), smallest=ten)
            )
        )
    return tuple(found)


def _told(cells: Rows, grade: str, version: OneRow) -> list[list[int]]:
    """Per statement how many chose "ved ikke" and each point, over the cells that tell that grade of it."""
    alike: dict[tuple[int, ...], list[Sequence[int]]] = defaultdict(list)
    for cell in cells:
        alike[tuple(getattr(cell, grade) or ())].append(cell.counts)
    found = [[0] * (version.points + 1) for _ in version.texts]
    for told, counts in alike.items():
        rows = in_rows(scoring.pooled(counts), version.points + 1)
        for position in told:
            found[position - 1] = scoring.pooled([found[position - 1], rows[position - 1]])
    return found


def _tags(said: Sequence[Sequence[int]], smallest: int) -> tuple[Figure, ...] | None:
    """The share of each of TAGS among those who said; None when they may not be shown."""
    ten = max(smallest, scoring.SMALLEST_DISTRIBUTION)
    return scoring.published_distribution(scoring.pooled(said), smallest=ten) if said else None


# Participation ---------------------------------------------------------------------------------------------


def _turnout(counts: Counts, told: Grouping, team: TeamView | None) -> Turnout | None:
    return turnout.turnout(counts.weeks, told, counts.period, team.id if team else None, counts.smallest)


def _not_invited(counts: Counts) -> tuple[tuple[str, int | None], ...]:
    """Meetings nobody was asked about, by reason, most frequent first; None for fewer than k."""
    sums: dict[str, int] = {}
    for row in counts.meetings:
        sums[row.decision] = sums.get(row.decision, 0) + row.n
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((reason, n if n >= counts.smallest else None) for reason, n in ordered)


# Teams side by side --------------------------------------------------------------------------------------


def _team_lines(counts: Counts, points: int, told: Grouping) -> tuple[TeamLine, ...]:
    """The shown teams that have figures in this series; nothing where no more than one team has."""
    parts = [(team, _of_team(counts, team)) for team in counts.teams]
    parts = [(team, part) for team, part in parts if part.cells or part.weeks or part.waiting]
    if len(parts) < 2:
        return ()
    lines = []
    for team, part in parts:
        if team.shown:
            rate = _turnout(part, told, team)
            mean = _mean([cell for cell in part.cells if cell.mean], points, counts.smallest)
            lines.append(TeamLine(team, mean, rate.rate if rate else scoring.HIDDEN))
    return tuple(lines)
