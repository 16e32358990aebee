"""The day since when a municipality takes part in the shared comparison."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.add_column("municipality", sa.Column("compared_since", sa.Date(), nullable=True))


def downgrade() -> None:
    """Step back."""
    op.drop_column("municipality", "compared_since")
