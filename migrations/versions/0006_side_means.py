"""Side means: what is told of answers by language, channel and so on, a quarter at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "side_mean",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Numeric(precision=2, scale=1), nullable=False),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_side_mean_law_known")),
        sa.CheckConstraint(
            "dimension IN ('language', 'channel', 'first', 'target_group', 'meeting_number')",
            name=op.f("ck_side_mean_dimension_known"),
        ),
        sa.CheckConstraint(
            "extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)",
            name=op.f("ck_side_mean_quarter_begins"),
        ),
        sa.CheckConstraint(
            "(dimension <> 'channel' OR value IN ('', 'sms', 'email', 'paper')) AND "
            "(dimension <> 'first' OR value IN ('', 'first', 'reminder')) AND "
            "(dimension <> 'meeting_number' OR value IN ('', '1', '2-3', '4+'))",
            name=op.f("ck_side_mean_value_known"),
        ),
        sa.CheckConstraint(
            "dimension <> 'language' OR value ~ '^([a-z]{2})?$'", name=op.f("ck_side_mean_language_plain")
        ),
        sa.CheckConstraint("length(value) <= 40", name=op.f("ck_side_mean_value_length")),
        sa.CheckConstraint("n >= 10", name=op.f("ck_side_mean_enough")),
        sa.CheckConstraint("mean BETWEEN 1 AND 5", name=op.f("ck_side_mean_mean_on_scale")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["questionnaire_version.municipality_id", "questionnaire_version.id"],
            name=op.f("fk_side_mean_version_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_side_mean_municipality")),
        sa.PrimaryKeyConstraint(
            "municipality_id", "law", "version_id", "quarter", "dimension", "value", name=op.f("pk_side_mean")
        ),
    )


def downgrade() -> None:
    """Step back."""
    op.drop_table("side_mean")
