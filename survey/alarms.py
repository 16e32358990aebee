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
from survey.models import Assignment, GatewayState, Municipality, Staff, Stop

SENDER = "Tilfreds"
QUIET = timedelta(hours=6)
"""Until a gateway that stops again for the same reason is told of again."""


@dataclass(frozen=True, repr=False)
class Alarm:
    """That `gateway` stopped at `since` (UTC) for `reason`, and the letters that say so to administrators.

    `homes` are, letter by letter, the short names of the municipalities whose administrator it is for.
    `municipality_id`: it stopped for this municipality alone, None: for all.
    """

    gateway: str
    since: datetime
    reason: str
    letters: Sequence[Letter]
    homes: Sequence[frozenset[str]]
    municipality_id: int | None = None


def untold(
    session: Session, serves: Mapping[str, frozenset[str] | None], base_url: str, now: datetime
) -> list[Alarm]:
    """The stops nobody has been told of. `serves`: gateway → short names of the municipalities, None: all.

    Only active administrators of those municipalities are told, or of the one for which alone it stopped. Within
    `QUIET` they are told only once of the same reason: a gateway that starts by itself and stops again would else
    write at every stop.
    """
    stopped, lanes = _gateways(session, now), _lanes(session)
    if not stopped and not lanes:
        return []
    everybody = session.execute(_ADMINISTRATORS).all()
    alarms = []
    for name, since, reason in stopped:
        served = serves.get(name)
        told = {row.id: row.email for row in everybody if served is None or row.slug in served}
        letters = [_letter(name, since, reason, base_url, person, to) for person, to in told.items()]
        homes = [frozenset(row.slug for row in everybody if row.id == person) for person in told]
        alarms.append(Alarm(name, since, reason, letters, homes))
    for stop in lanes:
        told = {row.id: row.email for row in everybody if row.slug == stop.slug}
        what = (stop.gateway, stop.stopped_at, stop.reason)
        letters = [_letter(*what, base_url, person, to, stop.name) for person, to in told.items()]
        alarms.append(Alarm(*what, letters, [frozenset({stop.slug})] * len(told), stop.municipality_id))
    return alarms


def _gateways(session: Session, now: datetime) -> Sequence[Any]:
    """Gateway, since when and why."""
    told_at = GatewayState.alarmed_at
    news = or_(told_at <= now - QUIET, GatewayState.alarmed_of != GatewayState.reason)
    return session.execute(
        select(GatewayState.name, GatewayState.stopped_at, GatewayState.reason)
        .where(
            GatewayState.stopped_at.is_not(None),
            or_(told_at.is_(None), and_(told_at < GatewayState.stopped_at, news)),
        )
        .order_by(GatewayState.name)
    ).all()


def _lanes(session: Session) -> Sequence[Any]:
    """As `_gateways`, and for which municipality alone."""
    return session.execute(
        select(
            Stop.gateway,
            Stop.stopped_at,
            Stop.reason,
            Stop.municipality_id,
            Municipality.slug,
            Municipality.name,
        )
        .join(Municipality, Municipality.id == Stop.municipality_id)
        .where(Stop.stopped_by.is_(None), Stop.alarmed_at.is_(None))
        .order_by(Stop.municipality_id, Stop.gateway)
    ).all()


_ADMINISTRATORS = (
    select(Staff.id, Staff.email, Municipality.slug)
    .join_from(Assignment, Staff, Assignment.staff_id == Staff.id)
    .join(Municipality, Municipality.id == Assignment.municipality_id)
    .where(Assignment.role == ADMINISTRATOR, Staff.active)
    .order_by(Staff.id)
)


def told(session: Session, alarm: Alarm, now: datetime) -> None:
    """Note that administrators know of this stop. Until then every run tells them: twice is better than never."""
    if alarm.municipality_id is not None:
        stop = (Stop.municipality_id == alarm.municipality_id, Stop.gateway == alarm.gateway)
        session.execute(update(Stop).where(*stop, Stop.stopped_at == alarm.since).values(alarmed_at=now))
        return
    session.execute(
        update(GatewayState)
        .where(GatewayState.name == alarm.gateway, GatewayState.stopped_at == alarm.since)
        .values(alarmed_at=now, alarmed_of=alarm.reason)
    )


def _letter(
    gateway: str, since: datetime, reason: str, base_url: str, person: int, to: str, only: str = ""
) -> Letter:
    """`only`: the municipality for which alone the gateway stopped; it does not start again by itself."""
    here = workdays.local(since)
    whose = f" for {only}" if only else ""
    how = (
        "Linket, afsendernavnet eller indholdet er afvist.\n"
        "Udsendelsen begynder ikke igen af sig selv. Når fejlen er rettet, kan du genoptage den her:\n"
        if only
        else "Udsendelsen prøves igen af sig selv.\n"
        "Når fejlen er rettet, kan du også genoptage den med ét klik her:\n"
    )
    body = (
        f"Udsendelsen gennem {gateway} er standset{whose or ' af sig selv'}"
        f" den {here:%d-%m-%Y} kl. {here:%H.%M}.\n\n"
        f"Grund: {reason}\n\n"
        f"Beskederne venter og bliver ikke sendt dobbelt. {how}{base_url}/drift\n"
    )
    reference = f"a{int(since.timestamp()):x}-{gateway}-{person}"
    return Letter(reference, "email", to, SENDER, f"Udsendelsen gennem {gateway} er standset{whose}", body)
