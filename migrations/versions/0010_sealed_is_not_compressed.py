"""What is sealed is stored as it is: PostgreSQL would try to compress it, every time in vain."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("ballot", "fragment")


def upgrade() -> None:
    """Step forward."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Step back."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTENDED")
