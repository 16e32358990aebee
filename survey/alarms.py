"""Alarms: administrators hear by e-mail that a gateway has stopped by itself. A page shows the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from survey import workdays
from survey.access import ADMINISTRATOR
from survey.gateways import Letter
from survey.models import Assignment, GatewayState, Municipality, Staff

SENDER = "Tilfreds"
QUIET = timedelta(hours=6)
"""Until a gateway that stops again for the same reason is told of again."""


@dataclass(frozen=True, repr=False)
class Alarm:
    """That `gateway` stopped at `since` (UTC) for `reason`, and the letters that say so to administrators.

    `homes` are, letter by letter, the short names of the municipalities whose administrator it is for.
    """

    gateway: str
    since: datetime
    reason: str
    letters: Sequence[Letter]
    homes: Sequence[frozenset[str]]


def untold(
    session: Session, serves: Mapping[str, frozenset[str] | None], base_url: str, now: datetime
) -> list[Alarm]:
    """The stops nobody has been told of. `serves`: gateway → short names of the municipalities, None: all.

    Only active administrators of those municipalities are told, and within `QUIET` only once of the same reason:
    a gateway that starts by itself and stops again would else write at every stop.
    """
    told_at = GatewayState.alarmed_at
    news = or_(told_at <= now - QUIET, GatewayState.alarmed_of != GatewayState.reason)
    stopped: Sequence[Any] = session.execute(
        select(GatewayState.name, GatewayState.stopped_at, GatewayState.reason)
        .where(
            GatewayState.stopped_at.is_not(None),
            or_(told_at.is_(None), and_(told_at < GatewayState.stopped_at, news)),
        )
        .order_by(GatewayState.name)
    ).all()
    if not stopped:
        return []
    everybody = session.execute(
        select(Staff.id, Staff.email, Municipality.slug)
        .join_from(Assignment, Staff, Assignment.staff_id == Staff.id)
        .join(Municipality, Municipality.id == Assignment.municipality_id)
        .where(Assignment.role == ADMINISTRATOR, Staff.active)
        .order_by(Staff.id)
    ).all()
    alarms = []
    for name, since, reason in stopped:
        served = serves.get(name)
        told = {row.id: row.email for row in everybody if served is None or row.slug in served}
        letters = [_letter(name, since, reason, base_url, person, to) for person, to in told.items()]
        homes = [frozenset(row.slug for row in everybody if row.id == person) for person in told]
        alarms.append(Alarm(name, since, reason, letters, homes))
    return alarms


def told(session: Session, alarm: Alarm, now: datetime) -> None:
    """Note that administrators know of this stop. Until then every run tells them: twice is better than never."""
    session.execute(
        update(GatewayState)
        .where(GatewayState.name == alarm.gateway, GatewayState.stopped_at == alarm.since)
        .values(alarmed_at=now, alarmed_of=alarm.reason)
    )


def _letter(gateway: str, since: datetime, reason: str, base_url: str, person: int, to: str) -> Letter:
    here = workdays.local(since)
    body = (
        f"Udsendelsen gennem {gateway} er standset af sig selv den {here:%d-%m-%Y} kl. {here:%H.%M}.\n\n"
        f"Grund: {reason}\n\n"
        "Beskederne venter og bliver ikke sendt dobbelt. Udsendelsen prøves igen af sig selv.\n"
        f"Når fejlen er rettet, kan du også genoptage den med ét klik her:\n{base_url}/drift\n"
    )
    reference = f"a{int(since.timestamp()):x}-{gateway}-{person}"
    return Letter(reference, "email", to, SENDER, f"Udsendelsen gennem {gateway} er standset", body)
