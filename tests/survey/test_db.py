"""One database per process, and connections that are alive when they are used."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError, InternalError

from survey import db, embedded
from survey.models import Municipality
from tests.conftest import ROOT


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """This process on a database of its own."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


def test_without_a_database_the_program_says_so() -> None:
    """And not that something is None."""
    db.use(None)
    with pytest.raises(RuntimeError, match="connect"):
        db.bound()


def test_a_transaction_that_raises_leaves_nothing(engine: Engine) -> None:
    """All or nothing."""
    town = {"slug": "a", "name": "A", "phone": "1", "sms_sender": "A"}
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.add_all([Municipality(**town), Municipality(**town)])
    with db.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM municipality")) == 0


def test_reading_begins_no_transaction(engine: Engine) -> None:
    """Each statement stands alone, so nothing is held open while a page is made."""
    with db.reading() as connection:
        connection.execute(text("SELECT 1"))
        status = text("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        with engine.connect() as other:
            assert other.scalar(status) == 0


def test_a_snapshot_stays_as_it_was_and_cannot_write(engine: Engine) -> None:
    """What others commit meanwhile is not in it; the next transaction writes as ever."""
    names = text("SELECT count(*) FROM municipality")
    new = text("INSERT INTO municipality (slug, name, phone, sms_sender) VALUES ('a', 'A', '1', 'A')")
    with db.snapshot() as session:
        before = session.scalar(names)
        with db.transaction() as other:
            other.execute(new)
        assert (before, session.scalar(names)) == (0, 0)
        with pytest.raises(InternalError, match="read-only"):
            session.execute(new)
    with db.transaction() as after:
        assert (after.scalar(names), after.scalar(text("SHOW transaction_isolation"))) == (1, "read committed")


def test_a_bare_engine_reads_too(engine: Engine) -> None:
    """Whoever binds an engine by hand."""
    db.use(engine)
    with db.reading() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_restarted_server_is_noticed_before_a_page_fails(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that died in the pool is replaced, and nobody sees an error."""
    monkeypatch.setattr(db, "TRUSTED_SECONDS", 0.0)
    with db.reading() as connection, db.transaction() as session:
        mine = [
            connection.scalar(text("SELECT pg_backend_pid()")),
            session.scalar(text("SELECT pg_backend_pid()")),
        ]
    other = create_engine(database_url)
    with other.connect() as killer:
        for pid in mine:
            killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    other.dispose()
    with db.reading() as connection, db.transaction() as session:
        assert connection.scalar(text("SELECT 1")) == session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize(("user", "inside"), [(1000, True), (0, False)])
def test_the_embedded_data_lies_apart_when_run_as_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, inside: bool
) -> None:
    """As root the wheel opens every parent folder of its data, and keys lie in the state folder."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert embedded.data_dir(tmp_path).is_relative_to(tmp_path) is inside


def test_a_killed_process_does_not_keep_the_embedded_server(tmp_path: Path) -> None:
    """Who is dead is struck out; who lives, ours or another's, stays."""
    child = subprocess.Popen(["true"])
    child.wait()
    users = tmp_path / "users.json"
    embedded.forget_the_dead(users)
    users.write_text(json.dumps([os.getpid(), child.pid, 1]))
    embedded.forget_the_dead(users)
    assert json.loads(users.read_text()) == [os.getpid(), 1]


def test_another_users_process_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """We may not signal it, but it is there."""
    monkeypatch.setattr(os, "kill", Mock(side_effect=PermissionError))
    users = tmp_path / "users.json"
    users.write_text("[1]")
    embedded.forget_the_dead(users)
    assert users.read_text() == "[1]"


def test_a_terminated_program_ends_in_good_order() -> None:
    """SIGTERM runs what is to be run at the end, as Ctrl-C does."""
    program = "import atexit, os, signal\nfrom survey import embedded\nembedded.stop_with_us()\n"
    program += "atexit.register(print, 'i orden')\nos.kill(os.getpid(), signal.SIGTERM)\n"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("i orden\n", 143)
