"""Import of 100 000 meetings against a script that parses, hashes, COPYs and insert-selects. Goal: at most 3."""

import csv
import hmac
import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, make_url, select
from sqlalchemy.orm import Session

from survey import embedded, meeting_files, meetings, municipalities
from survey.models import Contact, Meeting, Message

ROWS = 100_000
RUNS = 3
GOAL = 3.0
NOW = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
KEY = b"k" * 32
ROOT = Path(__file__).parent.parent


def generated(rows: int, seed: int = 20210823) -> bytes:
    """A CSV file as a municipality sends it: `rows` meetings of the last two weeks, 60 % of them held."""
    draw = random.Random(seed)
    lines = [";".join(names[0] for names in meeting_files.COLUMNS.values())]
    # Everybody has a number of their own: one that two share is asked once.
    for n, number in enumerate(draw.sample(range(20_000_000, 31_000_000), rows)):
        day = NOW - timedelta(days=draw.randrange(1, 13))
        digits = f"{number}"
        mobile = draw.choice((digits, f"+45{digits}", f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"))
        status = draw.choices(("Afholdt", "Aflyst", "Udeblevet"), (60, 30, 10))[0]
        cells = [
            f"S{n:06d}",
            "Jobsamtale",
            "Opfølgning",
            "LAB",
            f"{day:%d-%m-%Y}",
            draw.choice(("09:15", "13.00")),
        ]
        cells += [status, f"SB{n % 40:02d}", "Personligt", f"B{n:06d}", f"Åse Ø. Sørensen {n % 999}", mobile]
        cells += [f"borger{n:06d}@eksempel.dk" if n % 2 else "", "da", "Kontanthjælp", "Nej", "Nej", ""]
        lines.append(";".join(cells))
    return "\r\n".join(lines).encode("cp1252")


def ours(url: str, data: bytes) -> None:
    """The product's import, from the bytes to the commit."""
    engine = create_engine(url)
    with Session(engine) as session:
        meetings.record(
            session,
            1,
            meeting_files.read(data, "samtaler.csv"),
            file_name="samtaler.csv",
            fingerprint_key=KEY,
            now=NOW,
        )
        session.commit()
    engine.dispose()


def bare(url: str, data: bytes) -> None:
    """The least that could be done: no check of any cell, no report, no question about what is known already."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(BARE_TABLE)
        rows = csv.DictReader(io.StringIO(data.decode("cp1252"), newline=""), delimiter=";")
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    (
                        hmac.digest(KEY, row["SamtaleID"].encode(), "sha256"),
                        hmac.digest(KEY, row["BorgerID"].encode(), "sha256"),
                        *(row[name] for name in BARE_COLUMNS),
                    )
                )
        for statement in BARE_INSERTS:
            cursor.execute(statement)


BARE_COLUMNS = ["Dato", "Tid", "Status", "Samtaletype", "Kontaktform", "Sagsbehandler"]
BARE_COLUMNS += ["Målgruppe", "Navn", "Mobil", "E-mail", "Sprog"]
BARE_TABLE = """
CREATE TEMPORARY TABLE bare (fingerprint bytea, citizen bytea, day text, clock text, status text, kind text,
    contact_form text, caseworker text, target_group text, name text, mobile text, email text, language text)
ON COMMIT DROP
"""
BARE_INSERTS = (
    """
    INSERT INTO meeting (municipality_id, fingerprint, citizen, team_id, held_on, held_at, status, decision,
        decided_at, kind, contact_form, caseworker, target_group)
    SELECT 1, fingerprint, citizen, 1, to_date(day, 'DD-MM-YYYY'),
        to_timestamp(day || replace(clock, '.', ':'), 'DD-MM-YYYYHH24:MI'),
        CASE status WHEN 'Afholdt' THEN 'held' WHEN 'Aflyst' THEN 'cancelled' ELSE 'not_attended' END,
        CASE status WHEN 'Afholdt' THEN 'invited' WHEN 'Aflyst' THEN 'cancelled' ELSE 'not_attended' END,
        now(), kind, contact_form, caseworker, target_group
    FROM bare
    """,
    """
    INSERT INTO invitation (municipality_id, meeting_id, team_id, version_id, created_at)
    SELECT 1, id, 1, 1, now() FROM meeting WHERE decision = 'invited'
    """,
    """
    INSERT INTO contact (municipality_id, invitation_id, name, mobile, email, language)
    SELECT 1, invitation.id, bare.name, bare.mobile, bare.email, bare.language
    FROM invitation JOIN meeting ON meeting.id = meeting_id JOIN bare USING (fingerprint)
    """,
    """
    INSERT INTO message (municipality_id, invitation_id, kind, due_at, channel)
    SELECT 1, id, 'invitation', now(), 'sms' FROM invitation
    """,
)


def main() -> None:
    """Print the seconds of both, run by run in turns, and the median ratio."""
    data = generated(ROWS)
    with (
        tempfile.TemporaryDirectory(prefix="tilfreds-bench-") as folder,
        embedded.server(Path(folder) / "pg") as url,
    ):
        template = _template(url)
        ratios = []
        for run in range(RUNS):
            seconds = {doing: _timed(doing, url, template, data) for doing in (bare, ours)}
            ratios.append(seconds[ours] / seconds[bare])
            print(f"run {run + 1}: bare {seconds[bare]:.1f} s, ours {seconds[ours]:.1f} s, ratio {ratios[-1]:.2f}")
    median = statistics.median(ratios)
    print(f"import of {ROWS} rows: {median:.2f} times a bare script (goal: at most {GOAL:g})")


def _template(url: str) -> str:
    """A migrated database with municipality 1, team 1 and version 1, to be copied for every run."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench_template")
    engine = create_engine(make_url(url).set(database="bench_template"))
    with engine.begin() as connection_:
        config = Config(toml_file=str(ROOT / "pyproject.toml"), stdout=sys.stderr)
        config.attributes["connection"] = connection_
        command.upgrade(config, "head")
    with Session(engine) as session:
        municipalities.establish(session, slug="a", name="A", phone="1", sms_sender="A", now=NOW)
        session.commit()
    engine.dispose()
    return "bench_template"


def _timed(doing: Callable[[str, bytes], None], url: str, template: str, data: bytes) -> float:
    """Seconds of one import into a fresh copy of the template. Raises unless both leave the same rows behind."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE bench_run TEMPLATE {template}")
        connection.execute("CHECKPOINT")
    fresh = make_url(url).set(database="bench_run").render_as_string(hide_password=False)
    start = time.perf_counter()
    doing(fresh, data)
    seconds = time.perf_counter() - start
    engine = create_engine(fresh)
    with engine.connect() as check:
        left = [check.scalar(select(func.count()).select_from(table)) for table in (Meeting, Contact, Message)]
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE bench_run")
    held = data.count(b";Afholdt;")
    assert left == [ROWS, held, held], left
    return seconds
