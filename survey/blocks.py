"""Blocks: closed weeks of sending put together until what they say of every unit in them may be told by itself.

Everything shown of participation is a sum of units in blocks: a team, or those that cannot stand alone, together.
Each could be printed alone and none ever changes, so neither totals, teams and overlapping periods nor a page kept
from earlier uncover anything finer.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey import ballot_box, lineages, results, scoring, turnout, workdays
from survey.models import Invitation, Municipality, Participation, Team
from survey.results import OneRow, Rows

PATIENCE = timedelta(weeks=8)
"""So long a block waits for a small team before it is told without that team standing alone, if its quarter is not
over before: by quarters more is told (`turnout_parts`)."""


@dataclass(frozen=True)
class Block:
    """Consecutive weeks (Mondays) told together for good, and the teams that stand alone in it."""

    first: date
    last: date
    alone: frozenset[int]


# The rule ------------------------------------------------------------------------------------------------


def finished(rows: Rows, shown: Collection[int], smallest: int, until: date) -> list[Block]:
    """The blocks that closed weeks of one series make which are in none yet; what is left over waits.

    All weeks before the Monday `until` are closed. Only `shown` teams may stand alone.
    """
    found: list[Block] = []
    block: list[OneRow] = []
    weeks = sorted(_by(rows, lambda row: row.week).items())
    for (week, same), (following, _) in pairwise([*weeks, (until, [])]):
        block += same
        begins = block[0].week
        wait = following - begins < PATIENCE and workdays.quarter(following) == workdays.quarter(begins)
        alone = _alone(_by(block, lambda row: row.team_id), set(shown), smallest, wait=wait)
        if alone is not None:
            found.append(Block(block[0].week, week, frozenset(alone)))
            block = []
    return found


def _alone(by_team: dict[int, list[OneRow]], shown: set[int], smallest: int, *, wait: bool) -> set[int] | None:
    """The teams that stand alone in a block that may be told; None where it may not be told yet.

    The others are none, or at least two who together may be printed; or nobody stands alone. As long as it may
    `wait`, it does for every shown team to be one that could stand alone, and for the others to be enough.
    """
    alone = {team for team, rows in by_team.items() if team in shown and _tells_little(rows, smallest)}
    if wait and shown & by_team.keys() - alone:
        return None
    while True:
        rest = by_team.keys() - alone
        if not rest:
            return alone
        fine = _tells_little([row for team in rest for row in by_team[team]], smallest)
        if fine and (len(rest) > 1 or not alone):
            return alone
        if not alone or (wait and len(rest) > 1):
            return None
        alone.remove(min(alone, key=lambda team: (turnout.sums(by_team[team])[1], team)))


def _tells_little(unit: Rows, smallest: int) -> bool:
    """True when a unit in a block may be printed, and a week or team in it that may not stays open regardless."""
    answered, sent = turnout.sums(unit)
    keys = (lambda row: (row.team_id, row.week), lambda row: row.team_id, lambda row: row.week)
    parts = [turnout.sums(part) for key in keys for part in _by(unit, key).values()]
    return scoring.exact_share(answered, sent, smallest=smallest) and all(
        scoring.exact_share(*part, smallest=smallest) or scoring.stays_open(part[1], answered, sent)
        for part in parts
    )


def _by(rows: Iterable[OneRow], key: Callable[[OneRow], Any]) -> dict[Any, list[OneRow]]:
    found: dict[Any, list[OneRow]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


# Told at night -------------------------------------------------------------------------------------------


def tell(session: Session, municipality_id: int, now: datetime) -> int:
    """Put the closed weeks there are into the blocks they make, once and for good; how many blocks.

    Blocks are of a law group and of a whole series of versions. No week is told while an earlier one is open.
    """
    ballot_box.alone(session, municipality_id)
    smallest = session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()
    until = _closed_until(session, municipality_id, now)
    series = _series(session, municipality_id, until)
    shown = {team.id for team in results.teams(session, municipality_id) if team.shown} if series else set()
    made = [(rows, block) for rows in series for block in finished(rows, shown, smallest, until)]
    news = [
        {
            "municipality_id": municipality_id,
            "team_id": row.team_id,
            "version_id": row.version_id,
            "week": row.week,
            "block_first": block.first,
            "block_last": block.last,
            "alone": row.team_id in block.alone,
        }
        for rows, block in made
        for row in rows
        if block.first <= row.week <= block.last
    ]
    if news:
        session.execute(update(Participation), news)
    return len(made)


def _closed_until(session: Session, municipality_id: int, now: datetime) -> date:
    """The first Monday whose week is not closed yet: as long as a week is open its invitations are there."""
    first = select(func.min(Invitation.sent_week)).where(Invitation.municipality_id == municipality_id)
    return session.scalar(first) or workdays.monday(workdays.day(now))


def _series(session: Session, municipality_id: int, until: date) -> list[list[OneRow]]:
    """The closed weeks before `until` that are in no block, by law group and series."""
    of = Participation
    rows = session.execute(
        select(of.team_id, of.version_id, of.week, of.sent, of.answered, Team.law)
        .join(Team)
        .where(
            of.municipality_id == municipality_id,
            of.closed,
            of.block_first.is_(None),
            of.sent > 0,
            of.week < until,
        )
    ).all()
    known = lineages.of(session, municipality_id)
    return list(_by(rows, lambda row: (row.law, known.head(row.version_id))).values())
