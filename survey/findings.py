"""What a series says, in words: five questions, each answered by a test and by nobody's judgement.

Pure functions on cells. A sentence is chosen by an outcome, and its numbers obey the disclosure rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from survey import drops, goal_verdicts, goals, scatter, scoring, so_far, turnout, words
from survey.baselines import Rebased
from survey.cells import Counted, remembered
from survey.counts import Complete
from survey.figures import Series
from survey.goal_verdicts import Evidence, Group, Outcome, Verdict
from survey.goals import Goal
from survey.promises import Told
from survey.results import CellView, Period
from survey.scoring import danish, nonresponse, statements
from survey.so_far import Unfinished

Sign = Literal["over", "under", "undecided", "rising", "falling", "unchanged", "none"]
LEVEL = 0.05


@dataclass(frozen=True)
class Finding:
    """The answer to one of the five questions: its sign and its sentence, in Danish."""

    question: str
    sign: Sign
    sentence: str


@dataclass(frozen=True)
class Findings:
    """The answers about one series; the day of an alarm, and the baseline to hold points against, or None.

    `level` answers the first goal in force on the period's last day, `further` the others; `goals` are all of them
    in words. `rebased` is the person's note by which the early warning began anew, None where nobody made one.
    `own` are the period's own persons where too few are before them: enough for a band, for no alarm.
    """

    level: Finding
    change: Finding
    weakest: Finding
    silent: Finding
    alarm_on: date | None
    baseline: scoring.Moments | None
    further: tuple[Finding, ...] = ()
    goals: tuple[str, ...] = ()
    rebased: Rebased | None = None
    own: scoring.Moments | None = None

    @property
    def all(self) -> tuple[Finding, ...]:
        """The answers in the order of the questions; the fifth, about calls, is of a whole section."""
        return self.level, *self.further, self.change, self.weakest, self.silent


@dataclass(frozen=True)
class Aims:
    """What a series is judged by: all goals of the municipality, of which those of `law` hold.

    `other` is the other law group on the same scale, for equality; `smallest` is k of the disclosure rules;
    `rebased` is the note by which the early warning began anew, if there is one up to the period's last day;
    `under_way` is what of the period is over, None once all of it is; `is_newest` is True while it reaches the
    newest answers. `change` is the answer whether anything has changed, where the series is asked in waves: then
    it has no early warning.
    """

    law: str
    goals: tuple[Goal, ...] = ()
    other: Group | None = None
    smallest: int = scoring.SMALLEST_GROUP
    rebased: Rebased | None = None
    under_way: Unfinished | None = None
    is_newest: bool = True
    change: Finding | None = None


def findings(
    period: Period,
    series: Series,
    mine: Sequence[CellView],
    before: Sequence[CellView],
    aims: Aims | None = None,
) -> Findings:
    """The answers of a `series` made of `mine`; `before` are earlier cells of it. Both in the order of closing.

    Without `aims` the level that holds by itself is the goal.
    """
    aims, points = aims or Aims(""), len(series.labels)
    told = [cell.counted for cell in mine if cell.mean]
    fewest = drops.fewest(aims.smallest)
    earlier, watched = drops.held(
        period, [cell.counted for cell in before if cell.mean], told, aims.rebased, fewest
    )
    ground, own = scatter.moments(earlier), scatter.moments(told)
    has_baseline = ground.n >= fewest
    runs = has_baseline and series.mean.shown and aims.change is None
    alarm = drops.alarm(watched, earlier) if runs else None
    aimed = goals.in_force(aims.goals, aims.law, points, period.last)
    first, *further = _level(series, mine, aims, aimed)
    return Findings(
        level=first,
        change=aims.change or _change(_trend(series, mine, aims), alarm, aims, ground.n),
        weakest=_weakest(series, mine),
        silent=_silent(series, told),
        alarm_on=alarm.last_on if alarm else None,
        baseline=_drawn(ground, [*before, *mine], points) if has_baseline else None,
        further=tuple(further),
        goals=tuple(map(goals.words, aimed)),
        rebased=aims.rebased,
        own=_drawn(own, mine, points) if own.n >= fewest and not has_baseline and not aims.rebased else None,
    )


def _drawn(ground: scoring.Moments, cells: Sequence[CellView], points: int) -> scoring.Moments:
    """What a chart draws of `ground`: its printed mean, and persons who differ as is told of them, or as usual."""
    spread = scatter.told(cells)
    mean = scoring.rounded(ground.mean, scoring.decimals(ground.n))
    return scatter.around(mean, ground.n, spread.variance if spread else scatter.usual(points))


# Ligger vi over målet? -----------------------------------------------------------------------------------

LEVEL_QUESTION = goal_verdicts.QUESTIONS["level"]


def _level(series: Series, mine: Sequence[CellView], aims: Aims, aimed: Sequence[Goal]) -> list[Finding]:
    """One answer for each goal in force; without any, that there is none."""
    if not aimed:
        none = f"Der er ikke aftalt noget mål på skalaen 1-{len(series.labels)}."
        return [Finding(LEVEL_QUESTION, "none", none)]
    evidence = Evidence(Group(aims.law, series, mine), aims.other, aims.smallest)
    return [Finding(goal_verdicts.QUESTIONS[goal.kind], *_judged(goal, evidence, aims)) for goal in aimed]


def _judged(goal: Goal, evidence: Evidence, aims: Aims) -> Verdict:
    """The verdict, or what holds before the period is over. A rise of who asks in waves is their waves'."""
    if aims.change and goal.kind == "trend":
        return RISES.get(aims.change.sign, "undecided"), aims.change.sentence
    if aims.under_way:
        return so_far.judge(goal, evidence, aims.under_way)
    return goal_verdicts.judge(goal, evidence)


RISES: dict[Sign, Outcome] = {"rising": "over", "falling": "under"}


# Er noget ændret? ----------------------------------------------------------------------------------------

CHANGE_QUESTION = "Er noget ændret?"
UNTOLD = "For få svar til at sige det: gennemsnittet kan ikke vises endnu."
SIGNS: dict[str, Sign] = {"stigende": "rising", "faldende": "falling", "ingen sikker ændring": "unchanged"}


def _change(trend: Finding, alarm: Counted | None, aims: Aims, ground: int) -> Finding:
    """The alarm, else the trend of the period; `ground` are the people of the baseline."""
    rebased = aims.rebased
    if alarm is not None:
        since = f"den nye udgangslinje fra {_noted(rebased)}" if rebased else "året før perioden"
        words = f"Advarsel{'' if aims.is_newest else ' i denne periode'}: svarene er faldet siden {since}."
        seen = f"Det kunne ses fra svarene til og med {_day(alarm.last_on)}."
        return Finding(CHANGE_QUESTION, "falling", f"{words} {seen}")
    enough = drops.fewest(aims.smallest)
    if rebased is not None:
        return replace(trend, sentence=f"{trend.sentence} {_anew(rebased, ground, enough)}")
    if ground < enough and trend.sentence != goal_verdicts.NOBODY:
        idle = f"Advarslen om fald kører ikke: den kræver {enough} besvarelser før perioden."
        return replace(trend, sentence=f"{trend.sentence} {idle}")
    return trend


def _anew(rebased: Rebased, ground: int, enough: int) -> str:
    again = f"; advarslen begynder igen efter {enough} besvarelser" if ground < enough else ""
    return f"Ny udgangslinje siden {_noted(rebased)}{again}."


def _noted(rebased: Rebased) -> str:
    """Since which day, and why: "3.5.2021 (Ny bemanding)"."""
    return f"{_day(rebased.since)} ({rebased.reason})"


def _trend(series: Series, mine: Sequence[CellView], aims: Aims) -> Finding:
    """The trend of the period, or of the part of it that is over."""
    whole = group = Group(aims.law, series, mine)
    if aims.under_way:
        group = so_far.until(whole, aims.under_way, aims.smallest)
    if so_far.why_untrending(group):
        why = so_far.why_untrending(whole) or (so_far.waits(whole, aims.under_way) if aims.under_way else "")
        return Finding(CHANGE_QUESTION, "undecided", why)
    trend = goal_verdicts.by_day(group.told, len(series.labels))
    pace = goal_verdicts.pace(trend)
    sentence = {
        "stigende": f"Ja, stigende gennem perioden{pace} (n = {trend.n}).",
        "faldende": f"Ja, faldende gennem perioden{pace} (n = {trend.n}).",
        "ingen sikker ændring": f"Ingen sikker ændring gennem perioden (n = {trend.n}).",
    }[trend.word]
    until = so_far.said_of(aims.under_way) if aims.under_way else ""
    return Finding(CHANGE_QUESTION, SIGNS[trend.word], sentence + until)


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


# Hvad er svagest? ----------------------------------------------------------------------------------------

WEAKEST_QUESTION = "Hvad er svagest?"


@remembered
def _homogeneity(told: Sequence[Counted]) -> statements.Homogeneity | None:
    return statements.homogeneity(statements.together([Complete(**one.sums) for one in told]))


def _weakest(series: Series, mine: Sequence[CellView]) -> Finding:
    shown = [
        (each.mean.value, place) for place, each in enumerate(series.statements) if each.mean.value is not None
    ]
    if len(shown) < len(series.statements) or len(shown) < 2:
        few = "For få svar til at sammenligne udsagnene."
        return Finding(WEAKEST_QUESTION, "undecided", few)
    found = _homogeneity([cell.counted for cell in mine if cell.means is not None])
    if found is None:
        few = f"For få hele skemaer til at sammenligne udsagnene: det kræver {statements.SMALLEST_HOMOGENEITY}."
        return Finding(WEAKEST_QUESTION, "undecided", few)
    least, lowest = min(shown)
    text, mean = series.statements[lowest].text, series.statements[lowest].mean.text
    below = sum(_is_lower(pair, lowest) for pair in found.pairs)
    others = len(series.statements) - 1
    if found.overall.p >= LEVEL or not below:
        even = "Ingen sikker forskel mellem udsagnene"
        low = [series.statements[place].text for value, place in shown if value == least]
        if len(low) == len(shown):
            return Finding(WEAKEST_QUESTION, "unchanged", f"{even}: de ligger lige højt ({mean}).")
        named = words.listed([f"»{each}«" for each in low])
        return Finding(WEAKEST_QUESTION, "unchanged", f"{even}. Lavest står {named} ({mean}).")
    which = "alle de andre" if below == others else f"{below} af de {others} andre"
    return Finding(WEAKEST_QUESTION, "under", f"»{text}« ({mean}) ligger sikkert lavere end {which}.")


def _is_lower(pair: statements.Pair, place: int) -> bool:
    sure = pair.adjusted < LEVEL
    return sure and (
        (pair.first == place and pair.difference < 0) or (pair.second == place and pair.difference > 0)
    )


# Hvem svarer ikke? ---------------------------------------------------------------------------------------

SILENT_QUESTION = "Hvem svarer ikke?"


def _silent(series: Series, told: Sequence[Counted]) -> Finding:
    if series.mode == "onsite":
        return Finding(SILENT_QUESTION, "none", "Svar på stedet har ingen svarprocent.")
    rate = series.turnout.rate if series.turnout else scoring.HIDDEN
    answered = scoring.k_of_n(rate)
    if answered is None:
        why = turnout.none_told(series.turnout) or "For få udsendte til at vise en svarprocent."
        return Finding(SILENT_QUESTION, "undecided", why)
    k, n = answered
    silent = f"{scoring.count(n - k)} af {scoring.count(n)} har ikke svaret; svarprocenten er {rate.text}."
    if series.target is None or not told or scoring.capped(series.mean) or n == k:
        return Finding(SILENT_QUESTION, "none", silent)
    return Finding(SILENT_QUESTION, "none", f"{silent} {tipping(series, Fraction(k, n))}")


def tipping(series: Series, rate: Fraction) -> str:
    """What the silent would have to average for the mean of all to lie on the other side of the target, in words.

    `rate` answered, under 1, as a fraction; the series has a target and an exact mean. It is true of every mean
    that is printed as this one: worked out from the end of its step that is worse for the claim.
    """
    target, points = Fraction(str(series.target or 0)), len(series.labels)
    goal, mean = goals.number(target), Fraction(series.mean.value or 0).limit_denominator(100)
    half = Fraction(1, 2 * 10 ** len(series.mean.text.partition(",")[2]))
    # What is surely said of them rounds `away` from the target, what surely leaves the mean where it is, `back`.
    if mean > target:
        near, far, side, kept, end = mean - half, mean + half, "under", "over", 1
        away, back = danish.rounded_down, danish.rounded_up
    else:
        near, far, side, kept, end = mean + half, mean - half, "over", "under", points
        away, back = danish.rounded_up, danish.rounded_down
    first, sure = (nonresponse.tipping_point(each, rate, target) or target for each in (near, far))
    if not 1 <= first <= points:
        return f"Deres svar kunne ikke flytte gennemsnittet af alle til den anden side af {goal}."
    if away(first, 1) == end:
        return f"Kun hvis de så godt som alle valgte {end}, var gennemsnittet af alle {side} {goal}."
    if 1 < away(sure, 1) < points:
        shown = danish.number(away(sure, 1), 1)
        return f"Ligger de i gennemsnit {side} {shown}, er gennemsnittet af alle {side} {goal}."
    shown = danish.number(back(first, 1), 1)
    return f"Så længe de i gennemsnit ligger {kept} {shown}, er gennemsnittet af alle {kept} {goal}."


# Hvad lover vi? ------------------------------------------------------------------------------------------

CALLS_QUESTION = "Holder vi, hvad vi lover om opkald?"


def calls(told: Told) -> Finding:
    """Whether calls that were asked for are made by the promised day; of no quarter that may be told, nothing."""
    promises = told.promises
    if not told.quarters:
        return Finding(CALLS_QUESTION, "undecided", "For få ønsker om opkald til at sige det.")
    asked = f"{scoring.count(promises.asked)} har bedt om et opkald i {told.when}."
    if told.missing:
        asked += " Periodens andre kvartaler er ikke talt med: der er for få ønsker til at vise dem."
    if promises.overdue:
        return Finding(CALLS_QUESTION, "under", f"Nej: {promises.overdue} venter ud over fristen. {asked}")
    if not promises.due:
        return Finding(CALLS_QUESTION, "undecided", f"Fristen er ikke nået for nogen af dem. {asked}")
    if promises.late:
        some = f"{promises.kept} af {promises.due}"
        return Finding(
            CALLS_QUESTION,
            "undecided",
            f"Ikke helt: ingen venter nu, men {some} blev ringet op til tiden. {asked}",
        )
    return Finding(CALLS_QUESTION, "over", f"Ja: alle, hvor fristen er nået, blev ringet op til tiden. {asked}")
