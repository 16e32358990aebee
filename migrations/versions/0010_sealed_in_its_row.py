"""What is sealed lies in its row: cut up beside it, and tried in vain to be compressed, it took twice as long."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("ballot", "fragment")


def upgrade() -> None:
    """Step forward."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)")


def downgrade() -> None:
    """Step back."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} RESET (toast_tuple_target)")
