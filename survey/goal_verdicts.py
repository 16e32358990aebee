"""A goal judged by a period's answers: three outcomes, each sentence made of a test. Pure functions on cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Literal

from survey import goals, scatter, scoring, top_two
from survey.cells import Counted, remembered
from survey.figures import Section, Series, cells_of
from survey.goals import Goal
from survey.results import LAW_NAMES, CellView
from survey.scoring import Moments, comparisons, danish, estimates, scores, shares, target, trends
from survey.scoring.scores import Scores
from survey.top_two import TopTwo

Outcome = Literal["over", "under", "undecided"]
SURE = 0.95
NOBODY = "Ingen svar i perioden endnu."


@dataclass(frozen=True)
class Group:
    """A law group's (or team's) figures of one series, and the cells they are made of."""

    law: str
    series: Series
    cells: Sequence[CellView]

    @property
    def scores(self) -> Scores:
        """Each person's own mean over the cells whose mean is told."""
        return scatter.persons(self.told)

    @property
    def moments(self) -> Moments:
        """The same as sums."""
        return scatter.moments(self.told)

    @property
    def told(self) -> list[Counted]:
        """The counts of the cells whose mean is told."""
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
    """By the one-sided bounds of the mean of persons' means.

    A bound, and how many more would decide, tell how persons differ. Where no distributions do, the verdict is by
    all of them all the same, but no bound is printed, and how many is reckoned from what is usual.
    """
    group, series, aim = evidence.group, evidence.group.series, goals.number(goal.value)
    may_be_told = scatter.as_told(group.cells, series.mean)
    found = target.judge(may_be_told or group.moments, evidence.points, float(goal.value))
    if found.lower is None or found.upper is None:
        return unjudged(found.n)
    outcome = OUTCOMES.get(found.outcome, "undecided")
    told, places = f"gennemsnittet er {series.mean.text} (n = {found.n})", scoring.decimals(found.n)
    if may_be_told is None:
        more = "" if outcome != "undecided" else _usually(evidence, float(goal.value), found.n)
        return outcome, _said(outcome, aim, told, "") + more
    bounds = Bounds(found.lower, found.upper, Fraction(1, 10**places), partial(danish.number, decimals=places))
    return outcome, _said(outcome, aim, told, bounds.sure(outcome, goal.value, aim)) + _more(found.missing)


def _usually(evidence: Evidence, aim: float, people: int) -> str:
    mean = evidence.group.series.mean
    if scoring.capped(mean):
        return ""
    persons = scatter.around(Fraction(str(mean.value)), people, scatter.usual(evidence.points))
    return _more(target.judge(persons, evidence.points, aim).missing, "med sædvanlig spredning")


def _more(missing: int | None, like: str = "af samme slags") -> str:
    if not missing:
        return ""
    answers = "besvarelse" if missing == 1 else "besvarelser"
    return f" Omkring {scoring.count(missing)} {answers} mere {like} ville afgøre det."


OUTCOMES: dict[str, Outcome] = {"over mål": "over", "under mål": "under"}


def _said(outcome: Outcome, aim: str, told: str, sure: str) -> str:
    """The sentence of a verdict; `sure` is "" where the figure shows only an end, and a bound would say more."""
    begins = {"over": f"Ja, over {aim}", "under": f"Nej, under {aim}", "undecided": "Kan ikke afgøres endnu"}
    return f"{begins[outcome]}: {told}{sure}."


@dataclass(frozen=True)
class Bounds:
    """The one-sided bounds of a figure, printed in whole `step`s by `words`.

    They are rounded outwards: never nearer to the figure than they are.
    """

    lower: float
    upper: float
    step: Fraction
    words: Callable[[Fraction], str]

    def sure(self, outcome: Outcome, value: Fraction, aim: str) -> str:
        """What they say of the outcome, as it stands in a sentence; the aim itself is never printed as a bound.

        `value` is the aim, `aim` the same in words.
        """
        low = floor(Fraction(self.lower) / self.step) * self.step
        high = ceil(Fraction(self.upper) / self.step) * self.step
        if outcome == "over":
            return f", og med 95 % sikkerhed {f'mindst {self.words(low)}' if low > value else f'over {aim}'}"
        if outcome == "under":
            return f", og med 95 % sikkerhed {f'højst {self.words(high)}' if high < value else f'under {aim}'}"
        if low < value < high:
            return f", men {aim} ligger mellem grænserne {self.words(low)} og {self.words(high)}"
        return f", men {aim} ligger inden for usikkerheden"


def unjudged(n: int) -> Verdict:
    """What is said of a level that so few have answered about."""
    if not n:
        return "undecided", NOBODY
    return (
        "undecided",
        f"For få svar til at sige det: en dom kræver {target.SMALLEST_JUDGED} besvarelser, der er {n}.",
    )


# So many choose the two highest points -------------------------------------------------------------------

FEW_SHARES = (
    f"For få svar til at sige det: det kræver {scoring.SMALLEST_DISTRIBUTION} besvarelser, "
    "hvis fordeling kan vises."
)


def share(goal: Goal, evidence: Evidence) -> Verdict:
    """By one-sided Wilson bounds, of as many answers as the persons' are worth."""
    found = top_two.of(evidence.group.cells, evidence.smallest)
    if found is None or not found.figure.shown:
        return "undecided", FEW_SHARES
    lower, upper = shares.share_bounds(found.share, SURE)
    outcome: Outcome = "over" if lower > goal.value else "under" if upper < goal.value else "undecided"
    told = chosen(found, evidence.points)
    aim, bounds = goals.percent(goal.value), Bounds(lower, upper, Fraction(1, 1000), danish.percent)
    sure = "" if scoring.capped(found.figure) else bounds.sure(outcome, goal.value, aim)
    return outcome, _said(outcome, aim, told, sure)


def chosen(found: TopTwo, points: int) -> str:
    """The share as it stands in a sentence: "180/200 = 90,0 % svarer 4 eller 5"."""
    return f"{found.figure.text} svarer {goals.highest(points)}"


# Rising --------------------------------------------------------------------------------------------------


@remembered
def by_day(told: Sequence[Counted], points: int) -> trends.Trend:
    """Whether persons' means rise or fall from day to day."""
    return trends.trend(scores.by_day((one.last_on, one.persons) for one in told), points)


def pace(found: trends.Trend) -> str:
    """How fast, as it stands in a sentence; "" where the days are too few to say."""
    return f", omkring {danish.signed(Fraction(found.slope.value), 2)} point i kvartalet" if found.slope else ""


def too_few(found: trends.Trend) -> str:
    """What is missing before a trend is spoken of: answers, or points of the chart to hold against each other."""
    if not found.n:
        return NOBODY
    if found.n < trends.SMALLEST_TREND:
        few = f"den kræver {trends.SMALLEST_TREND} besvarelser, der er {scoring.count(found.n)}"
        return f"For få svar til en tendens: {few}."
    points = f"{found.days} {'punkt' if found.days == 1 else 'punkter'}, den kræver {trends.FEWEST_DAYS}"
    return f"For få punkter til en tendens: svarene (n = {found.n}) ligger i {points}."


def trend(_goal: Goal, evidence: Evidence) -> Verdict:
    """By Kendall's test of score against day: the same as the answer to whether anything has changed."""
    found = by_day(evidence.group.told, evidence.points)
    if found.kendall is None:
        return "undecided", too_few(found)
    if found.word == "stigende":
        return "over", f"Ja, stigende gennem perioden{pace(found)} (n = {found.n})."
    if found.word == "faldende":
        return "under", f"Nej, faldende gennem perioden{pace(found)} (n = {found.n})."
    if found.kendall.s > 0 and found.kendall.p < 1 - SURE:
        top = f"gennemsnittet er {evidence.group.series.mean.text}, og så tæt på toppen kaldes intet stigende"
        return "undecided", f"Kan ikke afgøres: {top} (n = {found.n})."
    return "undecided", f"Kan ikke afgøres: ingen sikker ændring gennem perioden (n = {found.n})."


# Both law groups alike -----------------------------------------------------------------------------------

ALONE = "Kan ikke afgøres: den anden gruppe har ingen svar på samme skala i perioden."
FEW_COMPARED = (
    f"For få svar til at sammenligne grupperne: det kræver {comparisons.SMALLEST_COMPARED} besvarelser "
    "i hver gruppe, hvis gennemsnit kan vises."
)


def equality(goal: Goal, evidence: Evidence) -> Verdict:
    """By the interval of the difference of the means: within the goal's margin, outside it, or neither."""
    mine, other = evidence.group, evidence.other
    if other is None:
        return "undecided", ALONE
    if not comparable(mine, other):
        return "undecided", FEW_COMPARED
    ends = [estimates.mean_bounds(group.moments, evidence.points, SURE) for group in (mine, other)]
    found = shares.mean_difference(mine.moments.mean, other.moments.mean, *ends)
    aim, base = goals.number(goal.value), side_by_side(mine, other)
    nearest, widest = _distances(found)
    if widest < goal.value:
        return "over", f"Ja, lige tilfredse: {base}. Forskellen er med 95 % sikkerhed mindre end {aim} point."
    if nearest > goal.value:
        return "under", f"Nej, ikke lige tilfredse: {base}. Forskellen er med 95 % sikkerhed over {aim} point."
    if comparisons.mann_whitney(mine.scores, other.scores).p < 1 - SURE:
        return "undecided", f"Der er forskel: {base}. Om den er over {aim} point, kan ikke afgøres endnu."
    return "undecided", f"Kan ikke afgøres endnu: {base}. Ingen sikker forskel, men en på {aim} point er mulig."


def comparable(*groups: Group) -> bool:
    """Whether each has people enough, and a mean that is shown as it is."""
    return all(
        group.moments.n >= comparisons.SMALLEST_COMPARED and not scoring.capped(group.series.mean)
        for group in groups
    )


def side_by_side(mine: Group, other: Group) -> str:
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
