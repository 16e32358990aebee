"""`python -m tests.faults [NAME …]` runs every fault run in full, or those named, and prints the table."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from tests.faults import database, gateway, schedulers, storm, summer_time, workers
from tests.faults.account import Row, lines
from tests.faults.database import Cluster, cluster
from tests.faults.rig import Rig, rigged

TEMPLATE = "faults_template"
SEED = 20261122
Run = Callable[[Rig], list[Row]]


def runs(server: Cluster) -> dict[str, Run]:
    """Every fault run by its name, with as many messages as it has in full."""
    return {
        "two": partial(workers.at_once, n=2000, workers=2),
        "four": partial(workers.at_once, n=2000, workers=4),
        "kill": partial(workers.killed, n=2000, kills=20, seed=SEED),
        "restart": partial(database.restarted, n=2000, restart=server.restart, every=15),
        "cut": partial(database.cut, n=2000, cuts=20, seed=SEED),
        "gateway": partial(gateway.troubled, n=300, seed=SEED),
        "spring": partial(summer_time.over_the_change, change="spring", minutes=30),
        "autumn": partial(summer_time.over_the_change, change="autumn", minutes=30),
        "schedulers": partial(schedulers.two, n=300, every=15),
        "storm": partial(storm.storm, n=1200, seed=SEED),
    }


def main() -> None:
    """Run them, print the table, and end with 1 when something was lost or doubled."""
    folder = Path(tempfile.mkdtemp(prefix="tilfreds-faults-"))
    rows: list[Row] = []
    try:
        with cluster() as server:
            database.migrated(server.database(TEMPLATE))
            every = runs(server)
            for name in sys.argv[1:] or every:
                begun = time.monotonic()
                rows += run(server, name, every[name], folder)
                click.echo(f"{name}: {time.monotonic() - begun:.0f} s", err=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    click.echo("\n".join(lines(rows)))
    sys.exit(any(row.lost or row.doubled for row in rows))


def run(server: Cluster, name: str, what: Run, folder: Path) -> list[Row]:
    """Do one fault run on a database and in a folder of its own; its rows."""
    own = folder / name
    own.mkdir()
    with rigged(server.database(f"faults_{name}", TEMPLATE), own) as rig:
        return what(rig)


if __name__ == "__main__":
    main()
