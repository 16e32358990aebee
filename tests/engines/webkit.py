"""WebKitGTK, of Safari's family: its small browser on a screen that only exists in memory, driven by WebDriver."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3

from tests.engines.keyboard import Engine, NotNowError
from tests.engines.webdriver import WebDriver

PATHS = {"Navigate": "url", "PerformActions": "actions", "ExecuteScript": "execute/sync"}
NOT_NOW = ("javascript error", "no such window", "no such frame", "stale element reference", "unknown error")


@contextmanager
def started(scripts: bool) -> Iterator[Engine]:
    """A WebKitGTK with scripts on or off."""
    arguments = ["--automation", f"--enable-javascript={'true' if scripts else 'false'}"]
    with _screen() as display, _driver(display) as address, urllib3.PoolManager(retries=False) as pool:

        def send(method: str, path: str, **body: Any) -> Any:
            answer = pool.request(method, f"{address}{path}", json=body if method == "POST" else None, timeout=60)
            value = answer.json()["value"]
            if answer.status != 200:
                kind = NotNowError if value["error"] in NOT_NOW else AssertionError
                raise kind(f"{path}: {value['error']}: {value['message']}")
            return value

        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": {"args": arguments}}}
        session = send("POST", "/session", capabilities=wanted)
        path, version = f"/session/{session['sessionId']}", session["capabilities"]["browserVersion"]
        try:
            yield WebDriver(version, lambda name, body: send("POST", f"{path}/{PATHS[name]}", **body))
        finally:
            send("DELETE", path)


@contextmanager
def _screen() -> Iterator[str]:
    """Xvfb on a number of its own choice: that."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            yield f":{process.stdout.readline().strip()}"
        finally:
            process.terminate()


@contextmanager
def _driver(display: str) -> Iterator[str]:
    """WebKitWebDriver on a free port: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["WebKitWebDriver", "--host=127.0.0.1", f"--port={port}"]
    environ = {**os.environ, "DISPLAY": display, "NO_AT_BRIDGE": "1"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environ, stdout=quiet, stderr=quiet) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            retries = urllib3.Retry(total=50, backoff_factor=0.1, backoff_max=1)
            urllib3.request("GET", f"{address}/status", retries=retries)
            yield address
        finally:
            process.terminate()
