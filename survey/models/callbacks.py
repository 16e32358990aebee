"""Callbacks: the citizen asks to be called, caseworkers try."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.base import (
    Numbered,
    Tenant,
    moment,
    one_of,
    points_to,
)

CALLBACK_STATES = ("new", "taken", "closed")


class CallbackRequest(Numbered, Base):
    """The citizen asks to be called: own copies of what they chose to show. At most one per invitation.

    `invitation_id` is emptied at closing; the row is deleted 90 days after it is closed.
    """

    __tablename__ = "callback_request"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("invitation", "invitation_id"),
        UniqueConstraint("municipality_id", "invitation_id"),
        one_of("state", CALLBACK_STATES),
        one_of("outcome", ("reached", "not_reached", "not_relevant", "withdrawn")),
        CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name="taker_has_a_time"),
        CheckConstraint("(state = 'new') = (taken_by IS NULL)", name="new_has_no_taker"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_an_outcome"),
        Index("ix_callback_request_open", "municipality_id", "team_id", "due_on"),
    )

    invitation_id: Mapped[int | None] = mapped_column(BigInteger)
    team_id: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(moment)
    due_on: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    wished_time: Mapped[str] = mapped_column(Text)
    caseworker: Mapped[str | None] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    language: Mapped[str] = mapped_column(Text, default="da", server_default="da")
    state: Mapped[str] = mapped_column(Text, default="new", server_default="new")
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None] = mapped_column(moment)
    closed_at: Mapped[datetime | None] = mapped_column(moment)
    outcome: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")


class CallbackAttempt(Numbered, Base):
    """One try to reach the citizen."""

    __tablename__ = "callback_attempt"
    __table_args__ = (
        points_to("callback_request", "callback_id"),
        Index("ix_callback_attempt_callback", "municipality_id", "callback_id"),
    )

    callback_id: Mapped[int] = mapped_column(BigInteger)
    tried_at: Mapped[datetime] = mapped_column(moment)
    tried_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(Text)


class CallbackCount(Tenant, Base):
    """What became of the calls asked for in one ISO week, per team, as the night last counted them.

    A promise is `kept` when the first try, or the closing, fell on the promised day at the latest, `late` when
    after it; `overdue` waits beyond it, `waiting` is not due yet. A withdrawn wish counts nowhere.
    """

    __tablename__ = "callback_count"
    __table_args__ = (
        points_to("team", "team_id"),
        CheckConstraint("extract(isodow FROM week) = 1", name="week_is_a_monday"),
        CheckConstraint("least(kept, late, overdue, waiting) >= 0", name="counts_natural"),
        CheckConstraint("kept + late + overdue + waiting > 0", name="of_somebody"),
    )

    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    kept: Mapped[int] = mapped_column(Integer)
    late: Mapped[int] = mapped_column(Integer)
    overdue: Mapped[int] = mapped_column(Integer)
    waiting: Mapped[int] = mapped_column(Integer)
