"""The ballot box and what is counted from it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.keys import BALLOT_BYTES
from survey.models.base import LAWS, Shuffled, Tenant, moment, one_of, points_to, type_integers, type_smallints
from survey.models.meetings import DECISIONS

MODES = ("remote", "onsite")
"""Answered on a device of one's own after a message or slip, or on a screen in the waiting room."""
TAGS = ("meeting", "law", "both")
"""What an answer is about, where the citizen says so: the meeting, the law, or both."""
CONFIRMATIONS = ("kept", "changed")
"""What became of an answer at one end of the scale throughout, when the citizen was asked whether it was meant."""


class BallotKey(Shuffled, Base):
    """The public half of a key pair. Exactly one is open at a time; the private half is a file elsewhere."""

    __tablename__ = "ballot_key"
    __table_args__ = (
        one_of("state", ("open", "closed", "destroyed")),
        CheckConstraint("octet_length(public_key) = 32", name="public_key_size"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_a_time"),
        CheckConstraint("(state = 'destroyed') = (destroyed_at IS NOT NULL)", name="destroyed_has_a_time"),
        Index("uq_ballot_key_open", "municipality_id", unique=True, postgresql_where=sql("state = 'open'")),
    )

    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(moment)
    closed_at: Mapped[datetime | None] = mapped_column(moment)
    destroyed_at: Mapped[datetime | None] = mapped_column(moment)


class Ballot(Shuffled, Base):
    """A sealed answer: no time, no person, one size."""

    __tablename__ = "ballot"
    __table_args__ = (
        points_to("ballot_key", "key_id"),
        CheckConstraint(f"octet_length(sealed) = {BALLOT_BYTES}", name="sealed_size"),
        Index("ix_ballot_key", "municipality_id", "key_id"),
    )

    key_id: Mapped[UUID] = mapped_column(Uuid)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Batch(Shuffled, Base):
    """At least k responses tallied together. `team_id` is NULL for a law group's; `cell_id` until it is told."""

    __tablename__ = "batch"
    __table_args__ = (
        points_to("team", "team_id", "law"),
        points_to("questionnaire_version", "version_id", "points", "statement_count"),
        points_to("cell", "cell_id", "law", "version_id", "mode"),
        UniqueConstraint("municipality_id", "id", "points", "statement_count"),
        one_of("law", LAWS),
        one_of("mode", MODES),
        CheckConstraint("n >= 5", name="n_at_least_five"),
        CheckConstraint("first_on <= last_on AND last_on <= tallied_on", name="days_in_order"),
        Index("ix_batch_period", "municipality_id", "law", "last_on"),
        Index("ix_batch_untold", "municipality_id", postgresql_where=sql("cell_id IS NULL")),
    )

    team_id: Mapped[int | None] = mapped_column(BigInteger)
    law: Mapped[str] = mapped_column(Text)
    version_id: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(SmallInteger)
    statement_count: Mapped[int] = mapped_column(SmallInteger)
    mode: Mapped[str] = mapped_column(Text)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    tallied_on: Mapped[date] = mapped_column(Date)
    n: Mapped[int] = mapped_column(Integer)
    cell_id: Mapped[UUID | None] = mapped_column(Uuid)


class Response(Shuffled, Base):
    """One answered questionnaire, by position: 1… on the scale, 0 for "ved ikke", NULL for left blank."""

    __tablename__ = "response"
    __table_args__ = (
        points_to("batch", "batch_id", "points", "statement_count"),
        CheckConstraint("0 <= ALL (answers) AND points >= ALL (answers)", name="answers_on_scale"),
        CheckConstraint("cardinality(answers) = statement_count", name="answers_width"),
        Index("ix_response_batch", "municipality_id", "batch_id"),
    )

    # Its batch points to the municipality; a key of its own would be looked up once more for every answer.
    municipality_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-2)
    batch_id: Mapped[UUID] = mapped_column(Uuid)
    points: Mapped[int] = mapped_column(SmallInteger)
    statement_count: Mapped[int] = mapped_column(SmallInteger)
    answers: Mapped[list[int | None]] = mapped_column(type_smallints)


class BatchStatement(Tenant, Base):
    """How often each point of the scale was chosen for one statement in one batch, and "ved ikke"."""

    __tablename__ = "batch_statement"
    __table_args__ = (
        points_to("batch", "batch_id"),
        CheckConstraint("least(n1, n2, n3, n4, n5, dont_know) >= 0", name="counts_natural"),
    )

    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n1: Mapped[int] = mapped_column(Integer)
    n2: Mapped[int] = mapped_column(Integer)
    n3: Mapped[int] = mapped_column(Integer)
    n4: Mapped[int] = mapped_column(Integer)
    n5: Mapped[int] = mapped_column(Integer)
    dont_know: Mapped[int] = mapped_column(Integer)


class BatchPerson(Tenant, Base):
    """Histogram over persons in one batch: how many answered `answered` statements with the sum `total`."""

    __tablename__ = "batch_person"
    __table_args__ = (points_to("batch", "batch_id"), CheckConstraint("n > 0", name="n_positive"))

    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    answered: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    total: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class BatchComplete(Tenant, Base):
    """Exact sums over a batch's complete rows (every statement on the scale); statements in order.

    `doubled_ranks`: per statement, twice the sum of its mid-ranks within each person (Friedman 1937).
    `ties`: sum of t³ - t over all tied groups. `sums`, `products`: Σx and Σxy (row-major, all pairs).
    `differences`: per pair i < j in order, how often x_i - x_j was -(points-1) … points-1.
    """

    __tablename__ = "batch_complete"
    __table_args__ = (points_to("batch", "batch_id"), CheckConstraint("n >= 0", name="n_natural"))

    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    doubled_ranks: Mapped[list[int]] = mapped_column(type_integers)
    ties: Mapped[int] = mapped_column(BigInteger)
    sums: Mapped[list[int]] = mapped_column(type_integers)
    products: Mapped[list[int]] = mapped_column(type_integers)
    differences: Mapped[list[int]] = mapped_column(type_integers)


class BatchTag(Tenant, Base):
    """How many in a batch said what their answer is about. Those who did not say are not counted."""

    __tablename__ = "batch_tag"
    __table_args__ = (
        points_to("batch", "batch_id"),
        one_of("tag", TAGS),
        CheckConstraint("n > 0", name="n_positive"),
    )

    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class Fragment(Shuffled, Base):
    """What an answer carried beside its points, sealed anew when the ballot was tallied: one kind of thing.

    It waits, without a time or a tie to the answer, until its own group is large enough to be written out.
    """

    __tablename__ = "fragment"
    __table_args__ = (
        points_to("ballot_key", "key_id"),
        CheckConstraint(f"octet_length(sealed) = {BALLOT_BYTES}", name="sealed_size"),
        Index("ix_fragment_key", "municipality_id", "key_id"),
    )

    key_id: Mapped[UUID] = mapped_column(Uuid)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Comment(Shuffled, Base):
    """What a citizen wrote, of one law group and quarter (its first day); never of which answer or team."""

    __tablename__ = "comment"
    __table_args__ = (
        one_of("law", LAWS),
        CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)", name="quarter_begins"
        ),
        CheckConstraint("length(text) BETWEEN 1 AND 1000", name="text_length"),
        Index("ix_comment_quarter", "municipality_id", "law", "quarter"),
    )

    law: Mapped[str] = mapped_column(Text)
    quarter: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)


class Confirmation(Tenant, Base):
    """How many of those who chose one end of the scale throughout kept or changed their answer when asked.

    Per language and quarter (its first day), over all laws and teams; written from ten on.
    """

    __tablename__ = "confirmation"
    __table_args__ = (
        CheckConstraint("language ~ '^[a-z]{2}$'", name="language_plain"),
        CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)", name="quarter_begins"
        ),
        CheckConstraint("least(kept, changed) >= 0 AND kept + changed >= 10", name="enough"),
    )

    quarter: Mapped[date] = mapped_column(Date, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    kept: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)


class Waiting(Tenant, Base):
    """A team, version and mode whose ballots were too few at the last tally: "færre end fem", never how many."""

    __tablename__ = "waiting"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("questionnaire_version", "version_id"),
        one_of("mode", MODES),
    )

    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    mode: Mapped[str] = mapped_column(Text, primary_key=True)
    tallied_on: Mapped[date] = mapped_column(Date)


class Unshown(Tenant, Base):
    """Answered, but too few to show within 84 days: destroyed and counted per law, version, mode and day."""

    __tablename__ = "unshown"
    __table_args__ = (
        points_to("questionnaire_version", "version_id"),
        one_of("law", LAWS),
        one_of("mode", MODES),
        CheckConstraint("n > 0", name="n_positive"),
    )

    law: Mapped[str] = mapped_column(Text, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    mode: Mapped[str] = mapped_column(Text, primary_key=True)
    tallied_on: Mapped[date] = mapped_column(Date, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class Participation(Tenant, Base):
    """Invitations of one team, version and ISO week of sending, as the tally last counted them.

    `sent` counts invitations with a message accepted or in doubt; `unknown` are those only in doubt.
    `closed` weeks never change again: what they were counted from is deleted. A closed week is told in a block of
    weeks (first and last Monday), where its team stands `alone` or together with others: None until it is told,
    and then for good (a trigger keeps it, see 0015).
    """

    __tablename__ = "participation"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("questionnaire_version", "version_id"),
        CheckConstraint("extract(isodow FROM week) = 1", name="week_is_a_monday"),
        CheckConstraint("answered <= sent AND unknown <= sent AND delivered <= sent", name="parts_of_sent"),
        CheckConstraint("sent <= invited", name="sent_of_invited"),
        CheckConstraint("num_nulls(block_first, block_last, alone) IN (0, 3)", name="told_whole"),
        CheckConstraint(
            "block_first IS NULL OR closed AND week BETWEEN block_first AND block_last", name="told_when_closed"
        ),
    )

    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    invited: Mapped[int] = mapped_column(Integer)
    sent: Mapped[int] = mapped_column(Integer)
    unknown: Mapped[int] = mapped_column(Integer)
    delivered: Mapped[int] = mapped_column(Integer)
    answered: Mapped[int] = mapped_column(Integer)
    closed: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    block_first: Mapped[date | None] = mapped_column(Date)
    block_last: Mapped[date | None] = mapped_column(Date)
    alone: Mapped[bool | None]


class MeetingCount(Tenant, Base):
    """Meetings of one team decided in one ISO week, by decision; written once the week is over."""

    __tablename__ = "meeting_count"
    __table_args__ = (
        points_to("team", "team_id"),
        one_of("decision", DECISIONS),
        CheckConstraint("extract(isodow FROM week) = 1", name="week_is_a_monday"),
        CheckConstraint("n > 0", name="n_positive"),
    )

    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    decision: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
