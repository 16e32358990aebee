"""Baselines: since which day the early warning of a series begins anew. Never changed, only superseded."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.ballots import MODES
from survey.models.base import LAWS, Numbered, moment, one_of, points_to

LONGEST_REASON = 200
"""Characters of the reason."""


class Baseline(Numbered, Base):
    """What was answered up to and including `since` is behind: later answers are held against later ones.

    Of one series: a law group or one team in it (`team_id`), one version, which stands for its lineage, and one
    mode. A trigger keeps the row as it was made; the newest `since` up to a period's last day holds in it.
    """

    __tablename__ = "baseline"
    __table_args__ = (
        points_to("team", "team_id", "law"),
        points_to("questionnaire_version", "version_id"),
        UniqueConstraint(
            *("municipality_id", "law", "team_id", "version_id", "mode", "since"),
            name="uq_baseline_once",
            postgresql_nulls_not_distinct=True,
        ),
        one_of("law", LAWS),
        one_of("mode", MODES),
        CheckConstraint(f"btrim(reason) <> '' AND char_length(reason) <= {LONGEST_REASON}", name="reason_given"),
        CheckConstraint("since <= (noted_at AT TIME ZONE 'Europe/Copenhagen')::date", name="never_ahead"),
    )

    law: Mapped[str] = mapped_column(Text)
    team_id: Mapped[int | None] = mapped_column(BigInteger)
    version_id: Mapped[int] = mapped_column(BigInteger)
    mode: Mapped[str] = mapped_column(Text)
    since: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(moment)
    noted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
