"""A goal judged by a period's answers: three outcomes, each sentence made of a test. Pure functions on cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from survey import figures, goals, scoring, top_two
from survey.cells import Counted, remembered
from survey.figures import Section, Series, cells_of
from survey.goals import Goal
from survey.results import LAW_NAMES, CellView
from survey.scoring import Moments, comparisons, danish, estimates, scores, shares, target, trends
from survey.scoring.scores import Scores

Outcome = Literal["over", "under", "undecided"]
SURE = 0.95


@dataclass(frozen=True)
class Group:
    """A law group's (or team's) figures of one series, and the cells they are made of."""

    law: str
    series: Series
    cells: Sequence[CellView]

    @property
    def scores(self) -> Scores:
        """Each person's own mean over the cells whose mean is told."""
        return figures.persons(self._told)

    @property
    def moments(self) -> Moments:
        """The same as sums."""
        return figures.moments(self._told)

    @property
    def _told(self) -> list[Counted]:
        return [cell.counted for cell in self.cells if cell.mean]


def opposite(cells: Sequence[CellView], law: str, series: Series, others: Sequence[Section]) -> Group | None:
    """The other law group's largest series on the same scale and answered the same way; None without one.

    `others` are whole law groups, those the reader may see; `cells` the period's.
    """
    fit = [
        (other, each)
        for other in others
        if other.law != law
        for each in other.series
        if (len(each.labels), each.mode) == (len(series.labels), series.mode)
    ]
    if not fit:
        return None
    other, largest = max(fit, key=lambda pair: pair[1].respondents)
    return Group(other.law, largest, cells_of(cells, other, largest))


@dataclass(frozen=True)
class Evidence:
    """What a goal is judged by: the group's own answers, and for equality the other law group's on the same scale.

    `other` is None where it has none, or is not for the reader.
    """

    group: Group
    other: Group | None
    smallest: int

    @property
    def points(self) -> int:
        """How many points the scale has."""
        return len(self.group.series.labels)


Verdict = tuple[Outcome, str]

QUESTIONS = {
    "level": "Ligger vi over målet?",
    "share": "Er andelen over målet?",
    "trend": "Stiger tilfredsheden, som målet siger?",
    "equality": "Er de to grupper lige tilfredse?",
}


def judge(goal: Goal, evidence: Evidence) -> Verdict:
    """Whether the goal is met ("over"), missed ("under") or not to be told yet, and the sentence that says so."""
    ways: Mapping[str, Callable[[Goal, Evidence], Verdict]]
    ways = {"level": level, "share": share, "trend": trend, "equality": equality}
    return ways[goal.kind](goal, evidence)


# The mean is over it -------------------------------------------------------------------------------------


def level(goal: Goal, evidence: Evidence) -> Verdict:
    """By the one-sided bounds of the mean of persons' means."""
    moments = evidence.group.moments
    found = target.judge(moments, evidence.points, float(goal.value))
    series, aim = evidence.group.series, goals.number(goal.value)
    if found.lower is None or found.upper is None:
        return "undecided", _few("en dom", moments.n) if moments.n else "Ingen svar i perioden endnu."
    places = scoring.decimals(found.n)
    ends = tuple(danish.number(Fraction(end), places) for end in (found.lower, found.upper))
    bounds = ends if series.interval and not scoring.capped(series.mean) else None
    outcome = OUTCOMES.get(found.outcome, "undecided")
    more = (
        f" Omkring {scoring.count(found.missing)} svar mere af samme slags ville afgøre det."
        if found.missing
        else ""
    )
    return outcome, _said(outcome, aim, f"gennemsnittet er {series.mean.text} (n = {found.n})", bounds) + more


OUTCOMES: dict[str, Outcome] = {"over mål": "over", "under mål": "under"}


def _said(outcome: Outcome, aim: str, told: str, bounds: tuple[str, ...] | None) -> str:
    """The sentence of a bound; without it where the figure shows only an end, and a bound would say more."""
    if outcome == "over":
        return f"Ja, over {aim}: {told}{f', og med 95 % sikkerhed mindst {bounds[0]}' if bounds else ''}."
    if outcome == "under":
        return f"Nej, under {aim}: {told}{f', og med 95 % sikkerhed højst {bounds[1]}' if bounds else ''}."
    between = f", men {aim} ligger mellem grænserne {bounds[0]} og {bounds[1]}" if bounds else ""
    return f"Kan ikke afgøres endnu: {told}{between}."


def _few(what: str, n: int) -> str:
    return f"For få svar til at sige det: {what} kræver {target.SMALLEST_JUDGED} besvarelser, der er {n}."


# So many choose the two highest points -------------------------------------------------------------------


def share(goal: Goal, evidence: Evidence) -> Verdict:
    """By one-sided Wilson bounds, of as many answers as the persons' are worth."""
    found = top_two.of(evidence.group.cells, evidence.smallest)
    if found is None or not found.figure.shown:
        few = f"det kræver {scoring.SMALLEST_DISTRIBUTION} besvarelser, hvis fordeling kan vises."
        return "undecided", f"For få svar til at sige det: {few}"
    lower, upper = shares.share_bounds(found.share, SURE)
    outcome: Outcome = "over" if lower > goal.value else "under" if upper < goal.value else "undecided"
    told = f"{found.figure.text} svarer {goals.highest(evidence.points)}"
    ends = tuple(scoring.percent(Fraction(end)) for end in (lower, upper))
    return outcome, _said(outcome, goals.percent(goal.value), told, None if scoring.capped(found.figure) else ends)


# Rising --------------------------------------------------------------------------------------------------


@remembered
def by_day(told: Sequence[Counted], points: int) -> trends.Trend:
    """Whether persons' means rise or fall from day to day."""
    return trends.trend(scores.by_day((one.last_on, one.persons) for one in told), points)


def trend(_goal: Goal, evidence: Evidence) -> Verdict:
    """By Kendall's test of score against day: the same as the answer to whether anything has changed."""
    told = [cell.counted for cell in evidence.group.cells if cell.mean]
    found = by_day(told, evidence.points)
    if found.kendall is None:
        needs = f"{trends.SMALLEST_TREND} besvarelser på {trends.FEWEST_DAYS} svardage"
        return "undecided", f"For få svar til at sige det: en tendens kræver {needs}."
    pace = (
        f", omkring {danish.signed(Fraction(found.slope.value), 2)} point i kvartalet"
        if found.slope and found.word in ("stigende", "faldende")
        else ""
    )
    if found.word == "stigende":
        return "over", f"Ja, stigende gennem perioden{pace} (n = {found.n})."
    if found.word == "faldende":
        return "under", f"Nej, faldende gennem perioden{pace} (n = {found.n})."
    if found.kendall.s > 0 and found.kendall.p < 1 - SURE:
        top = f"gennemsnittet er {evidence.group.series.mean.text}, og så tæt på toppen kaldes intet stigende"
        return "undecided", f"Kan ikke afgøres: {top} (n = {found.n})."
    return "undecided", f"Kan ikke afgøres: ingen sikker ændring gennem perioden (n = {found.n})."


# Both law groups alike -----------------------------------------------------------------------------------


def equality(goal: Goal, evidence: Evidence) -> Verdict:
    """By the interval of the difference of the means: within the goal's margin, outside it, or neither."""
    mine, other = evidence.group, evidence.other
    if other is None:
        return "undecided", "Kan ikke afgøres: den anden gruppe har ingen svar på samme skala i perioden."
    if not all(_comparable(group) for group in (mine, other)):
        few = f"det kræver {comparisons.SMALLEST_COMPARED} besvarelser i hver gruppe, hvis gennemsnit kan vises."
        return "undecided", f"For få svar til at sammenligne grupperne: {few}"
    ends = [estimates.mean_bounds(group.moments, evidence.points, SURE) for group in (mine, other)]
    found = shares.mean_difference(mine.moments.mean, other.moments.mean, *ends)
    aim, base = goals.number(goal.value), _side_by_side(mine, other)
    nearest, widest = _distances(found)
    if widest < goal.value:
        return "over", f"Ja, lige tilfredse: {base}. Forskellen er med 95 % sikkerhed mindre end {aim} point."
    if nearest > goal.value:
        return "under", f"Nej, ikke lige tilfredse: {base}. Forskellen er med 95 % sikkerhed over {aim} point."
    if comparisons.mann_whitney(mine.scores, other.scores).p < 1 - SURE:
        return "undecided", f"Der er forskel: {base}. Om den er over {aim} point, kan ikke afgøres endnu."
    return "undecided", f"Kan ikke afgøres endnu: {base}. Ingen sikker forskel, men en på {aim} point er mulig."


def _comparable(group: Group) -> bool:
    return group.moments.n >= comparisons.SMALLEST_COMPARED and not scoring.capped(group.series.mean)


def _side_by_side(mine: Group, other: Group) -> str:
    """Both means, Opfølgning first wherever it is read."""
    both = sorted((mine, other), key=lambda group: group.law)
    return " og ".join(
        f"{LAW_NAMES[each.law]} {'ligger på ' if place == 0 else ''}{each.series.mean.text} (n = {each.moments.n})"
        for place, each in enumerate(both)
    )


def _distances(found: shares.Difference) -> tuple[float, float]:
    """The least and the most that the two can lie apart."""
    widest = max(abs(found.low), abs(found.high))
    return (0.0 if found.low <= 0 <= found.high else min(abs(found.low), abs(found.high))), widest
