"""Real worker processes on a real database: two at once, and one killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from survey import db, dispatch, invitations, municipalities
from survey.models import Invitation, Link, Message
from tests.conftest import ROOT
from tests.survey.sending import claim, open_key, queue

NOW = "2021-05-11T10:00"
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of the test's own that really commits."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    """Where the simulated gateway delivers."""
    return tmp_path / "mailbox"


@pytest.fixture
def work(database_url: str, tmp_path: Path, mailbox: Path) -> Iterator[Start]:
    """`work("--once", …)` starts a worker process; `gateway=""` leaves the gateway unset."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, gateway: str = "simulated") -> subprocess.Popen[str]:
        settings = {"DATABASE_URL": database_url, "GATEWAY": gateway, "SIMULATOR_DIR": str(mailbox)}
        settings |= {"STATE_DIR": str(tmp_path / "state"), "BASE_URL": "https://svar.x.dk"}
        environ = {key: value for key, value in os.environ.items() if not key.startswith("TILFREDS_")}
        environ |= {f"TILFREDS_{key}": value for key, value in settings.items()}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "work", *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def fill(now: datetime, n: int) -> None:
    """Put `n` messages of Stevns in the outbox, committed."""
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="stevns", name="Stevns Kommune", phone="1", sms_sender="Stevns", now=now
        )
        open_key(session, stevns, now)
        queue(session, stevns, now, n)
        session.execute(text("ANALYZE"))  # as the server does by itself within a minute


def states(engine: Engine) -> Counter[str]:
    """How many messages are in each state."""
    with Session(engine) as session:
        return Counter(session.scalars(select(Message.state)))


def delivered(mailbox: Path) -> Counter[int]:
    """How many letters lie in the mailbox for each message id."""
    return Counter(int(path.stem.split("-")[1]) for path in mailbox.glob("*.json"))


def wait_for(condition: Callable[[], bool], *processes: subprocess.Popen[str]) -> None:
    """Return when `condition` holds; fails when a process ends first or a minute has gone."""
    until = time.monotonic() + 60
    while not condition():
        for process in processes:
            assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)


OTHERS = text("""
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND (NOT :busy OR state = 'active')
""")


def others(engine: Engine, *, busy: bool = False) -> int:
    """How many other connections to the database there are, or only the busy ones."""
    with engine.connect() as connection:
        counted: int = connection.execute(OTHERS, {"busy": busy}).scalar_one()
        return counted


def frozen_between_claim_and_note(engine: Engine, victim: subprocess.Popen[str]) -> bool:
    """Stop `victim` where it stands; is a batch of its claimed? If not, it goes on."""
    victim.send_signal(signal.SIGSTOP)
    while others(engine, busy=True):
        pass
    caught = states(engine)["claimed"] > 0
    if not caught:
        victim.send_signal(signal.SIGCONT)
    return caught


def test_two_workers_at_once_send_all_and_none_twice(
    engine: Engine, mailbox: Path, work: Start, now: datetime
) -> None:
    """1000 waiting messages, two `flask work --once`: 1000 letters, each message once, each with a live link."""
    fill(now, 1000)
    with engine.begin() as gate:
        gate.exec_driver_sql("LOCK TABLE message")
        both = [work("--once", "--now", NOW) for _ in range(2)]
        queuing = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'message'::regclass"
        wait_for(lambda: gate.exec_driver_sql(queuing).scalar() == 2, *both)
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert [errors for _, errors in said] == ["", ""]
    assert states(engine) == Counter(sent=1000)
    assert (len(delivered(mailbox)), delivered(mailbox).total()) == (1000, 1000)
    sent = [int(out.split("Sendt: ")[1].split()[0]) for out, _ in said]
    assert sum(sent) == 1000
    assert min(sent) > 0, "both had their share"
    letters = [json.loads(path.read_text()) for path in mailbox.glob("*.json")]
    hashes = {invitations.token_hash(letter["body"].rpartition("/")[2]) for letter in letters}
    with Session(engine) as session:
        assert hashes == set(session.scalars(select(Link.token_hash)))
    assert len({letter["to"] for letter in letters}) == 1000


def test_a_killed_worker_leaves_doubt_and_no_double(
    engine: Engine, mailbox: Path, work: Start, now: datetime
) -> None:
    """kill -9 in the middle, then again: each at most once, none lost, and what is in doubt is listed."""
    fill(now, 600)
    victim = work("--once", "--now", NOW)
    wait_for(lambda: len(delivered(mailbox)) >= 50, victim)
    wait_for(lambda: frozen_between_claim_and_note(engine, victim), victim)
    victim.kill()
    victim.communicate()
    wait_for(lambda: not others(engine))
    said, errors = work("--once", "--now", NOW).communicate(timeout=120)
    assert errors == ""
    after = states(engine)
    assert set(after) <= {"sent", "unknown"}
    assert after.total() == 600
    assert 0 < after["unknown"] <= 2 * dispatch.LARGEST
    assert set(delivered(mailbox).values()) == {1}
    assert len(delivered(mailbox)) >= after["sent"]
    with Session(engine) as session:
        doubtful = session.scalars(select(Message.id).where(Message.state == "unknown")).all()
    assert f"I tvivl: {len(doubtful)}" in said
    assert all(f"  besked {message_id} (stevns) siden 11-05-2021" in said for message_id in doubtful)
    again = work("--once", "--now", NOW).communicate(timeout=120)[0]
    assert "Sendt: 0" in again
    assert states(engine) == after


def test_a_clean_stop_leaves_no_doubt(engine: Engine, mailbox: Path, work: Start, now: datetime) -> None:
    """SIGTERM while sending: the message in hand is finished and noted, the rest wait."""
    fill(now, 400)
    worker = work("--once", "--now", NOW)
    wait_for(lambda: len(delivered(mailbox)) >= 50, worker)
    worker.terminate()
    said, errors = worker.communicate(timeout=60)
    assert (worker.returncode, errors) == (0, "")
    after = states(engine)
    assert after["sent"] == len(delivered(mailbox))
    assert after["sent"] + after["waiting"] == 400
    assert "I tvivl: 0" in said
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Link)) == after["sent"]


def test_somebody_answering_right_now_is_passed_over_and_then_skipped(engine: Engine, now: datetime) -> None:
    """Nobody is reminded in the second in which he answers: the claim locks the invitation too."""
    fill(now, 2)
    with Session(engine) as citizen, Session(engine) as worker:
        answering = citizen.scalars(select(Invitation).order_by(Invitation.id).limit(1).with_for_update()).one()
        answering.answered = True
        citizen.flush()
        first = claim(worker, now)
        citizen.commit()
        assert [message.invitation_id for message in first.claimed] == [answering.id + 1]
        assert claim(worker, now).skipped == Counter({"bortfaldet": 1})


def test_without_a_gateway_nothing_is_sent_and_the_program_says_so(
    engine: Engine, mailbox: Path, work: Start, now: datetime
) -> None:
    """No default: a program that is set up halfway must not send."""
    fill(now, 3)
    said, _ = work("--once", "--now", NOW, gateway="").communicate(timeout=60)
    assert "Intet bliver sendt: sæt TILFREDS_SENDING_FILE" in said
    assert "Venter: 3 (ingen gateway til kanalen 3)" in said
    assert states(engine) == Counter(waiting=3)


def test_the_worker_ticks_until_it_is_asked_to_stop(
    engine: Engine, mailbox: Path, work: Start, now: datetime
) -> None:
    """`flask work` runs on by itself, takes its slots, and ends quietly on SIGTERM."""
    worker = work()

    def ticked() -> bool:
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT 1 FROM job_slot WHERE job = 'remind'").first() is not None

    wait_for(ticked, worker)
    worker.terminate()
    _, errors = worker.communicate(timeout=60)
    assert (worker.returncode, errors) == (0, "")
