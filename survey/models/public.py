"""What is said in the open: what was done about the figures, and codes for the waiting room."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.base import Numbered, Tenant, moment, points_to


class Deed(Numbered, Base):
    """What was said and what was done about it ("I sagde, vi gjorde"); `team_id` NULL: the whole municipality.

    Withdrawn it is kept, and no longer public.
    """

    __tablename__ = "deed"
    __table_args__ = (
        points_to("team", "team_id"),
        CheckConstraint("length(said) BETWEEN 1 AND 300 AND length(done) BETWEEN 1 AND 600", name="text_length"),
        CheckConstraint("said ~ '[^[:space:]]' AND done ~ '[^[:space:]]'", name="text_not_blank"),
        CheckConstraint(
            "done_on <= (written_at AT TIME ZONE 'Europe/Copenhagen')::date", name="done_not_in_the_future"
        ),
        CheckConstraint("withdrawn_at >= written_at", name="withdrawn_after_written"),
        Index("ix_deed_team", "municipality_id", "team_id", "done_on"),
    )

    team_id: Mapped[int | None] = mapped_column(BigInteger)
    done_on: Mapped[date] = mapped_column(Date)
    said: Mapped[str] = mapped_column(Text)
    done: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(moment)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(moment)


class OnsiteCode(Tenant, Base):
    """A one-time code for the screen in the waiting room: of a team, never of a person. Only its hash is kept.

    `used` has no time on purpose.
    """

    __tablename__ = "onsite_code"
    __table_args__ = (
        points_to("team", "team_id"),
        UniqueConstraint("code_hash"),
        CheckConstraint("octet_length(code_hash) = 32", name="code_hash_size"),
        CheckConstraint("made_on < valid_until", name="days_in_order"),
        Index("ix_onsite_code_team", "municipality_id", "team_id", "made_on"),
    )

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    team_id: Mapped[int] = mapped_column(BigInteger)
    made_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    used: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
