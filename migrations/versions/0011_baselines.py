"""Baselines: a person lets the early warning of a series begin anew."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEEP_BASELINE = """
    CREATE FUNCTION keep_baseline() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'A baseline never changes: a newer one takes its place' USING ERRCODE = '23514';
    END $$;
    CREATE TRIGGER keep_baseline BEFORE UPDATE OR DELETE ON baseline
        FOR EACH ROW EXECUTE FUNCTION keep_baseline();
"""


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "baseline",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_baseline_law_known")),
        sa.CheckConstraint("mode IN ('remote', 'onsite')", name=op.f("ck_baseline_mode_known")),
        sa.CheckConstraint(
            "btrim(reason) <> '' AND char_length(reason) <= 200", name=op.f("ck_baseline_reason_given")
        ),
        sa.CheckConstraint(
            "since <= (noted_at AT TIME ZONE 'Europe/Copenhagen')::date", name=op.f("ck_baseline_never_ahead")
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_baseline_municipality")),
        sa.ForeignKeyConstraint(["noted_by"], ["staff.id"], name=op.f("fk_baseline_noted_by")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id", "law"],
            ["team.municipality_id", "team.id", "team.law"],
            name=op.f("fk_baseline_team_id_law"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["questionnaire_version.municipality_id", "questionnaire_version.id"],
            name=op.f("fk_baseline_version_id"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_baseline")),
        sa.UniqueConstraint(
            *("municipality_id", "law", "team_id", "version_id", "mode", "since"),
            name="uq_baseline_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute(KEEP_BASELINE)


def downgrade() -> None:
    """Step back."""
    op.drop_table("baseline")
    op.execute("DROP FUNCTION keep_baseline()")
