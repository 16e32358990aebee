"""Side means: what is told of answers by language, channel and so on, a quarter at a time."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.dimensions import DIMENSIONS, LONGEST, WORDS
from survey.models.base import LAWS, Tenant, one_of, points_to


def _known(dimension: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in ("", *words))
    return f"(dimension <> '{dimension}' OR value IN ({listed}))"


class SideMean(Tenant, Base):
    """The mean of the `n` answers with one value of a dimension, as it is printed; written once, never changed.

    Per law group, questionnaire version and quarter (its first day). The values of a dimension, with "" for the
    rest, make up all the answers of the cells that were told of.
    """

    __tablename__ = "side_mean"
    __table_args__ = (
        points_to("questionnaire_version", "version_id"),
        one_of("law", LAWS),
        one_of("dimension", DIMENSIONS),
        CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)", name="quarter_begins"
        ),
        CheckConstraint(" AND ".join(_known(*pair) for pair in WORDS.items() if pair[1]), name="value_known"),
        CheckConstraint("dimension <> 'language' OR value ~ '^([a-z]{2})?$'", name="language_plain"),
        CheckConstraint(f"length(value) <= {LONGEST}", name="value_length"),
        CheckConstraint("n >= 10", name="enough"),
        CheckConstraint("mean BETWEEN 1 AND 5", name="mean_on_scale"),
    )

    law: Mapped[str] = mapped_column(Text, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    quarter: Mapped[date] = mapped_column(Date, primary_key=True)
    dimension: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    mean: Mapped[Decimal] = mapped_column(Numeric(2, 1))
