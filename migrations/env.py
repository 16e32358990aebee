"""Alembic's environment: migrations run on the connection they are handed, else on the configured database."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine

from survey import config, embedded, models

metadata = models.Municipality.metadata


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Tables we do not know (an extension's, a partition's, somebody else's) are never compared or dropped."""
    return kind != "table" or name in metadata.tables


def run(connection: Connection) -> None:
    """Run the migrations of this call in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=is_ours,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    settings = config.load()
    with create_engine(settings.database_url or embedded.url(settings.state_dir)).connect() as own:
        run(own)
        own.commit()
