"""Processes that live together stop together."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey import processes

FOREVER = [sys.executable, "-c", "import signal; signal.pause()"]
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('ready', 'w'); signal.pause()"


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give the test runner its own signal handlers back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


def test_a_signal_stops_every_process() -> None:
    """Ctrl-C reaches the parent, and the parent ends its children."""
    with processes.Together() as together:
        together.start(FOREVER, {})
        together.start(FOREVER, {"ANOTHER": "1"})
        children = list(together.running)
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        together.wait()
    assert [child.returncode for child in children] == [-signal.SIGTERM] * 2


def test_a_process_that_ends_by_itself_ends_the_rest() -> None:
    """A web server without its worker would look well and send nothing."""
    with pytest.raises(RuntimeError, match="kode 3"), processes.Together() as together:
        together.start(FOREVER, {})
        together.start([sys.executable, "-c", "raise SystemExit(3)"], {})
        children = list(together.running)
        together.wait()
    assert children[0].returncode == -signal.SIGTERM


def test_waiting_for_a_page_ends_when_it_answers(port: int, tmp_path: Path) -> None:
    """The page answers 200, and the demo says it is ready."""
    with processes.Together() as together:
        command = [
            sys.executable,
            "-m",
            "http.server",
            str(port),
            "--bind",
            "127.0.0.1",
            "--directory",
            str(tmp_path),
        ]
        together.start(command, {})
        together.wait_for(f"http://127.0.0.1:{port}/")


def test_waiting_for_a_page_does_not_last_for_ever(port: int) -> None:
    """A page that never answers is an error, not a hang."""
    with pytest.raises(RuntimeError, match="svarer ikke"), processes.Together() as together:
        together.start(FOREVER, {})
        together.wait_for(f"http://127.0.0.1:{port}/", seconds=0.3)


def test_a_process_that_will_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time to finish is up."""
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    monkeypatch.chdir(tmp_path)
    with processes.Together() as together:
        together.start([sys.executable, "-c", STUBBORN], {})
        child: subprocess.Popen[bytes] = together.running[0]
        while not (tmp_path / "ready").exists():
            pass
    assert child.wait() == -signal.SIGKILL


def test_a_web_process_leaves_what_is_loaded_to_itself() -> None:
    """The collector never looks through it again, and less often through what is new."""
    before = gc.get_threshold()
    try:
        processes.settle()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] == processes.OBJECTS
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
