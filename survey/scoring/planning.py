"""What a goal takes before it is agreed: answers, and months of them. Normal approximations, for planning."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt

from survey.scoring.distributions import normal_quantile
from survey.scoring.shares import Share
from survey.scoring.target import LEVEL, MOST_MISSING, SMALLEST_JUDGED, answers_needed
from survey.scoring.trends import SMALLEST_TREND

POWER = 0.8
MONTHS = 12


@dataclass(frozen=True)
class Plan:
    """Questionnaires (of each group, where two are compared) and months that decide a goal in four of five cases.

    Both None where no number would, or more than anybody waits for; `months` also where nobody knows how many
    come in one.
    """

    people: int | None
    months: int | None


NEVER = Plan(None, None)


def for_distance(distance: float, sd: float, per_month: float | None, *, groups: int = 1) -> Plan:
    """When the truth lies `distance` from the goal and persons differ by `sd`; of two groups, of each of them.

    `per_month` is None where it is not known how many come.
    """
    if distance <= 0 or per_month == 0:
        return NEVER
    people = max(SMALLEST_JUDGED, answers_needed(distance, sd * sqrt(groups), power=POWER))
    months = ceil(people / per_month) if per_month else None
    return Plan(people, months) if people <= MOST_MISSING else NEVER


def for_rise(rise: float, sd: float, per_month: float | None) -> Plan:
    """When scores rise by `rise` points a year, evenly.

    Over a year it takes 12·(z·sd/rise)² questionnaires; over m months the rise is m/12 of it, but the
    questionnaires are as many more: together they suffice when m³ does.
    """
    if rise <= 0 or not per_month:
        return NEVER
    reach = normal_quantile((1 + LEVEL) / 2) + normal_quantile(POWER)
    in_a_year = 12 * (reach * sd / rise) ** 2
    months = MONTHS * (in_a_year / (MONTHS * per_month)) ** (1 / 3)
    people = max(SMALLEST_TREND, ceil(months * per_month))
    return Plan(people, max(1, ceil(months), ceil(people / per_month))) if people <= MOST_MISSING else NEVER


def widest_share_spread(share: float) -> float:
    """The same where nobody knows it: all answers of a person are taken to be alike."""
    return sqrt(share * (1 - share))


def share_spread(share: Share, people: int) -> float:
    """How much the persons' own shares differ, as a standard deviation; what `for_distance` takes for shares."""
    p, each = float(share.value), Fraction(share.n, people)
    return sqrt(p * (1 - p) * share.effect / float(each))
