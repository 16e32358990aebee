"""Response rates by channel, target group and message, settled when a quarter is over."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "turnout_part",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_turnout_part_law_known")),
        sa.CheckConstraint(
            "dimension IN ('channel', 'target_group', 'message')", name=op.f("ck_turnout_part_dimension_known")
        ),
        sa.CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)",
            name=op.f("ck_turnout_part_quarter_begins"),
        ),
        sa.CheckConstraint(
            "(dimension <> 'channel' OR value IN ('', 'sms', 'email', 'paper')) AND "
            "(dimension <> 'message' OR value IN ('', 'first', 'reminder'))",
            name=op.f("ck_turnout_part_value_known"),
        ),
        sa.CheckConstraint("length(value) <= 40", name=op.f("ck_turnout_part_value_length")),
        sa.CheckConstraint("answered >= 0 AND answered <= sent", name=op.f("ck_turnout_part_answered_of_sent")),
        sa.CheckConstraint("delivered >= 0 AND delivered <= sent", name=op.f("ck_turnout_part_delivered_of_sent")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_turnout_part_municipality")
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "law", "quarter", "dimension", "value", name=op.f("pk_turnout_part")
        ),
    )
    op.create_table(
        "sent_count",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("target_group", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_sent_count_law_known")),
        sa.CheckConstraint("channel IN ('sms', 'email', 'paper')", name=op.f("ck_sent_count_channel_known")),
        sa.CheckConstraint("extract(isodow FROM week) = 1", name=op.f("ck_sent_count_week_is_a_monday")),
        sa.CheckConstraint("length(target_group) <= 40", name=op.f("ck_sent_count_target_group_length")),
        sa.CheckConstraint("sent > 0", name=op.f("ck_sent_count_sent_positive")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id"], ["team.municipality_id", "team.id"], name=op.f("fk_sent_count_team_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["questionnaire_version.municipality_id", "questionnaire_version.id"],
            name=op.f("fk_sent_count_version_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_sent_count_municipality")),
        sa.PrimaryKeyConstraint(
            "municipality_id",
            "team_id",
            "version_id",
            "week",
            "channel",
            "target_group",
            name=op.f("pk_sent_count"),
        ),
    )


def downgrade() -> None:
    """Step back."""
    op.drop_table("sent_count")
    op.drop_table("turnout_part")
