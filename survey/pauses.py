"""Pauses: a caseworker leaves a citizen in peace for a while, for a reason from a list.

Who is paused is kept as an HMAC alone (`meetings.fingerprint`). Nothing here looks for the citizen: a pause never
tells whether Tilfreds knows them.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, insert, select, update
from sqlalchemy.orm import Session

from survey import scoring, workdays
from survey.models import PAUSE_REASONS, Meeting, Municipality, Pause, Staff, Team

COUNTED_DAYS = 365
"""How far back pauses and meetings are counted for managers."""


@dataclass(frozen=True)
class ActivePause:
    """A pause that holds: never whom it is about. `until_on` is its last day, `by` the name of who made it."""

    id: int
    team: str
    reason: str
    from_on: date
    until_on: date
    by: str


@dataclass(frozen=True)
class TeamCount:
    """A team's pauses made in `COUNTED_DAYS`, ended ones too, `active` of them today, beside its `held` meetings.

    `reasons` has every reason of the list with its number as it may be shown: "færre end 5" below the smallest
    group, "vises ikke" where the total would tell such a number.
    """

    team_id: int
    team: str
    total: int
    active: int
    held: int
    smallest: int
    reasons: dict[str, str]


def pause(
    session: Session,
    municipality_id: int,
    *,
    team_id: int,
    fingerprint: bytes,
    reason: str,
    days: int,
    staff_id: int,
    now: datetime,
) -> int:
    """Ask the citizen nothing from today until `days` days from now, that day included; the pause's id.

    Raises IntegrityError for a reason that is not in `PAUSE_REASONS` or more than 366 days.
    """
    today = workdays.day(now)
    made = session.execute(
        insert(Pause)
        .values(
            municipality_id=municipality_id,
            team_id=team_id,
            fingerprint=fingerprint,
            reason=reason,
            from_on=today,
            until_on=today + timedelta(days=days),
            paused_at=now,
            paused_by=staff_id,
        )
        .returning(Pause.id)
    )
    return made.scalar_one()


def end(
    session: Session, municipality_id: int, pause_id: int, *, team_ids: Collection[int], now: datetime
) -> bool:
    """End a pause of one of these teams now. False when there is none that still holds."""
    # Two may end it at once: the row that no longer holds is changed by nobody.
    ended = session.execute(
        update(Pause)
        .where(
            Pause.municipality_id == municipality_id,
            Pause.id == pause_id,
            Pause.team_id.in_(team_ids),
            _holds(now),
        )
        .values(ended_at=now)
        .returning(Pause.id)
    )
    return ended.one_or_none() is not None


def end_for(
    session: Session, municipality_id: int, fingerprint: bytes, *, team_ids: Collection[int], now: datetime
) -> Sequence[int]:
    """End every pause of one citizen that these teams have made and that still holds; their ids."""
    ended = session.scalars(
        update(Pause)
        .where(
            Pause.municipality_id == municipality_id,
            Pause.fingerprint == fingerprint,
            Pause.team_id.in_(team_ids),
            _holds(now),
        )
        .values(ended_at=now)
        .returning(Pause.id)
    )
    return sorted(ended)


def active(
    session: Session, municipality_id: int, team_ids: Collection[int], now: datetime
) -> Sequence[ActivePause]:
    """The pauses of these teams that hold, those that end first at the top."""
    rows = session.execute(
        select(Pause.id, Team.name, Pause.reason, Pause.from_on, Pause.until_on, Staff.name.label("by"))
        .join(Team)
        .join(Staff, Staff.id == Pause.paused_by)
        .where(Pause.municipality_id == municipality_id, Pause.team_id.in_(team_ids), _holds(now))
        .order_by(Pause.until_on, Pause.id)
    )
    return [ActivePause(*row) for row in rows]


def counts(session: Session, municipality_id: int, now: datetime) -> Sequence[TeamCount]:
    """How often each team pauses whom it meets, by reason: teams in use or with pauses, by name."""
    since = workdays.day(now) - timedelta(days=COUNTED_DAYS)
    smallest = session.scalar(select(Municipality.smallest_group).where(Municipality.id == municipality_id))
    by_team: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in session.execute(_paused(municipality_id, since, now)):
        by_team[row.team_id][row.reason] = (row.made, row.holding)
    held = select(Meeting.team_id, func.count()).where(
        Meeting.municipality_id == municipality_id, Meeting.status == "held", Meeting.held_on >= since
    )
    met = {row[0]: row[1] for row in session.execute(held.group_by(Meeting.team_id))}
    teams = session.execute(
        select(Team.id, Team.name, Team.active).where(Team.municipality_id == municipality_id).order_by(Team.name)
    )
    return [
        _team(row.id, row.name, by_team.get(row.id, {}), met.get(row.id, 0), smallest or scoring.SMALLEST_GROUP)
        for row in teams
        if row.active or row.id in by_team
    ]


def _holds(now: datetime) -> ColumnElement[bool]:
    today = workdays.day(now)
    return and_(Pause.from_on <= today, Pause.until_on >= today, Pause.ended_at.is_(None))


def _paused(municipality_id: int, since: date, now: datetime) -> Select[int, str, int, int]:
    return (
        select(
            Pause.team_id,
            Pause.reason,
            func.count().label("made"),
            func.count().filter(_holds(now)).label("holding"),
        )
        .where(Pause.municipality_id == municipality_id, Pause.from_on >= since)
        .group_by(Pause.team_id, Pause.reason)
    )


def _team(team_id: int, name: str, found: dict[str, tuple[int, int]], held: int, smallest: int) -> TeamCount:
    numbers = {reason: found.get(reason, (0, 0))[0] for reason in PAUSE_REASONS}
    return TeamCount(
        team_id=team_id,
        team=name,
        total=sum(numbers.values()),
        active=sum(holding for _, holding in found.values()),
        held=held,
        smallest=smallest,
        reasons=_shown(numbers, smallest),
    )


def _shown(numbers: dict[str, int], smallest: int) -> dict[str, str]:
    """Each number as it may be shown, and one more withheld where the total would tell the small ones."""
    few = [n for n in numbers.values() if n < smallest]
    larger = sorted((n, reason) for reason, n in numbers.items() if n >= smallest)
    # A single one is the total less the rest, and several that are as large as they can be are known too.
    told = len(few) == 1 or (few and sum(few) == len(few) * (smallest - 1))
    withheld = larger[0][1] if told and larger else None
    return {
        reason: scoring.NOT_SHOWN if reason == withheld else scoring.published_count(n, smallest=smallest)
        for reason, n in numbers.items()
    }
