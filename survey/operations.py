"""Operations: how sending fares in one municipality, and what an administrator decides about doubt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey import backlog, breaker, eligibility, workdays
from survey.backlog import Doubt
from survey.countable import first_invitations, left_once_more, rough
from survey.message_states import after, before
from survey.models import ACCEPTED_STATES, GatewayState, Message, RefusedReceipt, Stop

DOUBTS_SHOWN = 50
TOO_EARLY = timedelta(minutes=5)
"""So long after a message came into doubt it is not sent again: a worker that is taken for dead may still have it
in hand, and a receipt may be on its way."""
FORGED_DAYS = 30
GIVEN_UP, COUNTED = "opgivet af en administrator", "regnet som sendt af en administrator"
EVENTS = ("send again", "count as sent", "give up")
"""What may be decided about a message in doubt, by the words of `message_states`."""


@dataclass(frozen=True)
class Outcomes:
    """How many messages that one gateway handled are in `state`, for `reason` ("" for none).

    `permanent`: could what failed never have arrived? None where nobody says. `last_hour` of them were sent within
    the hour; their SMS took `segments`.
    """

    gateway: str
    state: str
    reason: str
    permanent: bool | None
    n: int
    last_hour: int
    segments: int


@dataclass(frozen=True)
class Doubts:
    """`n` invitations that `gateway` left in doubt for `reason`."""

    gateway: str
    reason: str
    n: int


@dataclass(frozen=True)
class Health:
    """How one gateway fares: `stopped_by_us` here, `trouble` when it stopped by itself, and since when.

    `turned_down`: why it stopped by itself for this municipality alone, whose own link or sender was refused.
    `last_hour` is how many of this municipality's invitations it took on within the hour. `credit` in `currency`,
    rounded down to fifties.
    """

    name: str
    stopped_by_us: datetime | None
    turned_down: str | None
    trouble: str | None
    since: datetime | None
    last_hour: int
    credit: int | None
    currency: str | None
    credit_at: datetime | None
    forged: int


def outcomes(session: Session, municipality_id: int, now: datetime) -> list[Outcomes]:
    """Every invitation that a gateway has handled, counted by gateway, state, reason. Old ones are deleted.

    Neither reminders nor what left once more: only who has not answered gets them.
    """
    reason = func.coalesce(Message.reason, "")
    keys = (Message.gateway, Message.state, reason, Message.permanent)
    recent = func.count().filter(Message.sent_at > now - timedelta(hours=1))
    found: Iterable[Any] = session.execute(
        select(*keys, func.count(), recent, func.coalesce(func.sum(Message.segments), 0))
        .where(
            Message.municipality_id == municipality_id,
            Message.gateway.is_not(None),
            Message.state.not_in(("waiting", "skipped")),
            first_invitations(),
        )
        .group_by(*keys)
        .order_by(Message.gateway, Message.state, func.count().desc(), reason, Message.permanent)
    )
    return [Outcomes(*row) for row in found]


def segments(handled: Iterable[Outcomes]) -> int:
    """How many SMS segments of `handled` a provider has taken on."""
    return sum(row.segments for row in handled if row.state in ACCEPTED_STATES)


def health(
    session: Session, municipality_id: int, names: Sequence[str], handled: Sequence[Outcomes], now: datetime
) -> list[Health]:
    """How each of the gateways `names` fares, in their order; three statements however many there are.

    `handled` are the municipality's `outcomes`.
    """
    states = {row.name: row for row in session.scalars(select(GatewayState).where(GatewayState.name.in_(names)))}
    stops = {
        row.gateway: (row.stopped_at, row.reason)
        for row in session.scalars(select(Stop).where(Stop.municipality_id == municipality_id))
    }
    since = workdays.day(now) - timedelta(days=FORGED_DAYS)
    refused = select(RefusedReceipt.gateway, func.sum(RefusedReceipt.n)).where(RefusedReceipt.day >= since)
    forged = {row[0]: int(row[1]) for row in session.execute(refused.group_by(RefusedReceipt.gateway))}
    fresh = GatewayState()
    return [
        Health(
            name=name,
            stopped_by_us=stops.get(name, (None, None))[0],
            turned_down=stops.get(name, (None, None))[1],
            trouble=(row := states.get(name, fresh)).reason,
            since=row.stopped_at,
            last_hour=sum(row.last_hour for row in handled if row.gateway == name),
            credit=rough(row.credit),
            currency=row.currency,
            credit_at=row.credit_at,
            forged=forged.get(name, 0),
        )
        for name in names
    ]


def doubts_by_reason(session: Session, municipality_id: int) -> list[Doubts]:
    """How many invitations are in doubt, by gateway and reason; what is decided of all goes for reminders too.

    Reminders alone in doubt are not told of: only who has not answered gets one. They are never sent again.
    """
    gateway, reason = func.coalesce(Message.gateway, ""), func.coalesce(Message.reason, "")
    found: Iterable[Any] = session.execute(
        select(gateway, reason, func.count())
        .where(Message.municipality_id == municipality_id, Message.state == "unknown", first_invitations())
        .group_by(gateway, reason)
        .order_by(gateway, reason)
    )
    return [Doubts(*row) for row in found]


def in_doubt(session: Session, municipality_id: int) -> list[Doubt]:
    """The oldest invitations in doubt, `DOUBTS_SHOWN` at most."""
    here = Message.municipality_id == municipality_id
    return backlog.in_doubt(session, here, first_invitations(), most=DOUBTS_SHOWN)


def decide(session: Session, municipality_id: int, message_ids: Sequence[int], event: str, now: datetime) -> int:
    """Let an administrator's `event` (one of `EVENTS`) settle invitations in doubt; how many still were.

    A receipt that came first has the last word, applied or not. What is sent again gets a new link; the old one
    goes on working, and until it leaves a late receipt may still settle it. What came into doubt within
    `TOO_EARLY` is not sent again. Raises ValueError for another event.
    """
    return _settle(session, municipality_id, and_(Message.id.in_(message_ids), first_invitations()), event, now)


def decide_all(
    session: Session, municipality_id: int, gateway: str, reason: str, event: str, now: datetime
) -> int:
    """As `decide`, for all that `gateway` had left in doubt for `reason` by `now`; reminders are not counted."""
    those = and_(
        Message.gateway == gateway, func.coalesce(Message.reason, "") == reason, Message.claimed_at <= now
    )
    return _settle(session, municipality_id, those, event, now)


def too_early(session: Session, municipality_id: int, now: datetime) -> int:
    """How many invitations came into doubt so recently that they cannot be sent again yet."""
    here = select(func.count()).where(Message.municipality_id == municipality_id, Message.state == "unknown")
    return session.scalars(here.where(now - TOO_EARLY < _DOUBTED_AT, first_invitations())).one()


_DOUBTED_AT = func.coalesce(Message.doubted_at, Message.claimed_at)


def _settle(session: Session, municipality_id: int, which: ColumnElement[bool], event: str, now: datetime) -> int:
    if event not in EVENTS:
        raise ValueError(event)
    reason = {"give up": GIVEN_UP, "count as sent": COUNTED}.get(event)
    values: dict[str, object] = {"state": after(event), "reason": reason, "doubted_at": None}
    if event == "send again":
        # The claim, the gateway and the reference stay: by them a late receipt finds what waits.
        values |= {"sent_at": None, "due_at": now}
        which = and_(which, now - TOO_EARLY >= _DOUBTED_AT, ~eligibility.arrived(Message))
    else:
        values["sent_at"] = func.coalesce(Message.sent_at, Message.claimed_at)
    settled = session.execute(
        update(Message)
        .where(
            Message.municipality_id == municipality_id,
            which,
            Message.state.in_(before(event)),
        )
        .values(values)
        .returning(and_(Message.kind == "invitation", ~left_once_more()))
    )
    return sum(settled.scalars())


def stop(session: Session, municipality_id: int, gateway: str, *, staff_id: int, now: datetime) -> None:
    """Let nothing of this municipality leave by `gateway` until `resume`. What is in hand is finished."""
    row = {"municipality_id": municipality_id, "gateway": gateway, "stopped_at": now, "stopped_by": staff_id}
    session.execute(insert(Stop).values(row).on_conflict_do_nothing())


def resume(session: Session, municipality_id: int, gateway: str) -> None:
    """Send by `gateway` again, whoever stopped it: an administrator here, or the gateway itself."""
    session.execute(delete(Stop).where(Stop.municipality_id == municipality_id, Stop.gateway == gateway))
    breaker.resume(session, gateway)
