"""A response rate reopened by its id: what was sent and answered in its weeks, as far as they may be told now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from survey import scoring, turnout
from survey.figures import Series
from survey.passports import ANSWERED, DELIVERED, REST, SENT, Definition
from survey.results import Counts
from survey.scoring import Figure
from survey.turnout import Turnout, Weeks

MOVED = Turnout(scoring.WITHHELD, None, 0, ())
"""Of a rest in which there are other teams now."""


@dataclass(frozen=True)
class Sent:
    """Participation in the blocks of weeks that overlap the period; None is not told.

    `unknown` of those sent are in doubt. `open_weeks` may still change; `moved` when the weeks are put together
    otherwise now than they were when the id was made.
    """

    sent: int | None
    delivered: int | None
    answered: int | None
    rate: Figure
    interval: tuple[str, str] | None
    unknown: int
    weeks: tuple[Weeks, ...]
    open_weeks: tuple[date, ...]
    moved: bool


def sent(of: Definition, series: Series | None, weeks: Sequence[Any], counts: Counts) -> Sent | None:
    """What was sent and answered in the weeks of the figure's period; None where nothing was, or on site.

    Of the rest only for its rate, and only while the same teams are in it: who may stand alone can change.
    """
    mine, part = weeks, series.turnout if series else None
    if of.team_id == REST:
        if of.kind != "rate":
            return None
        shown = [team.id for team in counts.teams if team.shown]
        blocks = turnout.grouping(weeks, shown, counts.smallest)
        mine = [row for row in weeks if row.team_id not in blocks.alone]
        is_same = {row.team_id for row in mine} == set(of.others)
        part = turnout.turnout(mine, blocks, counts.period, None, counts.smallest) if is_same else MOVED
    elif of.team_id:
        mine = [row for row in weeks if row.team_id == of.team_id]
    if part is None:
        return None
    if not part.weeks:
        return Sent(None, None, None, part.rate, part.interval, part.unknown, (), (), moved=of.kind == "rate")
    first, last = part.weeks[0].first, part.weeks[-1].last
    mine = [row for row in mine if any(block.first <= row.week <= block.last for block in part.weeks)]
    delivered = sum(row.delivered for row in mine)
    return Sent(
        sent=part.rate.n,
        delivered=delivered if delivered >= counts.smallest else None,
        answered=None if scoring.capped(part.rate) else sum(row.answered for row in mine),
        rate=part.rate,
        interval=part.interval,
        unknown=part.unknown,
        weeks=part.weeks,
        open_weeks=tuple(sorted({row.week for row in mine if not row.closed})),
        moved=of.kind == "rate" and (of.first, of.last) != (first, last + timedelta(days=6)),
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
