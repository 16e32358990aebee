"""The citizen's minute: looks, languages, recordings, other ways in, what is counted beside points, what was done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


OUTCOMES = "outcome IN ('reached', 'not_reached', 'not_relevant'{more})"
MUNICIPALITY = {
    "colour_plain": "colour ~ '^#[0-9a-f]{6}$'",
    "logo_has_a_type": "(logo IS NULL) = (logo_type IS NULL)",
    "logo_small": "octet_length(logo) BETWEEN 1 AND 16384",
    "statement_url_secure": "statement_url ~ '^https://[^[:space:]]+$'",
    "logo_type_known": "logo_type IN ('image/png', 'image/svg+xml')",
    "look_plain": "look ~ '^[0-9a-f]{16}$'",
    "look_of_something": "(look IS NULL) = (colour IS NULL AND logo IS NULL)",
}
CHANNELS = "channel IN ('sms', 'email'{more})"
REACHABLE = "mobile IS NOT NULL OR email IS NOT NULL"
MODES = "mode IN ('remote'{more})"
MODE_KEYS = {"waiting": ("team_id", "version_id"), "unshown": ("law", "version_id", "tallied_on")}


def recheck(table: str, name: str, condition: str) -> None:
    """Let the constraint `name` of `table` say `condition` from now on."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def add_mode(table: str) -> None:
    """Count `table` by mode too: all that is in it was answered remotely."""
    op.add_column(table, sa.Column("mode", sa.Text(), server_default="remote", nullable=False))
    op.alter_column(table, "mode", server_default=None)
    op.create_check_constraint(op.f(f"ck_{table}_mode_known"), table, MODES.format(more=", 'onsite'"))
    op.drop_constraint(op.f(f"pk_{table}"), table)
    op.create_primary_key(op.f(f"pk_{table}"), table, ["municipality_id", *MODE_KEYS[table], "mode"])


def drop_mode(table: str) -> None:
    """Forget the mode again. Fails where something was answered on site."""
    recheck(table, "mode_known", MODES.format(more=""))
    op.drop_constraint(op.f(f"pk_{table}"), table)
    op.drop_column(table, "mode")
    op.create_primary_key(op.f(f"pk_{table}"), table, ["municipality_id", *MODE_KEYS[table]])


def upgrade() -> None:
    """Step forward."""
    recheck("batch", "mode_known", MODES.format(more=", 'onsite'"))
    for table in MODE_KEYS:
        add_mode(table)
    recheck("callback_request", "outcome_known", OUTCOMES.format(more=", 'withdrawn'"))
    op.add_column("callback_request", sa.Column("language", sa.Text(), server_default="da", nullable=False))
    recheck("message", "channel_known", CHANNELS.format(more=", 'paper'"))
    op.create_check_constraint(
        op.f("ck_message_paper_has_no_gateway"),
        "message",
        "channel <> 'paper' OR kind = 'invitation' AND gateway IS NULL",
    )
    op.add_column("contact", sa.Column("on_paper", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    recheck("contact", "reachable", "on_paper = (mobile IS NULL AND email IS NULL)")
    op.create_table(
        "comment",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_comment_law_known")),
        sa.CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)",
            name=op.f("ck_comment_quarter_begins"),
        ),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_comment_text_length")),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_comment_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_comment")),
    )
    op.create_index("ix_comment_quarter", "comment", ["municipality_id", "law", "quarter"], unique=False)
    op.create_table(
        "confirmation",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.CheckConstraint("language ~ '^[a-z]{2}$'", name=op.f("ck_confirmation_language_plain")),
        sa.CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)",
            name=op.f("ck_confirmation_quarter_begins"),
        ),
        sa.CheckConstraint(
            "least(kept, changed) >= 0 AND kept + changed >= 10", name=op.f("ck_confirmation_enough")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_confirmation_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "quarter", "language", name=op.f("pk_confirmation")),
    )
    op.create_table(
        "fragment",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("octet_length(sealed) = 4608", name=op.f("ck_fragment_sealed_size")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "key_id"],
            ["ballot_key.municipality_id", "ballot_key.id"],
            name=op.f("fk_fragment_key_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_fragment_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_fragment")),
    )
    op.create_index("ix_fragment_key", "fragment", ["municipality_id", "key_id"], unique=False)
    op.create_table(
        "deed",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(said) BETWEEN 1 AND 300 AND length(done) BETWEEN 1 AND 600", name=op.f("ck_deed_text_length")
        ),
        sa.CheckConstraint("said ~ '[^[:space:]]' AND done ~ '[^[:space:]]'", name=op.f("ck_deed_text_not_blank")),
        sa.CheckConstraint(
            "done_on <= (written_at AT TIME ZONE 'Europe/Copenhagen')::date",
            name=op.f("ck_deed_done_not_in_the_future"),
        ),
        sa.CheckConstraint("withdrawn_at >= written_at", name=op.f("ck_deed_withdrawn_after_written")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id"], ["team.municipality_id", "team.id"], name=op.f("fk_deed_team_id")
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_deed_municipality")),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_deed_written_by")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_deed")),
    )
    op.create_index("ix_deed_team", "deed", ["municipality_id", "team_id", "done_on"], unique=False)
    op.create_table(
        "onsite_code",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("made_on < valid_until", name=op.f("ck_onsite_code_days_in_order")),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_onsite_code_code_hash_size")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id"],
            ["team.municipality_id", "team.id"],
            name=op.f("fk_onsite_code_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_onsite_code_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "code_hash", name=op.f("pk_onsite_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_onsite_code_code_hash")),
    )
    op.create_index("ix_onsite_code_team", "onsite_code", ["municipality_id", "team_id", "made_on"], unique=False)
    op.create_table(
        "recording",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('audio/mpeg', 'audio/ogg', 'audio/mp4')", name=op.f("ck_recording_kind_known")
        ),
        sa.CheckConstraint("language ~ '^[a-z]{2}$'", name=op.f("ck_recording_language_plain")),
        sa.CheckConstraint("name = encode(sha256(content), 'hex')", name=op.f("ck_recording_name_of_the_content")),
        sa.CheckConstraint("octet_length(content) BETWEEN 1 AND 1048576", name=op.f("ck_recording_content_small")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id", "position"],
            ["statement.municipality_id", "statement.version_id", "statement.position"],
            name=op.f("fk_recording_version_id_position"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_recording_municipality")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["staff.id"], name=op.f("fk_recording_uploaded_by")),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "position", "language", name=op.f("pk_recording")
        ),
    )
    op.create_index("ix_recording_name", "recording", ["name"], unique=False)
    op.create_table(
        "translation",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("statement_count", sa.SmallInteger(), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("statements", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "'' <> ALL (labels) AND '' <> ALL (statements) "
            "AND array_position(labels, NULL) IS NULL AND array_position(statements, NULL) IS NULL",
            name=op.f("ck_translation_nothing_blank"),
        ),
        sa.CheckConstraint(
            "language ~ '^[a-z]{2}$' AND language <> 'da'", name=op.f("ck_translation_language_foreign")
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)", name=op.f("ck_translation_verified_by_somebody")
        ),
        sa.CheckConstraint("cardinality(labels) = points", name=op.f("ck_translation_every_point_labelled")),
        sa.CheckConstraint(
            "cardinality(statements) = statement_count", name=op.f("ck_translation_every_statement")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id", "points", "statement_count"],
            [
                "questionnaire_version.municipality_id",
                "questionnaire_version.id",
                "questionnaire_version.points",
                "questionnaire_version.statement_count",
            ],
            name=op.f("fk_translation_version_id_points_statement_count"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_translation_municipality")
        ),
        sa.ForeignKeyConstraint(["verified_by"], ["staff.id"], name=op.f("fk_translation_verified_by")),
        sa.PrimaryKeyConstraint("municipality_id", "version_id", "language", name=op.f("pk_translation")),
    )
    op.create_table(
        "batch_tag",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("tag IN ('meeting', 'law', 'both')", name=op.f("ck_batch_tag_tag_known")),
        sa.CheckConstraint("n > 0", name=op.f("ck_batch_tag_n_positive")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "batch_id"],
            ["batch.municipality_id", "batch.id"],
            name=op.f("fk_batch_tag_batch_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_batch_tag_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "batch_id", "tag", name=op.f("pk_batch_tag")),
    )
    op.add_column("municipality", sa.Column("colour", sa.Text(), nullable=True))
    op.add_column("municipality", sa.Column("logo", sa.LargeBinary(), nullable=True))
    op.add_column("municipality", sa.Column("logo_type", sa.Text(), nullable=True))
    op.add_column("municipality", sa.Column("look", sa.Text(), nullable=True))
    op.add_column("municipality", sa.Column("statement_url", sa.Text(), nullable=True))
    op.add_column("municipality", sa.Column("data_officer", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "municipality", sa.Column("asks_tag", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "municipality", sa.Column("asks_comment", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "municipality", sa.Column("prints_slips", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("questionnaire_version", sa.Column("dress", sa.Integer(), server_default="0", nullable=False))
    for name, condition in MUNICIPALITY.items():
        op.create_check_constraint(op.f(f"ck_municipality_{name}"), "municipality", condition)
    op.execute(
        """
        CREATE FUNCTION keep_verified_translation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.verified_at IS NOT NULL THEN
                RAISE EXCEPTION 'A verified translation never changes' USING ERRCODE = '23514';
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_verified_translation BEFORE UPDATE OR DELETE ON translation
            FOR EACH ROW EXECUTE FUNCTION keep_verified_translation();

        CREATE FUNCTION note_dress() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE line record := coalesce(NEW, OLD);
        BEGIN
            UPDATE questionnaire_version SET dress = dress + 1
            WHERE municipality_id = line.municipality_id AND id = line.version_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER note_dress AFTER INSERT OR UPDATE OR DELETE ON translation
            FOR EACH ROW EXECUTE FUNCTION note_dress();
        CREATE TRIGGER note_dress AFTER INSERT OR UPDATE OR DELETE ON recording
            FOR EACH ROW EXECUTE FUNCTION note_dress();
        """
    )


def downgrade() -> None:
    """Step back. Fails where there is what the older version does not know."""
    op.execute("DROP TRIGGER keep_verified_translation ON translation; DROP FUNCTION keep_verified_translation()")
    op.execute(
        "DROP TRIGGER note_dress ON translation; DROP TRIGGER note_dress ON recording; DROP FUNCTION note_dress()"
    )
    op.drop_column("questionnaire_version", "dress")
    op.drop_column("municipality", "prints_slips")
    op.drop_column("municipality", "asks_comment")
    op.drop_column("municipality", "asks_tag")
    op.drop_column("municipality", "data_officer")
    op.drop_column("municipality", "statement_url")
    op.drop_column("municipality", "look")
    op.drop_column("municipality", "logo_type")
    op.drop_column("municipality", "logo")
    op.drop_column("municipality", "colour")
    op.drop_table("batch_tag")
    op.drop_table("translation")
    op.drop_index("ix_recording_name", table_name="recording")
    op.drop_table("recording")
    op.drop_index("ix_onsite_code_team", table_name="onsite_code")
    op.drop_table("onsite_code")
    op.drop_index("ix_deed_team", table_name="deed")
    op.drop_table("deed")
    op.drop_index("ix_fragment_key", table_name="fragment")
    op.drop_table("fragment")
    op.drop_table("confirmation")
    op.drop_index("ix_comment_quarter", table_name="comment")
    op.drop_table("comment")
    recheck("contact", "reachable", REACHABLE)
    op.drop_column("contact", "on_paper")
    op.drop_constraint(op.f("ck_message_paper_has_no_gateway"), "message")
    recheck("message", "channel_known", CHANNELS.format(more=""))
    op.drop_column("callback_request", "language")
    recheck("callback_request", "outcome_known", OUTCOMES.format(more=""))
    for table in MODE_KEYS:
        drop_mode(table)
    recheck("batch", "mode_known", MODES.format(more=""))
