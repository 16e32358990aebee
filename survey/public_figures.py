"""What everybody may see of the figures: the dashboard's, coarser: means have one decimal whatever they rest on.

Anybody may keep every day's page: two of them differ by whole cells, each of which could be told by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from survey import figures, goals, reopening, results, scoring, turnout
from survey.figures import Section, Series
from survey.goals import Goal
from survey.results import LAW_NAMES, Counts, TeamView
from survey.scoring import Figure


@dataclass(frozen=True)
class Told:
    """One questionnaire's figures as everybody reads them; `n` questionnaires lie behind `mean`, 0 if not told.

    `interval` is between which ends the true mean may be (95 %), rounded outwards; None where that is not told.
    `rate` is None where nothing was sent; `sent` and `weeks` (first and last Monday) go with it; `untold` says
    which weeks are in no figure yet. `goals` are those in force on the last day, in words; those between law
    groups are not among them. By `mean_id` and `rate_id` a manager looks them up; "" where there is none.
    """

    name: str
    onsite: bool
    labels: tuple[str, ...]
    goals: tuple[str, ...]
    n: int
    mean: Figure
    interval: tuple[str, str] | None
    rate: Figure | None
    sent: int
    weeks: tuple[date, date] | None
    untold: str = ""
    mean_id: str = ""
    rate_id: str = ""


@dataclass(frozen=True)
class Group:
    """A law group's figures, or a team's. Nothing in `told` means too few, of caseworkers where `withheld`."""

    name: str
    told: tuple[Told, ...]
    withheld: bool = False


def groups(counts: Counts, known: Collection[Goal] = (), as_of: date | None = None) -> list[Group]:
    """Every law group of the municipality, each apart; no ids without `as_of`, `told.newest`."""
    laws = [law for law in LAW_NAMES if law in {team.law for team in counts.teams}]
    few = results.withheld(counts.teams)
    return [Group(LAW_NAMES[law], _told(counts, law, None, known, as_of), law in few) for law in laws]


def of_team(counts: Counts, team: TeamView, known: Collection[Goal] = (), as_of: date | None = None) -> Group:
    """One team's figures. Raises ValueError for a team that may only be shown inside its law group."""
    return Group(team.name, _told(counts, team.law, team, known, as_of))


def _told(
    counts: Counts, law: str, team: TeamView | None, known: Collection[Goal], as_of: date | None
) -> tuple[Told, ...]:
    section = figures.section(counts, law, team, compare=False)
    several = len({(series.name, series.mode) for series in section.series}) < len(section.series)
    return tuple(
        _with_ids(
            _as_told(
                series, scoring.one_decimal(series.mean, series.exact), several, _aims(counts, law, series, known)
            ),
            counts,
            section,
            series,
            as_of,
        )
        for series in section.series
    )


def _with_ids(told: Told, counts: Counts, section: Section, series: Series, as_of: date | None) -> Told:
    of = (section, series, counts.period, as_of)
    return replace(
        told,
        mean_id=reopening.of(*of, coarse=True) if told.mean.shown and as_of else "",
        rate_id=reopening.of(*of, "rate") if told.rate and told.rate.shown and as_of else "",
    )


def _aims(counts: Counts, law: str, series: Series, known: Collection[Goal]) -> tuple[str, ...]:
    aimed = goals.in_force(known, law, len(series.labels), counts.period.last)
    return tuple(goals.words(goal) for goal in aimed if goal.law)


def _as_told(series: Series, mean: Figure, several: bool, aims: tuple[str, ...]) -> Told:
    part = series.turnout
    return Told(
        name=f"{series.name}, version {series.number}" if several else series.name,
        onsite=series.mode == "onsite",
        labels=series.labels,
        goals=aims,
        n=series.n,
        mean=mean,
        interval=_outwards(series.interval) if series.interval and mean.shown else None,
        rate=part.rate if part else None,
        sent=part.rate.n or 0 if part else 0,
        weeks=(part.weeks[0].first, part.weeks[-1].last) if part and part.weeks else None,
        untold=turnout.untold(part) if part else "",
    )


# Coarser -------------------------------------------------------------------------------------------------


def _outwards(interval: tuple[str, str]) -> tuple[str, str]:
    low, high = (Fraction(end.replace(",", ".")) * 10 for end in interval)
    return scoring.number(Fraction(floor(low), 10), 1), scoring.number(Fraction(ceil(high), 10), 1)
