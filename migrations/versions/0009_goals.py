"""Goals with the days they hold, and versions of a questionnaire that continue a series."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEEP_GOAL = """
    CREATE FUNCTION keep_goal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR NEW.ended_at IS NULL OR NEW.ended_at < OLD.ended_at OR NEW.valid_to > OLD.valid_to
        OR ROW(
            NEW.municipality_id, NEW.id, NEW.law, NEW.points, NEW.kind, NEW.value, NEW.valid_from, NEW.made_at,
            NEW.made_by
        ) IS DISTINCT FROM ROW(
            OLD.municipality_id, OLD.id, OLD.law, OLD.points, OLD.kind, OLD.value, OLD.valid_from, OLD.made_at,
            OLD.made_by
        ) THEN
            RAISE EXCEPTION 'A goal never changes: it is ended, and another is made' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER keep_goal BEFORE UPDATE OR DELETE ON goal FOR EACH ROW EXECUTE FUNCTION keep_goal();
"""

KEEP_VERSION = """
    CREATE OR REPLACE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.published_at IS NOT NULL AND (TG_OP = 'DELETE' OR ROW(
            NEW.municipality_id, NEW.id, NEW.questionnaire_id, NEW.number, NEW.points,
            NEW.statement_count, NEW.labels, NEW.published_at{more_new}
        ) IS DISTINCT FROM ROW(
            OLD.municipality_id, OLD.id, OLD.questionnaire_id, OLD.number, OLD.points,
            OLD.statement_count, OLD.labels, OLD.published_at{more_old}
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
        END IF;{more_checks}
        RETURN NEW;
    END $$;
"""
CONTINUES = """
        IF NEW.published_at IS NOT NULL AND OLD.published_at IS NULL AND NEW.continues_id IS NOT NULL AND (
            EXISTS (
                SELECT 1 FROM statement s
                WHERE s.municipality_id = NEW.municipality_id AND s.version_id = NEW.id AND NOT s.same_meaning
            ) OR NOT EXISTS (
                SELECT 1 FROM questionnaire_version v
                WHERE v.municipality_id = NEW.municipality_id AND v.id = NEW.continues_id
                AND v.questionnaire_id = NEW.questionnaire_id AND v.labels = NEW.labels
                AND v.published_at IS NOT NULL
            )
        ) THEN
            RAISE EXCEPTION 'A version continues a series only where all its statements and its scale mean the same'
                USING ERRCODE = '23514';
        END IF;"""


def upgrade() -> None:
    """Step forward."""
    make_goals()
    op.add_column(
        "statement", sa.Column("same_meaning", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("questionnaire_version", sa.Column("continues_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_questionnaire_version_continues_id_points_statement_count"),
        "questionnaire_version",
        "questionnaire_version",
        ["municipality_id", "continues_id", "points", "statement_count"],
        ["municipality_id", "id", "points", "statement_count"],
    )
    op.create_unique_constraint(
        op.f("uq_questionnaire_version_continues_id"), "questionnaire_version", ["municipality_id", "continues_id"]
    )
    op.create_check_constraint(
        op.f("ck_questionnaire_version_continues_an_earlier"), "questionnaire_version", "continues_id < id"
    )
    op.execute(
        KEEP_VERSION.format(more_new=", NEW.continues_id", more_old=", OLD.continues_id", more_checks=CONTINUES)
    )


def make_goals() -> None:
    """The table of goals, and what keeps them."""
    op.create_table(
        "goal",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(6, 4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_goal_law_known")),
        sa.CheckConstraint("kind IN ('level', 'share', 'trend', 'equality')", name=op.f("ck_goal_kind_known")),
        sa.CheckConstraint("points IN (4, 5)", name=op.f("ck_goal_points_known")),
        sa.CheckConstraint("(law IS NULL) = (kind = 'equality')", name=op.f("ck_goal_of_one_law_or_between_both")),
        sa.CheckConstraint(
            "CASE kind WHEN 'level' THEN value > 1 AND value < points WHEN 'share' THEN value > 0 AND value < 1 "
            "ELSE value > 0 AND value < points - 1 END",
            name=op.f("ck_goal_value_in_range"),
        ),
        sa.CheckConstraint("valid_to >= valid_from - 1", name=op.f("ck_goal_days_in_order")),
        sa.CheckConstraint(
            "valid_from >= (made_at AT TIME ZONE 'Europe/Copenhagen')::date",
            name=op.f("ck_goal_never_for_what_was_answered"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_goal_ended_by_somebody")),
        sa.CheckConstraint(
            "ended_at IS NULL OR coalesce(valid_to >= (ended_at AT TIME ZONE 'Europe/Copenhagen')::date - 1, false)",
            name=op.f("ck_goal_ended_from_now_on"),
        ),
        # Ranges of one number each: without an extension PostgreSQL excludes by ranges alone.
        postgresql.ExcludeConstraint(
            (sa.text("int8range(municipality_id, municipality_id, '[]')"), "&&"),
            (sa.text("int4range(points, points, '[]')"), "&&"),
            (
                sa.text(
                    "int4range(strpos('level share trend equality', kind), "
                    "strpos('level share trend equality', kind), '[]')"
                ),
                "&&",
            ),
            (
                sa.text(
                    "int4range(strpos('LAB LAS', coalesce(law, 'LAB')), "
                    "strpos('LAB LAS', coalesce(law, 'LAB')), '[]')"
                ),
                "&&",
            ),
            (sa.text("daterange(valid_from, valid_to + 1)"), "&&"),
            name="ex_goal_one_of_a_kind",
            using="gist",
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_goal_municipality")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_goal_made_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_goal_ended_by")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_goal")),
    )
    op.execute(KEEP_GOAL)


def downgrade() -> None:
    """Step back."""
    op.execute(KEEP_VERSION.format(more_new="", more_old="", more_checks=""))
    op.drop_constraint(op.f("ck_questionnaire_version_continues_an_earlier"), "questionnaire_version")
    op.drop_constraint(op.f("uq_questionnaire_version_continues_id"), "questionnaire_version")
    op.drop_constraint(
        op.f("fk_questionnaire_version_continues_id_points_statement_count"), "questionnaire_version"
    )
    op.drop_column("questionnaire_version", "continues_id")
    op.drop_column("statement", "same_meaning")
    op.drop_table("goal")
    op.execute("DROP FUNCTION keep_goal()")
