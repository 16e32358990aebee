"""A worker that is asked to stop ends: with a poll that fails, without its database, and whatever hangs."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, make_url

from survey import commands, db, municipalities
from survey.config import Settings
from survey.jobs import Work
from tests.conftest import ROOT

MAIL = """[gateway.mail]
kind = "smtp"
host = "127.0.0.1"
sender = "svar@x.dk"
tls = "none"
bounce_address = "retur@x.dk"
bounce_secret_file = "secret"
bounce_maildir = "maildir"
"""
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def engine(database_url: str, now: datetime) -> Iterator[Engine]:
    """A municipality in a database that commits."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
    yield engine
    engine.dispose()


@pytest.fixture
def work(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Start]:
    """`work()` is a worker that has polled once; a folder lies among the mails, so that every poll fails."""
    started: list[subprocess.Popen[str]] = []
    (tmp_path / "secret").write_text("x" * 32)
    (tmp_path / "sending.toml").write_text(MAIL)
    (tmp_path / "maildir" / "cur").mkdir(parents=True)
    (tmp_path / "maildir" / "new" / "no-mail").mkdir(parents=True)

    def start() -> subprocess.Popen[str]:
        settings = {"DATABASE_URL": database_url, "SENDING_FILE": str(tmp_path / "sending.toml")}
        settings |= {"STATE_DIR": str(tmp_path / "state"), "BASE_URL": "https://svar.x.dk"}
        environ = {key: value for key, value in os.environ.items() if not key.startswith("TILFREDS_")}
        environ |= {f"TILFREDS_{key}": value for key, value in settings.items()} | {"PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "work"],
            cwd=ROOT,
            env=environ,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout is not None
        assert any("kan ikke hentes" in line for line in process.stdout)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def close(database_url: str, administration: Engine) -> Iterator[Callable[[], None]]:
    """`close()` cuts every connection to the database, and lets nobody in until the test ends."""
    name = make_url(database_url).database

    def allow(allowed: bool) -> None:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.exec_driver_sql(ending, (name,))

    yield lambda: allow(False)
    allow(True)


@pytest.mark.parametrize("numbers", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM, signal.SIGTERM]])
def test_a_worker_whose_poll_fails_stops(work: Start, numbers: list[signal.Signals]) -> None:
    """However often and by whichever signal it is asked."""
    worker = work()
    for number in numbers:
        worker.send_signal(number)
    worker.communicate(timeout=60)
    assert worker.returncode == 0


def test_a_worker_without_its_database_stops(work: Start, close: Callable[[], None]) -> None:
    """Within what a rescue may take."""
    worker = work()
    close()
    worker.terminate()
    worker.communicate(timeout=commands.LONGEST_STOP)
    assert worker.returncode == 0


def test_whatever_hangs_is_ended(settings: Settings) -> None:
    """After the longest stop, and no sooner asked."""
    work, codes, asked = Work(settings, [], print), list[int](), Event()
    asked.set()
    commands.stop(work, asked.wait, 0, codes.append)
    assert (work.stopping.is_set(), codes) == (True, [1])
