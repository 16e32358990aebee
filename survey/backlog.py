"""The backlog: what waits in the outbox and for what, and what is in doubt. Reads only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from survey import lanes, sending_rules, workdays
from survey.countable import carried, first_invitations
from survey.lanes import Carrier
from survey.models import BallotKey, Message, Municipality


@dataclass(frozen=True)
class Doubt:
    """A message of which nobody knows whether it arrived; never an address.

    `reference` is what the provider was told to call it by, `provider_id` what it does call it; "" when unknown.
    """

    municipality: str
    id: int
    channel: str
    gateway: str
    since: datetime
    reason: str
    reference: str
    provider_id: str


@dataclass(frozen=True)
class Queue:
    """`n` messages wait on one channel for `why` (in Danish); the oldest could have left at `oldest` (UTC)."""

    channel: str
    why: str
    n: int
    oldest: datetime


def in_doubt(session: Session, *which: ColumnElement[bool], most: int | None = None) -> list[Doubt]:
    """Every message in doubt that is one of `which`, oldest first, `most` of them."""
    found: Iterable[Any] = session.execute(
        select(
            Municipality.slug,
            Message.id,
            Message.channel,
            func.coalesce(Message.gateway, ""),
            Message.claimed_at,
            func.coalesce(Message.reason, ""),
            func.coalesce(Message.reference, ""),
            func.coalesce(Message.provider_id, ""),
        )
        .select_from(Message)
        .join(Municipality)
        .where(*which, Message.state == "unknown")
        .order_by(Message.claimed_at, Message.id)
        .limit(most)
    )
    return [Doubt(*row) for row in found]


def waiting(session: Session, accounts: Sequence[Carrier], now: datetime) -> dict[str, int]:
    """How many messages wait, by why (in Danish)."""
    counted: Counter[str] = Counter()
    for queue in _queues(session, accounts, now):
        counted[queue.why] += queue.n
    return dict(sorted(counted.items()))


def queues(session: Session, municipality_id: int, accounts: Sequence[Carrier], now: datetime) -> list[Queue]:
    """What waits in one municipality to leave for the first time, by channel and why; no reminder."""
    return _queues(session, accounts, now, Message.municipality_id == municipality_id, first_invitations())


def _queues(
    session: Session, accounts: Sequence[Carrier], now: datetime, *which: ColumnElement[bool]
) -> list[Queue]:
    """By channel, why and municipality; SMS first."""
    open_lanes = {(lane.municipality_id, lane.channel) for lane in lanes.open_now(session, accounts, now)}
    why = case(
        (
            or_(false(), *(_in(channel, numbers) for channel, numbers in _uncarried(session, accounts))),
            _NO_GATEWAY,
        ),
        (
            ~exists().where(BallotKey.municipality_id == Message.municipality_id, BallotKey.state == "open"),
            _NO_KEY,
        ),
        (Message.due_at > now, "endnu ikke tid"),
        else_=_READY,
    ).label("why")
    keys = (Message.channel, why, Message.municipality_id)
    found: Iterable[Any] = session.execute(
        select(*keys, func.count(), func.min(Message.due_at))
        .where(*which, Message.state == "waiting", carried())
        .group_by(*keys)
        .order_by(Message.channel.desc(), why, Message.municipality_id)
    )
    closed = {number for number, window in _windows(session).items() if not workdays.in_send_window(now, window)}

    def worded(word: str, municipality_id: int, channel: str) -> str:
        if word != _READY:
            return word
        shut = "uden for sendevinduet" if municipality_id in closed else "gatewayen er standset"
        return "klar til afsendelse" if (municipality_id, channel) in open_lanes else shut

    return [
        Queue(channel, worded(word, municipality_id, channel), n, oldest)
        for channel, word, municipality_id, n, oldest in found
    ]


def leaving(session: Session, now: datetime) -> tuple[int, datetime, datetime] | None:
    """How many messages wait, and when the first and the last may leave (UTC, not before `now`); None: none.

    For all municipalities together, each in its own send window.
    """
    due = select(Message.municipality_id, func.count(), func.min(Message.due_at), func.max(Message.due_at))
    rows: Sequence[Any] = session.execute(
        due.where(Message.state == "waiting", carried()).group_by(Message.municipality_id)
    ).all()
    if not rows:
        return None
    windows = _windows(session)
    first = min(workdays.next_send_time(max(first, now), windows[here]) for here, _n, first, _last in rows)
    last = max(workdays.next_send_time(max(last, now), windows[here]) for here, _n, _first, last in rows)
    return sum(row[1] for row in rows), first, last


_NO_GATEWAY, _NO_KEY, _READY = "ingen gateway til kanalen", "ingen åben nøgle til besvarelser", "ready"


def _in(channel: str, municipalities: Sequence[int]) -> ColumnElement[bool]:
    return (Message.channel == channel) & Message.municipality_id.in_(municipalities)


def _uncarried(session: Session, accounts: Sequence[Carrier]) -> list[tuple[str, list[int]]]:
    return [(channel, lanes.without(session, accounts, channel)) for channel in ("sms", "email")]


def _windows(session: Session) -> dict[int, workdays.Window]:
    rules = sending_rules.every(session)
    numbers = session.scalars(select(Municipality.id))
    return {number: rules.get(number, sending_rules.DEFAULT).window for number in numbers}
