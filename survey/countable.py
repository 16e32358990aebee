"""Countable: which messages staff, metrics and logs may count and time without telling who has answered.

A reminder goes only to who has not answered, and so does an invitation that leaves once more.
"""

from decimal import Decimal

from sqlalchemy import ColumnElement, and_, exists, or_

from survey.models import CHANNELS, Link, Message

CREDIT_STEP = 50
AGED = ("waiting", "skipped")
"""States in which a link, where there is one, is an earlier attempt's."""


def first_invitations() -> ColumnElement[bool]:
    """SQL: is the `Message` an invitation whose link nobody had before this attempt? Never NULL."""
    return and_(Message.kind == "invitation", ~had_left())


def carried() -> ColumnElement[bool]:
    """SQL: is the `Message` one that a gateway carries, and no slip that staff print? Never NULL."""
    return Message.channel.in_(CHANNELS)


def had_left() -> ColumnElement[bool]:
    """SQL: does a link of an earlier attempt of the `Message` live, by which it may be answered? Never NULL."""
    return or_(and_(Message.state.in_(AGED), exists().where(*_ITS)), left_once_more())


def left_once_more() -> ColumnElement[bool]:
    """SQL: as `had_left`, for a `Message` that is handed over, whatever its state is changed to. Never NULL."""
    # A first attempt needs no look at the links.
    return and_(Message.attempts > 1, exists().where(*_ITS, Link.attempt < Message.attempts))


_ITS = (Link.municipality_id == Message.municipality_id, Link.message_id == Message.id)


def rough(credit: Decimal | None) -> int | None:
    """A gateway's credit rounded down to fifties: seen to the øre it counts every reminder."""
    return None if credit is None else int(credit // CREDIT_STEP) * CREDIT_STEP
