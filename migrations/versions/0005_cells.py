"""Cells: whole batches told together, made once and never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "cell_group",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("statements", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.CheckConstraint("grade IN ('means', 'spread', 'tags')", name=op.f("ck_cell_group_grade_known")),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_cell_group_law_known")),
        sa.CheckConstraint("mode IN ('remote', 'onsite')", name=op.f("ck_cell_group_mode_known")),
        sa.CheckConstraint("first_on <= last_on AND last_on <= told_on", name=op.f("ck_cell_group_days_in_order")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id", "law"],
            ["team.municipality_id", "team.id", "team.law"],
            name=op.f("fk_cell_group_team_id_law"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["questionnaire_version.municipality_id", "questionnaire_version.id"],
            name=op.f("fk_cell_group_version_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_cell_group_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_cell_group")),
        sa.UniqueConstraint(
            "municipality_id", "id", "law", "version_id", "mode", name=op.f("uq_cell_group_id_law_version_id_mode")
        ),
    )
    op.create_table(
        "cell",
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("statement_count", sa.SmallInteger(), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.Column("doubled_ranks", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("ties", sa.BigInteger(), nullable=False),
        sa.Column("sums", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("products", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("differences", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("means_id", sa.Uuid(), nullable=True),
        sa.Column("spread_id", sa.Uuid(), nullable=True),
        sa.Column("tags_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.CheckConstraint("law IN ('LAB', 'LAS')", name=op.f("ck_cell_law_known")),
        sa.CheckConstraint("mode IN ('remote', 'onsite')", name=op.f("ck_cell_mode_known")),
        sa.CheckConstraint(
            "0 <= ALL (counts) AND 0 <= ALL (persons) AND 0 <= ALL (tags)", name=op.f("ck_cell_counts_natural")
        ),
        sa.CheckConstraint("8 <= people AND people <= n", name=op.f("ck_cell_people_enough")),
        sa.CheckConstraint(
            "cardinality(counts) = statement_count * (points + 1)", name=op.f("ck_cell_counts_whole")
        ),
        sa.CheckConstraint("mod(cardinality(persons), 3) = 0", name=op.f("ck_cell_persons_in_triples")),
        sa.CheckConstraint("cardinality(tags) = 3", name=op.f("ck_cell_tags_whole")),
        sa.CheckConstraint("first_on <= last_on AND last_on <= told_on", name=op.f("ck_cell_days_in_order")),
        sa.CheckConstraint("spread_id IS NULL OR means_id IS NOT NULL", name=op.f("ck_cell_spread_of_means")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "means_id", "law", "version_id", "mode"],
            [
                "cell_group.municipality_id",
                "cell_group.id",
                "cell_group.law",
                "cell_group.version_id",
                "cell_group.mode",
            ],
            name=op.f("fk_cell_means_id_law_version_id_mode"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "spread_id", "law", "version_id", "mode"],
            [
                "cell_group.municipality_id",
                "cell_group.id",
                "cell_group.law",
                "cell_group.version_id",
                "cell_group.mode",
            ],
            name=op.f("fk_cell_spread_id_law_version_id_mode"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "tags_id", "law", "version_id", "mode"],
            [
                "cell_group.municipality_id",
                "cell_group.id",
                "cell_group.law",
                "cell_group.version_id",
                "cell_group.mode",
            ],
            name=op.f("fk_cell_tags_id_law_version_id_mode"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "team_id", "law"],
            ["team.municipality_id", "team.id", "team.law"],
            name=op.f("fk_cell_team_id_law"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id", "points", "statement_count"],
            [
                "questionnaire_version.municipality_id",
                "questionnaire_version.id",
                "questionnaire_version.points",
                "questionnaire_version.statement_count",
            ],
            name=op.f("fk_cell_version_id_points_statement_count"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_cell_municipality")),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_cell")),
        sa.UniqueConstraint(
            "municipality_id", "id", "law", "version_id", "mode", name=op.f("uq_cell_id_law_version_id_mode")
        ),
    )
    op.create_index("ix_cell_period", "cell", ["municipality_id", "last_on"], unique=False)
    op.add_column("batch", sa.Column("cell_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_batch_untold", "batch", ["municipality_id"], unique=False, postgresql_where=sa.text("cell_id IS NULL")
    )
    op.create_foreign_key(
        op.f("fk_batch_cell_id_law_version_id_mode"),
        "batch",
        "cell",
        ["municipality_id", "cell_id", "law", "version_id", "mode"],
        ["municipality_id", "id", "law", "version_id", "mode"],
    )


def downgrade() -> None:
    """Step back."""
    op.drop_constraint(op.f("fk_batch_cell_id_law_version_id_mode"), "batch", type_="foreignkey")
    op.drop_index("ix_batch_untold", table_name="batch", postgresql_where=sa.text("cell_id IS NULL"))
    op.drop_column("batch", "cell_id")
    op.drop_index("ix_cell_period", table_name="cell")
    op.drop_table("cell")
    op.drop_table("cell_group")
