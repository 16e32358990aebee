"""Providers: what they reported, how each gateway fares, and trial messages."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.base import (
    CHANNELS,
    Numbered,
    Tenant,
    moment,
    one_of,
)


class Receipt(Base):
    """What a provider reported, stored by the door and processed later; no address, no text.

    `event_id` is the provider's, or made of what it reported: a repeat is the same row. `dead`: the address never
    works. `stops`: the account is meant, not the message; with `lane` only what this municipality sends.
    `applied`: did it change a message?
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("gateway", "event_id"),
        one_of("state", ("delivered", "failed")),
        CheckConstraint("(processed_at IS NULL) = (applied IS NULL)", name="processed_has_a_result"),
        Index("ix_receipt_unprocessed", "id", postgresql_where=sql("processed_at IS NULL")),
        Index("ix_receipt_reference", "reference"),
        Index("ix_receipt_processed", "processed_at", postgresql_where=sql("processed_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    gateway: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    permanent: Mapped[bool] = mapped_column()
    dead: Mapped[bool] = mapped_column()
    stops: Mapped[bool] = mapped_column()
    lane: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    reason: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(moment)
    processed_at: Mapped[datetime | None] = mapped_column(moment)
    applied: Mapped[bool | None] = mapped_column()


class RefusedReceipt(Base):
    """How many forged or unreadable receipts came in on one day (Copenhagen), by what was wrong."""

    __tablename__ = "refused_receipt"
    __table_args__ = (
        one_of("wrong", ("forged", "unreadable")),
        CheckConstraint("n > 0", name="n_positive"),
    )

    gateway: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    wrong: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class GatewayState(Base):
    """One gateway, for all workers: has it stopped by itself (circuit breaker), its pace, its credit.

    `failures` counts troubles in a row. While stopped, one message may try from `probe_at` on. `free_at` is when
    the next message may leave within the rate. `alarmed_at`: when administrators were last told of a
    stop, for the reason `alarmed_of`.
    """

    __tablename__ = "gateway_state"
    __table_args__ = (
        CheckConstraint("(stopped_at IS NULL) = (reason IS NULL)", name="stopped_has_a_reason"),
        CheckConstraint("(stopped_at IS NULL) = (probe_at IS NULL)", name="stopped_has_a_probe"),
        CheckConstraint("(credit IS NULL) = (credit_at IS NULL)", name="credit_has_a_time"),
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    stopped_at: Mapped[datetime | None] = mapped_column(moment)
    reason: Mapped[str | None] = mapped_column(Text)
    probe_at: Mapped[datetime | None] = mapped_column(moment)
    alarmed_at: Mapped[datetime | None] = mapped_column(moment)
    alarmed_of: Mapped[str | None] = mapped_column(Text)
    free_at: Mapped[datetime | None] = mapped_column(moment)
    credit: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    currency: Mapped[str | None] = mapped_column(Text)
    credit_at: Mapped[datetime | None] = mapped_column(moment)


class Stop(Tenant, Base):
    """A municipality's sending by one gateway is stopped: by an administrator, or by itself for a `reason`.

    `alarmed_at`: when its administrators were told of a stop that came by itself.
    """

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint("(stopped_by IS NULL) = (reason IS NOT NULL)", name="stopped_by_somebody_or_for_a_reason"),
    )

    gateway: Mapped[str] = mapped_column(Text, primary_key=True)
    stopped_at: Mapped[datetime] = mapped_column(moment)
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    alarmed_at: Mapped[datetime | None] = mapped_column(moment)


class TrialMessage(Numbered, Base):
    """A message an administrator sends themselves to see a channel work; `address` is emptied after."""

    __tablename__ = "trial_message"
    __table_args__ = (
        one_of("channel", CHANNELS),
        one_of("state", ("waiting", "claimed", "accepted", "refused", "unknown")),
        CheckConstraint("(state IN ('waiting', 'claimed')) = (address IS NOT NULL)", name="address_until_done"),
        Index("ix_trial_message_waiting", "asked_at", postgresql_where=sql("state = 'waiting'")),
    )

    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting", server_default="waiting")
    detail: Mapped[str] = mapped_column(Text, default="", server_default="")
    asked_at: Mapped[datetime] = mapped_column(moment)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
