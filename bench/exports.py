"""The memory an export takes: its peak for ten times as many rows against the peak for one. Goal: at most 1.5."""

import tempfile
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.orm import Session

from survey import db, embedded, export_files, exports, municipalities
from survey.export_columns import FORMATS
from survey.export_files import About
from survey.models import Cell, CellGroup, Municipality, QuestionnaireVersion
from survey.results import Period

DAYS = 100
"""Days with a cell, 53 rows each; ten times as many are four years of a busy law group."""
GOAL = 1.5
FIRST = date(2015, 1, 1)


def fill(engine: Engine, days: int) -> int:
    """Cells of the rest of Opfølgning, one a day, every one of them told in full; the municipality's id."""
    with engine.begin() as connection, Session(connection) as session:
        town = municipalities.establish(
            session, slug="b", name="B", phone="56 57 57 57", sms_sender="B", now=datetime(2015, 1, 1, tzinfo=UTC)
        )
        wanted = select(QuestionnaireVersion).where(QuestionnaireVersion.statement_count == 7)
        version = session.scalars(wanted).first()
        assert version is not None
        for start in range(0, days, 1000):
            rows = [cell(town, version, number) for number in range(start, min(days, start + 1000))]
            groups = [
                group(row, grade, place) for row in rows for place, grade in enumerate(("means", "spread"), 1)
            ]
            session.execute(insert(CellGroup), groups)
            session.execute(insert(Cell), rows)
        session.flush()
        return town.id


def cell(town: Municipality, version: QuestionnaireVersion, number: int) -> dict[str, object]:
    """Forty people on one day, ten at each point of every statement."""
    day = FIRST + timedelta(number)
    count = version.statement_count
    return {
        "municipality_id": town.id, "id": UUID(int=4 * number), "team_id": None, "law": "LAB",
        "version_id": version.id, "mode": "remote", "first_on": day, "last_on": day, "told_on": day,
        "points": version.points, "statement_count": count, "batches": 1, "n": 40, "people": 40,
        "counts": [0, 10, 10, 10, 10] * count, "persons": [count, 5 * count // 2, 40], "complete": 40,
        "doubled_ranks": [40] * count, "ties": 0, "sums": [100] * count,
        "products": [300] * (count * (count + 1) // 2),
        "differences": [1] * (count * (count - 1) // 2 * 7), "tags": [0, 0, 0],
        "means_id": UUID(int=4 * number + 1), "spread_id": UUID(int=4 * number + 2),
    }  # fmt: skip


def group(of: dict[str, object], grade: str, place: int) -> dict[str, object]:
    """The group that a cell makes by itself."""
    shared = ("municipality_id", "team_id", "law", "version_id", "mode", "first_on", "last_on", "told_on")
    number = of["id"].int + place  # type: ignore[attr-defined]  # it is a UUID
    told = list(range(1, int(str(of["statement_count"])) + 1))
    return {name: of[name] for name in shared} | {
        "id": UUID(int=number), "grade": grade, "statements": told, "tells_tags": False,
    }  # fmt: skip


def peak(engine: Engine, municipality_id: int, days: int, kind: str) -> tuple[float, float, int]:
    """The peak in MB of Python's memory and Arrow's, seconds, and bytes of the file, of an export of `days`."""
    period = Period(FIRST, FIRST + timedelta(days - 1))
    pool = pyarrow.default_memory_pool()
    with Session(engine) as session, tempfile.TemporaryFile() as file:
        book = exports.book(session, municipality_id, period)
        about = About("b", period.first, period.last, period.last, "bench")
        tracemalloc.start()
        began = time.perf_counter()
        export_files.write(kind, file, exports.rows(session, book, exports.parts(book.teams)), about)
        seconds = time.perf_counter() - began
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (most + pool.max_memory()) / 1e6, seconds, file.tell()


def main() -> None:
    """Print a line per format, with how many times the memory ten times as many rows take."""
    with (
        tempfile.TemporaryDirectory(prefix="tilfreds-bench-") as folder,
        embedded.server(Path(folder) / "pg") as url,
    ):
        engine = create_engine(url)
        with engine.begin() as connection:
            db.migrate(connection)
        number = fill(engine, 10 * DAYS)
        for kind in FORMATS:
            peak(engine, number, 10, kind)  # what is imported once
            one, ten = (peak(engine, number, days, kind) for days in (DAYS, 10 * DAYS))
            print(
                f"{kind:8} {DAYS} days {one[0]:.1f} MB {one[1]:.1f} s, {10 * DAYS} days {ten[0]:.1f} MB "
                f"{ten[1]:.1f} s, file {ten[2] / 1e6:.1f} MB: memory {ten[0] / one[0]:.2f} times (goal {GOAL})",
                flush=True,
            )
        engine.dispose()


if __name__ == "__main__":
    main()
