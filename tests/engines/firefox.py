"""Firefox ESR, driven by Marionette: WebDriver's commands over a socket, which Firefox has built in.

geckodriver, which translates between it and HTTP, comes neither with Debian nor in a well-kept package.
"""

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.engines.keyboard import PATIENCE, Engine, NotNowError
from tests.engines.webdriver import WebDriver

SETTINGS = {"marionette.port": 0, "browser.startup.page": 0, "browser.startup.homepage": "about:blank"}
"""Any free port, which Firefox writes into its profile; and an empty page to begin with."""
NOT_NOW = ("javascript error", "no such window", "no such execution context", "stale element reference")


class Marionette:
    """One connection: commands numbered from 1, each answered before the next."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._answers = self._socket.makefile("rb")
        self._sent = 0
        self._read()

    def command(self, name: str, parameters: dict[str, Any]) -> Any:
        """What Firefox answers to a command of WebDriver. Raises NotNowError between two pages."""
        return self.send(f"WebDriver:{name}", parameters)

    def send(self, name: str, parameters: dict[str, Any]) -> Any:
        """What Firefox answers to any command."""
        self._sent += 1
        message = json.dumps([0, self._sent, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _kind, _number, error, value = self._read()
        if error:
            kind = NotNowError if error["error"] in NOT_NOW else AssertionError
            raise kind(f"{name}: {error['error']}: {error['message']}")
        return value["value"] if value and set(value) == {"value"} else value

    def close(self) -> None:
        """Let go of the connection."""
        self._answers.close()
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._answers.read(1) or b":"
        return json.loads(self._answers.read(int(length[:-1])))


@contextmanager
def started(scripts: bool) -> Iterator[Engine]:
    """A Firefox with a profile of its own, with scripts on or off."""
    settings = {**SETTINGS, "javascript.enabled": scripts}
    with tempfile.TemporaryDirectory(prefix="tilfreds-firefox-", ignore_cleanup_errors=True) as folder:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
        (Path(folder) / "user.js").write_text("\n".join(lines), "utf-8")
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", folder]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
            try:
                with closing(Marionette(_port(Path(folder) / "MarionetteActivePort"))) as marionette:
                    session = marionette.command("NewSession", {"capabilities": {}})
                    yield WebDriver(session["capabilities"]["browserVersion"], marionette.command)
                    marionette.send("Marionette:Quit", {"flags": ["eForceQuit"]})
                    process.wait(PATIENCE)
            finally:
                process.kill()


def _port(file: Path) -> int:
    end = time.monotonic() + 3 * PATIENCE
    while time.monotonic() < end:
        if file.exists() and (written := file.read_text()):
            return int(written)
        time.sleep(0.1)
    raise AssertionError("Firefox did not open its port")
