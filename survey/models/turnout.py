"""Response rates by channel, target group and message: what is kept until a quarter is settled, and what then."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.dimensions import LONGEST, REST, SENT_BY
from survey.models.base import CHANNELS, LAWS, PAPER, Tenant, one_of, points_to


def _known(dimension: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in (REST, *words))
    return f"(dimension <> '{dimension}' OR value IN ({listed}))"


class TurnoutPart(Tenant, Base):
    """Of the questionnaires sent in a quarter (its first day): those with one value of a dimension, and answered.

    Added up as weeks of sending close. `settled`: the quarter is over, and what may not be told by itself is put
    together under "", the rest; from then on its rows never change. Of "message" the value "first" is all that
    was sent and what was answered without a reminder, "reminder" what had one accepted; where it may not be told
    how many those are, it is of all that was sent too.
    """

    __tablename__ = "turnout_part"
    __table_args__ = (
        one_of("law", LAWS),
        one_of("dimension", tuple(SENT_BY)),
        CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)", name="quarter_begins"
        ),
        CheckConstraint(" AND ".join(_known(*pair) for pair in SENT_BY.items() if pair[1]), name="value_known"),
        CheckConstraint(f"length(value) <= {LONGEST}", name="value_length"),
        CheckConstraint("answered >= 0 AND answered <= sent", name="answered_of_sent"),
        CheckConstraint("delivered >= 0 AND delivered <= sent", name="delivered_of_sent"),
    )

    law: Mapped[str] = mapped_column(Text, primary_key=True)
    quarter: Mapped[date] = mapped_column(Date, primary_key=True)
    dimension: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    sent: Mapped[int] = mapped_column(Integer)
    delivered: Mapped[int] = mapped_column(Integer)
    answered: Mapped[int] = mapped_column(Integer)
    settled: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))


class SentCount(Tenant, Base):
    """How many questionnaires a team sent in a closed week by channel and to a target group; never who answered.

    By it the settling of a quarter sees what could be worked out. Deleted when it is settled.
    """

    __tablename__ = "sent_count"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("questionnaire_version", "version_id"),
        one_of("law", LAWS),
        one_of("channel", (*CHANNELS, PAPER)),
        CheckConstraint("extract(isodow FROM week) = 1", name="week_is_a_monday"),
        CheckConstraint(f"length(target_group) <= {LONGEST}", name="target_group_length"),
        CheckConstraint("sent > 0", name="sent_positive"),
    )

    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    target_group: Mapped[str] = mapped_column(Text, primary_key=True)
    law: Mapped[str] = mapped_column(Text)
    sent: Mapped[int] = mapped_column(Integer)
