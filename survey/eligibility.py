"""Eligibility: whether and when somebody is asked. Decided at import, and asked again at the moment of sending."""

from datetime import datetime, timedelta

TOO_OLD_DAYS = 14
"""A meeting held more than this many days ago is not asked about: memory has faded."""

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
