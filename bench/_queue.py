"""A database of a benchmark's own with messages that wait."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from survey import db, embedded, municipalities
from tests.survey.sending import open_key, queue

NOW = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)
"""Tuesday, ten o'clock in Copenhagen."""


@contextmanager
def database() -> Iterator[str]:
    """A migrated database on a server of its own, bound to this process; its address."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, embedded.server(Path(folder) / "pg") as url:
        engine = db.connect(url)
        with engine.begin() as connection:
            db.migrate(connection)
        yield url
        engine.dispose()


def fill(slug: str, n: int) -> int:
    """A new municipality with `n` messages that wait for an SMS; its id."""
    with db.transaction() as session:
        made = municipalities.establish(
            session, slug=slug, name=slug.title(), phone="1", sms_sender=slug.title(), now=NOW
        )
        open_key(session, made, NOW)
        session.execute(text("SET LOCAL enable_nestloop = off"))  # nothing is known yet of what lies in the tables
        queue(session, made, NOW, n)
        number = made.id
    settle()
    return number


def settle() -> None:
    """Neither the server's own tidying up nor its writing to disk is to be measured."""
    with db.bound().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
