"""A whole answer, page and form, against a bare Flask view of the same bytes, over gunicorn. Goal: 0.5."""

import base64
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, render_template, request
from jinja2 import DictLoader
from nacl.public import PrivateKey
from sqlalchemy import Connection, LargeBinary, MetaData, Table, Uuid, func, insert, select, text
from sqlalchemy.schema import Column

from survey import config, db, embedded, invitations, municipalities, processes, workdays
from survey.db import Base
from survey.keys import BALLOT_BYTES
from survey.models import BallotKey, QuestionnaireVersion, Team
from wsgi import create_app

ROUNDS = 7
JOURNEYS = 240
AT_ONCE = (1, 8, 32)
GOAL = 0.5
SPREAD = 5
"""At most so many times the median may the slowest twentieth take, at the most clients at once."""
ROOT = Path(__file__).parent.parent
SLOT = "{% endraw %}{{ token }}{% raw %}"
"""Where the bare template puts the token."""

ANSWER = b"&".join(b"s%d=%d" % (position, 3 + position % 2) for position in range(1, 8))

bare_rows = Table("bench_row", MetaData(), Column("id", Uuid, primary_key=True), Column("data", LargeBinary))


def product() -> Flask:
    """The real program, for gunicorn."""
    return create_app()


def bare() -> Flask:
    """What it is compared with: a compiled template of the same bytes, and one durable insert."""
    app = Flask("bare")
    files = Path(os.environ["BENCH_PAGES"]).glob("*.html")
    app.jinja_loader = DictLoader({file.name: file.read_text("utf-8") for file in files})
    engine = db.connect(os.environ["TILFREDS_DATABASE_URL"])
    data = secrets.token_bytes(BALLOT_BYTES)

    @app.get("/s/<token>")
    def page(token: str) -> str:
        return render_template("page.html", token=token)

    @app.post("/s/<token>")
    def store(token: str) -> str:
        assert len(request.form) == 7
        with engine.begin() as connection:
            connection.execute(insert(bare_rows).values(id=uuid4(), data=data))
        return render_template("thanks.html", token=token)

    return app


def main() -> None:
    """Measure and print the ratio with one client, with eight, and with 32; and how the slowest fare with 32."""
    folder = Path(tempfile.mkdtemp(prefix="tilfreds-bench-"))
    with embedded.server(folder / "pg") as url:
        fresh = iter(prepare(url, 1 + len(AT_ONCE) * ROUNDS * JOURNEYS))
        environ = {
            **os.environ,
            "TILFREDS_DATABASE_URL": url,
            "TILFREDS_STATE_DIR": str(folder),
            "BENCH_PAGES": str(folder),
        }
        with served("product", environ) as ours:
            copy_pages(folder, ours, next(fresh))
            with served("bare", environ) as theirs:
                for clients in AT_ONCE:
                    compare(clients, ours, theirs, fresh)
    shutil.rmtree(folder, ignore_errors=True)


def copy_pages(folder: Path, port: int, token: str) -> None:
    """What the bare view is to render: the product's own two pages, byte for byte."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for name, sent in (("page", get(token)), ("thanks", post(token))):
            body = ask(connection, sent).decode().replace(token, SLOT)
            (folder / f"{name}.html").write_text("{% raw %}" + body + "{% endraw %}", "utf-8")


def compare(clients: int, ours: int, theirs: int, fresh: Iterator[str]) -> None:
    """Print the median of the rounds' ratios; each round measures both, one right after the other."""
    rates, times = [], []
    for _ in range(ROUNDS):
        tokens = list(islice(fresh, JOURNEYS))
        mine, took = rate(ours, clients, tokens)
        times += took
        rates.append((mine, rate(theirs, clients, tokens)[0]))
    ratios = sorted(mine / bare for mine, bare in rates)
    ratio = statistics.median(ratios)
    mine, bare = (statistics.median(side) for side in zip(*rates, strict=True))
    slow, usual = statistics.quantiles(times, n=20)[-1], statistics.median(times)
    print(
        f"{clients:2} at once: {mine:5.0f} of {bare:5.0f} answers/s: ratio {ratio:.2f} "
        f"({ratios[0]:.2f}-{ratios[-1]:.2f}), goal {GOAL}: {'reached' if ratio >= GOAL else 'MISSED'}; "
        f"median {usual * 1000:.1f} ms, p95 {slow / usual:.1f} times that"
        + (
            f", goal {SPREAD}: {'reached' if slow <= SPREAD * usual else 'MISSED'}"
            if clients == AT_ONCE[-1]
            else ""
        )
    )


def rate(port: int, clients: int, tokens: Sequence[str]) -> tuple[float, list[float]]:
    """Answers a second by so many clients, each on a connection that stays open; and the seconds each took."""

    def work(mine: Sequence[str]) -> list[float]:
        took = []
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for token in mine:
                began = time.perf_counter()
                ask(connection, get(token))
                ask(connection, post(token))
                took.append(time.perf_counter() - began)
        return took

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        took = [each for part in pool.map(work, [tokens[n::clients] for n in range(clients)]) for each in part]
    return len(tokens) / (time.perf_counter() - began), took


def get(token: str) -> bytes:
    """The request for the page."""
    return f"GET /s/{token} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def post(token: str) -> bytes:
    """The request that answers."""
    head = f"POST /s/{token} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER


def ask(connection: socket.socket, sent: bytes) -> bytes:
    """The body of the answer to `sent`. Stops the run unless the status is 200."""
    connection.sendall(sent)
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or sys.exit("The server hung up")
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"Unexpected answer: {head.splitlines()[0]!r}")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return body


@contextmanager
def served(name: str, environ: dict[str, str]) -> Iterator[int]:
    """gunicorn as the product starts it, on a free port of this machine: the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = processes.web(replace(config.load(environ), host="127.0.0.1", port=port))
    process = subprocess.Popen([*command[:-1], f"bench.citizen:{name}()"], cwd=ROOT, env=environ)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def prepare(url: str, citizens: int) -> list[str]:
    """A municipality with an open key, and enough citizens with live links: their tokens."""
    engine = db.connect(url)
    with engine.begin() as connection:
        db.migrate(connection)
        bare_rows.create(connection)
    now, pair = workdays.now(), PrivateKey.generate()
    with db.transaction() as session:
        town = municipalities.establish(session, slug="b", name="Bænk", phone="12", sms_sender="B", now=now)
        key = BallotKey(municipality_id=town.id, id=uuid4(), public_key=bytes(pair.public_key))
        key.state, key.opened_at = "open", now
        session.add(key)
    with engine.begin() as connection:
        tokens = invite(connection, town.id, citizens)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return tokens


def invite(connection: Connection, municipality_id: int, citizens: int) -> list[str]:
    """Meetings, invitations, contacts, sent messages and links, `citizens` of each, in five statements."""
    now = workdays.now()
    tokens = [base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower() for _ in range(citizens)]
    team = connection.execute(
        select(Team.id, QuestionnaireVersion.id.label("version"))
        .join(QuestionnaireVersion, QuestionnaireVersion.questionnaire_id == Team.questionnaire_id)
        .where(Team.law == "LAB")
    ).one()

    def fill(table: str, rows: Callable[[int], dict[str, Any]]) -> None:
        same = {"municipality_id": municipality_id}
        connection.execute(insert(Base.metadata.tables[table]), [{**same, **rows(n)} for n in range(citizens)])

    def numbers(table: str) -> Sequence[int]:
        column = Base.metadata.tables[table].c.id
        return connection.scalars(select(column).order_by(column)).all()

    held = {"team_id": team.id, "held_on": now.date(), "decided_at": now, "status": "held", "decision": "invited"}
    fill("meeting", lambda _: {**held, "fingerprint": secrets.token_bytes(32), "citizen": secrets.token_bytes(32)})
    meeting = numbers("meeting")
    asked = {"team_id": team.id, "version_id": team.version, "created_at": now}
    fill("invitation", lambda n: {**asked, "meeting_id": meeting[n]})
    invitation = numbers("invitation")
    anne = {"name": "Anne", "mobile": "+4520123456", "language": "da"}
    fill("contact", lambda n: {**anne, "invitation_id": invitation[n]})
    sent = {"kind": "invitation", "state": "sent", "channel": "sms", "due_at": now, "sent_at": now}
    sent |= {"claimed_at": now, "claimed_by": 1, "attempts": 1}
    fill("message", lambda n: {**sent, "invitation_id": invitation[n]})
    message = numbers("message")

    def link(n: int) -> dict[str, Any]:
        token_hash = invitations.token_hash(tokens[n])
        return {"message_id": message[n], "invitation_id": invitation[n], "attempt": 1, "token_hash": token_hash}

    fill("link", link)
    assert connection.scalar(select(func.count()).select_from(Base.metadata.tables["link"])) == citizens
    return tokens
