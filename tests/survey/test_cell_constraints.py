"""The tables of cells and of their groups: what must never be, cannot be."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.models import Batch, Cell, CellGroup, Team
from tests.survey.told import DAY, Add

Table = type[Batch] | type[Cell] | type[CellGroup]
Change = Callable[..., None]
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def change(session: Session, team: Team, add_batch: Add) -> Change:
    """`change(table, column=value)` writes straight to the only cell, its batch or its groups."""
    add_batch(team, DAY, [(1,) * 5, (2,) * 5, (3,) * 5, (4,) * 5, (0,) * 5] * 3)
    # What a new cell may be is tried on one that is there.
    session.execute(text("ALTER TABLE cell DISABLE TRIGGER keep_cell"))
    session.execute(text("ALTER TABLE cell_group DISABLE TRIGGER keep_told"))

    def write(table: Table, **columns: object) -> None:
        with session.begin_nested():
            session.execute(update(table).values(**columns))

    return write


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("ck_cell_law_known", {"law": "XYZ"}),
        ("ck_cell_mode_known", {"mode": "phone"}),
        ("ck_cell_days_in_order", {"first_on": date(2021, 5, 6)}),
        ("ck_cell_days_in_order", {"told_on": date(2021, 5, 4)}),
        ("ck_cell_people_enough", {"people": 7}),
        ("ck_cell_people_enough", {"people": 16}),
        ("ck_cell_counts_whole", {"counts": [3] * 24}),
        ("ck_cell_persons_in_triples", {"persons": [5, 10]}),
        ("ck_cell_tags_whole", {"tags": [0] * 4}),
        ("ck_cell_counts_natural", {"counts": [*[3] * 24, -1]}),
        ("ck_cell_counts_natural", {"persons": [5, 10, -1]}),
        ("ck_cell_counts_natural", {"tags": [0, 0, -1]}),
        ("ck_cell_spread_of_means", {"means_id": None}),
        ("fk_cell_team_id_law", {"team_id": 999}),
        ("fk_cell_version_id_points_statement_count", {"statement_count": 4}),
        ("fk_cell_means_id_law_version_id_mode", {"means_id": NOBODY}),
        ("fk_cell_spread_id_law_version_id_mode", {"spread_id": NOBODY}),
        ("fk_cell_tags_id_law_version_id_mode", {"tags_id": NOBODY}),
    ],
)
def test_an_impossible_cell_is_impossible(change: Change, constraint: str, columns: dict[str, object]) -> None:
    """The table itself refuses too few people, counts that do not fit, and what points nowhere."""
    if "statement_count" in columns:
        columns |= {"counts": [3] * 20}
    with pytest.raises(IntegrityError, match=constraint):
        change(Cell, **columns)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("ck_cell_group_law_known", {"law": "XYZ"}),
        ("ck_cell_group_mode_known", {"mode": "phone"}),
        ("ck_cell_group_grade_known", {"grade": "everything"}),
        ("ck_cell_group_days_in_order", {"first_on": date(2021, 5, 6)}),
        ("ck_cell_group_days_in_order", {"told_on": date(2021, 5, 4)}),
        ("fk_cell_group_team_id_law", {"team_id": 999}),
        ("version_id", {"version_id": 999}),
    ],
)
def test_an_impossible_group_is_impossible(change: Change, constraint: str, columns: dict[str, object]) -> None:
    """Nor is there a group of unknown grade or law, nor of nobody's team."""
    with pytest.raises(IntegrityError, match=constraint):
        change(CellGroup, **columns)


@pytest.mark.parametrize("table", [Batch, Cell, CellGroup])
def test_modes_never_meet(change: Change, table: Table) -> None:
    """A batch is of its cell's law, version and mode, and a cell of its groups'."""
    with pytest.raises(IntegrityError, match="law_version_id_mode"):
        change(table, mode="onsite")


def test_a_batch_points_to_a_cell(change: Change) -> None:
    """To one that is there."""
    with pytest.raises(IntegrityError, match="fk_batch_cell_id_law_version_id_mode"):
        change(Batch, cell_id=NOBODY)


@pytest.mark.parametrize(
    "columns",
    [
        {"counts": [4] * 25},
        {"last_on": date(2021, 5, 6)},
        {"means_id": None, "spread_id": None},
        {"spread_id": None},
        {"tags_id": NOBODY, "n": 16},
    ],
)
def test_a_cell_never_changes(session: Session, team: Team, add_batch: Add, columns: dict[str, object]) -> None:
    """Neither what it counts nor the groups it was put into; pages remember what they made of it."""
    add_batch(team, DAY, [(1,) * 5, (2,) * 5, (3,) * 5, (4,) * 5, (0,) * 5] * 3)
    with pytest.raises(IntegrityError, match="A cell never changes"), session.begin_nested():
        session.execute(update(Cell).values(**columns))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cell_group SET statements = '{1}'",
        "UPDATE cell_group SET told_on = told_on + 1",
        "DELETE FROM cell_group",
        "DELETE FROM cell",
    ],
)
def test_what_is_told_is_told_for_ever(session: Session, team: Team, add_batch: Add, statement: str) -> None:
    """No group of cells changes, and neither goes: not even where nothing points to them any more."""
    add_batch(team, DAY, [(1,) * 5, (2,) * 5, (3,) * 5, (4,) * 5, (0,) * 5] * 3)
    session.execute(update(Batch).values(cell_id=None))
    before = [session.execute(select(*of.__table__.columns).order_by(of.id)).all() for of in (Cell, CellGroup)]
    with pytest.raises(IntegrityError, match="What was told is never"), session.begin_nested():
        session.execute(text(statement))
    assert before == [
        session.execute(select(*of.__table__.columns).order_by(of.id)).all() for of in (Cell, CellGroup)
    ]
    assert all(before)
