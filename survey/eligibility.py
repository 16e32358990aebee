"""Eligibility: whether and when somebody is asked. Decided at import, and asked again at the moment of sending.

The reasons stand in `models.DECISIONS` in the order in which they are given: the first that applies is the one.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, text
from sqlalchemy.orm import Session, aliased

from survey import workdays
from survey.models import (
    Contact,
    DeadAddress,
    Invitation,
    Meeting,
    Message,
    OptOut,
    Pause,
    Receipt,
    SendingRule,
)
from survey.samplings import Sampling
from survey.sending_rules import DEFAULT, Rule

TOO_OLD_DAYS = 14
"""A meeting held more than this many days ago is not asked about: memory has faded."""

STALE_DAYS = TOO_OLD_DAYS + 7
"""An invitation that could not leave within a week of the latest decision is not sent: the outage was too long."""

REMINDER_DAYS = 3
"""A reminder counts as sent so many days after each invitation: whether it really was tells who has answered."""

OVERRULED = ("protected_address", "hurtful_moment", "outside_wave", "not_sampled")
"""Decisions of a row that give way to what the tables know of its citizen, where that comes first in the order."""

DROPPED = "bortfaldet"
"""Said of what nobody needs any more: whether it is answered or too late to answer is told to nobody."""

words: Mapping[str, str] = {
    "answered": DROPPED,
    "expired": DROPPED,
    "reminded": DROPPED,
    "held_back": "holdt tilbage af en senere fil",
    "too_old": "samtalen er for længe siden",
    "opted_out": "borgeren vil ikke spørges",
    "paused": "borgeren har pause",
    "dead_address": "ingen mobil eller e-mail, der virker",
    "asked_recently": "borgeren er spurgt for nylig",
}
"""Why a message is not sent after all: the codes of `why_not_send`, in their order, and the words staff see."""


# At import -----------------------------------------------------------------------------------------------


class Said(NamedTuple):
    """What a row says of the meeting and of its citizen."""

    status: str
    opted_out: bool = False
    protected: bool = False
    hurtful: bool = False


def at_import(
    said: Said, *, held_at: datetime, now: datetime, reachable: bool, unsampled: str | None = None
) -> str:
    """What a row alone decides: "invited", or the first reason that it is not (a word of `models.DECISIONS`).

    "in_the_future" also covers a meeting that is still only booked. `unsampled` is the answer of `not_drawn`. What
    the tables know of the citizen is asked of all rows together: `hold_off`.
    """
    reasons = {
        "cancelled": said.status == "cancelled",
        "not_attended": said.status == "not_attended",
        "in_the_future": said.status == "booked" or held_at > now,
        "too_old": held_at < now - timedelta(days=TOO_OLD_DAYS),
        "no_channel": not reachable,
        "opted_out": said.opted_out,
        "protected_address": said.protected,
        "hurtful_moment": said.hurtful,
    }
    return next((reason for reason, applies in reasons.items() if applies), unsampled or "invited")


def takes_back(said: Said) -> str | None:
    """Why a row takes back an earlier decision to invite, whatever else holds for the meeting by now; or None."""
    reasons = {
        "cancelled": said.status == "cancelled",
        "not_attended": said.status == "not_attended",
        "opted_out": said.opted_out,
        "protected_address": said.protected,
        "hurtful_moment": said.hurtful,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def not_drawn(sampling: Sampling, key: bytes, citizen: bytes, held_on: date) -> str | None:
    """Why `sampling`, which holds on the meeting's day, leaves this citizen out; None when they are drawn.

    "outside_wave" or "not_sampled". The lot hangs on the citizen and the meeting's period alone (`occasion`):
    importing again, later, or under another meeting id draws the same, and nobody can set a day to draw anew.
    """
    share = share_on(sampling, held_on)
    if share is None:
        return "outside_wave"
    lucky = share == 100 or drawn(key, citizen, occasion(sampling, held_on), share)
    return None if lucky else "not_sampled"


def share_on(sampling: Sampling, held_on: date) -> int | None:
    """Per cent of the citizens that are drawn for meetings held on `held_on`; None outside every wave."""
    if sampling.kind != "waves":
        return sampling.share
    return max((wave.share for wave in sampling.waves if wave.first_on <= held_on <= wave.last_on), default=None)


def occasion(sampling: Sampling, held_on: date) -> str:
    """What a citizen has one lot for: in waves the meeting's calendar quarter, else its ISO week."""
    if sampling.kind == "waves":
        return f"quarter {held_on.year}-{(held_on.month + 2) // 3}"
    year, week, _ = held_on.isocalendar()
    return f"week {year}-{week}"


def drawn(key: bytes, citizen: bytes, occasion: str, share: int) -> bool:
    """Is `citizen` (their fingerprint) among `share` per cent on this `occasion`? The same answer for ever."""
    lot = hmac.digest(key, b"draw:" + citizen + occasion.encode(), "sha256")
    return int.from_bytes(lot[:8]) * 100 < share << 64


def hold_off(session: Session, municipality_id: int, rule: Rule, now: datetime) -> None:
    """Change decisions in the temporary table `incoming` of `meetings.record` by what is known of its citizens.

    First opt-outs, pauses and dead addresses, then who has been asked recently (or is asked in the same file).
    """
    here = {"municipality_id": municipality_id}
    session.execute(text(_HOLD_OFF), here | {"today": workdays.day(now)})
    since = now - timedelta(days=rule.quiet_days + REMINDER_DAYS)
    session.execute(text(_LEAVE_IN_PEACE), here | {"since": since})


_HOLD_OFF = """
WITH said_no AS MATERIALIZED (
    SELECT print
    FROM incoming CROSS JOIN LATERAL (VALUES (citizen), (mobile_print), (email_print)) AS prints (print)
    WHERE opted_out AND print IS NOT NULL
), reason AS (
    SELECT line, gone, CASE
        WHEN EXISTS (
            SELECT FROM opt_out WHERE municipality_id = :municipality_id
                AND fingerprint IN (citizen, mobile_print, email_print)
        ) THEN 'opted_out'
        WHEN citizen IN (TABLE said_no) OR mobile_print IN (TABLE said_no) OR email_print IN (TABLE said_no)
            THEN 'opted_out'
        WHEN decision IN ('protected_address', 'hurtful_moment') THEN decision
        WHEN EXISTS (
            SELECT FROM pause WHERE municipality_id = :municipality_id
                AND fingerprint IN (citizen, mobile_print, email_print)
                AND from_on <= :today AND :today <= until_on AND ended_at IS NULL
        ) THEN 'paused'
        WHEN NOT on_paper AND (mobile_print IS NULL OR gone) AND (email_print IS NULL OR EXISTS (
            SELECT FROM dead_address WHERE municipality_id = :municipality_id AND fingerprint = email_print
        )) THEN 'dead_address'
        ELSE decision
    END AS decision
    FROM incoming CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM dead_address WHERE municipality_id = :municipality_id AND fingerprint = mobile_print
        ) AS gone
    ) AS known
    WHERE NOT opted_out AND (on_paper OR mobile_print IS NOT NULL OR email_print IS NOT NULL)
)
UPDATE incoming SET decision = reason.decision, mobile_dead = reason.gone
FROM reason
WHERE reason.line = incoming.line AND (reason.decision <> incoming.decision OR reason.gone)
"""

_LEAVE_IN_PEACE = """
WITH asking AS (
    SELECT line, citizen, mobile, lower(email) AS email,
        row_number() OVER (PARTITION BY citizen ORDER BY held_at DESC, line) AS place,
        row_number() OVER (PARTITION BY mobile ORDER BY held_at DESC, line) AS place_of_mobile,
        row_number() OVER (PARTITION BY lower(email) ORDER BY held_at DESC, line) AS place_of_email
    FROM incoming WHERE decision = 'invited'
),
-- An invitation is made with the decision; nobody's phone may depend on how the file names the citizen.
asked AS MATERIALIZED (
    SELECT contact.mobile, lower(contact.email) AS email
    FROM invitation
    JOIN contact ON contact.municipality_id = invitation.municipality_id AND contact.invitation_id = invitation.id
    JOIN meeting ON meeting.municipality_id = invitation.municipality_id AND meeting.id = invitation.meeting_id
    WHERE invitation.municipality_id = :municipality_id AND invitation.created_at > :since
        AND meeting.decision = 'invited'
),
left_in_peace AS (
    SELECT line FROM asking
    WHERE place > 1 OR (place_of_mobile > 1 AND mobile IS NOT NULL) OR (place_of_email > 1 AND email IS NOT NULL)
    UNION
    SELECT line FROM asking JOIN meeting USING (citizen)
    WHERE municipality_id = :municipality_id AND decision = 'invited' AND decided_at > :since
    UNION
    SELECT line FROM asking JOIN asked USING (mobile)
    UNION
    SELECT line FROM asking JOIN asked USING (email)
)
UPDATE incoming SET decision = 'asked_recently'
FROM left_in_peace WHERE left_in_peace.line = incoming.line
"""


# At the moment of sending --------------------------------------------------------------------------------


def why_not_send(now: datetime) -> ColumnElement[str | None]:
    """SQL: the code (a key of `words`) of why a message must not leave at `now` after all; NULL when it may.

    For a query over `Message` joined with its `Invitation`, `Meeting` and `Contact`. Only an invitation can come
    too late or too soon after another: a reminder follows a message that was in time, and its link's end stops it.
    An invitation that is to leave once more does not leave after its reminder.
    """
    invites = Message.kind == "invitation"
    oldest = workdays.day(now) - timedelta(days=STALE_DAYS)
    return case(
        (Invitation.answered, "answered"),
        (Invitation.expires_at <= now, "expired"),
        (and_(invites, _reminded()), "reminded"),
        (_held_back(), "held_back"),
        (and_(invites, Meeting.held_on < oldest), "too_old"),
        (_opted_out(), "opted_out"),
        (_paused(workdays.day(now)), "paused"),
        (~or_(Contact.on_paper, alive("sms"), alive("email")), "dead_address"),
        (and_(invites, _asked_recently(now, oldest)), "asked_recently"),
        else_=None,
    )


def not_yet(message: Any, now: datetime) -> ColumnElement[bool]:
    """SQL: must `message` (an alias of `Message`) go on waiting at `now`, whatever it is due? Never NULL.

    A reminder waits while its invitation does, and for three days on a clock in Copenhagen after it last left.
    What has left before waits while a receipt that it arrived after all is stored and not applied.
    """
    first, then = aliased(Message), (workdays.local(now) - timedelta(days=REMINDER_DAYS)).astimezone(UTC)
    recent = _there_is(
        first.municipality_id == message.municipality_id,
        first.invitation_id == message.invitation_id,
        first.kind == "invitation",
        or_(first.state == "waiting", and_(first.claimed_at > then, first.state != "refused")),
    )
    return or_(and_(message.kind == "reminder", recent), and_(message.reference.is_not(None), arrived(message)))


def arrived(message: Any) -> ColumnElement[bool]:
    """SQL: is a receipt stored, not applied yet, that the last attempt at `message` arrived? Never NULL."""
    return exists().where(
        Receipt.processed_at.is_(None),
        Receipt.state == "delivered",
        Receipt.gateway == message.gateway,
        Receipt.reference == message.reference,
    )


def alive(channel: str) -> ColumnElement[bool]:
    """SQL: can the `Contact` be reached by `channel` ("sms" or "email"), as far as is known? Never NULL.

    For a query over `Contact`.
    """
    address, mark = (
        (Contact.mobile, Contact.mobile_print) if channel == "sms" else (Contact.email, Contact.email_print)
    )
    dead = exists().where(DeadAddress.municipality_id == Contact.municipality_id, DeadAddress.fingerprint == mark)
    return and_(address.is_not(None), ~dead)


def in_peace(now: datetime) -> ColumnElement[bool]:
    """SQL: is the citizen to be left in peace, whatever has been sent already? Never NULL.

    For a query over `Message` joined with its `Invitation`, `Meeting` and `Contact`.
    """
    return or_(_held_back(), _opted_out(), _paused(workdays.day(now)))


def _held_back() -> ColumnElement[bool]:
    return or_(Meeting.decision != "invited", Invitation.held_back)


def _reminded() -> ColumnElement[bool]:
    """Has the invitation's reminder left, or may it have?"""
    second = aliased(Message)
    return _there_is(
        second.municipality_id == Message.municipality_id,
        second.invitation_id == Message.invitation_id,
        second.kind == "reminder",
        second.claimed_at.is_not(None),
        second.state != "refused",
    )


def _there_is(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL: as EXISTS, asked by index row by row: of EXISTS the planner may make one hash of the whole table."""
    return select(literal(1)).where(*conditions).limit(1).scalar_subquery().is_not(None)


def _opted_out() -> ColumnElement[bool]:
    return exists().where(
        OptOut.municipality_id == Message.municipality_id,
        OptOut.fingerprint.in_((Meeting.citizen, Contact.mobile_print, Contact.email_print)),
    )


def _paused(today: date) -> ColumnElement[bool]:
    return exists().where(
        Pause.municipality_id == Message.municipality_id,
        Pause.fingerprint.in_((Meeting.citizen, Contact.mobile_print, Contact.email_print)),
        Pause.from_on <= today,
        Pause.until_on >= today,
        Pause.ended_at.is_(None),
    )


def _asked_recently(now: datetime, oldest: date) -> ColumnElement[bool]:
    """Has another invitation left for the same citizen, mobile or e-mail, or is an older one about to?"""
    meeting, invitation, contact, message = (
        aliased(Meeting),
        aliased(Invitation),
        aliased(Contact),
        aliased(Message),
    )
    own = select(SendingRule.quiet_days).where(SendingRule.municipality_id == Message.municipality_id)
    days = func.coalesce(own.correlate(Message).scalar_subquery(), DEFAULT.quiet_days) + REMINDER_DAYS
    # Hours, because a "day" of PostgreSQL follows the clocks of the session's time zone.
    since = literal(now) - func.make_interval(0, 0, 0, 0, days * 24)
    left = and_(message.state.not_in(("waiting", "skipped", "refused")), message.claimed_at > since)
    # After an outage two may be due at once, and be claimed at once by two workers: the older one goes.
    leaves = and_(
        message.state == "waiting", message.due_at <= now, message.id < Message.id, meeting.held_on >= oldest
    )
    other = (
        select(literal(1))
        .select_from(meeting)
        .join(invitation, _of(invitation, meeting, invitation.meeting_id == meeting.id))
        .join(contact, _of(contact, invitation, contact.invitation_id == invitation.id))
        .join(message, _of(message, invitation, message.invitation_id == invitation.id))
        .where(
            meeting.municipality_id == Message.municipality_id,
            invitation.id != Message.invitation_id,
            message.kind == "invitation",
            or_(left, leaves),
        )
    )
    same = (
        meeting.citizen == Meeting.citizen,
        contact.mobile == Contact.mobile,
        func.lower(contact.email) == func.lower(Contact.email),
    )
    return or_(*(other.where(each).correlate(Message, Meeting, Contact).exists() for each in same))


def _of(child: Any, parent: Any, reference: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL: is `child` a row of `parent`, within one municipality?"""
    return and_(child.municipality_id == parent.municipality_id, reference)
