"""What tables share: the tenant in every key, and constraints that say what a column may hold."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    SmallInteger,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

LAWS = ("LAB", "LAS")
CHANNELS = ("sms", "email")
"""By what a gateway carries messages."""
PAPER = "paper"
"""The channel of a slip: staff print it, no gateway does."""

type_smallints = ARRAY(SmallInteger)
type_integers = ARRAY(Integer)
moment = DateTime(timezone=True)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """`column` holds one of `values` (or NULL where the column allows it)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def points_to(table: str, *columns: str) -> ForeignKeyConstraint:
    """Composite foreign key to the same municipality's `table`: its id, then columns of the same names."""
    target = ("id", *columns[1:])
    return ForeignKeyConstraint(
        ["municipality_id", *columns], [f"{table}.municipality_id", *(f"{table}.{name}" for name in target)]
    )


class Tenant:
    """A row that belongs to one municipality."""

    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True, sort_order=-2)


class Numbered(Tenant):
    """A tenant row with a serial number. Never for responses or ballots: a serial number tells the order."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-1)


class Shuffled(Tenant):
    """A tenant row with a random id, drawn by whoever inserts it, so that the id tells nothing."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-1)
