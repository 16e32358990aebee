"""Goals: what a municipality aims at, each with the days it holds. Never changed: ended, and another is made."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Numeric, SmallInteger, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.base import LAWS, Numbered, moment, one_of

GOAL_KINDS = ("level", "share", "trend", "equality")
"""The mean is over it; so many choose the two highest points; rising; both law groups alike."""

_VALUE = (
    "CASE kind WHEN 'level' THEN value > 1 AND value < points WHEN 'share' THEN value > 0 AND value < 1 "
    "ELSE value > 0 AND value < points - 1 END"
)
# Ranges of one number each: without an extension PostgreSQL excludes by ranges alone.
_ONE_OF_A_KIND = (
    (sql("int8range(municipality_id, municipality_id, '[]')"), "&&"),
    (sql("int4range(points, points, '[]')"), "&&"),
    (
        sql(f"int4range(strpos('{' '.join(GOAL_KINDS)}', kind), strpos('{' '.join(GOAL_KINDS)}', kind), '[]')"),
        "&&",
    ),
    (
        sql("int4range(strpos('LAB LAS', coalesce(law, 'LAB')), strpos('LAB LAS', coalesce(law, 'LAB')), '[]')"),
        "&&",
    ),
    (sql("daterange(valid_from, valid_to + 1)"), "&&"),
)


class Goal(Numbered, Base):
    """Holds for a law group (`law` NULL: between both) on the scale of `points`, from `valid_from` to `valid_to`.

    `value`: points of the scale for a level; a fraction of 1 for a share; for a trend the rise in a year that
    should be seen; for equality the largest difference of the means. `valid_to` is the last day, NULL for no end;
    the day before `valid_from` where it was ended before it began. A trigger keeps all else as it was made.
    """

    __tablename__ = "goal"
    __table_args__ = (
        one_of("law", LAWS),
        one_of("kind", GOAL_KINDS),
        CheckConstraint("points IN (4, 5)", name="points_known"),
        CheckConstraint("(law IS NULL) = (kind = 'equality')", name="of_one_law_or_between_both"),
        CheckConstraint(_VALUE, name="value_in_range"),
        CheckConstraint("valid_to >= valid_from - 1", name="days_in_order"),
        CheckConstraint(
            "valid_from >= (made_at AT TIME ZONE 'Europe/Copenhagen')::date", name="never_for_what_was_answered"
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint(
            "ended_at IS NULL OR coalesce("
            "valid_to >= (ended_at AT TIME ZONE 'Europe/Copenhagen')::date - 1, false)",
            name="ended_from_now_on",
        ),
        ExcludeConstraint(*_ONE_OF_A_KIND, name="ex_goal_one_of_a_kind", using="gist"),
    )

    law: Mapped[str | None] = mapped_column(Text)
    points: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[Decimal] = mapped_column(Numeric(6, 4))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(moment)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(moment)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
