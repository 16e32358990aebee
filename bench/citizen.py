"""The citizen's page and answer against a bare Flask view, over gunicorn. Goals: page 0.5, answer 0.4."""

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
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, render_template, request
from jinja2 import DictLoader
from nacl.public import PrivateKey
from sqlalchemy import Connection, LargeBinary, MetaData, Table, Uuid, func, insert, select, text
from sqlalchemy.schema import Column

from survey import db, embedded, invitations, municipalities, workdays
from survey.db import Base
from survey.keys import BALLOT_BYTES
from survey.models import BallotKey, QuestionnaireVersion, Team
from wsgi import create_app

ROUNDS = 7
REQUESTS = 400
CLIENTS = 4
GOALS = {"GET page": 0.5, "POST answer": 0.4}
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
    app.jinja_loader = DictLoader({"page.html": Path(os.environ["BENCH_PAGE"]).read_text("utf-8")})
    engine = db.connect(os.environ["TILFREDS_DATABASE_URL"])
    data = secrets.token_bytes(BALLOT_BYTES)

    @app.get("/s/<token>")
    def page(token: str) -> str:
        return render_template("page.html", token=token)

    @app.post("/s/<_token>")
    def store(_token: str) -> str:
        with engine.begin() as connection:
            connection.execute(insert(bare_rows).values(id=uuid4(), data=data))
        return f"Tak for {len(request.form)} svar"

    return app


def main() -> None:
    """Measure and print the two ratios."""
    folder = Path(tempfile.mkdtemp(prefix="tilfreds-bench-"))
    page_file = folder / "page.html"
    with embedded.server(folder / "pg") as url:
        tokens = prepare(url)
        environ = {
            **os.environ,
            "TILFREDS_DATABASE_URL": url,
            "TILFREDS_STATE_DIR": str(folder),
            "BENCH_PAGE": str(page_file),
        }
        with served("product", environ) as ours:
            with socket.create_connection(("127.0.0.1", ours)) as connection:
                body = ask(connection, get(tokens[0]))
            page_file.write_text("{% raw %}" + body.decode().replace(tokens[0], SLOT) + "{% endraw %}", "utf-8")
            with served("bare", environ) as theirs:
                compare("GET page", ours, theirs, lambda: [get(token) for token in tokens[:REQUESTS]])
                fresh = iter(tokens)
                compare("POST answer", ours, theirs, lambda: [post(next(fresh)) for _ in range(REQUESTS)])
    shutil.rmtree(folder, ignore_errors=True)


def compare(name: str, ours: int, theirs: int, requests: Callable[[], Sequence[bytes]]) -> None:
    """Print the median of the rounds' ratios; each round measures both, one right after the other."""
    rates = []
    for _ in range(ROUNDS):
        batch = requests()
        rates.append((rate(ours, batch), rate(theirs, batch)))
    ratios = sorted(mine / bare for mine, bare in rates)
    ratio, goal = statistics.median(ratios), GOALS[name]
    mine, bare = (statistics.median(side) for side in zip(*rates, strict=True))
    print(
        f"{name:12} {mine:6.0f}/s of {bare:6.0f}/s: ratio {ratio:.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}), "
        f"goal {goal}: {'reached' if ratio >= goal else 'MISSED'}"
    )


def rate(port: int, requests: Sequence[bytes]) -> float:
    """Requests a second, sent by CLIENTS connections that stay open."""

    def work(mine: Sequence[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for each in mine:
                ask(connection, each)

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, [requests[n::CLIENTS] for n in range(CLIENTS)]))
    return len(requests) / (time.perf_counter() - began)


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
    """gunicorn with one process of `CLIENTS` threads on a free port of this machine: the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    arguments = ["--worker-class=gthread", f"--threads={CLIENTS}", f"--bind=127.0.0.1:{port}", "--log-level=error"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments, f"bench.citizen:{name}()"], cwd=ROOT, env=environ
    )
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


def prepare(url: str) -> list[str]:
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
        tokens = invite(connection, town.id, (ROUNDS + 1) * REQUESTS)
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
