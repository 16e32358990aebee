"""Sending: rules and waves, who is left in peace, texts, receipts, and how each gateway fares."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DECISIONS = (
    *("invited", "cancelled", "not_attended", "in_the_future", "too_old", "no_channel", "opted_out"),
    *("protected_address", "asked_recently"),
)
NEW_DECISIONS = ("hurtful_moment", "paused", "dead_address", "outside_wave", "not_sampled")
WORDS = (
    ("meeting", "decision", ()),
    ("import_count", "outcome", ("duplicate", "refused")),
    ("meeting_count", "decision", ()),
)
SENT_HAS_A_TIME = "(state IN ('sent', 'delivered', 'failed')) = (sent_at IS NOT NULL)"


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The condition that `column` holds one of `values`."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def recheck(table: str, name: str, condition: str) -> None:
    """Let the constraint `name` of `table` say `condition` from now on."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "gateway_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_of", sa.Text(), nullable=True),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credit", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("credit_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(credit IS NULL) = (credit_at IS NULL)", name=op.f("ck_gateway_state_credit_has_a_time")
        ),
        sa.CheckConstraint(
            "(stopped_at IS NULL) = (probe_at IS NULL)", name=op.f("ck_gateway_state_stopped_has_a_probe")
        ),
        sa.CheckConstraint(
            "(stopped_at IS NULL) = (reason IS NULL)", name=op.f("ck_gateway_state_stopped_has_a_reason")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gateway_state")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("lane", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied", sa.Boolean(), nullable=True),
        sa.CheckConstraint("state IN ('delivered', 'failed')", name=op.f("ck_receipt_state_known")),
        sa.CheckConstraint(
            "(processed_at IS NULL) = (applied IS NULL)", name=op.f("ck_receipt_processed_has_a_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("gateway", "event_id", name=op.f("uq_receipt_gateway_event_id")),
    )
    op.create_index(
        "ix_receipt_processed",
        "receipt",
        ["processed_at"],
        unique=False,
        postgresql_where=sa.text("processed_at IS NOT NULL"),
    )
    op.create_index("ix_receipt_reference", "receipt", ["reference"], unique=False)
    op.create_index(
        "ix_receipt_unprocessed", "receipt", ["id"], unique=False, postgresql_where=sa.text("processed_at IS NULL")
    )
    op.create_table(
        "refused_receipt",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("wrong IN ('forged', 'unreadable')", name=op.f("ck_refused_receipt_wrong_known")),
        sa.CheckConstraint("n > 0", name=op.f("ck_refused_receipt_n_positive")),
        sa.PrimaryKeyConstraint("gateway", "day", "wrong", name=op.f("pk_refused_receipt")),
    )
    op.create_table(
        "dead_address",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_dead_address_channel_known")),
        sa.CheckConstraint("extract(day FROM found_on) = 1", name=op.f("ck_dead_address_found_in_a_month")),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("ck_dead_address_fingerprint_size")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_dead_address_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "fingerprint", name=op.f("pk_dead_address")),
    )
    op.create_table(
        "opt_out",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("ck_opt_out_fingerprint_size")),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_opt_out_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "fingerprint", name=op.f("pk_opt_out")),
    )
    op.create_table(
        "sampling",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("sampling", sa.Text(), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("waves", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "from_on > (changed_at AT TIME ZONE 'Europe/Copenhagen')::date",
            name=op.f("ck_sampling_never_for_what_was_held"),
        ),
        sa.CheckConstraint("sampling IN ('all', 'share', 'waves')", name=op.f("ck_sampling_sampling_known")),
        sa.CheckConstraint("extract(isodow FROM from_on) = 1", name=op.f("ck_sampling_from_a_monday")),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_sampling_share_range")),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_sampling_changed_by")),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_sampling_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "from_on", name=op.f("pk_sampling")),
    )
    op.create_table(
        "sending_rule",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("delay_minutes", sa.Integer(), nullable=False),
        sa.Column("quiet_days", sa.SmallInteger(), nullable=False),
        sa.Column("sampling", sa.Text(), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("link_mode", sa.Text(), nullable=False),
        sa.Column("segment_price", sa.Numeric(precision=6, scale=3), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "link_mode IN ('link', 'code', 'code_only')", name=op.f("ck_sending_rule_link_mode_known")
        ),
        sa.CheckConstraint("sampling IN ('all', 'share', 'waves')", name=op.f("ck_sending_rule_sampling_known")),
        sa.CheckConstraint(
            "cardinality(weekdays) >= 1 AND weekdays <@ ARRAY[1,2,3,4,5,6,7]::smallint[]",
            name=op.f("ck_sending_rule_weekdays_known"),
        ),
        sa.CheckConstraint("delay_minutes BETWEEN 0 AND 10080", name=op.f("ck_sending_rule_delay_range")),
        sa.CheckConstraint("opens < closes", name=op.f("ck_sending_rule_opens_before_it_closes")),
        sa.CheckConstraint("quiet_days BETWEEN 1 AND 365", name=op.f("ck_sending_rule_quiet_days_range")),
        sa.CheckConstraint("segment_price BETWEEN 0 AND 100", name=op.f("ck_sending_rule_segment_price_range")),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_sending_rule_share_range")),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_sending_rule_changed_by")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_sending_rule_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_sending_rule")),
    )
    op.create_table(
        "stop",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(stopped_by IS NULL) = (reason IS NOT NULL)", name=op.f("ck_stop_stopped_by_somebody_or_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_stop_municipality")),
        sa.ForeignKeyConstraint(["stopped_by"], ["staff.id"], name=op.f("fk_stop_stopped_by")),
        sa.PrimaryKeyConstraint("municipality_id", "gateway", name=op.f("pk_stop")),
    )
    op.create_table(
        "trial_message",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('waiting', 'claimed')) = (address IS NOT NULL)",
            name=op.f("ck_trial_message_address_until_done"),
        ),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_trial_message_channel_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'accepted', 'refused', 'unknown')",
            name=op.f("ck_trial_message_state_known"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_trial_message_asked_by")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_trial_message_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_trial_message")),
    )
    op.create_index(
        "ix_trial_message_waiting",
        "trial_message",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "wave",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_wave_days_in_order")),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_wave_share_range")),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_wave_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_wave")),
        sa.UniqueConstraint("municipality_id", "name", name=op.f("uq_wave_name")),
    )
    op.create_table(
        "message_text",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("questionnaire_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(channel = 'sms') = (subject = '')", name=op.f("ck_message_text_subject_of_emails")),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_message_text_channel_known")),
        sa.CheckConstraint("kind IN ('invitation', 'reminder')", name=op.f("ck_message_text_kind_known")),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)", name=op.f("ck_message_text_verifier_has_a_time")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_message_text_changed_by")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "questionnaire_id"],
            ["questionnaire.municipality_id", "questionnaire.id"],
            name=op.f("fk_message_text_questionnaire_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_message_text_municipality")
        ),
        sa.ForeignKeyConstraint(["verified_by"], ["staff.id"], name=op.f("fk_message_text_verified_by")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_message_text")),
        sa.UniqueConstraint(
            "municipality_id",
            "questionnaire_id",
            "kind",
            "channel",
            "language",
            name=op.f("uq_message_text_questionnaire_id_kind_channel_language"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "pause",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('illness', 'bereavement', 'sanction', 'hearing', 'own_wish', 'other')",
            name=op.f("ck_pause_reason_known"),
        ),
        sa.CheckConstraint(
            "from_on <= until_on AND until_on <= from_on + 366", name=op.f("ck_pause_days_in_order")
        ),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("ck_pause_fingerprint_size")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id"], ["team.municipality_id", "team.id"], name=op.f("fk_pause_team_id")
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_pause_municipality")),
        sa.ForeignKeyConstraint(["paused_by"], ["staff.id"], name=op.f("fk_pause_paused_by")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_pause")),
    )
    op.create_index("ix_pause_citizen", "pause", ["municipality_id", "fingerprint"], unique=False)
    op.add_column("contact", sa.Column("mobile_print", sa.LargeBinary(), nullable=True))
    op.add_column("contact", sa.Column("email_print", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_contact_email", "contact", ["municipality_id", sa.literal_column("lower(email)")], unique=False
    )
    op.create_index("ix_contact_mobile", "contact", ["municipality_id", "mobile"], unique=False)
    op.add_column(
        "invitation", sa.Column("held_back", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index("ix_meeting_held", "meeting", ["municipality_id", "held_on"], unique=False)
    op.add_column("message", sa.Column("fell_over", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("message", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("provider_id", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("segments", sa.SmallInteger(), nullable=True))
    op.add_column("message", sa.Column("permanent", sa.Boolean(), nullable=True))
    op.execute("""
        UPDATE message SET channel = CASE WHEN contact.mobile IS NULL THEN 'email' ELSE 'sms' END
        FROM contact
        WHERE message.channel IS NULL AND contact.municipality_id = message.municipality_id
            AND contact.invitation_id = message.invitation_id
    """)
    op.execute("UPDATE message SET channel = 'sms' WHERE channel IS NULL")
    op.alter_column("message", "channel", existing_type=sa.TEXT(), nullable=False)
    op.drop_index(op.f("ix_message_due"), table_name="message", postgresql_where="(state = 'waiting'::text)")
    op.create_index(
        "ix_message_due",
        "message",
        ["municipality_id", "channel", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_message_sent", "message", ["sent_at"], unique=False, postgresql_where=sa.text("state = 'sent'")
    )
    op.create_index(
        "ix_message_unknown",
        "message",
        ["municipality_id"],
        unique=False,
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.add_column("municipality", sa.Column("host", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_municipality_host"), "municipality", ["host"])
    for table, column, more in WORDS:
        recheck(table, f"{column}_known", one_of(column, (*DECISIONS, *NEW_DECISIONS, *more)))
    recheck("message", "sent_has_a_time", f"state = 'unknown' OR {SENT_HAS_A_TIME}")
    recheck("message", "handled_has_claim", "state IN ('waiting', 'skipped') OR claimed_at IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_message_falls_over_to_email"), "message", "NOT fell_over OR channel = 'email'"
    )
    op.create_check_constraint(
        op.f("ck_contact_print_size"),
        "contact",
        "octet_length(mobile_print) = 32 AND octet_length(email_print) = 32",
    )
    op.create_check_constraint(
        op.f("ck_municipality_host_plain"),
        "municipality",
        "host ~ '^[a-z0-9][a-z0-9.-]*[a-z0-9]$' AND length(host) <= 43",
    )


def downgrade() -> None:
    """Step back.

    Refused when a meeting, an import or a count holds a decision that is new here (NEW_DECISIONS). Rules,
    waves, texts, receipts, pauses, dead addresses and opt-outs are lost, and with them who does not want to be asked.
    A message that fell silent stays in doubt, without its time.
    """
    op.drop_constraint(op.f("ck_message_falls_over_to_email"), "message")
    op.execute("UPDATE message SET sent_at = NULL WHERE state = 'unknown'")
    recheck("message", "sent_has_a_time", SENT_HAS_A_TIME)
    recheck(
        "message",
        "handled_has_claim",
        "(state IN ('waiting', 'skipped')) OR (claimed_at IS NOT NULL AND channel IS NOT NULL)",
    )
    for table, column, more in WORDS:
        recheck(table, f"{column}_known", one_of(column, (*DECISIONS, *more)))
    op.drop_constraint(op.f("uq_municipality_host"), "municipality", type_="unique")
    op.drop_column("municipality", "host")
    op.drop_index("ix_message_unknown", table_name="message", postgresql_where=sa.text("state = 'unknown'"))
    op.drop_index("ix_message_sent", table_name="message", postgresql_where=sa.text("state = 'sent'"))
    op.drop_index("ix_message_due", table_name="message", postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(
        op.f("ix_message_due"), "message", ["due_at"], unique=False, postgresql_where="(state = 'waiting'::text)"
    )
    op.alter_column("message", "channel", existing_type=sa.TEXT(), nullable=True)
    op.drop_column("message", "permanent")
    op.drop_column("message", "segments")
    op.drop_column("message", "provider_id")
    op.drop_column("message", "doubted_at")
    op.drop_column("message", "fell_over")
    op.drop_index("ix_meeting_held", table_name="meeting")
    op.drop_column("invitation", "held_back")
    op.drop_index("ix_contact_mobile", table_name="contact")
    op.drop_index("ix_contact_email", table_name="contact")
    op.drop_column("contact", "email_print")
    op.drop_column("contact", "mobile_print")
    op.drop_index("ix_pause_citizen", table_name="pause")
    op.drop_table("pause")
    op.drop_table("message_text")
    op.drop_table("wave")
    op.drop_index(
        "ix_trial_message_waiting", table_name="trial_message", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("trial_message")
    op.drop_table("stop")
    op.drop_table("sending_rule")
    op.drop_table("sampling")
    op.drop_table("opt_out")
    op.drop_table("dead_address")
    op.drop_table("refused_receipt")
    op.drop_index("ix_receipt_unprocessed", table_name="receipt", postgresql_where=sa.text("processed_at IS NULL"))
    op.drop_index("ix_receipt_reference", table_name="receipt")
    op.drop_index(
        "ix_receipt_processed", table_name="receipt", postgresql_where=sa.text("processed_at IS NOT NULL")
    )
    op.drop_table("receipt")
    op.drop_table("gateway_state")
