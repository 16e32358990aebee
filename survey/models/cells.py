"""Cells: whole batches told together. Everything published is a sum of cells, each fit to be told by itself."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.models.ballots import MODES
from survey.models.base import LAWS, Shuffled, one_of, points_to, type_integers, type_smallints

GRADES = ("means", "spread", "tags")
"""What is told of a group of cells by itself: statements' means, their distributions, what answers are about."""

ALIKE = ("law", "version_id", "mode")
"""What batches of a cell, and cells of a group, have in common: the database sees to it."""


class Told:
    """Of whom: one unit (a team, or `team_id` NULL: the rest of the law group), one version and mode, and when."""

    team_id: Mapped[int | None] = mapped_column(BigInteger)
    law: Mapped[str] = mapped_column(Text)
    version_id: Mapped[int] = mapped_column(BigInteger)
    mode: Mapped[str] = mapped_column(Text)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    told_on: Mapped[date] = mapped_column(Date)


class CellGroup(Told, Shuffled, Base):
    """Consecutive cells of a unit of which more may be told together.

    `statements` are the positions told; of tags there are none.
    """

    __tablename__ = "cell_group"
    __table_args__ = (
        points_to("team", "team_id", "law"),
        points_to("questionnaire_version", "version_id"),
        UniqueConstraint("municipality_id", "id", *ALIKE),
        one_of("law", LAWS),
        one_of("mode", MODES),
        one_of("grade", GRADES),
        CheckConstraint("first_on <= last_on AND last_on <= told_on", name="days_in_order"),
    )

    grade: Mapped[str] = mapped_column(Text)
    statements: Mapped[list[int]] = mapped_column(type_smallints)


class Cell(Told, Shuffled, Base):
    """Consecutive batches of a unit whose mean may be told: never changed, a point of the chart, all its counts.

    `counts`: per statement how many chose "ved ikke", 1 … `points`. `persons`: triples of statements answered,
    sum and how many persons had both. From `complete` on as in `BatchComplete`, of complete rows. `tags` are in
    the order of TAGS. `people` answered at least one statement.
    """

    __tablename__ = "cell"
    __table_args__ = (
        points_to("team", "team_id", "law"),
        points_to("questionnaire_version", "version_id", "points", "statement_count"),
        points_to("cell_group", "means_id", *ALIKE),
        points_to("cell_group", "spread_id", *ALIKE),
        points_to("cell_group", "tags_id", *ALIKE),
        UniqueConstraint("municipality_id", "id", *ALIKE),
        one_of("law", LAWS),
        one_of("mode", MODES),
        CheckConstraint("first_on <= last_on AND last_on <= told_on", name="days_in_order"),
        CheckConstraint("8 <= people AND people <= n", name="people_enough"),
        CheckConstraint("cardinality(counts) = statement_count * (points + 1)", name="counts_whole"),
        CheckConstraint("mod(cardinality(persons), 3) = 0", name="persons_in_triples"),
        CheckConstraint("cardinality(tags) = 3", name="tags_whole"),
        CheckConstraint("0 <= ALL (counts) AND 0 <= ALL (persons) AND 0 <= ALL (tags)", name="counts_natural"),
        CheckConstraint("spread_id IS NULL OR means_id IS NOT NULL", name="spread_of_means"),
        Index("ix_cell_period", "municipality_id", "last_on"),
    )

    points: Mapped[int] = mapped_column(SmallInteger)
    statement_count: Mapped[int] = mapped_column(SmallInteger)
    batches: Mapped[int] = mapped_column(Integer)
    n: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    counts: Mapped[list[int]] = mapped_column(type_integers)
    persons: Mapped[list[int]] = mapped_column(type_integers)
    complete: Mapped[int] = mapped_column(Integer)
    doubled_ranks: Mapped[list[int]] = mapped_column(type_integers)
    ties: Mapped[int] = mapped_column(BigInteger)
    sums: Mapped[list[int]] = mapped_column(type_integers)
    products: Mapped[list[int]] = mapped_column(type_integers)
    differences: Mapped[list[int]] = mapped_column(type_integers)
    tags: Mapped[list[int]] = mapped_column(type_integers)
    means_id: Mapped[UUID | None] = mapped_column(Uuid)
    spread_id: Mapped[UUID | None] = mapped_column(Uuid)
    tags_id: Mapped[UUID | None] = mapped_column(Uuid)
