"""Cells come to a database that is in use: batches are kept, and the first night tells what they say."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, select, text

from survey import db, municipalities, nightly
from survey.models import Batch, Cell, Team
from tests.house.test_migration_filled import step
from tests.house.test_migrations import config_on

NOW = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str, write_batch: Callable[..., Batch]) -> Iterator[Engine]:
    """A database at 0004 with a municipality and six batches of seven people."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        place = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=NOW)
        team = session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == place.id)).one()
        for day in range(6):
            write_batch(session, team, date(2021, 5, 3) + timedelta(day), [(2, 3, 2, 3, 4)] * 7)
    step(engine, "0004")
    yield engine
    engine.dispose()


def told() -> list[Any]:
    """Days and questionnaires of every cell."""
    with db.transaction() as session:
        return list(session.execute(select(Cell.first_on, Cell.last_on, Cell.n).order_by(Cell.last_on)))


def test_the_first_night_makes_cells_of_the_batches_there_are(engine: Engine, tmp_path: Any) -> None:
    """Three of fourteen people; the schema is the models', and no batch is lost on the way."""
    step(engine, "head")
    with engine.connect() as connection:
        command.check(config_on(connection))
    assert told() == []
    nightly.tally_all([tmp_path / "keys"], NOW)
    assert told() == [(date(2021, 5, day), date(2021, 5, day + 1), 14) for day in (3, 5, 7)]


def test_down_and_up_again_keeps_every_batch(engine: Engine, tmp_path: Any) -> None:
    """Cells are made anew from them, and are the same."""
    step(engine, "head")
    nightly.tally_all([tmp_path / "keys"], NOW)
    before = told()
    step(engine, "0004")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT sum(n) FROM batch")) == 42
    step(engine, "head")
    nightly.tally_all([tmp_path / "keys"], NOW)
    assert told() == before
