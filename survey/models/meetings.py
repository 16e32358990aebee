"""Meetings in: each with one decision, its invitation, its contact, and who is left in peace."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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
    points_to,
)

DECISIONS = (
    "invited",
    "cancelled",
    "not_attended",
    "in_the_future",
    "too_old",
    "no_channel",
    "opted_out",
    "protected_address",
    "hurtful_moment",
    "paused",
    "dead_address",
    "outside_wave",
    "not_sampled",
    "asked_recently",
)
"""What a meeting can end as: asked about, or the reason that it is not."""
PAUSE_REASONS = ("illness", "bereavement", "sanction", "hearing", "own_wish", "other")


class MeetingImport(Numbered, Base):
    """One file that changed something. The file itself is not kept."""

    __tablename__ = "meeting_import"
    __table_args__ = (CheckConstraint("rows_read >= 0", name="rows_read_natural"),)

    imported_at: Mapped[datetime] = mapped_column(moment)
    file_name: Mapped[str] = mapped_column(Text)
    rows_read: Mapped[int] = mapped_column(Integer)


class ImportCount(Tenant, Base):
    """How many rows of an import ended in `outcome`; over all outcomes the sum is the rows read."""

    __tablename__ = "import_count"
    __table_args__ = (
        points_to("meeting_import", "import_id"),
        one_of("outcome", (*DECISIONS, "duplicate", "refused")),
        CheckConstraint("n > 0", name="n_positive"),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    outcome: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class RefusedRow(Tenant, Base):
    """Where an import refused a row and what to do; never the value, which may be a CPR number."""

    __tablename__ = "refused_row"
    __table_args__ = (points_to("meeting_import", "import_id"),)

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    column_name: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)


class Meeting(Numbered, Base):
    """One meeting and the decision whether the citizen is asked about it, with its reason.

    `fingerprint` and `citizen` are HMAC-SHA-256 of the file's meeting id and of the citizen. At closing the
    descriptive columns are emptied; the skeleton stays twelve months for the frequency rule.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("meeting_import", "import_id"),
        UniqueConstraint("municipality_id", "fingerprint"),
        one_of("decision", DECISIONS),
        one_of("status", ("held", "booked", "cancelled", "not_attended")),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_size"),
        CheckConstraint("octet_length(citizen) = 32", name="citizen_size"),
        CheckConstraint("decision <> 'invited' OR status = 'held'", name="only_held_meetings_invite"),
        Index("ix_meeting_asked", "municipality_id", "citizen", "decided_at"),
        Index("ix_meeting_import", "municipality_id", "import_id"),
        Index("ix_meeting_held", "municipality_id", "held_on"),
    )

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    citizen: Mapped[bytes] = mapped_column(LargeBinary)
    team_id: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    held_on: Mapped[date] = mapped_column(Date)
    held_at: Mapped[datetime | None] = mapped_column(moment)
    status: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(moment)
    kind: Mapped[str | None] = mapped_column(Text)
    contact_form: Mapped[str | None] = mapped_column(Text)
    caseworker: Mapped[str | None] = mapped_column(Text)
    target_group: Mapped[str | None] = mapped_column(Text)


class Invitation(Numbered, Base):
    """One request to answer about one meeting. Lives until its week of sending is closed (`retention`).

    `answered` has no time on purpose. `sent_week` is the Monday of the first message handed over, in
    Copenhagen. `expires_at` is 14 days after the last message handed over; NULL until the first one. `held_back`:
    a later file took it back after it was handed over; set whether answered or not, so it tells nobody who has.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        points_to("meeting", "meeting_id"),
        points_to("team", "team_id"),
        points_to("questionnaire_version", "version_id"),
        UniqueConstraint("municipality_id", "meeting_id"),
        CheckConstraint("extract(isodow FROM sent_week) = 1", name="sent_week_is_a_monday"),
        CheckConstraint("(sent_week IS NULL) = (expires_at IS NULL)", name="sent_and_expiring"),
        Index("ix_invitation_sent_week", "municipality_id", "sent_week"),
        {"postgresql_with": {"fillfactor": 80}},
    )

    meeting_id: Mapped[int] = mapped_column(BigInteger)
    team_id: Mapped[int] = mapped_column(BigInteger)
    version_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(moment)
    sent_week: Mapped[date | None] = mapped_column(Date)
    expires_at: Mapped[datetime | None] = mapped_column(moment)
    answered: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    held_back: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))


class Contact(Tenant, Base):
    """How to reach the citizen of one invitation. Emptied at closing; never held for who is not invited.

    `mobile_print` and `email_print` are HMAC-SHA-256 of the addresses, by which an opt-out or a dead address
    outlives them. `on_paper`: by a printed slip, for there is neither mobile nor e-mail.
    """

    __tablename__ = "contact"
    __table_args__ = (
        points_to("invitation", "invitation_id"),
        CheckConstraint("on_paper = (mobile IS NULL AND email IS NULL)", name="reachable"),
        CheckConstraint("octet_length(mobile_print) = 32 AND octet_length(email_print) = 32", name="print_size"),
        Index("ix_contact_mobile", "municipality_id", "mobile"),
        Index("ix_contact_email", "municipality_id", sql("lower(email)")),
    )

    invitation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    mobile_print: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_print: Mapped[bytes | None] = mapped_column(LargeBinary)
    on_paper: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))


# Who is left in peace ------------------------------------------------------------------------------------


class OptOut(Tenant, Base):
    """Who does not want to be asked: HMAC-SHA-256 of the citizen, a mobile or an e-mail. Kept until undone."""

    __tablename__ = "opt_out"
    __table_args__ = (CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_size"),)

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    opted_out_at: Mapped[datetime] = mapped_column(moment)


class DeadAddress(Tenant, Base):
    """A mobile or an e-mail (HMAC-SHA-256) that a provider called dead; not written to while it stands here.

    Of when it was found only the month is kept: the moment would tell who was reminded, and so had not answered.
    """

    __tablename__ = "dead_address"
    __table_args__ = (
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_size"),
        CheckConstraint("extract(day FROM found_on) = 1", name="found_in_a_month"),
        one_of("channel", CHANNELS),
    )

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    found_on: Mapped[date] = mapped_column(Date)


class Pause(Numbered, Base):
    """A caseworker leaves a citizen in peace until `until_on` (that day included), for a reason from the list."""

    __tablename__ = "pause"
    __table_args__ = (
        points_to("team", "team_id"),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_size"),
        CheckConstraint("from_on <= until_on AND until_on <= from_on + 366", name="days_in_order"),
        one_of("reason", PAUSE_REASONS),
        Index("ix_pause_citizen", "municipality_id", "fingerprint"),
    )

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    team_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    paused_at: Mapped[datetime] = mapped_column(moment)
    paused_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(moment)
