"""What some work took: by the clock, and of the processor, the database server's part included."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from survey import db


class Took(NamedTuple):
    """Seconds on the clock, and of processor time, the database server's included."""

    clock: float
    processor: float


def took(work: Callable[[], object], backends: Sequence[int]) -> Took:
    """What `work` took, with the part of the database's processes `backends`."""
    began, used = time.perf_counter(), time.process_time() + sum(map(processor, backends))
    work()
    used = time.process_time() + sum(map(processor, backends)) - used
    return Took(time.perf_counter() - began, used)


def processor(pid: int) -> float:
    """Seconds of processor time of a process, in steps of ten milliseconds or so: right over many rounds."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def backends() -> list[int]:
    """The database's processes that somebody is connected to."""
    connected = text("SELECT pid FROM pg_stat_activity WHERE client_port IS NOT NULL")
    with db.bound().engine.connect() as connection:
        return list(connection.scalars(connected))
