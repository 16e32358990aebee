"""What everybody may see of the figures: the dashboard's, coarser, because anybody may keep every day's page.

Means have one decimal whatever they rest on. Two pages differ by whole batches; where today's mean, beside that of
another day, would tell more about the batches between than their own printed mean would, it is not told today.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from survey import figures, scoring
from survey.figures import Series
from survey.results import LAW_NAMES, Counts, TeamView
from survey.scoring import Figure


@dataclass(frozen=True)
class Told:
    """One questionnaire's figures as everybody reads them; `n` questionnaires lie behind `mean`.

    `within` is how far from the mean the true one may be (95 %), rounded up; "" where that is not told. `rate` is
    None where nothing was sent; `sent` and `weeks` (first and last Monday) go with it.
    """

    name: str
    onsite: bool
    labels: tuple[str, ...]
    target: float | None
    n: int
    mean: Figure
    within: str
    rate: Figure | None
    sent: int
    weeks: tuple[date, date] | None


@dataclass(frozen=True)
class Group:
    """A law group's figures, or a team's: nothing in `told` means too few to show."""

    name: str
    told: tuple[Told, ...]


def groups(counts: Counts) -> list[Group]:
    """Every law group of the municipality, each apart."""
    laws = [law for law in LAW_NAMES if law in {team.law for team in counts.teams}]
    return [Group(LAW_NAMES[law], _told(counts, law, None)) for law in laws]


def of_team(counts: Counts, team: TeamView) -> Group:
    """One team's figures. Raises ValueError for a team that may only be shown inside its law group."""
    return Group(team.name, _told(counts, team.law, team))


def _told(counts: Counts, law: str, team: TeamView | None) -> tuple[Told, ...]:
    section = figures.section(counts, law, team, compare=False)
    # What stands beside the other teams is withheld where it would give another team away: so it is here.
    beside = {
        (series.version_id, series.mode): line.mean
        for series in (figures.section(counts, law).series if team else ())
        for line in series.teams
        if team and line.team.id == team.id
    }
    several = len({(series.name, series.mode) for series in section.series}) < len(section.series)
    return tuple(
        _as_told(
            series,
            _public_mean(
                beside.get((series.version_id, series.mode), series.mean),
                _parts(counts, law, team, series),
                counts.smallest,
            ),
            several,
        )
        for series in section.series
    )


def _public_mean(mean: Figure, parts: Sequence["_Part"], smallest: int) -> Figure:
    """A dashboard's `mean` of `parts`, coarser; withheld where other days' pages would make it tell too much."""
    if not mean.shown:
        return mean
    whole = _together(parts)
    quiet = all(_tells_little(whole, part, smallest) for part in _between(parts, whole))
    return coarse(mean, scoring.mean(whole.counts)) if quiet else scoring.WITHHELD


def _as_told(series: Series, mean: Figure, several: bool) -> Told:
    part = series.turnout
    return Told(
        name=f"{series.name}, version {series.number}" if several else series.name,
        onsite=series.mode == "onsite",
        labels=series.labels,
        target=series.target,
        n=series.respondents,
        mean=mean,
        within=_within(series.interval) if series.interval and mean.shown else "",
        rate=part.rate if part else None,
        sent=part.rate.n or 0 if part else 0,
        weeks=(part.weeks[0].first, part.weeks[-1].last) if part and part.weeks else None,
    )


def _parts(counts: Counts, law: str, team: TeamView | None, series: Series) -> list["_Part"]:
    points = len(series.labels)
    return [
        _Part((row.n1, row.n2, row.n3, row.n4, row.n5)[:points], row.people)
        for row in counts.batches
        if (row.law, row.version_id, row.mode) == (law, series.version_id, series.mode)
        and (team is None or row.team_id == team.id)
    ]


# Coarser -------------------------------------------------------------------------------------------------


def coarse(mean: Figure, value: Fraction) -> Figure:
    """A published mean of exactly `value` with one decimal; as it is when it is hidden or shows only an end."""
    if scoring.capped(mean):
        return mean
    return Figure(scoring.number(value, 1), mean.n, float(scoring.rounded(value, 1)))


def _within(interval: tuple[str, str]) -> str:
    low, high = (Fraction(end.replace(",", ".")) for end in interval)
    return scoring.number(Fraction(ceil((high - low) / 2 * 10), 10), 1)


# Two pages -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """Batches together: the counts of each point, and the people behind them."""

    counts: tuple[int, ...]
    people: int

    def plus(self, other: "_Part") -> "_Part":
        return _Part(tuple(scoring.pooled([self.counts, other.counts])), self.people + other.people)

    def minus(self, other: "_Part") -> "_Part":
        pairs = zip(self.counts, other.counts, strict=True)
        return _Part(tuple(here - there for here, there in pairs), self.people - other.people)


def _together(parts: Sequence[_Part]) -> _Part:
    return _Part(tuple(scoring.pooled(part.counts for part in parts)), sum(part.people for part in parts))


def _between(parts: Sequence[_Part], whole: _Part) -> Iterator[_Part]:
    """What two pages may differ by: the first batches, the last ones, or any one that came late."""
    if len(parts) < 2:
        return
    yield from parts
    first = parts[0]
    for part in parts[1:]:
        yield first
        yield whole.minus(first)
        first = first.plus(part)


def _tells_little(whole: _Part, part: _Part, smallest: int) -> bool:
    """Is `part`'s mean as open beside the pages of `whole`, and of `whole` without it, as printed by itself?

    Away from the ends of the scale it always is: two pages leave open more than a decimal of what is between.
    """
    rest = whole.minus(part)
    if min(rest.people, part.people) < smallest or not scoring.capped(own := _published(part, smallest)):
        return True
    n = scoring.answers(part.counts)
    (least, most), (low, high) = (_scores(each, _public(each, smallest)) for each in (whole, rest))
    learned = min(most - low, Fraction(len(part.counts) * n)) - max(least - high, Fraction(n))
    own_low, own_high = _scores(part, own)
    return learned >= own_high - own_low


def _published(part: _Part, smallest: int) -> Figure:
    value, n = scoring.mean(part.counts), scoring.answers(part.counts)
    return scoring.published_mean(value, part.people, len(part.counts), answers=n, smallest=smallest)


def _public(part: _Part, smallest: int) -> Figure:
    return coarse(_published(part, smallest), scoring.mean(part.counts))


def _scores(part: _Part, mean: Figure) -> tuple[Fraction, Fraction]:
    """The least and the greatest sum of scores that agree with a part's printed `mean`."""
    points, n = len(part.counts), scoring.answers(part.counts)
    printed = Fraction(mean.value or 0).limit_denominator(100)
    half = Fraction(1, 2 * 10 ** len(mean.text.partition(",")[2]))
    low, high = max(printed - half, Fraction(1)), min(printed + half, Fraction(points))
    if mean.text.startswith("mindst"):
        low, high = printed, Fraction(points)
    elif mean.text.startswith("højst"):
        low, high = Fraction(1), printed
    return low * n, high * n
