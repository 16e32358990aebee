"""Eligibility: whether and when somebody is asked. Decided at import, and asked again at the moment of sending."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case

from survey import workdays
from survey.models import Invitation, Meeting, Message

TOO_OLD_DAYS = 14
"""A meeting held more than this many days ago is not asked about: memory has faded."""

STALE_DAYS = TOO_OLD_DAYS + 7
"""An invitation that could not leave within a week of the latest decision is not sent: the outage was too long."""

ASKED_RECENTLY_DAYS = 30
"""A citizen invited within this many days is left in peace."""


def at_import(
    *, status: str, held_at: datetime, now: datetime, reachable: bool, opted_out: bool, protected: bool
) -> str:
    """What a meeting alone decides: "invited", or the first reason that it is not (a word of `models.DECISIONS`).

    "in_the_future" also covers a meeting that is still only booked. Whether the citizen was asked recently is a
    question about other meetings; `meetings.record` asks it of those that are "invited" here.
    """
    reasons = {
        "cancelled": status == "cancelled",
        "not_attended": status == "not_attended",
        "in_the_future": status == "booked" or held_at > now,
        "too_old": held_at < now - timedelta(days=TOO_OLD_DAYS),
        "no_channel": not reachable,
        "opted_out": opted_out,
        "protected_address": protected,
    }
    return next((reason for reason, applies in reasons.items() if applies), "invited")


def why_not_send(now: datetime) -> ColumnElement[str | None]:
    """SQL: why a message that is due must not leave at `now` after all, in Danish; NULL when it may.

    For a query over `Message` joined with its `Invitation` and `Meeting`. Only an invitation can come too
    late, after an outage: a reminder follows a message that was in time, and the end of its link stops it.
    """
    oldest = workdays.day(now) - timedelta(days=STALE_DAYS)
    return case(
        (Invitation.answered, "allerede besvaret"),
        (Invitation.expires_at <= now, "linket er udløbet"),
        (and_(Message.kind == "invitation", Meeting.held_on < oldest), "samtalen er for længe siden"),
        else_=None,
    )
