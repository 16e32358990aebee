"""All tables. The rules that must never be broken stand beside the columns as constraints.

Every table carries `municipality_id` first in its key, and foreign keys between tenant tables are composite:
a row of one municipality cannot point at another's. The few tables without it are named in `GLOBAL_TABLES`.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base
from survey.keys import BALLOT_BYTES

GLOBAL_TABLES = frozenset({"municipality", "staff", "staff_session", "sign_in_attempt", "job_slot"})
"""Tables that belong to no municipality: the tenants themselves, people who may work in several, and ticks."""

LAWS = ("LAB", "LAS")
DECISIONS = (
    "invited",
    "cancelled",
    "not_attended",
    "in_the_future",
    "too_old",
    "no_channel",
    "opted_out",
    "protected_address",
    "asked_recently",
)
MESSAGE_STATES = ("waiting", "claimed", "sent", "delivered", "failed", "refused", "unknown", "skipped")
ACCEPTED_STATES = ("sent", "delivered", "failed")
CHANNELS = ("sms", "email")
ROLES = ("caseworker", "manager", "administrator")
CALLBACK_STATES = ("new", "taken", "closed")

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


class Municipality(Base):
    """The tenant. `smallest_group` is k of the disclosure rules: it can be raised, never lowered."""

    __tablename__ = "municipality"
    __table_args__ = (
        CheckConstraint("smallest_group >= 5", name="smallest_group_at_least_five"),
        CheckConstraint("length(sms_sender) BETWEEN 1 AND 11", name="sms_sender_length"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    sms_sender: Mapped[str] = mapped_column(Text)
    smallest_group: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")


# Questionnaires ------------------------------------------------------------------------------------------


class Questionnaire(Numbered, Base):
    """A questionnaire under one name; what is asked lies in its versions."""

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("municipality_id", "code"),)

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class QuestionnaireVersion(Numbered, Base):
    """Statements on one scale. Published means it never changes again (a trigger keeps it, see 0002).

    `labels` are the scale's points in words, lowest first. `statement_count` fixes the width of answers.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        points_to("questionnaire", "questionnaire_id"),
        UniqueConstraint("municipality_id", "questionnaire_id", "number"),
        UniqueConstraint("municipality_id", "id", "points", "statement_count"),
        CheckConstraint("points IN (4, 5)", name="points_known"),
        CheckConstraint("cardinality(labels) = points", name="every_point_labelled"),
        CheckConstraint("statement_count BETWEEN 1 AND 10", name="statement_count_range"),
        CheckConstraint("closed_at IS NULL OR published_at IS NOT NULL", name="closed_after_published"),
    )

    questionnaire_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    points: Mapped[int] = mapped_column(SmallInteger)
    statement_count: Mapped[int] = mapped_column(SmallInteger)
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    published_at: Mapped[datetime | None] = mapped_column(moment)
    closed_at: Mapped[datetime | None] = mapped_column(moment)


class Statement(Tenant, Base):
    """One line the citizen agrees or disagrees with, at `position` 1, 2, … in its version."""

    __tablename__ = "statement"
    __table_args__ = (
        points_to("questionnaire_version", "version_id"),
        CheckConstraint("position BETWEEN 1 AND 10", name="position_range"),
    )

    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    offers_callback: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))


class Team(Numbered, Base):
    """An organisational unit under one law: LAB (Opfølgning) or LAS (Ydelse). It asks one questionnaire."""

    __tablename__ = "team"
    __table_args__ = (
        points_to("questionnaire", "questionnaire_id"),
        UniqueConstraint("municipality_id", "name"),
        UniqueConstraint("municipality_id", "id", "law"),
        one_of("law", LAWS),
    )

    name: Mapped[str] = mapped_column(Text)
    law: Mapped[str] = mapped_column(Text)
    questionnaire_id: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))


# Meetings in ---------------------------------------------------------------------------------------------


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
    Copenhagen. `expires_at` is 14 days after the last message handed over; NULL until the first one.
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


class Contact(Tenant, Base):
    """How to reach the citizen of one invitation. Emptied at closing; never held for who is not invited."""

    __tablename__ = "contact"
    __table_args__ = (
        points_to("invitation", "invitation_id"),
        CheckConstraint("mobile IS NOT NULL OR email IS NOT NULL", name="reachable"),
    )

    invitation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)


# Messages out --------------------------------------------------------------------------------------------


class Message(Numbered, Base):
    """The outbox: the row is the queue. It holds neither text nor token; `channel` is chosen when claimed.

    `claimed_by` is the worker's advisory lock: as long as it is held, the worker lives.
    """

    __tablename__ = "message"
    __table_args__ = (
        points_to("invitation", "invitation_id"),
        UniqueConstraint("municipality_id", "invitation_id", "kind"),
        one_of("kind", ("invitation", "reminder")),
        one_of("channel", CHANNELS),
        one_of("state", MESSAGE_STATES),
        CheckConstraint(
            "(state IN ('sent', 'delivered', 'failed')) = (sent_at IS NOT NULL)", name="sent_has_a_time"
        ),
        CheckConstraint(
            "(state IN ('waiting', 'skipped')) OR (claimed_at IS NOT NULL AND channel IS NOT NULL)",
            name="handled_has_claim",
        ),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by IS NULL)", name="claim_has_a_worker"),
        CheckConstraint("(state = 'skipped') <= (reason IS NOT NULL)", name="skipped_has_a_reason"),
        Index("ix_message_due", "due_at", postgresql_where=sql("state = 'waiting'")),
        Index("ix_message_claimed", "claimed_by", postgresql_where=sql("state = 'claimed'")),
        {"postgresql_with": {"fillfactor": 80}},
    )

    invitation_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting", server_default="waiting")
    due_at: Mapped[datetime] = mapped_column(moment)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    channel: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[datetime | None] = mapped_column(moment)
    claimed_by: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None] = mapped_column(moment)
    gateway: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


class Link(Tenant, Base):
    """A live link: SHA-256 of a token that exists nowhere else. Each attempt draws its own."""

    __tablename__ = "link"
    __table_args__ = (
        points_to("invitation", "invitation_id"),
        points_to("message", "message_id"),
        UniqueConstraint("token_hash"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_size"),
        Index("ix_link_invitation", "municipality_id", "invitation_id"),
    )

    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    attempt: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    invitation_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)


# The ballot box ------------------------------------------------------------------------------------------


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
    """At least k responses tallied together: a point of the chart. `team_id` is NULL for a law group's batch."""

    __tablename__ = "batch"
    __table_args__ = (
        points_to("team", "team_id", "law"),
        points_to("questionnaire_version", "version_id", "points", "statement_count"),
        UniqueConstraint("municipality_id", "id", "points", "statement_count"),
        one_of("law", LAWS),
        one_of("mode", ("remote",)),
        CheckConstraint("n >= 5", name="n_at_least_five"),
        CheckConstraint("first_on <= last_on AND last_on <= tallied_on", name="days_in_order"),
        Index("ix_batch_period", "municipality_id", "law", "last_on"),
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


class Response(Shuffled, Base):
    """One answered questionnaire, by position: 1… on the scale, 0 for "ved ikke", NULL for left blank."""

    __tablename__ = "response"
    __table_args__ = (
        points_to("batch", "batch_id", "points", "statement_count"),
        CheckConstraint("0 <= ALL (answers) AND points >= ALL (answers)", name="answers_on_scale"),
        CheckConstraint("cardinality(answers) = statement_count", name="answers_width"),
        Index("ix_response_batch", "municipality_id", "batch_id"),
    )

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


class Waiting(Tenant, Base):
    """A team and version whose ballots were too few at the last tally: "færre end fem", never how many."""

    __tablename__ = "waiting"
    __table_args__ = (points_to("team", "team_id"), points_to("questionnaire_version", "version_id"))

    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tallied_on: Mapped[date] = mapped_column(Date)


class Unshown(Tenant, Base):
    """Answered, but too few to show within 84 days: destroyed and counted per law, version and day."""

    __tablename__ = "unshown"
    __table_args__ = (
        points_to("questionnaire_version", "version_id"),
        one_of("law", LAWS),
        CheckConstraint("n > 0", name="n_positive"),
    )

    law: Mapped[str] = mapped_column(Text, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tallied_on: Mapped[date] = mapped_column(Date, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class Participation(Tenant, Base):
    """Invitations of one team, version and ISO week of sending, as the tally last counted them.

    `sent` counts invitations with a message accepted or in doubt; `unknown` are those only in doubt.
    `closed` weeks never change again: what they were counted from is deleted.
    """

    __tablename__ = "participation"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("questionnaire_version", "version_id"),
        CheckConstraint("extract(isodow FROM week) = 1", name="week_is_a_monday"),
        CheckConstraint("answered <= sent AND unknown <= sent AND delivered <= sent", name="parts_of_sent"),
        CheckConstraint("sent <= invited", name="sent_of_invited"),
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


# Callbacks -----------------------------------------------------------------------------------------------


class CallbackRequest(Numbered, Base):
    """The citizen asks to be called: own copies of what they chose to show. At most one per invitation.

    `invitation_id` is emptied at closing; the row is deleted 90 days after it is closed.
    """

    __tablename__ = "callback_request"
    __table_args__ = (
        points_to("team", "team_id"),
        points_to("invitation", "invitation_id"),
        UniqueConstraint("municipality_id", "invitation_id"),
        one_of("state", CALLBACK_STATES),
        one_of("outcome", ("reached", "not_reached", "not_relevant")),
        CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name="taker_has_a_time"),
        CheckConstraint("(state = 'new') = (taken_by IS NULL)", name="new_has_no_taker"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_an_outcome"),
        Index("ix_callback_request_open", "municipality_id", "team_id", "due_on"),
    )

    invitation_id: Mapped[int | None] = mapped_column(BigInteger)
    team_id: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(moment)
    due_on: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    wished_time: Mapped[str] = mapped_column(Text)
    caseworker: Mapped[str | None] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(Text, default="new", server_default="new")
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None] = mapped_column(moment)
    closed_at: Mapped[datetime | None] = mapped_column(moment)
    outcome: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")


class CallbackAttempt(Numbered, Base):
    """One try to reach the citizen."""

    __tablename__ = "callback_attempt"
    __table_args__ = (
        points_to("callback_request", "callback_id"),
        Index("ix_callback_attempt_callback", "municipality_id", "callback_id"),
    )

    callback_id: Mapped[int] = mapped_column(BigInteger)
    tried_at: Mapped[datetime] = mapped_column(moment)
    tried_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(Text)


# Staff ---------------------------------------------------------------------------------------------------


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


# The ticker ----------------------------------------------------------------------------------------------


class JobSlot(Base):
    """A timed job's slot, claimed by inserting it: two tickers can never do the same slot twice."""

    __tablename__ = "job_slot"

    job: Mapped[str] = mapped_column(Text, primary_key=True)
    slot: Mapped[datetime] = mapped_column(moment, primary_key=True)
    finished_at: Mapped[datetime | None] = mapped_column(moment)
