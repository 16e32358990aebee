"""A response rate reopened by its id: what was sent and answered in its weeks, as far as they may be told now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from survey import scoring, turnout
from survey.figures import Series
from survey.passports import ANSWERED, DELIVERED, REST, SENT, Definition
from survey.results import Counts
from survey.scoring import Figure
from survey.turnout import Weeks


@dataclass(frozen=True)
class Sent:
    """Participation in the blocks of weeks that overlap the period; None is not told.

    `unknown` of those sent are in doubt. `untold` names in words the weeks that are not told yet. What is told
    never changes.
    """

    sent: int | None
    delivered: int | None
    answered: int | None
    rate: Figure
    interval: tuple[str, str] | None
    unknown: int
    weeks: tuple[Weeks, ...]
    untold: str


def sent(of: Definition, series: Series | None, weeks: Sequence[Any], counts: Counts) -> Sent | None:
    """What was sent and answered in the weeks of the figure's period; None where nothing was, or on site.

    Of the rest only for its rate.
    """
    if of.team_id == REST:
        if of.kind != "rate":
            return None
        mine = turnout.rest(weeks)
        part = turnout.turnout(mine, counts.period, None, counts.smallest)
    else:
        part = series.turnout if series else None
        mine = turnout.within(weeks, part.weeks, of.team_id) if part else []
    if part is None:
        return None
    if not part.weeks:
        return Sent(None, None, None, part.rate, part.interval, part.unknown, (), turnout.untold(part))
    mine = turnout.within(mine, part.weeks, None)
    delivered = sum(row.delivered for row in mine)
    return Sent(
        sent=part.rate.n,
        delivered=delivered if delivered >= counts.smallest else None,
        answered=None if scoring.capped(part.rate) else sum(row.answered for row in mine),
        rate=part.rate,
        interval=part.interval,
        unknown=part.unknown,
        weeks=part.weeks,
        untold=turnout.untold(part),
    )


def rate(of: Definition, found: Sent | None) -> tuple[Figure, tuple[str, str] | None]:
    """A rate and its interval, or one of its numbers."""
    if found is None:
        return scoring.HIDDEN, None
    if not of.point:
        return found.rate, found.interval
    return counted({SENT: found.sent, DELIVERED: found.delivered, ANSWERED: found.answered}[of.point]), None


def counted(n: int | None) -> Figure:
    """A count as a figure; hidden where it may not be told."""
    return scoring.HIDDEN if n is None else Figure(scoring.count(n), n, float(n))
