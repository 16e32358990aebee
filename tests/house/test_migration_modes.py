"""The mode of what waits and of what was never enough: as it was, and back only while nothing is on site."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from survey import db, municipalities
from tests.house.test_migration_filled import step

WAITING = text("""
    INSERT INTO waiting (municipality_id, team_id, version_id, tallied_on)
    SELECT t.municipality_id, t.id, min(v.id), '2021-05-11' FROM team t
    JOIN questionnaire_version v USING (municipality_id, questionnaire_id) GROUP BY t.municipality_id, t.id
""")
UNSHOWN = text("""
    INSERT INTO unshown (municipality_id, law, version_id, tallied_on, n)
    SELECT municipality_id, 'LAB', version_id, tallied_on, 3 FROM waiting LIMIT 1
""")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database at 0003 with two teams that wait and one day of answers never shown."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        now = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)
        municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
    step(engine, "0003")
    with engine.begin() as connection:
        connection.execute(WAITING)
        connection.execute(UNSHOWN)
    yield engine
    engine.dispose()


def modes(engine: Engine) -> list[str]:
    """Of every row of both tables."""
    both = "SELECT mode FROM waiting UNION ALL SELECT mode FROM unshown"
    with engine.begin() as connection:
        return list(connection.scalars(text(both)))


def test_all_that_was_counted_was_answered_remotely(engine: Engine) -> None:
    """Up, down and up again the same three rows."""
    for revision in ("head", "0003", "head"):
        step(engine, revision)
    assert modes(engine) == ["remote"] * 3


@pytest.mark.parametrize("table", ["waiting", "unshown"])
def test_what_was_answered_on_site_is_not_forgotten_by_a_step_back(engine: Engine, table: str) -> None:
    """The older version would take it for remote, so there is no way back."""
    step(engine, "head")
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET mode = 'onsite'"))  # noqa: S608 - one of two names
    with pytest.raises(IntegrityError, match="mode_known"):
        step(engine, "0003")
    assert "onsite" in modes(engine)
