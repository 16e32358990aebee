"""A cell never changes but for the groups it is put into, each once: pages remember what they worked out of it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEEP_CELL = """
    CREATE FUNCTION keep_cell() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before jsonb := to_jsonb(OLD) - ARRAY['means_id', 'spread_id', 'tags_id'];
        after jsonb := to_jsonb(NEW) - ARRAY['means_id', 'spread_id', 'tags_id'];
    BEGIN
        IF before <> after
            OR (OLD.means_id IS NOT NULL AND NEW.means_id IS DISTINCT FROM OLD.means_id)
            OR (OLD.spread_id IS NOT NULL AND NEW.spread_id IS DISTINCT FROM OLD.spread_id)
            OR (OLD.tags_id IS NOT NULL AND NEW.tags_id IS DISTINCT FROM OLD.tags_id)
        THEN
            RAISE EXCEPTION 'A cell never changes' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER keep_cell BEFORE UPDATE ON cell FOR EACH ROW EXECUTE FUNCTION keep_cell();
"""


def upgrade() -> None:
    """Step forward."""
    op.execute(KEEP_CELL)


def downgrade() -> None:
    """Step back."""
    op.execute("DROP TRIGGER keep_cell ON cell")
    op.execute("DROP FUNCTION keep_cell()")
