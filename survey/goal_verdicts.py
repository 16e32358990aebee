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
from survey.scoring import Figure, Moments, comparisons, danish, estimates, scores, shares, target, trends
from survey.top_two import TopTwo

Outcome = Literal["over", "under", "undecided"]
SURE = 0.95
NOBODY = "Ingen svar i perioden, der kan vises."
UNTOLD = "For få svar til at sige det: gennemsnittet kan ikke vises endnu."


@dataclass(frozen=True)
class Group:
    """A law group's (or team's) figures of one series, and the cells they are made of."""

    law: str
    series: Series
    cells: Sequence[CellView]

    @property
    def moments(self) -> Moments:
        """Each person's own mean over the cells whose mean is told, as sums."""
        return scatter.moments(self.told)

    @property
    def printed(self) -> Moments | None:
        """What a verdict may rest on: persons around the printed mean; None where that is not shown."""
        return scatter.as_printed(self.cells, self.series.mean, len(self.series.labels))

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


def side(figure: Figure, value: Fraction) -> Outcome:
    """On which side of `value` a figure lies as it is printed; no verdict is told on the other one.

    A figure that shows only an end lies over what its "mindst" is over, and under what its "højst" is under.
    """
    now = Fraction(str(figure.value))
    if now > value and not figure.text.startswith("højst"):
        return "over"
    return "under" if now < value and not figure.text.startswith("mindst") else "undecided"


def judge(goal: Goal, evidence: Evidence) -> Verdict:
    """Whether the goal is met ("over"), missed ("under") or not to be told yet, and the sentence that says so."""
    ways: Mapping[str, Callable[[Goal, Evidence], Verdict]]
    ways = {"level": level, "share": share, "trend": trend, "equality": equality}
    return ways[goal.kind](goal, evidence)


# The mean is over it -------------------------------------------------------------------------------------


def level(goal: Goal, evidence: Evidence) -> Verdict:
    """By the one-sided bounds of the mean as it is printed.

    Where no distributions tell how persons differ, they are taken to differ as is usual, and no bound is printed.
    Nothing that is not printed is used: whoever tries many goals learns nothing finer.
    """
    group, aim = evidence.group, goals.number(goal.value)
    mean, persons = group.series.mean, group.printed
    if persons is None:
        return unjudged(group)
    now, places = side(mean, goal.value), scoring.decimals(persons.n)
    is_told = scatter.as_told(group.cells, mean) is not None
    # The mean may lie half a step from the printed one; where bounds are printed they are finer than that.
    half = 0 if is_told else {"over": 1, "under": -1, "undecided": 0}[now] * Fraction(1, 2 * 10**places)
    found = target.judge(persons, evidence.points, float(goal.value + half))
    if found.lower is None or found.upper is None:
        return unjudged(group)
    outcome = _same(OUTCOMES.get(found.outcome, "undecided"), now)
    told = f"gennemsnittet er {mean.text} (n = {persons.n})"
    if is_told:
        bounds = Bounds(found.lower, found.upper, Fraction(1, 10**places), partial(danish.number, decimals=places))
        return outcome, _said(outcome, aim, told, bounds.sure(outcome, goal.value, aim)) + _more(found.missing)
    if outcome == "undecided":
        return outcome, _said(outcome, aim, told, "") + _usually(evidence, persons, goal.value)
    return outcome, _said(outcome, aim, told, ", regnet med sædvanlig spredning")


def _same(outcome: Outcome, now: Outcome) -> Outcome:
    return outcome if outcome == now else "undecided"


def _usually(evidence: Evidence, persons: Moments, aim: Fraction) -> str:
    if scoring.capped(evidence.group.series.mean):
        return ""
    return _more(target.judge(persons, evidence.points, float(aim)).missing, ", regnet med sædvanlig spredning")


def _more(missing: int | None, how: str = "") -> str:
    """What it would take if the mean stayed: more answers may as well move it, so none are sure to decide."""
    if not missing:
        return ""
    answers = "besvarelse" if missing == 1 else "besvarelser"
    more = f"omkring {scoring.count(missing)} {answers} mere"
    return f" Bliver gennemsnittet, hvor det er, kan det afgøres efter {more}{how}."


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
        # No bounds: they lean to the middle of the scale, and may lie outside the interval beside the mean.
        return f", for tæt på {aim} til at sige det sikkert"


def unjudged(group: Group) -> Verdict:
    """What is said of a level that so few have answered about; how many, only where the mean is shown."""
    n = group.moments.n
    if not n or not group.series.mean.shown:
        return "undecided", UNTOLD if n else NOBODY
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
    outcome = _same(outcome, side(found.figure, goal.value))
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
    """How fast, as it stands in a sentence; "" where days are too few to say, or go another way than persons."""
    if found.slope is None or found.kendall is None:
        return ""
    slope = danish.rounded(Fraction(found.slope.value), 2)
    return f", omkring {danish.signed(slope, 2)} point i kvartalet" if slope * found.kendall.s > 0 else ""


def too_few(found: trends.Trend) -> str:
    """What is missing before a trend is spoken of: answers, or points of the chart to hold against each other."""
    if not found.n:
        return NOBODY
    if found.n < trends.SMALLEST_TREND:
        few = f"den kræver {trends.SMALLEST_TREND} besvarelser, der er {scoring.count(found.n)}"
        return f"For få svar til en tendens: {few}."
    points = f"{found.days} {'punkt' if found.days == 1 else 'punkter'}, den kræver {trends.FEWEST_DAYS}"
    return f"For få punkter til en tendens: svarene (n = {found.n}) ligger i {points}."


def untrending(group: Group, found: trends.Trend) -> str:
    """Why no trend is spoken of; "" where one is."""
    if group.told and not group.series.mean.shown:
        return UNTOLD
    return too_few(found) if found.kendall is None else ""


def trend(_goal: Goal, evidence: Evidence) -> Verdict:
    """By Kendall's test of score against day: the same as the answer to whether anything has changed."""
    found = by_day(evidence.group.told, evidence.points)
    if found.kendall is None or not evidence.group.series.mean.shown:
        return "undecided", untrending(evidence.group, found)
    if found.word == "stigende":
        return "over", f"Ja, stigende gennem perioden{pace(found)} (n = {found.n})."
    if found.word == "faldende":
        return "under", f"Nej, faldende gennem perioden{pace(found)} (n = {found.n})."
    if found.kendall.s > 0 and found.kendall.p < 1 - SURE:
        top = f"gennemsnittet er {evidence.group.series.mean.text}, og så tæt på toppen kaldes intet stigende"
        return "undecided", f"Kan ikke afgøres: {top} (n = {found.n})."
    return "undecided", f"Kan ikke afgøres: ingen sikker ændring gennem perioden (n = {found.n})."


# Both law groups alike -----------------------------------------------------------------------------------

GIVEN = {"remote": "på tilsendte spørgeskemaer", "onsite": "på skærm i venteværelset"}
FEW_COMPARED = (
    f"For få svar til at sammenligne grupperne: det kræver {comparisons.SMALLEST_COMPARED} besvarelser "
    "i hver gruppe, hvis gennemsnit kan vises."
)


def equality(goal: Goal, evidence: Evidence) -> Verdict:
    """By the interval of the difference of the printed means: within the goal's margin, outside it, or neither.

    Each mean reaches as far down as up, as far as the bound that is further away: the nearer one errs in 6 to 7 of
    100 (`mean_bounds`), and where the other group is large the difference would too.
    """
    mine, other = evidence.group, evidence.other
    if other is None:
        return "undecided", alone(mine)
    if not comparable(mine, other):
        return "undecided", FEW_COMPARED
    aim, base = goals.number(goal.value), side_by_side(mine, other)
    nearest, widest = _distances(_difference(evidence.points, SURE, mine, other))
    if widest < goal.value:
        return "over", f"Ja, lige tilfredse: {base}. Forskellen er med 95 % sikkerhed mindre end {aim} point."
    if nearest > goal.value:
        return "under", f"Nej, ikke lige tilfredse: {base}. Forskellen er med 95 % sikkerhed over {aim} point."
    if _distances(_difference(evidence.points, (1 + SURE) / 2, mine, other))[0] > 0:
        return "undecided", f"Der er forskel: {base}. Om den er over {aim} point, kan ikke afgøres endnu."
    return "undecided", f"Kan ikke afgøres endnu: {base}. Ingen sikker forskel, men en på {aim} point er mulig."


def alone(mine: Group) -> str:
    """That the other group has nothing to be held against `mine`, answered the same way on the same scale."""
    given = GIVEN[mine.series.mode]
    return f"Kan ikke afgøres: den anden gruppe har i perioden ingen svar {given} på samme skala, der kan vises."


def _difference(points: int, level: float, *groups: Group) -> shares.Difference:
    """Of the two printed means, with bounds at `level`."""
    found = []
    for persons in filter(None, (group.printed for group in groups)):
        half = 0.5 / 10 ** scoring.decimals(persons.n)
        ends = estimates.mean_bounds(persons, points, level)
        reach = half + max(abs(end - float(persons.mean)) for end in ends)
        found.append((persons.mean, (float(persons.mean) - reach, float(persons.mean) + reach)))
    (mine, of_mine), (other, of_other) = found
    return shares.mean_difference(mine, other, of_mine, of_other)


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
