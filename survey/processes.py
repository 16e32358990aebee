"""Child processes that live and stop together: the web server, and in the demo the worker beside it."""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import FrameType
from typing import Self

from survey.config import SettingError, Settings

ROOT = Path(__file__).parent.parent
STOP_SECONDS = 20
OBJECTS = 50_000
"""So many new objects a web process makes before the collector looks for garbage among them."""
NO_COMMAND = {"FLASK_RUN_FROM_CLI": ""}
"""What a web process is started with: it is no `flask` command, and must refuse the private keys."""


def web(settings: Settings) -> list[str]:
    """The command that serves the pages with gunicorn. Its access log is off: paths carry links."""
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"{settings.host}:{settings.port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning"),
        # A link that somebody made too long still gets our own page.
        *("--limit-request-line", "8190"),
        *("--chdir", str(ROOT), "wsgi:serving()"),
    ]


def settle() -> None:
    """Spare the collector vain work: what is loaded by now stays, and what a page makes lives until it answers.

    A dashboard makes some hundred thousand objects; looked through every 700, they would take half of its time. In
    a tally hardly anything outlives the ballot it was made for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS)


def check_port(settings: Settings) -> None:
    """Raise SettingError when somebody else listens where the web server is to."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            other = settings.port + 1
            raise SettingError(f"Porten {settings.port} er optaget. Vælg en anden, fx PORT={other}.") from None


def worker() -> list[str]:
    """The command that sends, reminds and tallies."""
    return [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "work"]


class Stopped(Exception):  # noqa: N818 - not an error: somebody pressed Ctrl-C
    """The program was asked to stop."""


class Together:
    """Starts processes, waits for the first to end or for a signal, and stops them all on the way out."""

    def __init__(self) -> None:
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        return isinstance(error, Stopped)

    @staticmethod
    def _stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    @property
    def running(self) -> list[subprocess.Popen[bytes]]:
        """The processes, in the order they were started."""
        return [process for _, process in self._running]

    def start(self, command: Sequence[str], environ: Mapping[str, str], log: Path | None = None) -> None:
        """Start `command` with `environ` on top of ours, saying what it says to `log` when there is one.

        It gets a group of its own, so that Ctrl-C reaches only us.
        """
        everything = {**os.environ, **environ}
        with log.open("ab") if log else nullcontext() as output:
            child = subprocess.Popen(
                list(command), env=everything, start_new_session=True, stdout=output, stderr=output
            )
        self._running.append((" ".join(command), child))

    def wait_for(self, url: str, seconds: float = 60) -> None:
        """Return when `url` answers 200. Raises RuntimeError when a process ends or the time is up."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._check()
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http address
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"{url} svarer ikke")

    def wait(self) -> None:
        """Wait until asked to stop, which ends the block. Raises RuntimeError when a process ends by itself."""
        while True:
            self._check()
            time.sleep(0.5)

    def _check(self) -> None:
        for command, process in self._running:
            if process.poll() is not None:
                raise RuntimeError(f"{command} stoppede med kode {process.returncode}")
