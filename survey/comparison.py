"""Municipalities beside each other: shares of answers around a common share, and what chance alone would do.

Never a mean of two scales, never a ranking. Every share is the one its own municipality is shown, or made of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from typing import Literal

from survey import scatter, scoring, top_two
from survey.figures import Section, cells_of
from survey.goal_verdicts import Group
from survey.lineages import Lineages
from survey.results import LAW_NAMES, CellView
from survey.scoring import Figure, comparisons, expected_range, shares
from survey.scoring.expected_range import Limits, Outcome

FEWEST = 3
"""Municipalities whose figure is shown, before any of them is: of two, each could be told from what is common."""
SMALLEST = comparisons.SMALLEST_COMPARED
"""People behind a figure that is compared."""
MEASURES: tuple["Kind", ...] = ("top_two", "maximum")
NO_LINEAGES = Lineages()

Kind = Literal["top_two", "maximum"]


@dataclass(frozen=True)
class Contribution:
    """What a municipality has told of a law group on one scale; `group` None: it asked, and has too few answers.

    The answers are to one questionnaire, named with its number of statements. `smallest` is the municipality's k.
    """

    municipality_id: int
    municipality: str
    law: str
    points: int
    smallest: int
    questionnaire: str = ""
    group: Group | None = None


@dataclass(frozen=True)
class Line:
    """A municipality's figure: `text` as printed, `n` people behind it, `value` the printed share of 1.

    `outcome` None: it is not compared, because it is hidden (`n` and `value` are None) or shows only an end.
    """

    municipality_id: int
    municipality: str
    questionnaire: str
    text: str
    n: int | None
    value: float | None
    interval: tuple[str, str] | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Measured:
    """One kind of share: the lines by name, what those compared have in common, and the funnel around it.

    With fewer than FEWEST to compare there are `compared` of them, and nothing else.
    """

    kind: Kind
    compared: int
    lines: tuple[Line, ...] = ()
    common: float | None = None
    common_text: str = ""
    n: int = 0
    limits: tuple[Limits, ...] = ()


@dataclass(frozen=True)
class Board:
    """A law group on a scale of 1 to `points`; `asked` are the municipalities that asked on it, by name."""

    law: str
    points: int
    asked: tuple[str, ...]
    measures: tuple[Measured, ...]


@dataclass(frozen=True)
class _Share:
    """A line that may be compared: how much it weighs in what is common, and how its persons differ.

    `k` of `n` are answers or (of the maximum) persons; `worth` is how many that come alone they are worth.
    """

    line: Line
    people: int
    k: Fraction
    n: Fraction
    worth: float
    squares: Fraction


def boards(contributions: Iterable[Contribution]) -> list[Board]:
    """A board for each law group and scale anybody asked on: Opfølgning first, the shorter scale first."""
    order = {law: place for place, law in enumerate(LAW_NAMES)}
    listed = sorted(contributions, key=lambda one: (order[one.law], one.points, danish_order(one.municipality)))
    return [
        _board(law, points, list(mine))
        for (law, points), mine in groupby(listed, lambda one: (one.law, one.points))
    ]


def _board(law: str, points: int, mine: Sequence[Contribution]) -> Board:
    measures = tuple(measured(kind, mine) for kind in MEASURES)
    return Board(law, points, tuple(one.municipality for one in mine), measures)


def danish_order(name: str) -> str:
    """What names are sorted by: æ, ø and å last, and aa as å."""
    return name.casefold().replace("aa", "å").translate(str.maketrans("æøå", "{|}"))


def told(
    municipality_id: int,
    name: str,
    section: Section,
    cells: Iterable[CellView],
    smallest: int,
    lineages: Lineages = NO_LINEAGES,
) -> list[Contribution]:
    """What one law group of a municipality tells: on each scale of its series the one with most questionnaires.

    Versions and questionnaires are never added together. Of equally large ones the one that began last: a version
    that is published later, and continues one of them, changes nothing.
    """
    listed, found = list(cells), dict[int, Contribution]()
    for series in sorted(section.series, key=lambda one: (one.respondents, lineages.line(one.version_id)[0])):
        mine = cells_of(listed, section, series)
        points = len(series.labels)
        statements = len(mine[0].counted.statements)
        found[points] = Contribution(
            municipality_id,
            name,
            section.law,
            points,
            smallest,
            f"{series.name}, {statements} udsagn",
            Group(section.law, series, mine),
        )
    return list(found.values())


# One kind of share ---------------------------------------------------------------------------------------


def measured(kind: Kind, contributions: Sequence[Contribution]) -> Measured:
    """The contributions of one law group and scale, in their order, by one kind of share."""
    if len({one.points for one in contributions}) > 1:
        raise scoring.MixedScalesError("Svar på forskellige skalaer kan ikke sammenlignes. Vis dem hver for sig.")
    read = {"top_two": _top_two, "maximum": _of_maximum}[kind]
    found = [read(one) for one in contributions]
    compared = [one for one in found if isinstance(one, _Share)]
    if len(compared) < FEWEST:
        return Measured(kind, len(compared))
    value, text = _common(kind, compared, contributions[0].points)
    variance = _variance(kind, compared, value)
    lines = tuple(_judged(one, value, variance) if isinstance(one, _Share) else one for one in found)
    limits = expected_range.funnel(value, variance, [one.people for one in compared])
    return Measured(kind, len(compared), lines, value, text, sum(one.people for one in compared), limits)


def _judged(share: _Share, common: float, variance: float) -> Line:
    """By the printed value, so that who reads the table can judge it again."""
    within = expected_range.limits(common, variance, share.people)
    return replace(share.line, outcome=expected_range.outcome(share.line.value or 0.0, within))


def _common(kind: Kind, compared: Sequence[_Share], points: int) -> tuple[float, str]:
    """The share of all that are compared, as printed: its value and its text."""
    k, n = sum((one.k for one in compared), Fraction()), sum((one.n for one in compared), Fraction())
    if kind == "top_two":
        figure = scoring.published_share(int(k), int(n))
    else:
        figure = _share_of_maximum(scoring.published_mean(1 + (points - 1) * k / n, int(n), points), points)
    return figure.value or 0.0, figure.text


def _variance(kind: Kind, compared: Sequence[_Share], common: float) -> float:
    """How one person's share varies around the municipality's own: the variance within them, put together."""
    people = sum(one.people for one in compared)
    if kind == "top_two":
        return common * (1 - common) * people / sum(one.worth for one in compared)
    return float(sum((one.squares for one in compared), Fraction()) / (people - len(compared)))


def _hidden(of: Contribution, figure: Figure = scoring.HIDDEN) -> Line:
    return Line(of.municipality_id, of.municipality, of.questionnaire, figure.text, None, None)


# The two highest points ----------------------------------------------------------------------------------


def _top_two(of: Contribution) -> Line | _Share:
    found = top_two.of(of.group.cells, of.smallest) if of.group else None
    if found is None or not found.figure.shown:
        return _hidden(of)
    key = (of.municipality_id, of.municipality, of.questionnaire, found.figure.text, found.people)
    if scoring.capped(found.figure):
        return Line(*key, found.figure.value)
    low, high = (scoring.percent(Fraction(end)) for end in shares.share_interval(found.share))
    line = Line(*key, found.figure.value, (low, high))
    share = found.share
    return _Share(line, found.people, Fraction(share.k), Fraction(share.n), share.n / share.effect, Fraction())


# The share of the maximum --------------------------------------------------------------------------------


def _of_maximum(of: Contribution) -> Line | _Share:
    if of.group is None or not of.group.series.mean.shown:
        return _hidden(of)
    moments, series = of.group.moments, of.group.series
    if moments.n < SMALLEST or series.exact is None:
        return _hidden(of)
    figure = _share_of_maximum(series.mean, of.points)
    key = (of.municipality_id, of.municipality, of.questionnaire, figure.text, moments.n)
    if scoring.capped(series.mean):
        return Line(*key, figure.value)
    line = Line(*key, figure.value, _interval(series.interval, moments.n, of.points))
    weight, reach = Fraction(moments.n), of.points - 1
    # Who differs from the others is told of fifty people or more: of fewer no limit may be drawn by it either.
    known = scatter.told(of.group.cells)
    squares = (known.variance if known else scatter.usual(of.points)) * (moments.n - 1) / reach**2
    return _Share(line, moments.n, weight * (series.exact - 1) / reach, weight, float(weight), squares)


def _share_of_maximum(mean: Figure, points: int) -> Figure:
    """The printed mean moved to 0-100 %: whole per cent below 50 people, who have one decimal of a mean."""
    people, share = mean.n or 0, (Fraction(str(mean.value)) - 1) / (points - 1)
    if mean.text.startswith("mindst"):
        return Figure(f"mindst {_whole(floor(share * 100))}", people, floor(share * 100) / 100)
    if mean.text.startswith("højst"):
        return Figure(f"højst {_whole(ceil(share * 100))}", people, ceil(share * 100) / 100)
    places = 3 if people >= scoring.PRECISE_FROM else 2
    return Figure(_percent(share, people), people, float(scoring.rounded(share, places)))


def _interval(ends: tuple[str, str] | None, people: int, points: int) -> tuple[str, str] | None:
    if ends is None:
        return None
    low, high = ((Fraction(end.replace(",", ".")) - 1) / (points - 1) for end in ends)
    return _percent(low, people), _percent(high, people)


def _percent(share: Fraction, people: int) -> str:
    if people >= scoring.PRECISE_FROM:
        return scoring.percent(share)
    return _whole(int(scoring.rounded(share * 100, 0)))


def _whole(percent: int) -> str:
    return f"{percent}{scoring.NO_BREAK}%"
