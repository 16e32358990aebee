"""API tokens: a machine's way to a municipality's figures."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "api_token",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_api_token_token_hash_size")),
        sa.CheckConstraint("length(name) <= 80 AND name ~ '[^[:space:]]'", name=op.f("ck_api_token_name_said")),
        sa.CheckConstraint("revoked_at >= made_at", name=op.f("ck_api_token_revoked_after_made")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_api_token_made_by")),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_api_token_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )


def downgrade() -> None:
    """Step back."""
    op.drop_table("api_token")
