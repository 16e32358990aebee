"""The database: one engine per process, `Base` with a naming convention, and `transaction()`."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

import psycopg
from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session


def _own_columns(constraint: Any, _table: Any) -> str:
    # The tenant leads every key, so it says nothing in a name.
    names = [column.name for column in constraint.columns if column.name != "municipality_id"]
    return "_".join(names) or "municipality"


class Base(DeclarativeBase):
    """All tables. Constraint names follow one convention, so that a migration can name what it drops."""

    metadata = MetaData(
        naming_convention={
            "own_columns": _own_columns,
            "ix": "ix_%(table_name)s_%(own_columns)s",
            "uq": "uq_%(table_name)s_%(own_columns)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(own_columns)s",
            "pk": "pk_%(table_name)s",
        }
    )


_dialect: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # its constructor has no types
_one_at_a_time = RLock()
"""Threads that share one connection take turns."""
_bind: Engine | Connection | None = None
_reader: Engine | None = None

REVISION = "0017"
"""The migration this program needs; a test holds it to the newest one there is."""

TRUSTED_SECONDS = 1.0
"""A pooled connection used this recently is taken to be alive; an older one is asked first."""


def connect(url: str) -> Engine:
    """Make `url` (`postgresql://…`) the database of this process and return its engine. Connects lazily.

    Beside it stands a small pool for `reading()`, whose connections never begin a transaction.
    """
    engine = _engine(url, pool_size=10, max_overflow=10)
    reader = _engine(url, pool_size=5, max_overflow=5, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
    event.listen(engine, "engine_disposed", lambda _engine: reader.dispose())
    use(engine, reader)
    return engine


def _engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, hide_parameters=True, **options)

    def note_use(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def ask_when_old(connection: Any, record: Any, _proxy: Any) -> None:
        # The server may have been restarted while the connection lay in the pool.
        if time.monotonic() - record.info.get("used", time.monotonic()) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", ask_when_old)
    return engine


def use(bind: Engine | Connection | None, reader: Engine | None = None) -> None:
    """Let this process work on `bind`; a test hands a connection whose transaction it rolls back."""
    global _bind, _reader
    _bind, _reader = bind, reader


def bound() -> Engine | Connection:
    """The engine of this process. Raises RuntimeError before `connect`."""
    if _bind is None:
        raise RuntimeError("No database: call survey.db.connect(url) first")
    return _bind


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction, opened by a door. Commits when the block ends, rolls back when it raises."""
    bind = bound()
    turn = _one_at_a_time if isinstance(bind, Connection) else nullcontext()
    with turn, Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for a door that only reads: every statement stands alone, no BEGIN and no COMMIT."""
    bind = bound()
    if isinstance(bind, Connection):
        yield bind
        return
    with (_reader or bind.execution_options(isolation_level="AUTOCOMMIT")).connect() as connection:
        yield connection


@contextmanager
def alone() -> Iterator[Connection]:
    """A connection for a door that writes by one statement, its own transaction: durable when it returns."""
    with reading() as connection:
        yield connection


def ready(statement: ClauseElement) -> str:
    """`statement` as the driver takes it, made once: building it costs more than running it."""
    return str(statement.compile(dialect=_dialect))


def run(session: Session | Connection, sql: str, values: Mapping[str, Any]) -> CursorResult[Any]:
    """Run what `ready` made, with `values` for its parameters."""
    connection = session if isinstance(session, Connection) else session.connection()
    return connection.exec_driver_sql(sql, dict(values))


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session for a door that reads one state of the database in several statements, and cannot write."""
    bind = bound()
    if isinstance(bind, Engine):
        bind = bind.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
        yield session


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations on `connection`, inside its transaction, up to `revision`."""
    from alembic import command
    from alembic.config import Config

    config = Config(toml_file=str(Path(__file__).parent.parent / "pyproject.toml"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
