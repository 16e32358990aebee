"""The backlog: what waits in the outbox and for what, and what is in doubt. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from survey import lanes, sending_rules, workdays
from survey.lanes import Carrier
from survey.models import BallotKey, Message, Municipality


@dataclass(frozen=True)
class Doubt:
    """A message of which nobody knows whether it left."""

    municipality: str
    message_id: int
    since: datetime


def in_doubt(session: Session) -> list[Doubt]:
    """Every message in doubt, oldest first."""
    rows = session.execute(
        select(Municipality.slug, Message.id, Message.claimed_at)
        .select_from(Message)
        .join(Municipality)
        .where(Message.state == "unknown")
        .order_by(Message.claimed_at, Message.id)
    )
    return [Doubt(slug, message_id, since) for slug, message_id, since in rows if since]


def waiting(session: Session, accounts: Sequence[Carrier], now: datetime) -> dict[str, int]:
    """How many messages wait, by why (in Danish)."""
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
        else_="ready",
    ).label("why")
    query = select(why, Message.municipality_id, Message.channel, func.count()).where(Message.state == "waiting")
    counted: dict[str, int] = {}
    closed = {number for number, window in _windows(session) if not workdays.in_send_window(now, window)}
    for word, municipality_id, channel, n in session.execute(query.group_by(*list(query.selected_columns)[:3])):
        if word == "ready":
            ready = (municipality_id, channel) in open_lanes
            shut = "uden for sendevinduet" if municipality_id in closed else "gatewayen er standset"
            word = "klar til afsendelse" if ready else shut  # noqa: PLW2901 - its final wording
        counted[word] = counted.get(word, 0) + n
    return dict(sorted(counted.items()))


def leaving(session: Session, now: datetime) -> tuple[int, datetime, datetime] | None:
    """How many messages wait, and when the first and the last may leave (UTC, not before `now`); None: none.

    For all municipalities together, as if each had the usual send window.
    """
    due = select(func.count(), func.min(Message.due_at), func.max(Message.due_at))
    n, first, last = session.execute(due.where(Message.state == "waiting")).one()
    return (n, workdays.next_send_time(max(first, now)), workdays.next_send_time(max(last, now))) if n else None


_NO_GATEWAY, _NO_KEY = "ingen gateway til kanalen", "ingen åben nøgle til besvarelser"


def _in(channel: str, municipalities: Sequence[int]) -> ColumnElement[bool]:
    return (Message.channel == channel) & Message.municipality_id.in_(municipalities)


def _uncarried(session: Session, accounts: Sequence[Carrier]) -> list[tuple[str, list[int]]]:
    return [(channel, lanes.without(session, accounts, channel)) for channel in ("sms", "email")]


def _windows(session: Session) -> list[tuple[int, workdays.Window]]:
    rules = sending_rules.every(session)
    numbers = session.scalars(select(Municipality.id))
    return [(number, rules.get(number, sending_rules.DEFAULT).window) for number in numbers]
