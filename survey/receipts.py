"""Receipts: what providers report about messages they took on, stored at once and applied later.

The door (`webhooks`) stores; `process` applies, a thousand at a time, in a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey import breaker, dead_addresses, message_states, workdays
from survey.dead_addresses import Dead
from survey.gateways import Report
from survey.models import Receipt, RefusedReceipt
from survey.references import Key, key_of

KEPT = timedelta(days=30)
REFUSED_KEPT = timedelta(days=365)
LONGEST = 200
"""Characters of a provider's event id, reference or reason that are kept."""
FELL_OVER = "SMS kunne ikke leveres, sendes som e-mail"

# The door's part ----------------------------------------------------------------------------------------


def store(session: Session, gateway: str, reports: Sequence[Report], now: datetime) -> int:
    """Keep `reports` for `process`; how many are new. One statement, none when there is nothing to keep.

    A report is new when its gateway has not used its event id before: a repeat is no row and no error. One whose
    reference is none of ours is not kept: another system's may hold a number.
    """
    ours = [report for report in reports if key_of(report.reference)]
    if not ours:
        return 0
    # In one order, or two doors that store the same events could wait for each other.
    rows = sorted((_cleaned(report) for report in ours), key=lambda row: row["event_id"])
    lists = {f"{column}s": [row[column] for row in rows] for column in rows[0]}
    return len(session.execute(_STORE, lists | {"gateway": gateway, "now": now}).all())


def refuse(session: Session, gateway: str, wrong: str, now: datetime) -> None:
    """Count a receipt that was not stored: `wrong` is "forged" or "unreadable"; one statement."""
    row = insert(RefusedReceipt).values(gateway=gateway, day=workdays.day(now), wrong=wrong, n=1)
    one_more = {"n": RefusedReceipt.n + 1}
    session.execute(row.on_conflict_do_update(index_elements=["gateway", "day", "wrong"], set_=one_more))


def _cleaned(report: Report) -> dict[str, Any]:
    return {
        "event_id": _plain(report.event_id),
        "reference": _plain(report.reference),
        "state": report.state,
        "permanent": report.permanent,
        "dead": report.dead,
        "stop": report.stops,
        "lane": report.lane,
        "reason": _plain(report.reason),
    }


def _plain(value: str) -> str:
    """What the database takes: no NUL, no half a character pair, not longer than LONGEST."""
    return value.replace("\0", "")[:LONGEST].encode("utf-8", "replace").decode()


# The worker's part ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Verdict:
    """What a receipt makes of its message."""

    municipality_id: int
    message_id: int
    state: str
    permanent: bool | None
    reason: str | None


def process(session: Session, now: datetime, limit: int = 1000) -> int:
    """Apply up to `limit` stored receipts, oldest first; how many are settled. Statements do not grow with them.

    Of several about one attempt the strongest counts: delivered, then dead, then failed for good, then failed.
    A final state is never overwritten, and another attempt's, another gateway's or nobody's receipt changes
    nothing; both are noted as not applied. What a worker is writing down at this moment waits for the next time.
    """
    taken = session.execute(_take(limit)).all()
    if not taken:
        return 0
    known, busy = _messages(session, {key for row in taken if (key := key_of(row.reference))}, now)
    settled = [row for row in taken if key_of(row.reference) not in busy]
    pairs = _strongest(settled, known)
    _apply(session, [_verdict(receipt, message) for receipt, message in pairs], now)
    dead = [_dead(receipt, message) for receipt, message in pairs if receipt.dead]
    dead_addresses.bury(session, dead, now)
    applied = [receipt.id for receipt, _message in pairs]
    session.execute(_DONE, {"ids": [row.id for row in settled], "applied": applied, "now": now})
    _stop(session, settled, known, now)
    return len(settled)


@dataclass(frozen=True)
class Reported:
    """One receipt that came in: what it said, why, and whether it changed the message (None: not applied yet)."""

    state: str
    reason: str
    applied: bool | None


@dataclass(frozen=True)
class Known:
    """What is known of a message: its state and why, the gateway that has it, what was reported of one attempt."""

    state: str
    reason: str | None
    gateway: str | None
    reports: tuple[Reported, ...]


def known(session: Session, references: Iterable[str]) -> dict[str, Known]:
    """What is known of each of these attempts, whose message still exists; two statements."""
    about = {reference: key for reference in references if (key := key_of(reference))}
    keys = list(about.values())
    values = {"municipalities": [key[0] for key in keys], "ids": [key[1] for key in keys]}
    rows = {(row.municipality_id, row.id): row for row in session.execute(_LOOK, values)}
    reports: dict[str, list[Reported]] = defaultdict(list)
    for receipt in session.scalars(select(Receipt).where(Receipt.reference.in_(about)).order_by(Receipt.id)):
        reports[receipt.reference].append(Reported(receipt.state, receipt.reason, receipt.applied))
    return {
        reference: Known(row.state, row.reason, row.gateway, tuple(reports[reference]))
        for reference, key in about.items()
        if (row := rows.get(key))
    }


def forget_about(session: Session, municipality_id: int, invitation_ids: Sequence[int]) -> None:
    """Delete what was reported about these invitations' messages: it would tell who was reminded."""
    session.execute(_FORGET, {"municipality_id": municipality_id, "invitations": list(invitation_ids)})


def forget(session: Session, now: datetime) -> None:
    """Delete what is no longer needed: receipts applied a month ago, and last year's counts of refused ones."""
    session.execute(delete(Receipt).where(Receipt.processed_at <= now - KEPT))
    session.execute(delete(RefusedReceipt).where(RefusedReceipt.day <= workdays.day(now - REFUSED_KEPT)))


def _take(limit: int) -> Select[Any]:
    """Unprocessed receipts, locked; those another worker has in hand are passed over."""
    waiting = select(Receipt.__table__).where(Receipt.processed_at.is_(None))
    return waiting.order_by(Receipt.id).limit(limit).with_for_update(skip_locked=True)


def _messages(session: Session, keys: AbstractSet[Key], now: datetime) -> tuple[dict[Key, Row[Any]], set[Key]]:
    """The messages of `keys`, locked, and the keys of those that somebody else has locked."""
    values = {"municipalities": [key[0] for key in keys], "ids": [key[1] for key in keys], "now": now}
    # Never wait for a message: a worker notes its batch in another order, and each would wait for the other.
    held = {(row.municipality_id, row.id) for row in session.execute(_LOCK, values)}
    rows = {(row.municipality_id, row.id): row for row in session.execute(_READ, values)}
    return {key: rows[key] for key in held}, rows.keys() - held


def _strongest(receipts: Iterable[Row[Any]], known: Mapping[Key, Row[Any]]) -> list[tuple[Row[Any], Row[Any]]]:
    """Receipt and message, for each message the one that counts of those about its present attempt."""
    best: dict[Key, Row[Any]] = {}
    for row in receipts:
        key = key_of(row.reference)
        if key and key in known and _fits(row, known[key]):
            best[key] = max(best.get(key, row), row, key=_strength)
    return [(row, known[key]) for key, row in sorted(best.items())]


def _fits(receipt: Row[Any], message: Row[Any]) -> bool:
    """Is it about this very attempt, by the gateway that has it, and is the message not settled yet?"""
    event = "deliver" if receipt.state == "delivered" else "fail"
    return _own(receipt, message) and message.state in message_states.before(event)


def _own(receipt: Row[Any], message: Row[Any]) -> bool:
    """Is it about the last attempt at the message, by the gateway that made it?"""
    return bool(message.reference == receipt.reference and message.gateway == receipt.gateway)


def _strength(receipt: Row[Any]) -> tuple[bool, bool, bool, int]:
    return (receipt.state == "delivered", receipt.dead, receipt.permanent, -receipt.id)


def _verdict(receipt: Row[Any], message: Row[Any]) -> _Verdict:
    """Delivered; or by e-mail instead, once and where there is one, if no later file took it back; or failed."""
    key = (message.municipality_id, message.id)
    if receipt.state == "delivered":
        return _Verdict(*key, "delivered", None, None)
    why = receipt.reason or "ikke leveret"
    if message.can_fall_over and message.state in message_states.before("fall over"):
        return _Verdict(*key, "waiting", None, f"{FELL_OVER}: {why}")
    return _Verdict(*key, "failed", receipt.permanent, why)


def _apply(session: Session, verdicts: Sequence[_Verdict], now: datetime) -> None:
    if verdicts:
        columns = ("municipality_id", "message_id", "state", "permanent", "reason")
        lists = {f"{column}s": [getattr(verdict, column) for verdict in verdicts] for column in columns}
        session.execute(_APPLY, lists | {"now": now})


def _dead(receipt: Row[Any], message: Row[Any]) -> Dead:
    return Dead(message.municipality_id, message.print, message.channel, receipt.reason)


def _stop(session: Session, receipts: Iterable[Row[Any]], known: Mapping[Key, Row[Any]], now: datetime) -> None:
    """Stop what receipts about messages of ours say must stop: a municipality's lane, or the whole gateway."""
    meant = [
        (row, message)
        for row in receipts
        if row.stops and (key := key_of(row.reference)) and (message := known.get(key)) and _own(row, message)
    ]
    for gateway, reason in sorted({row.gateway: row.reason for row, _message in meant if not row.lane}.items()):
        breaker.trouble(session, gateway, reason, now, at_once=True)
    lanes = {(message.municipality_id, row.gateway): row.reason for row, message in meant if row.lane}
    for (municipality_id, gateway), reason in sorted(lanes.items()):
        breaker.stop_lane(session, municipality_id, gateway, reason, now)


_STORE = text("""
    INSERT INTO receipt (gateway, event_id, reference, state, permanent, dead, stops, lane, reason, received_at)
    SELECT :gateway, event_id, reference, state, permanent, dead, stops, lane, reason, :now
    FROM unnest(CAST(:event_ids AS text[]), CAST(:references AS text[]), CAST(:states AS text[]),
        CAST(:permanents AS boolean[]), CAST(:deads AS boolean[]), CAST(:stops AS boolean[]),
        CAST(:lanes AS boolean[]), CAST(:reasons AS text[]))
        AS r(event_id, reference, state, permanent, dead, stops, lane, reason)
    ON CONFLICT (gateway, event_id) DO NOTHING
    RETURNING id
""")
# An attempt that was not counted has used the number after the last.
_FORGET = text("""
    DELETE FROM receipt r
    USING message m CROSS JOIN LATERAL generate_series(1, m.attempts + 1) AS attempt
    WHERE m.municipality_id = :municipality_id AND m.invitation_id = ANY(CAST(:invitations AS bigint[]))
        AND r.reference = m.municipality_id || '-' || m.id || '-' || attempt
""")
_KEYS = "unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[])) AS k(municipality_id, id)"
_LOOK = text(f"""
    SELECT m.municipality_id, m.id, m.state, m.reason, m.gateway
    FROM {_KEYS} JOIN message m ON m.municipality_id = k.municipality_id AND m.id = k.id
""")  # noqa: S608 - our own text
_LOCK = text(f"""
    SELECT m.municipality_id, m.id
    FROM {_KEYS} JOIN message m ON m.municipality_id = k.municipality_id AND m.id = k.id
    FOR NO KEY UPDATE OF m SKIP LOCKED
""")  # noqa: S608 - our own text
_READ = text(f"""
    SELECT m.municipality_id, m.id, m.state, m.channel, m.reference, m.gateway,
        CASE m.channel WHEN 'sms' THEN c.mobile_print ELSE c.email_print END AS print,
        m.channel = 'sms' AND NOT m.fell_over AND c.email IS NOT NULL
            AND NOT i.held_back AND coalesce(i.expires_at > :now, true)
            AND NOT EXISTS (
                SELECT FROM dead_address d
                WHERE d.municipality_id = m.municipality_id AND d.fingerprint = c.email_print
            ) AS can_fall_over
    FROM {_KEYS} JOIN message m ON m.municipality_id = k.municipality_id AND m.id = k.id
    JOIN invitation i ON i.municipality_id = m.municipality_id AND i.id = m.invitation_id
    LEFT JOIN contact c ON c.municipality_id = m.municipality_id AND c.invitation_id = m.invitation_id
""")  # noqa: S608 - our own text
# Waiting means by e-mail from now on. What is known of the attempt by SMS stays until the next claim: a late word
# that it arrived after all settles the message.
_APPLY = text("""
    UPDATE message m
    SET state = v.state, permanent = v.permanent, reason = v.reason,
        channel = CASE v.state WHEN 'waiting' THEN 'email' ELSE m.channel END,
        fell_over = m.fell_over OR v.state = 'waiting',
        due_at = CASE v.state WHEN 'waiting' THEN :now ELSE m.due_at END,
        sent_at = CASE WHEN v.state <> 'waiting' THEN coalesce(m.sent_at, m.claimed_at) END,
        doubted_at = NULL
    FROM unnest(CAST(:municipality_ids AS bigint[]), CAST(:message_ids AS bigint[]), CAST(:states AS text[]),
        CAST(:permanents AS boolean[]), CAST(:reasons AS text[]))
        AS v(municipality_id, id, state, permanent, reason)
    WHERE m.municipality_id = v.municipality_id AND m.id = v.id
""")
_DONE = text("""
    UPDATE receipt SET processed_at = :now, applied = id = ANY(CAST(:applied AS bigint[]))
    WHERE id = ANY(CAST(:ids AS bigint[]))
""")
