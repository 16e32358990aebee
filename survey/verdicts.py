"""Verdicts: what a gateway's outcome makes of the message, and writing that down for a whole batch."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import bulk, dead_addresses, workdays
from survey.dead_addresses import Dead
from survey.gateways import Outcome
from survey.letters import UNTOLD, Claimed, Handled
from survey.message_states import after, before

PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""How long to wait after the first, second, … temporary refusal; the one after the last is final."""
FELL_OVER = "SMS blev afvist, sendes som e-mail"


class Verdict(NamedTuple):
    """What an attempt leads to, by an `event` of `message_states`. `due_at`: when it is to be tried again.

    `untried` is 1 for an attempt that does not count. `permanent`: a refusal for good.
    """

    municipality_id: int
    message_id: int
    attempt: int
    event: str
    state: str
    reason: str | None
    due_at: datetime | None
    untried: int
    permanent: bool | None
    provider_id: str | None
    segments: int | None


def note(session: Session, handled: Sequence[Handled], *, worker: int, now: datetime) -> Counter[str]:
    """Write down what became of each message; six statements at most. How many ended in which state.

    What was refused loses its link, and what the claim promised the invitation is taken back. A refusal for now
    goes back to waiting, until the fifth or until it would come too late. An SMS that never can arrive goes by
    e-mail, once. Only this worker's attempt is changed, and only while it is claimed or in doubt: a receipt that
    was faster has the last word.
    """
    if not handled:
        return Counter()
    session.execute(_AT_EASE)
    verdicts = _verdicts(session, handled, now)
    given = bulk.in_columns(verdicts, _VERDICTS)
    not_taken_on = session.execute(_NOTE, given | {"worker": worker, "now": now}).all()
    if not_taken_on:
        lists = bulk.listed(not_taken_on, **_NOTED)
        session.execute(_UNLINK, lists)
        session.execute(_SHORTEN, lists)
    dead_addresses.bury(session, (_dead(one) for one in handled if one.outcome.dead), now)
    told = {(one.message.municipality_id, one.message.message_id) for one in handled if one.message.first}
    return Counter(
        f"{'' if (made.municipality_id, made.message_id) in told else UNTOLD}{made.state}" for made in verdicts
    )


def _verdicts(session: Session, handled: Sequence[Handled], now: datetime) -> list[Verdict]:
    """In the order in which an import locks messages too, or each could wait for the other."""
    made = sorted(verdict(one, now) for one in handled)
    falling = [one for one in made if one.event == "fall over"]
    if not falling:
        return made
    lists = bulk.listed(falling, municipalities="municipality_id", ids="message_id")
    held_back = {tuple(row) for row in session.execute(_HELD_BACK, lists)}
    return sorted(
        verdict(one, now, held_back=(one.message.municipality_id, one.message.message_id) in held_back)
        for one in handled
    )


def verdict(handled: Handled, now: datetime, *, held_back: bool = False) -> Verdict:
    """What the outcome leads to. An attempt that was never tried, or met a gateway that stops, is not counted.

    What a later file has `held_back` since it was claimed does not go by e-mail instead.
    """
    message, outcome = handled.message, handled.outcome
    match outcome.word:
        case "accepted":
            return _verdict(handled, "accept")
        case "unknown":
            return _verdict(handled, "lose")
        case "skipped":
            return _verdict(handled, "put off", untried=1)
    if outcome.stops:
        return _verdict(handled, "put off", untried=1)
    again = None if outcome.permanent else _again_at(message, outcome, now)
    if again:
        return _verdict(handled, "put off", due_at=again)
    if message.fallback and not held_back and now < message.useful_until:
        return _verdict(handled, "fall over", due_at=now)
    return _verdict(handled, "refuse")


def _verdict(handled: Handled, event: str, *, due_at: datetime | None = None, untried: int = 0) -> Verdict:
    message, outcome = handled.message, handled.outcome
    reason = f"{FELL_OVER}: {outcome.detail}" if event == "fall over" else outcome.detail
    return Verdict(
        message.municipality_id,
        message.message_id,
        message.attempt,
        event,
        after(event),
        reason or None,
        due_at,
        untried,
        outcome.permanent if event == "refuse" else None,
        outcome.provider_id or None,
        handled.segments,
    )


def _dead(handled: Handled) -> Dead:
    message = handled.message
    return Dead(message.municipality_id, message.mark, message.channel, handled.outcome.detail)


def _again_at(message: Claimed, outcome: Outcome, now: datetime) -> datetime | None:
    """When to try again after a refusal for now; None when that was the last time, or it would come too late."""
    rounds = len(PAUSES) + 1
    if message.attempt >= rounds * (2 if message.fell_over else 1):
        return None
    pause = PAUSES[min((message.attempt - 1) % rounds, len(PAUSES) - 1)]
    asked = timedelta(seconds=outcome.retry_after or 0)
    due = workdays.next_send_time(now + max(pause, asked), message.window)
    return due if due < message.useful_until else None


_VERDICTS = {
    "municipality_id": "bigint",
    "message_id": "bigint",
    "attempt": "smallint",
    "event": "text",
    "state": "text",
    "reason": "text",
    "due_at": "timestamptz",
    "untried": "smallint",
    "permanent": "boolean",
    "provider_id": "text",
    "segments": "smallint",
}
_NOTED = {
    "municipalities": "municipality_id",
    "ids": "message_id",
    "attempts": "attempt",
    "invitations": "invitation_id",
}
# Lost in a crash of the server, a note leaves doubt, never a double: nobody need wait for the disk.
_AT_EASE = bulk.by_index(synchronous_commit="off")
_EVENTS = ("accept", "refuse", "put off", "lose", "fall over")
_ALLOWED = ", ".join(f"('{event}', '{state}')" for event in _EVENTS for state in before(event) if state != "sent")
"""Every step a note may take. A message that is sent is not a worker's any more, whatever else may befall it."""
# What waits after an earlier attempt that may have arrived, and so kept its link, is known by that one again.
_NOTE = text(f"""
    WITH noted AS (
    UPDATE message m
    SET state = o.state, reason = o.reason, due_at = coalesce(o.due_at, m.due_at),
        attempts = m.attempts - o.untried,
        channel = CASE o.event WHEN 'fall over' THEN 'email' ELSE m.channel END,
        fell_over = m.fell_over OR o.event = 'fall over',
        permanent = o.permanent,
        segments = CASE WHEN o.state <> 'waiting' THEN o.segments END,
        provider_id = CASE WHEN o.state <> 'waiting' THEN o.provider_id END,
        sent_at = CASE WHEN o.state = 'sent' THEN CAST(:now AS timestamptz) END,
        doubted_at = CASE WHEN o.state = 'unknown' THEN CAST(:now AS timestamptz) END,
        gateway = CASE WHEN o.state <> 'waiting' OR p.attempt IS NOT NULL THEN m.gateway END,
        reference = CASE
            WHEN o.state <> 'waiting' THEN m.reference
            WHEN p.attempt IS NOT NULL THEN m.municipality_id || '-' || m.id || '-' || p.attempt END,
        claimed_at = CASE WHEN o.state <> 'waiting' OR p.attempt IS NOT NULL THEN m.claimed_at END,
        claimed_by = CASE WHEN o.state <> 'waiting' OR p.attempt IS NOT NULL THEN m.claimed_by END
    FROM {bulk.table(_VERDICTS)} AS o
    LEFT JOIN LATERAL (
        SELECT max(l.attempt) AS attempt FROM link l
        WHERE l.municipality_id = o.municipality_id AND l.message_id = o.message_id AND l.attempt < o.attempt
            AND o.state = 'waiting'
    ) AS p ON true
    WHERE m.municipality_id = o.municipality_id AND m.id = o.message_id AND m.attempts = o.attempt
        AND m.claimed_by = :worker AND (o.event, m.state) IN ({_ALLOWED})
    RETURNING m.municipality_id, m.id AS message_id, m.invitation_id, o.attempt, m.state
    )
    SELECT municipality_id, message_id, invitation_id, attempt FROM noted WHERE state IN ('waiting', 'refused')
""")  # noqa: S608 - the words come from our own table of transitions
_HELD_BACK = text("""
    SELECT m.municipality_id, m.id
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[])) AS f(municipality_id, id)
    JOIN message m ON m.municipality_id = f.municipality_id AND m.id = f.id
    JOIN invitation i ON i.municipality_id = m.municipality_id AND i.id = m.invitation_id
    WHERE i.held_back
""")
_UNLINK = text("""
    DELETE FROM link l
    USING unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:attempts AS smallint[]))
        AS r(municipality_id, message_id, attempt)
    WHERE l.municipality_id = r.municipality_id AND l.message_id = r.message_id AND l.attempt = r.attempt
""")
# What the claim promised too early: 14 days after the last message really handed over, nothing when there is none.
# What waits or was skipped has a claim only when it may have left before.
# Whoever has answered was reached, whatever a late note says, and keeps the week.
_SHORTEN = text("""
    UPDATE invitation i
    SET expires_at = h.last + interval '336 hours', sent_week = CASE WHEN h.last IS NOT NULL THEN i.sent_week END
    FROM (
        SELECT r.municipality_id, r.id, max(m.claimed_at) AS last
        FROM unnest(CAST(:municipalities AS bigint[]), CAST(:invitations AS bigint[])) AS r(municipality_id, id)
        LEFT JOIN message m ON m.municipality_id = r.municipality_id AND m.invitation_id = r.id
            AND m.state <> 'refused'
        GROUP BY r.municipality_id, r.id
    ) h
    WHERE i.municipality_id = h.municipality_id AND i.id = h.id AND (h.last IS NOT NULL OR NOT i.answered)
""")
