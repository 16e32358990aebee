"""Staff and their sessions, the access log, and the ticker's slots."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.base import (
    Numbered,
    moment,
    one_of,
    points_to,
)

ROLES = ("caseworker", "manager", "administrator")


class Staff(Base):
    """A person who signs in. What they may do lies in their assignments, per municipality."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))


class Assignment(Numbered, Base):
    """A role in a municipality: a caseworker belongs to a team, a manager to a team or (NULL) to all."""

    __tablename__ = "assignment"
    __table_args__ = (
        points_to("team", "team_id"),
        one_of("role", ROLES),
        CheckConstraint("role <> 'caseworker' OR team_id IS NOT NULL", name="caseworker_has_a_team"),
        CheckConstraint("role <> 'administrator' OR team_id IS NULL", name="administrator_has_no_team"),
        UniqueConstraint("municipality_id", "staff_id", "role", "team_id", postgresql_nulls_not_distinct=True),
        Index("ix_assignment_staff", "staff_id"),
    )

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str] = mapped_column(Text)
    team_id: Mapped[int | None] = mapped_column(BigInteger)


class StaffSession(Base):
    """A sign-in: SHA-256 of the cookie's secret. Ends by sign-out, idleness or age; can be revoked."""

    __tablename__ = "staff_session"

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    started_at: Mapped[datetime] = mapped_column(moment)
    seen_at: Mapped[datetime] = mapped_column(moment)


class SignInAttempt(Base):
    """A failed sign-in, by hash of what it is limited on (address or account); for the rate limit only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_who", "who", "tried_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    who: Mapped[bytes] = mapped_column(LargeBinary)
    tried_at: Mapped[datetime] = mapped_column(moment)


class AccessLog(Numbered, Base):
    """A member of staff saw or changed personal data: who, when, what. Never the data itself."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_at", "municipality_id", "at"),)

    at: Mapped[datetime] = mapped_column(moment)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)


class ApiToken(Numbered, Base):
    """A machine's way to a municipality's figures: SHA-256 of its token, which is shown once and kept by nobody.

    `made_by` is NULL when it was made by a command. Revoked it is kept, and opens nothing.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_size"),
        CheckConstraint("length(name) <= 80 AND name ~ '[^[:space:]]'", name="name_said"),
        CheckConstraint("revoked_at >= made_at", name="revoked_after_made"),
    )

    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(moment)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(moment)


class JobSlot(Base):
    """A timed job's slot, claimed by inserting it: two tickers can never do the same slot twice."""

    __tablename__ = "job_slot"

    job: Mapped[str] = mapped_column(Text, primary_key=True)
    slot: Mapped[datetime] = mapped_column(moment, primary_key=True)
    finished_at: Mapped[datetime | None] = mapped_column(moment)
