"""Before a goal is made: where the group stands, and how many answers and months it would take to decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import sqrt

from survey import figures, goals, scatter, scoring, top_two, words, workdays
from survey.goal_verdicts import Group
from survey.goals import Goal
from survey.results import LAW_NAMES, Counts
from survey.scoring import danish, planning, target, trends
from survey.scoring.planning import NEVER, Plan

DAYS_A_MONTH = 365.25 / 12
PATIENCE = planning.MONTHS
"""Months of answers a verdict is usually asked of: about the dashboard's period."""
IN_VAIN = 60
"""Months after which nobody is there any more who made the goal."""
SHORTEST = 14
"""Days of answers before it is said how many come in a month: of fewer a single batch would decide."""
OFF = Fraction(5, 100)
"""How far from the goal a share is taken to lie where it cannot be told."""


@dataclass(frozen=True)
class Standing:
    """One law group on one scale: `people` behind the mean, so many a month, and how much they differ (`sd`).

    The `days` are counted from `since`: the period's first day, or the first answer where that is later (`began`).
    `per_month` is None where they are too few to tell.

    `mean` and `sd` are rounded as they are printed: whoever tries many goals learns nothing finer. With `is_usual`
    no distribution tells how people differ, and `sd` is what is usual.
    """

    name: str
    group: Group
    people: int
    per_month: float | None
    mean: float
    sd: float
    since: date
    days: int
    began: bool
    is_usual: bool


@dataclass(frozen=True)
class Forecast:
    """The standing of the groups a goal is about, what it takes, and the sentences about it; warnings apart."""

    standings: tuple[Standing, ...]
    plan: Plan
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]


def scales(counts: Counts, asked: Sequence[tuple[str, int]]) -> dict[tuple[str | None, int], str]:
    """What a goal can be about, in Danish: each law group on each scale it is `asked` on; both, where both are."""
    found: dict[tuple[str | None, int], str] = {}
    told = {
        (series_law, len(series.labels))
        for series_law in LAW_NAMES
        for series in figures.section(counts, series_law).series
    }
    known = sorted({*asked, *told})
    for law, points in known:
        found[law, points] = f"{LAW_NAMES[law]}, skala 1-{points}"
    for points in sorted({points for _, points in known}):
        if all((law, points) in known for law in LAW_NAMES):
            found[None, points] = f"{' mod '.join(LAW_NAMES.values())}, skala 1-{points}"
    return found


def standing(counts: Counts, law: str, points: int) -> Standing | None:
    """Where a law group stands on a scale by its newest series with a mean; None where too few have answered.

    Answers on the spot are others, and not counted. A month is a twelfth of a year; a group that has asked for
    less than the period is reckoned from its first day, both ends counted.
    """
    section = figures.section(counts, law)
    fit = [
        series
        for series in section.series
        if series.mode == "remote" and len(series.labels) == points and not scoring.capped(series.mean)
    ]
    if not fit:
        return None
    series = max(fit, key=lambda series: (series.points[-1].last_on, series.respondents))
    group = Group(law, series, figures.cells_of(counts.cells, section, series))
    moments = group.moments
    if moments.n < scoring.SMALLEST_DISTRIBUTION:
        return None
    since = max(counts.period.first, series.points[0].first_on)
    days = (counts.period.last - since).days + 1
    per_month = moments.n * DAYS_A_MONTH / days if days >= SHORTEST else None
    told = scatter.told(group.cells)
    variance = told.variance if told else scatter.usual(points)
    sd = float(scoring.rounded(Fraction(sqrt(variance)), scoring.decimals(moments.n) if told else 2))
    began = since > counts.period.first
    return Standing(
        *(LAW_NAMES[law], group, moments.n, per_month, series.mean.value or 0.0),
        *(sd, since, days, began, told is None),
    )


def forecast(counts: Counts, goal: Goal) -> Forecast:
    """What it takes to decide `goal`, if the answers go on as in the period of `counts`."""
    laws = [goal.law] if goal.law else list(LAW_NAMES)
    found = tuple(standing(counts, law, goal.points) for law in laws)
    known = tuple(each for each in found if each)
    if len(known) < len(found):
        few = " og ".join(LAW_NAMES[law] for law, each in zip(laws, found, strict=True) if each is None)
        return Forecast(
            known,
            NEVER,
            (),
            (f"{few} har for få svar i perioden til, at man kan regne på det. Målet kan gemmes alligevel.",),
        )
    ways = {"level": _level, "share": _share, "trend": _trend, "equality": _equality}
    plan, sentences, warnings = ways[goal.kind](goal, known, counts.smallest)
    return Forecast(known, plan, (*sentences, *_takes(plan, known)), warnings or _warnings(plan, known))


Reckoned = tuple[Plan, tuple[str, ...], tuple[str, ...]]


def _level(goal: Goal, found: Sequence[Standing], _smallest: int) -> Reckoned:
    (group,) = found
    distance = abs(group.mean - float(goal.value))
    plan = planning.for_distance(distance, group.sd, group.per_month)
    sentence = f"{_stands(group)} Målet er over {goals.number(goal.value)}."
    return plan, (sentence,), _on_the_line("gennemsnittet", distance)


def _share(goal: Goal, found: Sequence[Standing], smallest: int) -> Reckoned:
    (group,) = found
    share = top_two.of(group.group.cells, smallest)
    if share is None or not share.figure.shown or scoring.capped(share.figure):
        return _assumed(goal, group)
    now = f"{share.figure.text} svarer {goals.highest(goal.points)}. Målet er over {goals.percent(goal.value)}."
    sd = planning.share_spread(share.share, share.people)
    distance = abs((share.figure.value or 0.0) - float(goal.value))
    plan = planning.for_distance(distance, sd, group.per_month)
    return plan, (_stands(group), now), _on_the_line("andelen", distance)


def _assumed(goal: Goal, group: Standing) -> Reckoned:
    """What a share takes that cannot be told: of the two that lie `OFF` from the goal, the one that takes more."""
    ends = [end for end in (goal.value - OFF, goal.value + OFF) if 0 < end < 1]
    sd = max(planning.widest_share_spread(float(end)) for end in ends)
    sentence = (
        "For få fordelinger kan vises til at sige, hvor andelen ligger. "
        f"Målet er over {goals.percent(goal.value)}, og der regnes med, at andelen ligger {int(OFF * 100)} "
        "procentpoint derfra, og at alle en borgers svar er ens."
    )
    return planning.for_distance(float(OFF), sd, group.per_month), (_stands(group), sentence), ()


def _trend(goal: Goal, found: Sequence[Standing], _smallest: int) -> Reckoned:
    (group,) = found
    rise = f"Der regnes med, at gennemsnittet stiger jævnt, {goals.number(goal.value)} point om året."
    plan = planning.for_rise(float(goal.value), group.sd, group.per_month)
    warnings = _paceless(found)
    if group.mean >= trends.ceiling(goal.points):
        top = goals.number(trends.ceiling(goal.points))
        warnings = (
            f"Fra {top} og op kaldes intet stigende: så tæt på toppen er der ikke plads. Målet kan ikke nås.",
        )
        plan = NEVER
    return plan, (_stands(group), rise), warnings


def _equality(goal: Goal, found: Sequence[Standing], _smallest: int) -> Reckoned:
    first, second = found
    distance = abs(abs(first.mean - second.mean) - float(goal.value))
    sd = sqrt((first.sd**2 + second.sd**2) / 2)
    slowest = min(first.per_month, second.per_month) if first.per_month and second.per_month else None
    plan = planning.for_distance(distance, sd, slowest, groups=2)
    aim = f"Målet er, at der højst er {goals.number(goal.value)} point mellem dem."
    return plan, (*map(_stands, found), aim), _on_the_line("forskellen", distance)


def _on_the_line(what: str, distance: float) -> tuple[str, ...]:
    """The warning of a distance that is none, but for what floating point leaves of it."""
    return (f"Målet kan i praksis ikke afgøres: {what} ligger lige på målet.",) if distance < 1e-9 else ()


def _stands(group: Standing) -> str:
    places = 2 if group.is_usual else scoring.decimals(group.people)
    usual, told = "Der regnes med den sædvanlige spredning mellem borgerne,", "Spredningen mellem borgerne er"
    differ = usual if group.is_usual else told
    return (
        f"{group.name} ligger på {group.group.series.mean.text} (n = {group.people}), {_pace(group)}. "
        f"{differ} {danish.number(Fraction(str(group.sd)), places)} point."
    )


def _pace(group: Standing) -> str:
    if group.per_month is None:
        return f"svaret på {group.days} {'dag' if group.days == 1 else 'dage'}"
    since = f" siden {workdays.long_date(group.since)}" if group.began else ""
    return f"{danish.number(Fraction(group.per_month), 1)} besvarelser om måneden{since}"


def _takes(plan: Plan, found: Sequence[Standing]) -> tuple[str, ...]:
    if plan.people is None:
        return ()
    each = " i hver gruppe" if len(found) > 1 else ""
    time = "1 måned" if plan.months == 1 else f"{plan.months} måneder"
    people = f"omkring {scoring.count(plan.people)} besvarelser{each}"
    takes = f" Det tager omkring {time}." if plan.months else ""
    return (f"Bliver det ved sådan, afgør {people} målet i fire ud af fem tilfælde.{takes}",)


def _warnings(plan: Plan, found: Sequence[Standing]) -> tuple[str, ...]:
    if plan.people is None:
        most = scoring.count(target.MOST_MISSING)
        return (f"Målet kan i praksis ikke afgøres: det kræver over {most} besvarelser.",)
    if plan.months is None:
        return _paceless(found)
    if plan.months > IN_VAIN:
        years = scoring.rounded(Fraction(plan.months, planning.MONTHS), 0)
        return (f"Målet kan i praksis næsten aldrig afgøres: det tager omkring {years} år.",)
    if plan.months > PATIENCE:
        return ("Et års svar er for få til at afgøre det: svaret vil ofte være »kan ikke afgøres endnu«.",)
    return ()


def _paceless(found: Sequence[Standing]) -> tuple[str, ...]:
    """The warning that the months are not known; none where it is known how many answers come in each group."""
    new = words.listed([group.name for group in found if group.per_month is None])
    if not new:
        return ()
    few = f"{new} har kun svar fra under {SHORTEST} dage"
    return (f"Hvor mange måneder det tager, kan ikke siges endnu: {few}. Målet kan gemmes alligevel.",)
