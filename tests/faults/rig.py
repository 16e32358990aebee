"""What every fault run stands on: a database that commits, a provider on loopback, and real worker processes."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from survey import config, db, municipalities, workdays
from survey.config import Settings
from survey.models import Message, Municipality
from tests.faults.account import Row, account
from tests.faults.provider import Troubled
from tests.survey.sending import open_key, queue

ROOT = Path(__file__).parent.parent.parent
START = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Copenhagen: the send window is open for eight hours."""
PATIENCE = 0.6
"""Seconds a worker waits for an answer where the gateway is to hang."""
LONGEST = 120.0
"""Seconds a condition may take to come true on a busy machine."""


@dataclass
class Process:
    """A process we started; what it says goes to the file `log`."""

    running: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """What it said so far."""
        return self.log.read_text("utf-8")

    @property
    def lives(self) -> bool:
        """Has it not ended?"""
        return self.running.poll() is None

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.running.kill()
        self.running.wait()

    def end(self) -> str:
        """Wait until it ends by itself, which it must do well; what it said."""
        assert self.running.wait(LONGEST) == 0, self.said
        return self.said


def clock(now: datetime) -> str:
    """`now` as `flask work --now` takes it."""
    return f"{workdays.local(now):%Y-%m-%dT%H:%M}"


def wait_for(condition: Callable[[], object], *processes: Process, what: str = "") -> None:
    """Return when `condition` holds. Fails when one of `processes` ends before, or after LONGEST seconds."""
    until = time.monotonic() + LONGEST
    while not condition():
        for process in processes:
            assert process.lives, process.said
        assert time.monotonic() < until, what or "it took too long"
        time.sleep(0.005)


@dataclass
class Rig:
    """A database of its own at `url`, `folder` for files, the `provider`, and what was queued there by whom."""

    url: str
    folder: Path
    engine: Engine
    provider: Troubled
    queued: dict[str, list[int]] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)

    def fill(self, n: int, slug: str = "stevns", now: datetime = START) -> list[int]:
        """Put `n` messages of the municipality `slug`, made when it is new, in the outbox; their ids."""
        with db.transaction() as session:
            found = session.scalar(select(Municipality).where(Municipality.slug == slug))
            if found is None:
                name = slug.title()
                found = municipalities.establish(
                    session, slug=slug, name=f"{name} Kommune", phone="1", sms_sender=name[:11], now=now
                )
                open_key(session, found, now)
            ids = [message.id for message in queue(session, found, now, n)]
            if n > 1:
                session.execute(text("ANALYZE"))  # as the server does by itself within a minute
        self.queued.setdefault(slug, []).extend(ids)
        return ids

    def number(self, slug: str) -> int:
        """The id of the municipality `slug`."""
        with Session(self.engine) as session:
            return session.scalars(select(Municipality.id).where(Municipality.slug == slug)).one()

    def accounts(self, *sections: str) -> None:
        """Write the file of gateways; without `sections` the provider carries SMS for everybody."""
        self.file.write_text("\n".join(sections or [self.section("sms")]), "utf-8")

    def section(self, name: str, *keys: str, url: str = "") -> str:
        """The account `name` with the provider, with `keys` of its own."""
        for secret, value in (("token", self.provider.token), ("webhook", self.provider.secret)):
            (self.folder / secret).write_text(value, "utf-8")
        common = ('kind = "gatewayapi"', 'token_file = "token"', 'webhook_secret_file = "webhook"')
        return "\n".join([f"[gateway.{name}]", *common, f'url = "{url or self.provider.url}"', *keys, ""])

    @property
    def file(self) -> Path:
        """The file of gateways."""
        return self.folder / "sending.toml"

    @property
    def environ(self) -> dict[str, str]:
        """What a process of the product is started with."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TILFREDS_")}
        ours = {"DATABASE_URL": self.url, "SENDING_FILE": str(self.file), "STATE_DIR": str(self.folder / "state")}
        return clean | {f"TILFREDS_{key}": value for key, value in ours.items()} | {"PYTHONUNBUFFERED": "1"}

    @property
    def settings(self) -> Settings:
        """The settings of these processes."""
        return config.load(self.environ)

    def start(self, *arguments: str) -> Process:
        """Start `flask work` with `arguments`."""
        return self.launch([sys.executable, "-m", "flask", "--app", "wsgi", "work", *arguments])

    def once(self, now: datetime = START) -> Process:
        """Start `flask work --once` at `now`."""
        return self.start("--once", "--now", clock(now))

    def run(self, now: datetime = START) -> str:
        """`flask work --once` at `now` from beginning to end; what it said."""
        return self.once(now).end()

    def run_impatient(self, now: datetime = START) -> str:
        """The same with gateways that give up on an answer after PATIENCE seconds."""
        command = (sys.executable, "-m", "tests.faults.worker", "--patience", str(PATIENCE))
        return self.launch([*command, "--once", "--now", clock(now)]).end()

    def ticking(self, now: datetime, every: int) -> Process:
        """Start a worker that ticks by itself, on a clock that shows `now` at this moment."""
        moved = (workdays.now() - now).total_seconds()
        command = (sys.executable, "-m", "tests.faults.worker", "--moved", str(moved), "--every", str(every))
        return self.launch(command)

    def launch(self, command: Sequence[str]) -> Process:
        """Start a process that is stopped with the rig."""
        log = self.folder / f"{len(self.started)}.log"
        with log.open("wb") as output:
            running = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdout=output, stderr=subprocess.STDOUT
            )
        process = Process(running, log)
        self.started.append(process)
        return process

    def states(self) -> Counter[str]:
        """How many messages are in each state."""
        counted = select(Message.state, func.count()).group_by(Message.state)
        with Session(self.engine) as session:
            return Counter({row[0]: row[1] for row in session.execute(counted)})

    def row(self, scenario: str, *slugs: str, now: datetime = START) -> Row:
        """The account of the messages of `slugs`, of all without them."""
        ids = [number for slug in slugs or self.queued for number in self.queued[slug]]
        return account(scenario, self.engine, ids, self.provider.taken(), now)


@contextmanager
def rigged(url: str, folder: Path) -> Iterator[Rig]:
    """A rig on the empty, migrated database `url`; everything it started is stopped afterwards."""
    engine = db.connect(url)
    with Troubled() as provider:
        rig = Rig(url, folder, engine, provider)
        rig.accounts()
        try:
            yield rig
        finally:
            for process in rig.started:
                process.kill()
            engine.dispose()
            db.use(None)
