"""A published questionnaire version never changes; only its closing time may be set."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.execute(
        """
        CREATE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.published_at IS NOT NULL AND (TG_OP = 'DELETE' OR ROW(
                NEW.municipality_id, NEW.id, NEW.questionnaire_id, NEW.number, NEW.points,
                NEW.statement_count, NEW.labels, NEW.published_at
            ) IS DISTINCT FROM ROW(
                OLD.municipality_id, OLD.id, OLD.questionnaire_id, OLD.number, OLD.points,
                OLD.statement_count, OLD.labels, OLD.published_at
            )) THEN
                RAISE EXCEPTION 'A published questionnaire version never changes' USING ERRCODE = '23514';
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            IF NEW.published_at IS NOT NULL AND OLD.published_at IS NULL AND NEW.statement_count <> (
                SELECT count(*) FROM statement s
                WHERE s.municipality_id = NEW.municipality_id AND s.version_id = NEW.id
                AND s.position <= NEW.statement_count
            ) THEN
                RAISE EXCEPTION 'A published version has all its statements' USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_published_version BEFORE UPDATE OR DELETE ON questionnaire_version
            FOR EACH ROW EXECUTE FUNCTION keep_published_version();

        CREATE FUNCTION keep_published_statement() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE line record;
        BEGIN
            FOR line IN SELECT * FROM (VALUES (OLD), (NEW)) AS both_rows (r)
            LOOP
                IF EXISTS (
                    SELECT 1 FROM questionnaire_version v
                    WHERE v.municipality_id = (line.r).municipality_id AND v.id = (line.r).version_id
                    AND v.published_at IS NOT NULL
                ) THEN
                    RAISE EXCEPTION 'A published statement never changes' USING ERRCODE = '23514';
                END IF;
            END LOOP;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_published_statement BEFORE INSERT OR UPDATE OR DELETE ON statement
            FOR EACH ROW EXECUTE FUNCTION keep_published_statement();
        """
    )


def downgrade() -> None:
    """Step back."""
    op.execute(
        """
        DROP TRIGGER keep_published_statement ON statement;
        DROP FUNCTION keep_published_statement();
        DROP TRIGGER keep_published_version ON questionnaire_version;
        DROP FUNCTION keep_published_version();
        """
    )
