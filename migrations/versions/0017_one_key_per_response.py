"""A response points to its municipality through its batch alone: a second key was looked up for every answer."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.drop_constraint("fk_response_municipality", "response", type_="foreignkey")


def downgrade() -> None:
    """Step back."""
    op.create_foreign_key("fk_response_municipality", "response", "municipality", ["municipality_id"], ["id"])
