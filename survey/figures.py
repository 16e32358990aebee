"""What the dashboard shows: one law group's or one team's figures, made of counts under the disclosure rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from survey import scoring, turnout, workdays
from survey.cells import Counted
from survey.lineages import Edition
from survey.models import MODES
from survey.results import LAW_NAMES, CellView, Counts, OneRow, TeamView
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
    editions: tuple[Edition, ...] = ()


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


def cells_of(cells: Iterable[CellView], section: Section, series: Series) -> list[CellView]:
    """Those of `cells` that belong to a series of a section."""
    key = (section.law, series.version_id, series.mode)
    return [
        cell
        for cell in cells
        if (cell.law, cell.version_id, cell.mode) == key
        and (section.team is None or cell.team_id == section.team.id)
    ]


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
    group = _of_group(counts, law, None)
    found = [
        _series(_of_series(group, version.id, mode), version, mode, law, team)
        for version in counts.versions
        for mode in MODES
    ]
    shown = [
        replace(series, target=level(len(series.labels)), teams=series.teams if compare else ())
        for series in found
        if series
    ]
    return Section(law, team, tuple(shown), _not_invited(_of_group(group, law, team)))


# Narrowing -----------------------------------------------------------------------------------------------


def _of_group(counts: Counts, law: str, team: TeamView | None) -> Counts:
    def keep(rows: Sequence[Any]) -> list[Any]:
        return [row for row in rows if row.law == law and (team is None or row.team_id == team.id)]

    return replace(
        counts,
        cells=keep(counts.cells),
        weeks=keep(counts.weeks),
        meetings=keep(counts.meetings),
        waiting=keep(counts.waiting),
        # Destroyed ballots are counted per law group alone.
        unshown=[row for row in counts.unshown if row.law == law and team is None],
    )


def _of_series(counts: Counts, version_id: int, mode: str) -> Counts:
    def keep(rows: Sequence[Any]) -> list[Any]:
        return [row for row in rows if (row.version_id, row.mode) == (version_id, mode)]

    return replace(
        counts,
        cells=keep(counts.cells),
        # Invitations are answered remotely: on site nobody was sent anything.
        weeks=[row for row in counts.weeks if row.version_id == version_id and mode == "remote"],
        waiting=keep(counts.waiting),
        unshown=keep(counts.unshown),
    )


# One series ----------------------------------------------------------------------------------------------


def _series(group: Counts, version: OneRow, mode: str, law: str, team: TeamView | None) -> Series | None:
    counts = _of_group(group, law, team)
    told = turnout.grouping(group.weeks, [each.id for each in group.teams if each.shown], group.smallest)
    part = _turnout(counts, told, team)
    if not (counts.cells or part or counts.waiting or counts.unshown):
        return None
    whole = together(cell.counted for cell in counts.cells if cell.mean)
    mean = published(whole, counts.smallest)
    complete = all(cell.means is None or len(cell.means) == len(version.texts) for cell in counts.cells)
    tagged = together(cell.counted for cell in counts.cells if cell.tags)
    return Series(
        version_id=version.id,
        name=version.name,
        number=version.number,
        mode=mode,
        labels=tuple(version.labels),
        target=None,
        respondents=whole.n if whole else 0,
        answers=sum(map(sum, whole.chosen)) if whole and complete else None,
        mean=mean,
        exact=scoring.mean(scoring.pooled(whole.chosen)) if whole else None,
        interval=scoring.published_interval(_people(whole), mean, version.points) if whole else None,
        points=_points(counts),
        means=_days(cell.counted for cell in counts.cells if cell.means is not None),
        spread=_days(cell.counted for cell in counts.cells if cell.spread is not None),
        statements=_statements(counts, version),
        asked_tag=any(sum(cell.counted.tags) for cell in counts.cells),
        tags=_tags(tagged, counts.smallest) if tagged else None,
        turnout=part,
        waiting_since=max((row.tallied_on for row in counts.waiting), default=None),
        unshown=sum(row.n for row in counts.unshown),
        teams=() if team else _team_lines(counts, law, told),
        editions=getattr(version, "editions", ()),
    )


def together(parts: Iterable[Counted]) -> Counted | None:
    """All `parts` as one; None when there are none."""
    found = None
    for part in parts:
        found = found.plus(part) if found else part
    return found


def _days(parts: Iterable[Counted]) -> Days | None:
    whole = together(parts)
    return Days(whole.first_on, whole.last_on, whole.n) if whole else None


def _people(whole: Counted) -> Moments:
    """Each person's own mean, summed: how people differ, not how single answers do."""
    means = [(Fraction(total, answered), n) for (answered, total), n in whole.persons.items() if answered]
    total = sum((mean * n for mean, n in means), Fraction())
    return Moments(sum(n for _, n in means), total, sum((mean**2 * n for mean, n in means), Fraction()))


def published(whole: Counted | None, smallest: int) -> Figure:
    """The mean of all answers as it may be shown, with the people behind it."""
    if whole is None or whole.people < smallest:
        return scoring.HIDDEN
    pooled = scoring.pooled(whole.chosen)
    value, answers = scoring.mean(pooled), scoring.answers(pooled)
    return scoring.published_mean(value, whole.people, len(pooled), answers=answers, smallest=smallest)


def _points(counts: Counts) -> tuple[Point, ...]:
    """The cells by the day, ISO week or month they end in: the finest that leaves at most MOST_POINTS points."""
    shown = [cell.counted for cell in counts.cells if cell.mean]
    for begins in (date.toordinal, workdays.monday, workdays.month):
        bins: dict[Any, list[Counted]] = defaultdict(list)
        for counted in shown:
            bins[begins(counted.last_on)].append(counted)
        if len(bins) <= MOST_POINTS:
            break
    wholes = [together(bins[key]) for key in sorted(bins)]
    return tuple(
        Point(whole.first_on, whole.last_on, whole.n, published(whole, counts.smallest))
        for whole in wholes
        if whole
    )


def _statements(counts: Counts, version: OneRow) -> tuple[StatementResult, ...]:
    if not any(cell.mean or cell.means is not None for cell in counts.cells):
        return ()
    ten = max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)
    found = []
    for position, text in enumerate(version.texts, 1):
        means = _of_statement(counts.cells, position, lambda cell: cell.means)
        spread = _of_statement(counts.cells, position, lambda cell: cell.spread)
        n = scoring.answers(means[1:])
        mean = scoring.HIDDEN
        if n >= counts.smallest:
            mean = scoring.published_mean(scoring.mean(means[1:]), n, version.points, smallest=counts.smallest)
        found.append(
            StatementResult(
                position,
                text,
                mean,
                scoring.published_interval(scoring.moments(means[1:]), mean, version.points),
                scoring.published_distribution(spread[1:], smallest=ten) if spread else None,
                scoring.published_share(spread[0], sum(spread), smallest=ten) if spread else scoring.HIDDEN,
            )
        )
    return tuple(found)


def _of_statement(
    cells: Iterable[CellView], position: int, told: Callable[[CellView], Sequence[int] | None]
) -> list[int]:
    """How many chose "ved ikke" and each point, over the cells that tell it of the statement; [] without any."""
    rows = [cell.counted.statements[position - 1] for cell in cells if position in (told(cell) or ())]
    return scoring.pooled(rows) if rows else []


def _tags(whole: Counted, smallest: int) -> tuple[Figure, ...] | None:
    """The share of each of TAGS among those who said; None when they may not be shown."""
    return scoring.published_distribution(whole.tags, smallest=max(smallest, scoring.SMALLEST_DISTRIBUTION))


# Participation ---------------------------------------------------------------------------------------------


def _turnout(counts: Counts, told: Grouping, team: TeamView | None) -> Turnout | None:
    return turnout.turnout(counts.weeks, told, counts.period, team.id if team else None, counts.smallest)


def _not_invited(counts: Counts) -> tuple[tuple[str, int | None], ...]:
    """Meetings nobody was asked about, by reason, most frequent first; None for fewer than k."""
    sums: dict[str, int] = {}
    for row in counts.meetings:
        if row.decision == "invited":
            continue
        sums[row.decision] = sums.get(row.decision, 0) + row.n
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((reason, n if n >= counts.smallest else None) for reason, n in ordered)


# Teams side by side --------------------------------------------------------------------------------------


def _team_lines(counts: Counts, law: str, told: Grouping) -> tuple[TeamLine, ...]:
    """The shown teams that have figures in this series; nothing where no more than one team has."""
    parts = [(team, _of_group(counts, law, team)) for team in counts.teams if team.law == law]
    parts = [(team, part) for team, part in parts if part.cells or part.weeks or part.waiting]
    if len(parts) < 2:
        return ()
    lines = []
    for team, part in parts:
        if team.shown:
            rate = _turnout(part, told, team)
            mean = published(together(cell.counted for cell in part.cells if cell.mean), counts.smallest)
            lines.append(TeamLine(team, mean, rate.rate if rate else scoring.HIDDEN))
    return tuple(lines)
