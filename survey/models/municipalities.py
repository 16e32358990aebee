"""The municipality, its rules for sending, its questionnaires and its teams."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey.config import LONGEST_HOST
from survey.db import Base
from survey.models.base import (
    LAWS,
    Numbered,
    Tenant,
    moment,
    one_of,
    points_to,
    type_smallints,
)

SAMPLINGS = ("all", "share", "waves")
LINK_MODES = ("link", "code", "code_only")
LOGO_TYPES = ("image/png", "image/svg+xml")
AUDIO_TYPES = ("audio/mpeg", "audio/ogg", "audio/mp4")


class Municipality(Base):
    """The tenant. `smallest_group` is k of the disclosure rules: it can be raised, never lowered.

    `host` is the domain of its own in citizens' links ("svar.stevns.dk"), one of `TILFREDS_HOSTS` and of nobody
    else; NULL: that of `TILFREDS_BASE_URL`. `colour` (#rrggbb) and `logo` are how the citizen knows its pages;
    `look` names the style sheet made of them (`looks.name`).
    `statement_url` is its accessibility statement, `data_officer` how to reach its data protection officer.
    `asks_tag`: citizens may say whether their answer is about the meeting, the law or both; `asks_comment`: they
    may write a comment; `prints_slips`: who has neither mobile nor e-mail is asked by a printed slip.
    `compared_since`: the day since when it takes part in the shared comparison; NULL: it does not.
    """

    __tablename__ = "municipality"
    __table_args__ = (
        CheckConstraint("smallest_group >= 5", name="smallest_group_at_least_five"),
        CheckConstraint("length(sms_sender) BETWEEN 1 AND 11", name="sms_sender_length"),
        CheckConstraint(
            f"host ~ '^[a-z0-9][a-z0-9.-]*[a-z0-9]$' AND length(host) <= {LONGEST_HOST}", name="host_plain"
        ),
        CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="colour_plain"),
        CheckConstraint("(logo IS NULL) = (logo_type IS NULL)", name="logo_has_a_type"),
        CheckConstraint("octet_length(logo) BETWEEN 1 AND 16384", name="logo_small"),
        CheckConstraint("statement_url ~ '^https://[^[:space:]]+$'", name="statement_url_secure"),
        one_of("logo_type", LOGO_TYPES),
        CheckConstraint("look ~ '^[0-9a-f]{16}$'", name="look_plain"),
        CheckConstraint("(look IS NULL) = (colour IS NULL AND logo IS NULL)", name="look_of_something"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    sms_sender: Mapped[str] = mapped_column(Text)
    smallest_group: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
    host: Mapped[str | None] = mapped_column(Text, unique=True)
    colour: Mapped[str | None] = mapped_column(Text)
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    logo_type: Mapped[str | None] = mapped_column(Text)
    look: Mapped[str | None] = mapped_column(Text)
    statement_url: Mapped[str | None] = mapped_column(Text)
    data_officer: Mapped[str] = mapped_column(Text, default="", server_default="")
    asks_tag: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    asks_comment: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    prints_slips: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    compared_since: Mapped[date | None] = mapped_column(Date)


class SendingRule(Tenant, Base):
    """When, how often, whom and with what kind of link a municipality asks; `sending_rules.DEFAULT` without a row.

    `weekdays` are ISO days (1 is Monday). Messages leave from `opens` until `closes`, `delay_minutes` after the
    meeting at the earliest. `quiet_days`: a citizen is asked once in so many days. `share` (per cent) is drawn
    when `sampling` is "share"; in "waves" each wave has its own. `segment_price`: DKK for one SMS segment.
    """

    __tablename__ = "sending_rule"
    __table_args__ = (
        CheckConstraint(
            "cardinality(weekdays) >= 1 AND weekdays <@ ARRAY[1,2,3,4,5,6,7]::smallint[]", name="weekdays_known"
        ),
        CheckConstraint("opens < closes", name="opens_before_it_closes"),
        CheckConstraint("delay_minutes BETWEEN 0 AND 10080", name="delay_range"),
        CheckConstraint("quiet_days BETWEEN 1 AND 365", name="quiet_days_range"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_range"),
        CheckConstraint("segment_price BETWEEN 0 AND 100", name="segment_price_range"),
        one_of("sampling", SAMPLINGS),
        one_of("link_mode", LINK_MODES),
    )

    weekdays: Mapped[list[int]] = mapped_column(type_smallints)
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)
    delay_minutes: Mapped[int] = mapped_column(Integer)
    quiet_days: Mapped[int] = mapped_column(SmallInteger)
    sampling: Mapped[str] = mapped_column(Text)
    share: Mapped[int] = mapped_column(SmallInteger)
    link_mode: Mapped[str] = mapped_column(Text)
    segment_price: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    changed_at: Mapped[datetime] = mapped_column(moment)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Wave(Numbered, Base):
    """Days in which `share` per cent of the citizens are drawn; outside every wave nobody is asked."""

    __tablename__ = "wave"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days_in_order"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_range"),
        UniqueConstraint("municipality_id", "name"),
    )

    name: Mapped[str] = mapped_column(Text)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    share: Mapped[int] = mapped_column(SmallInteger)


class Sampling(Tenant, Base):
    """Whom a municipality asks of the meetings held from the Monday `from_on` until the next row's.

    Never for a day that has begun when it is written: what held for a meeting cannot be chosen once it is held.
    `waves` is as they were then: a list of name, first_on, last_on (ISO days) and share.
    """

    __tablename__ = "sampling"
    __table_args__ = (
        CheckConstraint("extract(isodow FROM from_on) = 1", name="from_a_monday"),
        CheckConstraint(
            "from_on > (changed_at AT TIME ZONE 'Europe/Copenhagen')::date", name="never_for_what_was_held"
        ),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_range"),
        one_of("sampling", SAMPLINGS),
    )

    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    sampling: Mapped[str] = mapped_column(Text)
    share: Mapped[int] = mapped_column(SmallInteger)
    waves: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(moment)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Questionnaire(Numbered, Base):
    """A questionnaire under one name; what is asked lies in its versions."""

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("municipality_id", "code"),)

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class QuestionnaireVersion(Numbered, Base):
    """Statements on one scale. Published means it never changes again (a trigger keeps it, see 0002).

    `labels` are the scale's points in words, lowest first. `statement_count` fixes the width of answers. `dress`
    counts every change of its translations and recordings (triggers keep it, see 0004). `continues_id` is the
    version before where every statement means the same on the same scale: their answers are one series.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        points_to("questionnaire", "questionnaire_id"),
        points_to("questionnaire_version", "continues_id", "points", "statement_count"),
        UniqueConstraint("municipality_id", "continues_id"),
        CheckConstraint("continues_id < id", name="continues_an_earlier"),
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
    continues_id: Mapped[int | None] = mapped_column(BigInteger)
    dress: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Statement(Tenant, Base):
    """One line the citizen agrees or disagrees with, at `position` 1, 2, … in its version.

    `same_meaning`: as the statement at this position of the version before, in the same or other words.
    """

    __tablename__ = "statement"
    __table_args__ = (
        points_to("questionnaire_version", "version_id"),
        CheckConstraint("position BETWEEN 1 AND 10", name="position_range"),
    )

    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    offers_callback: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    same_meaning: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))


class Translation(Tenant, Base):
    """A version's labels and statements in another language than Danish, in their order.

    `verified_at` is set once a person who knows the language has read it; from then on it never changes (a
    trigger keeps it, see 0004).
    """

    __tablename__ = "translation"
    __table_args__ = (
        points_to("questionnaire_version", "version_id", "points", "statement_count"),
        CheckConstraint("language ~ '^[a-z]{2}$' AND language <> 'da'", name="language_foreign"),
        CheckConstraint("cardinality(labels) = points", name="every_point_labelled"),
        CheckConstraint("cardinality(statements) = statement_count", name="every_statement"),
        CheckConstraint(
            "'' <> ALL (labels) AND '' <> ALL (statements) "
            "AND array_position(labels, NULL) IS NULL AND array_position(statements, NULL) IS NULL",
            name="nothing_blank",
        ),
        CheckConstraint("(verified_at IS NULL) = (verified_by IS NULL)", name="verified_by_somebody"),
    )

    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    points: Mapped[int] = mapped_column(SmallInteger)
    statement_count: Mapped[int] = mapped_column(SmallInteger)
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    statements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    verified_at: Mapped[datetime | None] = mapped_column(moment)
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Recording(Tenant, Base):
    """One statement of a version read aloud in one language; `name` is the content's SHA-256 in hexadecimal."""

    __tablename__ = "recording"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_id", "version_id", "position"],
            ["statement.municipality_id", "statement.version_id", "statement.position"],
        ),
        Index("ix_recording_name", "name"),
        CheckConstraint("language ~ '^[a-z]{2}$'", name="language_plain"),
        CheckConstraint("octet_length(content) BETWEEN 1 AND 1048576", name="content_small"),
        CheckConstraint("name = encode(sha256(content), 'hex')", name="name_of_the_content"),
        one_of("kind", AUDIO_TYPES),
    )

    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime] = mapped_column(moment)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


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
