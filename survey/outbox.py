"""The outbox: claim, draw the token, hand over, note the outcome. The message table is the queue.

A message is handed over at most once per attempt, and only a sure refusal leads to another attempt. The
transaction of `claim` ends before the network is touched, and `note` gets another one afterwards.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, case, exists, func, literal, null, or_, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from survey import eligibility, invitations, texts, workdays
from survey.gateways import Gateway, Letter, Outcome
from survey.models import BallotKey, Contact, Invitation, Meeting, Message, Municipality, QuestionnaireVersion

BATCH = 20
"""Messages per claim: what a killed worker leaves in doubt at most."""
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""How long to wait after the first, second, … temporary refusal; the one after the last is final."""
INTERRUPTED = "udsendelsen blev afbrudt"


@dataclass(frozen=True, repr=False)
class Claimed:
    """A message this worker alone may hand over, with the only copy of its link. Never logged."""

    municipality_id: int
    message_id: int
    invitation_id: int
    attempt: int
    gateway: str
    to: str
    token: str
    writing: texts.Writing

    @property
    def reference(self) -> str:
        """What the provider calls this attempt by."""
        return reference(self.municipality_id, self.message_id, self.attempt)

    @property
    def channel(self) -> str:
        """How it goes: "sms" or "email"."""
        return self.writing.channel

    @property
    def token_hash(self) -> bytes:
        """All that is stored of the link."""
        return invitations.token_hash(self.token)


@dataclass(frozen=True)
class _Verdict:
    """The state an attempt leads to; `due_at` when it is to be tried again."""

    municipality_id: int
    message_id: int
    attempt: int
    state: str
    reason: str | None
    due_at: datetime | None
    untried: int


@dataclass(frozen=True)
class Claim:
    """A batch: what may be handed over now, and how many were skipped for good, by reason."""

    claimed: list[Claimed]
    skipped: Counter[str]


@dataclass(frozen=True)
class Doubt:
    """A message of which nobody knows whether it left."""

    municipality: str
    message_id: int
    since: datetime


def reference(municipality_id: int, message_id: int, attempt: int) -> str:
    """Our name for one attempt at one message: unique, without meaning to others, fit for a file name."""
    return f"{municipality_id}-{message_id}-{attempt}"


def claim(
    session: Session, *, carriers: Mapping[str, str], worker: int, base_url: str, now: datetime, size: int = BATCH
) -> Claim:
    """Claim up to `size` messages that are due, each with a new link; five statements whatever the size.

    `carriers` maps a channel to the gateway that carries it. `worker` must hold its advisory lock. Outside the
    send window nothing is claimed. What must not be sent after all becomes "skipped"; its meeting stays "invited".
    """
    if not workdays.in_send_window(now):
        return Claim([], Counter())
    rows = session.execute(_due(carriers, now, size)).all()
    skipped = [row for row in rows if row.why_not]
    _skip(session, skipped)
    claimed = [_claimed(row, carriers, base_url) for row in rows if not row.why_not]
    if claimed:
        values = {"worker": worker, "now": now} | _listed(claimed, **_CLAIMED)
        session.execute(_CLAIM, values)
        session.execute(_LINK, values)
        session.execute(_PROLONG, values | {"week": workdays.monday(workdays.day(now))})
    return Claim(claimed, Counter(row.why_not for row in skipped))


def hand_over(
    claimed: Sequence[Claimed],
    gateways: Sequence[Gateway],
    stopping: Callable[[], bool] = lambda: False,
    open_window: Callable[[], bool] = lambda: True,
) -> list[tuple[Claimed, Outcome]]:
    """Call the gateway for each message, outside any transaction.

    Both are asked before each: once the send window has closed, or once `stopping`, the rest are "skipped".
    """
    by_name = {gateway.name: gateway for gateway in gateways}
    return [
        (
            message,
            Outcome("skipped") if stopping() or not open_window() else _handed(message, by_name[message.gateway]),
        )
        for message in claimed
    ]


def note(
    session: Session, handled: Sequence[tuple[Claimed, Outcome]], *, worker: int, now: datetime
) -> Counter[str]:
    """Write down what became of each message; three statements at most. How many ended in which state.

    What was refused loses its link, and what the claim promised the invitation is taken back. A refusal for now
    goes back to waiting, until the fifth. Only this worker's attempt is
    changed, and only while it is claimed or in doubt: a receipt that was faster has the last word.
    """
    verdicts = [_verdict(message, outcome, now) for message, outcome in handled]
    if not verdicts:
        return Counter()
    values = {"worker": worker, "now": now} | _listed(verdicts, **_VERDICT)
    noted = session.execute(_NOTE, values).all()
    not_taken_on = [row for row in noted if row.state in ("waiting", "refused")]
    if not_taken_on:
        listed = _listed(not_taken_on, **_NOTED)
        session.execute(_UNLINK, listed)
        session.execute(_SHORTEN, listed)
    return Counter(verdict.state for verdict in verdicts)


def recover(session: Session) -> int:
    """Turn what dead workers had claimed into "unknown"; how many. A worker is dead when its lock can be had."""
    return len(session.execute(_RECOVER, {"reason": INTERRUPTED}).all())


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


def waiting(session: Session, *, carriers: Mapping[str, str], now: datetime) -> dict[str, int]:
    """How many messages wait, by why (in Danish)."""
    window = "klar til afsendelse" if workdays.in_send_window(now) else "uden for sendevinduet"
    why = case(
        (_channel(carriers).is_(None), "ingen gateway til kanalen"),
        (~_open_key(), "ingen åben nøgle til besvarelser"),
        (Message.due_at > now, "endnu ikke tid"),
        else_=window,
    ).label("why")
    query = select(why, func.count().label("n")).select_from(Message).join(Invitation).join(Contact)
    counted = session.execute(query.where(Message.state == "waiting").group_by(why).order_by(why))
    return {row.why: row.n for row in counted}


def leaving(session: Session, now: datetime) -> tuple[int, datetime, datetime] | None:
    """How many messages wait, and when the first and the last may leave (UTC, not before `now`); None: none."""
    due = select(func.count(), func.min(Message.due_at), func.max(Message.due_at))
    n, first, last = session.execute(due.where(Message.state == "waiting")).one()
    return (n, workdays.next_send_time(max(first, now)), workdays.next_send_time(max(last, now))) if n else None


def _due(carriers: Mapping[str, str], now: datetime, size: int) -> Select[Any]:
    """Lock messages that are due, with their invitations, so that nobody answers between check and claim."""
    why_not = eligibility.why_not_send(now)
    channel = _channel(carriers)
    return (
        select(
            Message.municipality_id,
            Message.id,
            Message.invitation_id,
            Message.attempts,
            Message.kind,
            channel.label("channel"),
            why_not.label("why_not"),
            Contact.name.label("citizen"),
            Contact.mobile,
            Contact.email,
            Municipality.name.label("municipality"),
            Municipality.phone,
            Municipality.sms_sender,
            Municipality.smallest_group,
            QuestionnaireVersion.statement_count,
        )
        .select_from(Message)
        .join(Invitation)
        .join(Contact)
        .join(Meeting)
        .join(QuestionnaireVersion)
        .join(Municipality, Municipality.id == Message.municipality_id)
        .where(
            Message.state == "waiting",
            Message.due_at <= now,
            or_(why_not.is_not(None), and_(channel.is_not(None), _open_key())),
        )
        .order_by(Message.due_at, Message.id)
        .limit(size)
        .with_for_update(of=[Message, Invitation], skip_locked=True, key_share=True)
    )


def _channel(carriers: Mapping[str, str]) -> ColumnElement[Any]:
    """SQL: by SMS where there is a mobile and a carrier, else by e-mail, else NULL."""
    ways = [("sms", Contact.mobile), ("email", Contact.email)]
    possible = [(address.is_not(None), literal(channel)) for channel, address in ways if channel in carriers]
    return case(*possible, else_=null()) if possible else null()


def _open_key() -> ColumnElement[bool]:
    # Without an open key an answer could not be sealed: the link would lead nowhere.
    return exists().where(BallotKey.municipality_id == Message.municipality_id, BallotKey.state == "open")


def _claimed(row: Row[Any], carriers: Mapping[str, str], base_url: str) -> Claimed:
    token = invitations.draw_token()
    by_sms = row.channel == "sms"
    return Claimed(
        municipality_id=row.municipality_id,
        message_id=row.id,
        invitation_id=row.invitation_id,
        attempt=row.attempts + 1,
        gateway=carriers[row.channel],
        to=row.mobile if by_sms else row.email,
        token=token,
        writing=texts.Writing(
            kind=row.kind,
            channel=row.channel,
            municipality=row.municipality,
            phone=row.phone,
            name=row.citizen,
            questions=row.statement_count,
            smallest_group=row.smallest_group,
            link=f"{base_url}/s/{token}",
            sender=row.sms_sender if by_sms else texts.plain(row.municipality),
        ),
    )


def _skip(session: Session, rows: Sequence[Row[Any]]) -> None:
    if rows:
        session.execute(_SKIP, _listed(rows, municipalities="municipality_id", ids="id", reasons="why_not"))


def _listed(rows: Sequence[Any], **columns: str) -> dict[str, list[Any]]:
    """Parameters of a statement over many rows: each a list of the rows' attribute."""
    return {parameter: [getattr(row, column) for row in rows] for parameter, column in columns.items()}


def _handed(message: Claimed, gateway: Gateway) -> Outcome:
    try:
        subject, body = texts.render(message.writing)
    except Exception:  # noqa: BLE001 - one text that cannot be written must not stop the others
        return Outcome("refused", "beskeden kunne ikke skrives", permanent=True)
    letter = Letter(message.reference, message.channel, message.to, message.writing.sender, subject, body)
    try:
        return gateway.send(letter)
    except Exception as error:  # noqa: BLE001 - whatever it was, the letter may have left
        return Outcome("unknown", f"fejl i gateway ({type(error).__name__})")


def _verdict(message: Claimed, outcome: Outcome, now: datetime) -> _Verdict:
    """What `outcome` leads to. An attempt that was never tried is not counted."""
    state = {"accepted": "sent", "refused": "refused", "unknown": "unknown", "skipped": "waiting"}[outcome.word]
    due = None
    if outcome.word == "refused" and not outcome.permanent and message.attempt <= len(PAUSES):
        state, due = "waiting", workdays.next_send_time(now + PAUSES[message.attempt - 1])
    untried = int(outcome.word == "skipped")
    return _Verdict(
        message.municipality_id, message.message_id, message.attempt, state, outcome.detail or None, due, untried
    )


_KEY = {"municipalities": "municipality_id", "ids": "message_id", "attempts": "attempt"}
_CLAIMED = _KEY | {
    "invitations": "invitation_id",
    "channels": "channel",
    "gateways": "gateway",
    "references": "reference",
    "hashes": "token_hash",
}
_NOTED = _KEY | {"invitations": "invitation_id"}
_VERDICT = _KEY | {"states": "state", "reasons": "reason", "dues": "due_at", "untried": "untried"}

_CLAIM = text("""
    UPDATE message m
    SET state = 'claimed', attempts = c.attempt, channel = c.channel, gateway = c.gateway, reference = c.reference,
        claimed_at = :now, claimed_by = :worker, reason = NULL
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:attempts AS smallint[]),
        CAST(:channels AS text[]), CAST(:gateways AS text[]), CAST(:references AS text[]))
        AS c(municipality_id, id, attempt, channel, gateway, reference)
    WHERE m.municipality_id = c.municipality_id AND m.id = c.id
""")
_LINK = text("""
    INSERT INTO link (municipality_id, message_id, attempt, invitation_id, token_hash)
    SELECT * FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:attempts AS smallint[]),
        CAST(:invitations AS bigint[]), CAST(:hashes AS bytea[]))
""")
# Hours, because a "day" of PostgreSQL follows the clocks of the session's time zone.
_PROLONG = text("""
    UPDATE invitation i
    SET expires_at = CAST(:now AS timestamptz) + interval '336 hours',
        sent_week = coalesce(i.sent_week, CAST(:week AS date))
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:invitations AS bigint[])) AS c(municipality_id, id)
    WHERE i.municipality_id = c.municipality_id AND i.id = c.id
""")
_SKIP = text("""
    UPDATE message m SET state = 'skipped', reason = s.reason
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:reasons AS text[]))
        AS s(municipality_id, id, reason)
    WHERE m.municipality_id = s.municipality_id AND m.id = s.id
""")
_NOTE = text("""
    UPDATE message m
    SET state = o.state, reason = o.reason, due_at = coalesce(o.due_at, m.due_at),
        attempts = m.attempts - o.untried,
        sent_at = CASE WHEN o.state = 'sent' THEN CAST(:now AS timestamptz) END,
        gateway = CASE WHEN o.state <> 'waiting' THEN m.gateway END,
        reference = CASE WHEN o.state <> 'waiting' THEN m.reference END,
        claimed_at = CASE WHEN o.state <> 'waiting' THEN m.claimed_at END,
        claimed_by = CASE WHEN o.state <> 'waiting' THEN m.claimed_by END
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:attempts AS smallint[]),
        CAST(:states AS text[]), CAST(:reasons AS text[]), CAST(:dues AS timestamptz[]),
        CAST(:untried AS smallint[]))
        AS o(municipality_id, id, attempt, state, reason, due_at, untried)
    WHERE m.municipality_id = o.municipality_id AND m.id = o.id AND m.attempts = o.attempt
        AND m.claimed_by = :worker AND m.state IN ('claimed', 'unknown')
    RETURNING m.municipality_id, m.id AS message_id, m.invitation_id, o.attempt, m.state
""")
_UNLINK = text("""
    DELETE FROM link l
    USING unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:attempts AS smallint[]))
        AS r(municipality_id, message_id, attempt)
    WHERE l.municipality_id = r.municipality_id AND l.message_id = r.message_id AND l.attempt = r.attempt
""")
# What the claim promised too early: 14 days after the last message really handed over, nothing when there is none.
# Whoever has answered was reached, whatever a late note says, and keeps the week.
_SHORTEN = text("""
    UPDATE invitation i
    SET expires_at = h.last + interval '336 hours', sent_week = CASE WHEN h.last IS NOT NULL THEN i.sent_week END
    FROM (
        SELECT r.municipality_id, r.id, max(m.claimed_at) AS last
        FROM unnest(CAST(:municipalities AS bigint[]), CAST(:invitations AS bigint[])) AS r(municipality_id, id)
        LEFT JOIN message m ON m.municipality_id = r.municipality_id AND m.invitation_id = r.id
            AND m.state NOT IN ('waiting', 'skipped', 'refused')
        GROUP BY r.municipality_id, r.id
    ) h
    WHERE i.municipality_id = h.municipality_id AND i.id = h.id AND (h.last IS NOT NULL OR NOT i.answered)
""")
# The locks taken here end with the transaction. A note that comes late, from a worker thought dead, still wins.
_RECOVER = text("""
    WITH dead AS MATERIALIZED (
        SELECT claimed_by FROM (SELECT DISTINCT claimed_by FROM message WHERE state = 'claimed') AS workers
        WHERE pg_try_advisory_xact_lock(claimed_by)
    )
    UPDATE message m SET state = 'unknown', reason = :reason
    FROM dead WHERE m.claimed_by = dead.claimed_by AND m.state = 'claimed'
    RETURNING m.id
""")
