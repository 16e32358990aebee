"""A tally that kills itself with SIGKILL before its n-th SQL statement, commit or file operation.

`python tally_child.py URL PLACE…` reads n and the moment a line and answers "killed" or "done".
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

from survey import db, nightly

FILE_OPERATIONS = ("open", "write", "fsync", "unlink", "mkdir", "chmod")


def kill_before(step: int) -> Callable[..., None]:
    """A function that dies when it is called for the `step`th time."""
    steps = count(1)

    def note(*_anything: Any) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return note


def wrapped(operation: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    """`operation`, after a note."""

    def call(*args: Any, **kwargs: Any) -> Any:
        note()
        return operation(*args, **kwargs)

    return call


def tally(url: str, now: datetime, places: list[Path], step: int) -> None:
    """Tally everything, unless the `step`th operation comes first."""
    engine, note = db.connect(url), kill_before(step)
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note)
    for name in FILE_OPERATIONS:
        setattr(os, name, wrapped(getattr(os, name), note))
    nightly.tally_all(places, now)
    engine.dispose()


def main() -> None:
    """Fork a tally for every line read, so that the imports are paid once."""
    url, *places = sys.argv[1:]
    for line in sys.stdin:
        step, now = line.split()
        child = os.fork()
        if not child:
            tally(url, datetime.fromisoformat(now), [Path(place) for place in places], int(step))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"done {os.WEXITSTATUS(status)}", flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
