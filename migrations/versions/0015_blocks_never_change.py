"""Weeks of sending are told in blocks: a closed week is put into one once, and a told one never changes."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BLOCKS = """
    ALTER TABLE participation
        ADD COLUMN block_first date,
        ADD COLUMN block_last date,
        ADD COLUMN alone boolean,
        ADD CONSTRAINT ck_participation_told_whole
            CHECK (num_nulls(block_first, block_last, alone) IN (0, 3)),
        ADD CONSTRAINT ck_participation_told_when_closed
            CHECK (block_first IS NULL OR closed AND week BETWEEN block_first AND block_last);
    CREATE FUNCTION keep_told_week() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.block_first IS NOT NULL AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
            RAISE EXCEPTION 'A week that is told never changes' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER keep_told_week BEFORE UPDATE ON participation FOR EACH ROW EXECUTE FUNCTION keep_told_week();
"""


def upgrade() -> None:
    """Step forward."""
    op.execute(BLOCKS)


def downgrade() -> None:
    """Step back."""
    op.execute("DROP TRIGGER keep_told_week ON participation")
    op.execute("DROP FUNCTION keep_told_week()")
    op.execute("ALTER TABLE participation DROP COLUMN block_first, DROP COLUMN block_last, DROP COLUMN alone")
