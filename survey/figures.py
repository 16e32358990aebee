"""What the dashboard shows: one law group's or one team's figures, made of counts under the disclosure rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from survey import scoring, turnout
from survey.models import MODES, TAGS
from survey.results import LAW_NAMES, Counts, OneRow, Rows, TeamView
from survey.scale import TARGETS
from survey.scoring import Figure, Moments
from survey.turnout import Grouping, Turnout


@dataclass(frozen=True)
class Point:
    """A batch: a point of the chart at `last_on`, resting on `n` questionnaires."""

    first_on: date
    last_on: date
    n: int
    mean: Figure


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
    questionnaires in the batches, `answers` the single answers behind the mean, None where they would tell how
    many answered a hidden statement. `asked_tag` is True when anybody said what the answers are about; `tags` is
    the share of each of TAGS, None when too few did. `waiting_since` is the day of the tally that left too few;
    `unshown` were answered but never enough.
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
    interval: tuple[str, str] | None
    points: tuple[Point, ...]
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
    group = _of_group(counts, law, None)
    found = [
        _series(_of_series(group, version.id, mode), version, mode, law, team)
        for version in counts.versions
        for mode in MODES
    ]
    shown = [series if compare else replace(series, teams=()) for series in found if series]
    return Section(law, team, tuple(shown), _not_invited(_of_group(group, law, team)))


# Narrowing -----------------------------------------------------------------------------------------------


def _of_group(counts: Counts, law: str, team: TeamView | None) -> Counts:
    def keep(rows: Rows) -> Rows:
        return [row for row in rows if row.law == law and (team is None or row.team_id == team.id)]

    return replace(
        counts,
        batches=keep(counts.batches),
        statements=keep(counts.statements),
        people=keep(counts.people),
        tags=keep(counts.tags),
        weeks=keep(counts.weeks),
        meetings=keep(counts.meetings),
        waiting=keep(counts.waiting),
        # Destroyed ballots are counted per law group alone.
        unshown=[row for row in counts.unshown if row.law == law and team is None],
    )


def _of_series(counts: Counts, version_id: int, mode: str) -> Counts:
    def keep(rows: Rows) -> Rows:
        return [row for row in rows if (row.version_id, row.mode) == (version_id, mode)]

    return replace(
        counts,
        batches=keep(counts.batches),
        statements=keep(counts.statements),
        people=keep(counts.people),
        tags=keep(counts.tags),
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
    if not (counts.batches or part or counts.waiting or counts.unshown):
        return None
    scores = _people(counts.people)
    mean = _mean(counts, version.points)
    statements = _statements(counts, version.points)
    answers = sum(scoring.answers(_counts(row, version.points)) for row in counts.batches)
    return Series(
        version_id=version.id,
        name=version.name,
        number=version.number,
        mode=mode,
        labels=tuple(version.labels),
        target=TARGETS.get(version.points),
        respondents=sum(row.n for row in counts.batches),
        answers=None if scoring.HIDDEN in (each.mean for each in statements) else answers,
        mean=mean,
        interval=scoring.published_interval(scores, mean, version.points),
        points=_points(counts, version.points),
        statements=statements,
        asked_tag=bool(counts.tags),
        tags=_tags(counts),
        turnout=part,
        waiting_since=max((row.tallied_on for row in counts.waiting), default=None),
        unshown=sum(row.n for row in counts.unshown),
        teams=() if team else _team_lines(counts, law, version.points, told),
    )


def _counts(row: OneRow, points: int) -> list[int]:
    return [row.n1, row.n2, row.n3, row.n4, row.n5][:points]


def _people(rows: Rows) -> Moments:
    """Each person's own mean, summed: how people differ, not how single answers do."""
    total, squares, n = Fraction(), Fraction(), 0
    for row in rows:
        n += row.n
        total += Fraction(row.total, row.answered)
        squares += Fraction(row.squares, row.answered**2)
    return Moments(n, total, squares)


def _mean(counts: Counts, points: int) -> Figure:
    people = sum(row.n for row in counts.people)
    if people < counts.smallest:
        return scoring.HIDDEN
    pooled = scoring.pooled(_counts(row, points) for row in counts.batches)
    return _published(pooled, people, counts.smallest)


def _published(pooled: Sequence[int], people: int, smallest: int) -> Figure:
    if people < smallest:
        return scoring.HIDDEN
    value, answers = scoring.mean(pooled), scoring.answers(pooled)
    return scoring.published_mean(value, people, len(pooled), answers=answers, smallest=smallest)


def _withheld(figures: Sequence[Figure], sizes: Sequence[int], hidden: Sequence[bool]) -> list[Figure]:
    """`figures`, and where one is `hidden` beside a shown total, a second withheld with it."""
    chosen = scoring.protected(hidden, sizes)
    return [
        scoring.WITHHELD if take and not already else figure
        for figure, already, take in zip(figures, hidden, chosen, strict=True)
    ]


def _points(counts: Counts, points: int) -> tuple[Point, ...]:
    figures = [_published(_counts(row, points), row.people, counts.smallest) for row in counts.batches]
    hidden = [not figure.shown for figure in figures]
    means = _withheld(figures, [row.people for row in counts.batches], hidden)
    return tuple(
        Point(row.first_on, row.last_on, row.n, mean) for row, mean in zip(counts.batches, means, strict=True)
    )


def _statements(counts: Counts, points: int) -> tuple[StatementResult, ...]:
    pooled: dict[tuple[int, str], list[int]] = {}
    for row in counts.statements:
        here = [row.dont_know, *_counts(row, points)]
        before = pooled.get((row.position, row.text), [0] * len(here))
        pooled[row.position, row.text] = scoring.pooled([before, here])
    sizes = [scoring.answers(found[1:]) for found in pooled.values()]
    figures = [
        _published(found[1:], size, counts.smallest) for found, size in zip(pooled.values(), sizes, strict=True)
    ]
    means = scoring.withheld(figures, [found[1:] for found in pooled.values()])
    ten = max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)
    return tuple(
        StatementResult(
            position,
            text,
            mean,
            scoring.published_distribution(found[1:], smallest=ten) if mean.shown else None,
            # Beside a hidden n the share's own n would tell it.
            scoring.published_share(found[0], sum(found), smallest=ten) if mean.shown else mean,
        )
        for ((position, text), found), mean in zip(pooled.items(), means, strict=True)
    )


def _tags(counts: Counts) -> tuple[Figure, ...] | None:
    """The share of each of TAGS among those who said; None when they may not be shown."""
    said = [sum(row.n for row in counts.tags if row.tag == tag) for tag in TAGS]
    ten = max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)
    return scoring.published_distribution(said, smallest=ten)


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


def _team_lines(counts: Counts, law: str, points: int, told: Grouping) -> tuple[TeamLine, ...]:
    """The shown teams that have figures in this series; nothing where no more than one team has."""
    parts = [(team, _of_group(counts, law, team)) for team in counts.teams if team.law == law]
    parts = [(team, part) for team, part in parts if part.batches or part.weeks or part.waiting]
    if len(parts) < 2:
        return ()
    shown = [(team, part) for team, part in parts if team.shown]
    means = [_mean(part, points) for _, part in shown]
    people = [sum(row.n for row in part.people) for _, part in shown]
    # A team without batches hides nothing and takes no other team with it.
    silent = [bool(part.batches) and not mean.shown for (_, part), mean in zip(shown, means, strict=True)]
    means = _withheld(means, people, silent)
    rates = [_turnout(part, told, team) for team, part in shown]
    return tuple(
        TeamLine(team, mean, rate.rate if rate else scoring.HIDDEN)
        for (team, _), mean, rate in zip(shown, means, rates, strict=True)
    )
