"""The database: one engine per process, `Base` with a naming convention, and `transaction()`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine
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


_bind: Engine | Connection | None = None


def connect(url: str) -> Engine:
    """Make `url` (`postgresql://…`) the database of this process and return its engine. Connects lazily."""
    engine = create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
    use(engine)
    return engine


def use(bind: Engine | Connection | None) -> None:
    """Let this process work on `bind`; a test hands a connection whose transaction it rolls back."""
    global _bind  # noqa: PLW0603 - one database per process is the point
    _bind = bind


def bound() -> Engine | Connection:
    """The engine of this process. Raises RuntimeError before `connect`."""
    if _bind is None:
        raise RuntimeError("No database: call survey.db.connect(url) first")
    return _bind


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction, opened by a door. Commits when the block ends, rolls back when it raises."""
    with Session(bound(), expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection for a door that only reads: every statement stands alone, no BEGIN and no COMMIT."""
    bind = bound()
    if isinstance(bind, Connection):
        yield bind
        return
    with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations on `connection`, inside its transaction, up to `revision`."""
    from alembic import command
    from alembic.config import Config

    config = Config(toml_file=str(Path(__file__).parent.parent / "pyproject.toml"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
