"""The outbox: claim what is due, skip what must not leave, take up after the dead. The table is the queue.

A message is handed over at most once per attempt, and only a sure refusal leads to another attempt. The
transaction of `claim` ends before the network is touched; `verdicts.note` gets another one afterwards.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause

from survey import bulk, eligibility, letters, texts, workdays
from survey.lanes import Lane
from survey.letters import Claimed, Drawn, Due
from survey.message_states import before
from survey.models import DECISIONS, Contact, Invitation, Meeting, Message, Municipality, QuestionnaireVersion

BATCH = 20
"""Messages per claim, where nothing says that the gateway takes more."""
INTERRUPTED = "udsendelsen blev afbrudt"
SILENT_AFTER = timedelta(days=3)
SILENT = "ingen kvittering i tre døgn"
_WAITING: ColumnElement[str] = literal_column("'waiting'")
"""Written into the statement: a parameter would hide from the planner that the partial index fits."""


@dataclass(frozen=True)
class Claim:
    """A batch: what may be handed over now; how many were skipped for good, by reason; how many turned channel.

    `told`: those of the skipped that a log may count.
    """

    claimed: list[Claimed]
    skipped: Counter[str]
    turned: int = 0
    told: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        """Was there anything?"""
        return bool(self.claimed or self.skipped or self.turned)


def claim(
    session: Session,
    lanes: Sequence[Lane],
    *,
    worker: int,
    base_url: str,
    now: datetime,
    size: int = BATCH,
    drawn: Sequence[Drawn] = (),
) -> Claim:
    """Claim up to `size` messages that are due in `lanes`, each with a new link; seven statements at most.

    `worker` must hold its advisory lock. `drawn` are codes for lanes that are not in the mode "link", at least
    `size` of them: hashing one takes too long for a transaction. Whose turn it is among lanes is their order.
    """
    if not lanes:
        return Claim([], Counter())
    session.execute(_PLAN_BY_INDEX)
    # The bare connection makes rows at half the price of the session, and a named tuple is read ten times as fast.
    rows = [Due(*row) for row in session.connection().execute(due(now), asked(lanes, now, size))]
    skipped, turned, leaving = _sorted(rows, {lane.municipality_id for lane in lanes if lane.only})
    skip(session, skipped)
    _turn(session, turned)
    claimed = _claimed(session, leaving, lanes, base_url, drawn)
    if claimed:
        week = workdays.monday(workdays.day(now))
        session.execute(_LINK, bulk.in_columns(claimed, _LINKED))
        given = bulk.in_columns(claimed, _CLAIMED)
        session.execute(_CLAIM, {**given, "worker": worker, "now": now, "week": week})
    told = Counter(eligibility.words[why] for row, why in skipped if letters.is_first(row))
    return Claim(claimed, Counter(eligibility.words[why] for _row, why in skipped), len(turned), told)


def reroute(session: Session, without_sms: Sequence[int]) -> int:
    """Let what waits for an SMS gateway in these municipalities, which have none, go by e-mail; how many can."""
    if not without_sms:
        return 0
    return len(session.execute(_REROUTE, {"municipalities": list(without_sms)}).all())


def recover(session: Session, now: datetime) -> int:
    """Turn what dead workers had claimed into "unknown"; how many. A worker is dead when its lock can be had."""
    values = {"reason": INTERRUPTED, "before": list(before("lose")), "now": now}
    return len(session.execute(_RECOVER, values).all())


def fall_silent(session: Session, gateways: Sequence[str], now: datetime, limit: int = 1000) -> int:
    """Turn up to `limit` messages sent three days ago by `gateways`, which report, into "unknown"; how many."""
    values = {"gateways": list(gateways), "then": now - SILENT_AFTER, "now": now, "reason": SILENT, "limit": limit}
    return len(session.execute(_FALL_SILENT, values | {"before": list(before("fall silent"))}).all())


# What is due ----------------------------------------------------------------------------------------------


def due(now: datetime) -> Select[*tuple[Any, ...]]:
    """The statement that finds and locks what may leave at `now`; its parameters are those of `asked`."""
    return _due(_minute(now))


def asked(lanes: Sequence[Lane], now: datetime, size: int) -> dict[str, Any]:
    """The parameters of `due`."""
    municipalities, channels = [lane.municipality_id for lane in lanes], [lane.channel for lane in lanes]
    return {"municipalities": municipalities, "channels": channels, "now": now, "size": size}


def _minute(now: datetime) -> datetime:
    """The end of the minute `now` is in: the statement is built once a minute, not at each claim."""
    begun = now.replace(second=0, microsecond=0)
    return begun if begun == now else begun + timedelta(minutes=1)


_LANE = (
    func.unnest(bindparam("municipalities", type_=ARRAY(BigInteger)), bindparam("channels", type_=ARRAY(Text)))
    .table_valued("municipality_id", "channel", name="lane")
    .render_derived()
)


def _oldest(minute: datetime) -> LateralFromClause:
    """The oldest messages of each lane that are due, locked: their municipality and id."""
    queued = aliased(Message)
    return (
        select(queued.municipality_id, queued.id)
        .where(
            queued.municipality_id == _LANE.c.municipality_id,
            queued.channel == _LANE.c.channel,
            queued.state == _WAITING,
            queued.due_at <= bindparam("now"),
            ~eligibility.not_yet(queued, minute),
        )
        .order_by(queued.due_at, queued.id)
        .limit(bindparam("size"))
        .with_for_update(skip_locked=True, key_share=True)
        .correlate(_LANE)
        .lateral("due")
    )


@lru_cache(maxsize=4)
def _due(minute: datetime) -> Select[*tuple[Any, ...]]:
    """Lock messages that are due, with their invitations, so that nobody answers between check and claim.

    Each lane is asked by the index for its oldest messages, and the first `size` found in lane order are taken:
    nothing is sorted, and what waits in other lanes is never read.
    """
    due = _oldest(minute)
    found: Select[*tuple[Any, ...]] = (
        select(
            Message.municipality_id,
            Message.id,
            Message.invitation_id,
            Message.attempts,
            Message.kind,
            Message.channel,
            Message.fell_over,
            eligibility.why_not_send(minute).label("why_not"),
            eligibility.alive("sms").label("by_sms"),
            eligibility.alive("email").label("by_email"),
            Contact.name.label("citizen"),
            Contact.language,
            Contact.mobile,
            Contact.email,
            Contact.mobile_print,
            Contact.email_print,
            Invitation.expires_at,
            Invitation.sent_week,
            Meeting.held_on,
            Municipality.name.label("municipality"),
            Municipality.phone,
            Municipality.sms_sender,
            Municipality.smallest_group,
            Municipality.host,
            QuestionnaireVersion.questionnaire_id,
            QuestionnaireVersion.statement_count,
        )
        .select_from(_LANE)
        .join(due, true())
        .join(
            Message,
            and_(
                Message.municipality_id == due.c.municipality_id,
                Message.id == due.c.id,
                Message.state == _WAITING,
            ),
        )
        .join(Invitation, Message.invitation_id == Invitation.id)
        .join(Contact)
        .join(Meeting)
        .join(QuestionnaireVersion)
        .join(Municipality, Municipality.id == Message.municipality_id)
        .where(Invitation.municipality_id == Message.municipality_id)
        .limit(bindparam("size"))
        .with_for_update(of=[Message, Invitation], skip_locked=True, key_share=True)
    )
    return found


def _sorted(rows: Sequence[Due], only: set[int]) -> tuple[list[tuple[Due, str]], list[Due], list[Due]]:
    """What must not leave, with the code of why; what turns to the other channel; what leaves."""
    skipped: list[tuple[Due, str]] = []
    turned: list[Due] = []
    leaving: list[Due] = []
    for row in rows:
        reachable = _reachable(row)
        if why := row.why_not or (None if reachable else _dead(row, only)):
            skipped.append((row, why))
        else:
            (leaving if reachable else turned).append(row)
    return skipped, turned, leaving


def _dead(row: Due, only: set[int]) -> str | None:
    """ "dead_address" where no other channel is left either; in the municipalities of `only` there is none."""
    if row.municipality_id in only:
        return "dead_address"
    # What fell over to e-mail does not turn back.
    other = row.by_email if row.channel == "sms" else row.by_sms and not row.fell_over
    return None if other else "dead_address"


def _reachable(row: Due) -> bool:
    return bool(row.by_sms if row.channel == "sms" else row.by_email)


def _claimed(
    session: Session, rows: Sequence[Due], lanes: Sequence[Lane], base_url: str, drawn: Sequence[Drawn]
) -> list[Claimed]:
    """What is to be handed over of each row, with its token."""
    if not rows:
        return []
    by_key = {(lane.municipality_id, lane.channel): lane for lane in lanes}
    own = texts.own(session, {row.municipality_id for row in rows})
    ready, drafts = iter(drawn), dict[tuple[object, ...], texts.Draft]()
    made = []
    for row in rows:
        lane, sort = by_key[row.municipality_id, row.channel], letters.sort(row)
        if sort not in drafts:
            drafts[sort] = letters.draft(row, lane, base_url, own)
        token = letters.draw("link") if lane.link_mode == "link" else next(ready)
        made.append(letters.claimed(row, lane, token, base_url, drafts[sort]))
    return made


def skip(session: Session, skipped: Sequence[tuple[Due | Row[Any], str]]) -> None:
    """Let waiting messages, each with the code of why, never leave. The rows are those of `due`, or like them.

    An invitation that must not leave gives its meeting the true reason why nobody was asked.

    Not one that has left before: it would be skipped for another reason, or none, if it were answered.
    """
    if skipped:
        rows = bulk.listed([row for row, _why in skipped], municipalities="municipality_id", ids="id")
        reasons = [eligibility.words[why] for _row, why in skipped]
        decisions = [why if why in DECISIONS and row.kind == "invitation" else None for row, why in skipped]
        session.execute(_SKIP, rows | {"reasons": reasons, "decisions": decisions})


def _turn(session: Session, rows: Sequence[Due]) -> None:
    if rows:
        session.execute(_TURN, bulk.listed(rows, municipalities="municipality_id", ids="id"))


_PLAN_BY_INDEX = bulk.by_index()
_LINKED = {
    "municipality_id": "bigint",
    "message_id": "bigint",
    "attempt": "smallint",
    "invitation_id": "bigint",
    "token_hash": "text",
}
_CLAIMED = {
    "municipality_id": "bigint",
    "message_id": "bigint",
    "attempt": "smallint",
    "invitation_id": "bigint",
    "gateway": "text",
}
# Before the messages change: what a new link points to is looked up in half the time.
_LINK = text(f"""
    INSERT INTO link (municipality_id, message_id, attempt, invitation_id, token_hash)
    SELECT municipality_id, message_id, attempt, invitation_id, decode(token_hash, 'hex')
    FROM {bulk.table(_LINKED)} AS c
""")  # noqa: S608 - the words are our own
# Hours, because a "day" of PostgreSQL follows the clocks of the session's time zone.
_CLAIM = text(f"""
    WITH c AS MATERIALIZED {bulk.table(_CLAIMED)}, prolonged AS (
        UPDATE invitation i
        SET expires_at = CAST(:now AS timestamptz) + interval '336 hours',
            sent_week = coalesce(i.sent_week, CAST(:week AS date))
        FROM c WHERE i.municipality_id = c.municipality_id AND i.id = c.invitation_id
    )
    UPDATE message m
    SET state = 'claimed', attempts = c.attempt, gateway = c.gateway,
        reference = c.municipality_id || '-' || c.message_id || '-' || c.attempt,
        claimed_at = :now, claimed_by = :worker, reason = NULL, provider_id = NULL
    FROM c WHERE m.municipality_id = c.municipality_id AND m.id = c.message_id
""")  # noqa: S608 - the words are our own
_SKIP = text("""
    WITH skipped AS (
        UPDATE message m SET state = 'skipped', reason = s.reason
        FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[]), CAST(:reasons AS text[]),
            CAST(:decisions AS text[])) AS s(municipality_id, id, reason, decision)
        WHERE m.municipality_id = s.municipality_id AND m.id = s.id
        RETURNING m.municipality_id, m.invitation_id, s.decision
    )
    UPDATE meeting SET decision = s.decision
    FROM skipped s JOIN invitation i ON i.municipality_id = s.municipality_id AND i.id = s.invitation_id
    WHERE meeting.municipality_id = i.municipality_id AND meeting.id = i.meeting_id
        AND s.decision IS NOT NULL AND meeting.decision = 'invited' AND i.sent_week IS NULL
""")
_TURN = text("""
    UPDATE message m
    SET channel = CASE m.channel WHEN 'sms' THEN 'email' ELSE 'sms' END, fell_over = m.channel = 'sms'
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:ids AS bigint[])) AS t(municipality_id, id)
    WHERE m.municipality_id = t.municipality_id AND m.id = t.id
""")
_REROUTE = text("""
    WITH stranded AS (
        SELECT m.municipality_id, m.id
        FROM message m
        JOIN contact c ON c.municipality_id = m.municipality_id AND c.invitation_id = m.invitation_id
        WHERE m.municipality_id = ANY(:municipalities) AND m.channel = 'sms' AND m.state = 'waiting'
            AND c.email IS NOT NULL AND NOT EXISTS (
                SELECT FROM dead_address d
                WHERE d.municipality_id = m.municipality_id AND d.fingerprint = c.email_print
            )
        FOR NO KEY UPDATE OF m SKIP LOCKED
    )
    UPDATE message m SET channel = 'email' FROM stranded s
    WHERE m.municipality_id = s.municipality_id AND m.id = s.id
    RETURNING m.id
""")
# The locks taken here end with the transaction. A note that comes late, from a worker thought dead, still wins.
_RECOVER = text("""
    WITH dead AS MATERIALIZED (
        SELECT claimed_by FROM (SELECT DISTINCT claimed_by FROM message WHERE state = 'claimed') AS workers
        WHERE pg_try_advisory_xact_lock(claimed_by)
    )
    UPDATE message m SET state = 'unknown', reason = :reason, doubted_at = :now
    FROM dead WHERE m.claimed_by = dead.claimed_by AND m.state = ANY(:before) AND m.state = 'claimed'
    RETURNING m.id
""")
# Sent for a reason is what an administrator counts as sent: a gateway that takes a letter on gives none.
_FALL_SILENT = text("""
    WITH silent AS (
        SELECT municipality_id, id FROM message
        WHERE state = 'sent' AND state = ANY(:before) AND sent_at <= :then AND gateway = ANY(:gateways)
            AND reason IS NULL
        ORDER BY sent_at LIMIT :limit
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE message m SET state = 'unknown', reason = :reason, doubted_at = :now FROM silent s
    WHERE m.municipality_id = s.municipality_id AND m.id = s.id
    RETURNING m.id
""")
