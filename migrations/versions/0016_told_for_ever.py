"""What must stay: cells and groups of cells, on which figures and their ids rest; and k, which is never lowered."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEEP_TOLD = """
    CREATE FUNCTION keep_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'What was told is never % (%)', lower(TG_OP) || 'd', TG_TABLE_NAME USING ERRCODE = '23514';
    END $$;
    CREATE TRIGGER keep_told BEFORE DELETE ON cell FOR EACH ROW EXECUTE FUNCTION keep_told();
    CREATE TRIGGER keep_told BEFORE UPDATE OR DELETE ON cell_group FOR EACH ROW EXECUTE FUNCTION keep_told();
    CREATE FUNCTION keep_smallest_group() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The smallest group is never lowered' USING ERRCODE = '23514';
    END $$;
    CREATE TRIGGER keep_smallest_group BEFORE UPDATE ON municipality FOR EACH ROW
        WHEN (NEW.smallest_group < OLD.smallest_group) EXECUTE FUNCTION keep_smallest_group();
"""


def upgrade() -> None:
    """Step forward."""
    op.execute(KEEP_TOLD)


def downgrade() -> None:
    """Step back."""
    for table in ("cell", "cell_group"):
        op.execute(f"DROP TRIGGER keep_told ON {table}")
    op.execute("DROP FUNCTION keep_told()")
    op.execute("DROP TRIGGER keep_smallest_group ON municipality")
    op.execute("DROP FUNCTION keep_smallest_group()")
