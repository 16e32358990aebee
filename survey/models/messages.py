"""Messages out: the outbox, links and texts."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.message_states import STATES as MESSAGE_STATES
from survey.models.base import (
    CHANNELS,
    PAPER,
    Numbered,
    Tenant,
    moment,
    one_of,
    points_to,
)

KINDS = ("invitation", "reminder")
ACCEPTED_STATES = ("sent", "delivered", "failed")
"""What a gateway has taken on."""


class Message(Numbered, Base):
    """The outbox: the row is the queue. It holds neither text nor token; transitions in `message_states`.

    `claimed_by` is the worker's advisory lock: as long as it is held, the worker lives; 0 for a slip that staff
    printed. `fell_over`: it was to go by SMS, which cannot reach the citizen, and goes by e-mail. `permanent`: is
    it refused or failed for good? NULL where nobody says. `segments`: how many SMS segments it took;
    `provider_id`: what the provider calls it.
    `doubted_at`: when it came into doubt. What waits after it has left keeps that attempt's claim, `gateway` and
    `reference`: a late receipt may settle it.
    """

    __tablename__ = "message"
    __table_args__ = (
        points_to("invitation", "invitation_id"),
        UniqueConstraint("municipality_id", "invitation_id", "kind"),
        one_of("kind", KINDS),
        one_of("channel", (*CHANNELS, PAPER)),
        one_of("state", MESSAGE_STATES),
        # In doubt it may have been sent long ago (no receipt came), or nobody knows whether it ever was.
        CheckConstraint(
            "state = 'unknown' OR (state IN ('sent', 'delivered', 'failed')) = (sent_at IS NOT NULL)",
            name="sent_has_a_time",
        ),
        CheckConstraint("state IN ('waiting', 'skipped') OR claimed_at IS NOT NULL", name="handled_has_claim"),
        CheckConstraint("NOT fell_over OR channel = 'email'", name="falls_over_to_email"),
        CheckConstraint(
            "channel <> 'paper' OR kind = 'invitation' AND gateway IS NULL", name="paper_has_no_gateway"
        ),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by IS NULL)", name="claim_has_a_worker"),
        CheckConstraint("(state = 'skipped') <= (reason IS NOT NULL)", name="skipped_has_a_reason"),
        Index(
            "ix_message_due",
            "municipality_id",
            "channel",
            "due_at",
            "id",
            postgresql_where=sql("state = 'waiting'"),
        ),
        Index("ix_message_sent", "sent_at", postgresql_where=sql("state = 'sent'")),
        Index("ix_message_unknown", "municipality_id", postgresql_where=sql("state = 'unknown'")),
        Index("ix_message_claimed", "claimed_by", postgresql_where=sql("state = 'claimed'")),
        {"postgresql_with": {"fillfactor": 80}},
    )

    invitation_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting", server_default="waiting")
    due_at: Mapped[datetime] = mapped_column(moment)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    channel: Mapped[str] = mapped_column(Text)
    fell_over: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    claimed_at: Mapped[datetime | None] = mapped_column(moment)
    claimed_by: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None] = mapped_column(moment)
    doubted_at: Mapped[datetime | None] = mapped_column(moment)
    gateway: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    segments: Mapped[int | None] = mapped_column(SmallInteger)
    permanent: Mapped[bool | None] = mapped_column()
    reason: Mapped[str | None] = mapped_column(Text)


class Link(Tenant, Base):
    """A live link: SHA-256 of a token that exists nowhere else. Each attempt draws its own."""

    __tablename__ = "link"
    __table_args__ = (
        points_to("invitation", "invitation_id"),
        points_to("message", "message_id"),
        UniqueConstraint("token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_size"),
        Index("ix_link_invitation", "municipality_id", "invitation_id"),
    )

    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    attempt: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    invitation_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)


class MessageText(Numbered, Base):
    """A municipality's own text for the shipped one; `questionnaire_id` NULL: for all its questionnaires.

    `subject` is empty for SMS. `verified_at`: when a person who knows the language said that it is right.
    """

    __tablename__ = "message_text"
    __table_args__ = (
        points_to("questionnaire", "questionnaire_id"),
        one_of("kind", KINDS),
        one_of("channel", CHANNELS),
        CheckConstraint("(channel = 'sms') = (subject = '')", name="subject_of_emails"),
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", name="verifier_has_a_time"),
        UniqueConstraint(
            "municipality_id",
            "questionnaire_id",
            "kind",
            "channel",
            "language",
            postgresql_nulls_not_distinct=True,
        ),
    )

    questionnaire_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(moment)
    changed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    verified_at: Mapped[datetime | None] = mapped_column(moment)
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
