"""Promises to call: counts that outlive the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "callback_count",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.CheckConstraint("extract(isodow FROM week) = 1", name=op.f("ck_callback_count_week_is_a_monday")),
        sa.CheckConstraint("kept + late + overdue + waiting > 0", name=op.f("ck_callback_count_of_somebody")),
        sa.CheckConstraint(
            "least(kept, late, overdue, waiting) >= 0", name=op.f("ck_callback_count_counts_natural")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id"],
            ["team.municipality_id", "team.id"],
            name=op.f("fk_callback_count_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_callback_count_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "team_id", "week", name=op.f("pk_callback_count")),
    )


def downgrade() -> None:
    """Step back."""
    op.drop_table("callback_count")
