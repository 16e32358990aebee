"""Cells and groups of cells can neither be changed nor deleted: figures and their ids rest on them for ever."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEEP_TOLD = """
    CREATE FUNCTION keep_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'What was told is never % (%)', lower(TG_OP) || 'd', TG_TABLE_NAME USING ERRCODE = '23514';
    END $$;
    CREATE TRIGGER keep_told BEFORE DELETE ON cell FOR EACH ROW EXECUTE FUNCTION keep_told();
    CREATE TRIGGER keep_told BEFORE UPDATE OR DELETE ON cell_group FOR EACH ROW EXECUTE FUNCTION keep_told();
"""


def upgrade() -> None:
    """Step forward."""
    op.execute(KEEP_TOLD)


def downgrade() -> None:
    """Step back."""
    for table in ("cell", "cell_group"):
        op.execute(f"DROP TRIGGER keep_told ON {table}")
    op.execute("DROP FUNCTION keep_told()")
