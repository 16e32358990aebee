"""Structured logs: one JSON object a line on standard error, about counts and outcomes, never about people."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

FIELDS = frozenset(
    {
        "gateway",
        "job",
        "n",
        "sent",
        "refused",
        "unknown",
        "waiting",
        "skipped",
        "reason",
        "error",
        "worker",
    }
)
"""All that a line may say besides what happened: nothing here can hold a name, an address, a number or a link."""

_log = logging.getLogger("tilfreds")


class JsonLines(logging.Formatter):
    """A record as one JSON object: `at` (UTC), `level`, `event`, and the fields of `event()`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False, default=str)


def start(stream: TextIO | None = None) -> None:
    """Write the program's events as JSON lines to `stream`; again it changes nothing."""
    if not _log.handlers:
        handler = logging.StreamHandler(stream or sys.stderr)
        handler.setFormatter(JsonLines())
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False


def event(what: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Say that `what` happened. Raises ValueError for a field that is not in `FIELDS`."""
    strange = fields.keys() - FIELDS
    if strange:
        raise ValueError(f"a log line has no field {sorted(strange)}")
    _log.log(level, what, extra={"fields": fields})
