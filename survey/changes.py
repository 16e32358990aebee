"""What changed since last time: one series held against itself before, each word chosen by a test."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from survey import scoring, shares, top_two, turnout, words
from survey.figures import Section, Series
from survey.results import CellView, Period
from survey.scoring import Figure, rates, scores
from survey.scoring.comparisons import SMALLEST_COMPARED, mann_whitney
from survey.scoring.multiplicity import holm
from survey.scoring.scores import Scores
from survey.turnout import Weeks

Verdict = Literal["højere", "lavere", "ingen sikker forskel", "kan ikke sammenlignes"]
SAME: Verdict = "ingen sikker forskel"
NONE: Verdict = "kan ikke sammenlignes"
LEVEL = 0.05


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called in a sentence, its section, and the cells there are of it."""

    name: str
    section: Section
    cells: Sequence[CellView]


@dataclass(frozen=True)
class Change:
    """A figure then and now, and what a test says; with a mean its share of the top two.

    Of two means both have as many decimals as the one with the fewer is printed with.
    """

    what: str
    before: Figure
    now: Figure
    verdict: Verdict
    share_before: Figure | None = None
    share_now: Figure | None = None


@dataclass(frozen=True)
class Changes:
    """`now` held against `before`; where nothing can be compared, a sentence that says why and no figures."""

    now: str
    before: str
    sentences: tuple[str, ...]
    mean: Change | None = None
    statements: tuple[Change, ...] = ()
    rate: Change | None = None


def previous(period: Period) -> Period:
    """What a period is held against: as many whole months before where it is whole months, else as many days."""
    if months := _whole_months(period):
        begun = period.first.year * 12 + period.first.month - 1 - months
        return Period(date(begun // 12, begun % 12 + 1, 1), period.first - timedelta(days=1))
    days = (period.last - period.first).days + 1
    last = max(period.first.toordinal() - 1, 1)
    return Period(date.fromordinal(max(last - days + 1, 1)), date.fromordinal(last))


def _whole_months(period: Period) -> int:
    """How many months a period is; 0 where it is not whole ones, or where nobody kept a calendar."""
    if period.first.year < 1900 or period.last.year == date.max.year:
        return 0
    after = period.last + timedelta(days=1)
    if not period.first.day == after.day == 1:
        return 0
    return (after.year - period.first.year) * 12 + after.month - period.first.month


def since(series: Series, now: Side, before: Side, smallest: int, word: str = "") -> Changes:
    """What changed in `series`, one of `now`'s; a version that means something else is never held against the old.

    `smallest` is k of the disclosure rules; `word` is what is said of the mean elsewhere already, where it is one
    of several comparisons.
    """
    same = next((each for each in before.section.series if _key(each) == _key(series)), None)
    if same is None or not same.points:
        return Changes(now.name, before.name, (_why_not(series, before),))
    mine, theirs = (_of(side, series) for side in (now, before))
    mean = replace(
        _mean(series, same, mine, theirs, word),
        share_before=_top_two(theirs, smallest),
        share_now=_top_two(mine, smallest),
    )
    statements = _statements(series, same, mine, theirs)
    rate = _rate(series, same)
    said = [_said_of_mean(mean, before.name), *_said_of_statements(statements), *_crossed((mean, *statements))]
    if rate:
        said.append(_said_of_rate(rate, before.name) + _said_of_both(_of_both(series, same)))
    return Changes(now.name, before.name, tuple(said), mean, statements, rate)


def _key(series: Series) -> tuple[int, str]:
    return series.version_id, series.mode


def _of(side: Side, series: Series) -> list[CellView]:
    return [cell for cell in side.cells if (cell.version_id, cell.mode) == _key(series)]


def _why_not(series: Series, before: Side) -> str:
    others = {each.number for each in before.section.series if each.name == series.name and each.points}
    if others - {series.number}:
        return f"Spørgeskemaet er ændret siden {before.name}, så tallene kan ikke sammenlignes."
    return f"Der er ingen svar fra {before.name}, der kan vises, og derfor intet at sammenligne med."


def unfinished(name: str) -> tuple[str, ...]:
    """What is said of a wave that the period ends before it is over, as sentences; () for ""."""
    if not name:
        return ()
    partly = "Den sammenlignes ikke, og dens tal, også svarprocenten, er ikke hele bølgens."
    return (f"{words.first(name)} er ikke slut i perioden. {partly}",)


# The mean ------------------------------------------------------------------------------------------------


def _mean(series: Series, same: Series, mine: Sequence[CellView], theirs: Sequence[CellView], word: str) -> Change:
    now, before = (
        scores.of_all_people(cell.counted.persons for cell in cells if cell.mean) for cells in (mine, theirs)
    )
    shown = series.mean.shown and same.mean.shown
    verdict = _verdict(_rise(same.exact, series.exact) if shown else None, *_test(now, before))
    # What is said of a wave beside others stands, where the figures can be compared at all.
    if word and verdict != NONE:
        verdict = "højere" if word == "højere" else "lavere" if word == "lavere" else SAME
    return Change("Alle udsagn", *_alike(same.mean, series.mean, same.exact, series.exact), verdict)


def _top_two(cells: Sequence[CellView], smallest: int) -> Figure:
    """The share of the two highest points over all statements."""
    found = top_two.of(cells, smallest)
    return found.figure if found else scoring.HIDDEN


def _alike(
    before: Figure, now: Figure, exact_before: Fraction | None, exact_now: Fraction | None
) -> tuple[Figure, Figure]:
    """Printed means with one decimal where one of them has no more, rounded once; else as they are."""
    if {_decimals(before), _decimals(now)} == {1, 2}:
        return scoring.one_decimal(before, exact_before), scoring.one_decimal(now, exact_now)
    return before, now


def _decimals(figure: Figure) -> int:
    return len(figure.text.partition(",")[2])


def with_n(figure: Figure) -> str:
    """ "3,31 (n = 559)"; a share has its numbers already, and what is hidden has none."""
    if not figure.shown or figure.n is None or "/" in figure.text:
        return figure.text
    return f"{figure.text} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{scoring.count(figure.n)})"


def _test(now: Scores, before: Scores) -> tuple[float | None, bool]:
    """Mann and Whitney's p, None for too few, and whether `now` lies higher."""
    if min(scores.size(now), scores.size(before)) < SMALLEST_COMPARED:
        return None, False
    found = mann_whitney(now, before)
    return found.p, found.better > 1 / 2


def _rise(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    """How far a mean has risen, before it is rounded."""
    return None if before is None or now is None else now - before


def _verdict(rise: Fraction | None, p: float | None, better: bool) -> Verdict:
    """By the test; but where the means do not go the same way as the ranks, nothing is said for sure."""
    if p is None or rise is None:
        return NONE
    if p >= LEVEL or (rise <= 0 if better else rise >= 0):
        return SAME
    return "højere" if better else "lavere"


def _said_of_mean(change: Change, against: str) -> str:
    if change.verdict == NONE:
        return (
            f"Gennemsnittet kan ikke sammenlignes med {against}: "
            f"det kræver mindst {SMALLEST_COMPARED} besvarelser begge gange, og at gennemsnittet kan vises."
        )
    both = f"gennemsnittet er {with_n(change.now)} og var {with_n(change.before)}"
    if change.verdict == SAME:
        return f"Ingen sikker forskel fra {against}: {both}."
    return f"Svarene ligger sikkert {change.verdict} end i {against}: {both}{_as_printed(change)}."


def _as_printed(change: Change) -> str:
    """That two figures only look alike, as it stands in a sentence; "" where they do not."""
    return ", ens efter afrunding" if change.now.text == change.before.text else ""


# Statements ----------------------------------------------------------------------------------------------


def _statements(
    series: Series, same: Series, mine: Sequence[CellView], theirs: Sequence[CellView]
) -> tuple[Change, ...]:
    """Each statement by its answers' ranks; Holm over those that can be compared."""
    pairs = list(zip(series.statements, same.statements, strict=False))
    answers = [(_answers(mine, now.position), _answers(theirs, now.position)) for now, _ in pairs]
    tests = [_test(*both) for both in answers]
    tested = [
        place
        for place, ((p, _), (now, before)) in enumerate(zip(tests, pairs, strict=True))
        if p is not None and now.mean.shown and before.mean.shown
    ]
    adjusted = dict(zip(tested, holm([tests[place][0] or 0.0 for place in tested]), strict=True))
    exact = [(_exact(before), _exact(now)) for now, before in answers]
    return tuple(
        Change(
            now.text,
            *_alike(before.mean, now.mean, *exact[place]),
            _verdict(_rise(*exact[place]), adjusted.get(place), tests[place][1]),
            shares.top_two(before),
            shares.top_two(now),
        )
        for place, (now, before) in enumerate(pairs)
    )


def _exact(of: Scores) -> Fraction | None:
    return scores.moments_of(of).mean if of else None


def _answers(cells: Sequence[CellView], position: int) -> Scores:
    """The answers to a statement in the cells that tell its mean."""
    told = [cell.counted.chosen[position - 1] for cell in cells if position in (cell.means or ())]
    return scores.of_counts(scores.pooled(told)) if told else {}


def _said_of_statements(changes: Sequence[Change]) -> list[str]:
    if all(change.verdict == NONE for change in changes):
        return ["De enkelte udsagn kan ikke sammenlignes: der er for få svar."]
    said = []
    for word in ("højere", "lavere"):
        found = [_from_to(change) for change in changes if change.verdict == word]
        if len(found) == len(changes):
            said.append(f"Hvert enkelt udsagn ligger sikkert {word}.")
        elif found:
            said.append(f"Sikkert {word}: {', '.join(found)}.")
    return said or ["Ingen sikker forskel i noget enkelt udsagn."]


def _from_to(change: Change) -> str:
    return f"»{change.what}« (fra {with_n(change.before)} til {with_n(change.now)}{_as_printed(change)})"


def _crossed(changes: Sequence[Change]) -> list[str]:
    """Statements surely changed whose top two go the other way: said, so that nobody picks one of the two."""
    crossed = [change.what for change in changes if _differ(change)]
    if not crossed:
        return []
    listed = ", ".join(f"»{what}«" for what in crossed)
    return [f"Gennemsnit og andel af de to højeste svar peger hver sin vej for {listed}."]


def _differ(change: Change) -> bool:
    before, now = change.share_before, change.share_now
    if before is None or now is None or scoring.capped(before) or scoring.capped(now):
        return False
    rises = (now.value or 0) > (before.value or 0)
    return before.value != now.value and change.verdict == ("lavere" if rises else "højere")


# The response rate ---------------------------------------------------------------------------------------


def _rate(series: Series, same: Series) -> Change | None:
    """The response rate as it is printed of either, by Newcombe's interval; None where either has none.

    In the test the weeks of both count to the newer; where the printed rates go the other way, nothing is sure.
    """
    if series.turnout is None or same.turnout is None:
        return None
    before, now, both = same.turnout.rate, series.turnout.rate, _of_both(series, same)
    alone = _sum([weeks.rate for weeks in same.turnout.weeks if weeks not in both]) if both else before
    first, second = scoring.k_of_n(now), scoring.k_of_n(alone)
    if first is None or second is None or scoring.capped(before):
        return Change("Svarprocent", before, now, NONE)
    difference, rise = rates.rate_difference(first, second), (now.value or 0) - (before.value or 0)
    verdict: Verdict = SAME
    if difference.low > 0 and rise > 0:
        verdict = "højere"
    elif difference.high < 0 and rise < 0:
        verdict = "lavere"
    return Change("Svarprocent", before, now, verdict)


def _of_both(series: Series, same: Series) -> list[Weeks]:
    """The weeks that are told together across the two periods, and so are in the rate of either."""
    mine = {(weeks.first, weeks.last) for weeks in (series.turnout.weeks if series.turnout else ())}
    return [weeks for weeks in (same.turnout.weeks if same.turnout else ()) if (weeks.first, weeks.last) in mine]


def _said_of_both(weeks: Sequence[Weeks]) -> str:
    """Which weeks are in both rates, as one more sentence; "" where none is."""
    if not weeks:
        return ""
    named = words.first(turnout.weeks_named(weeks[0].first, weeks[-1].last))
    return f" {named}, er i begge svarprocenter, men i testen kun i den nye."


def _sum(parts: Sequence[Figure]) -> Figure:
    """Printed shares as one; hidden where one of them is not told exactly."""
    told = [scoring.k_of_n(part) for part in parts]
    if not told or not all(told):
        return scoring.HIDDEN
    k, n = (sum(column) for column in zip(*filter(None, told), strict=True))
    return scoring.published_share(k, n)


def _said_of_rate(change: Change, against: str) -> str:
    if change.verdict == NONE:
        return f"Svarprocenten kan ikke sammenlignes med {against}."
    both = f"{change.now.text} mod {change.before.text}"
    if change.verdict == SAME:
        return f"Ingen sikker forskel på svarprocenten: {both}."
    return f"Svarprocenten er sikkert {change.verdict} end i {against}: {both}."
