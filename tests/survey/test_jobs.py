"""The worker: its gateways, its lock, its slots, and what it says."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import jobs, outbox
from survey.config import Settings
from survey.gateways import Letter, Outcome
from survey.gateways.simulated import Simulated
from survey.gateways.smtp import Smtp
from survey.jobs import JOBS, Timed, Work
from survey.models import Invitation, JobSlot, Message, Municipality
from tests.survey.sending import Obedient, claim, queue


@pytest.fixture
def said() -> list[str]:
    """What the worker says."""
    return []


@pytest.fixture
def worker(settings: Settings, now: datetime, said: list[str]) -> Callable[..., Work]:
    """`worker(gateway, …)`: what a worker works with at ten o'clock."""
    return lambda *gateways: Work(settings, gateways, said.append, lambda: now)


def test_the_gateways_are_those_of_the_settings_in_their_order(settings: Settings) -> None:
    """With the accounts that say whom each serves."""
    smtp = {"smtp_host": "127.0.0.1", "smtp_sender": "svar@x.dk", "smtp_plaintext": True}
    both = replace(settings, gateways=("smtp", "simulated"), **smtp)  # type: ignore[arg-type]  # the fields fit
    work = jobs.work_of(both, print)
    assert [type(gateway) for gateway in work.gateways] == [Smtp, Simulated]
    assert [account.name for account in work.carriers] == ["smtp", "simulated"]
    assert jobs.work_of(replace(settings, gateways=()), print).gateways == ()


def test_a_living_worker_is_never_taken_for_dead(session: Session, ready: Municipality, now: datetime) -> None:
    """Its lock is held while it lives; the moment it is gone its claims are in doubt."""
    (message,) = queue(session, ready, now)
    with jobs.working() as worker:
        worker.check()
        claim(session, now, worker=worker.number)
        assert outbox.recover(session, now) == 0
    assert outbox.recover(session, now) == 1
    session.expire_all()
    assert (message.state, message.reason) == ("unknown", "udsendelsen blev afbrudt")


def test_a_worker_that_lost_its_lock_stops(session: Session) -> None:
    """When the lock's connection is cut it must not claim another message."""
    with jobs.working() as worker:
        backend = worker.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        session.execute(select(func.pg_terminate_backend(backend)))
        with pytest.raises(OperationalError):
            worker.check()


def test_sending_goes_on_until_nothing_is_due(
    session: Session, ready: Municipality, now: datetime, worker: Callable[..., Work], said: list[str]
) -> None:
    """Several batches, what was skipped among them; said in one line, and silence when there was nothing.

    The gateway keeps its connection for a run, not until the next.
    """
    queue(session, ready, now, outbox.BATCH * 2)
    queue(session, ready, now, 3, days=25)
    gateway = Obedient()
    jobs.send_aloud(worker(gateway))
    jobs.send_aloud(worker(gateway))
    assert (len(gateway.letters), gateway.closed) == (outbox.BATCH * 2, 2)
    assert said == [f"sendt {outbox.BATCH * 2}, sprunget over: samtalen er for længe siden 3"]


def test_a_gateway_that_does_not_even_try_is_not_asked_in_circles(
    session: Session, ready: Municipality, now: datetime, worker: Callable[..., Work]
) -> None:
    """Skipped by the gateway: the message waits for the next tick, and is claimed no more in this one."""
    queue(session, ready, now)
    gateway = Obedient(lambda _: Outcome("skipped"))
    assert jobs.send(worker(gateway)) == {"waiting": 1}
    assert len(gateway.letters) == 1


def test_a_stop_ends_the_sending_after_the_message_in_hand(
    session: Session, ready: Municipality, now: datetime, worker: Callable[..., Work]
) -> None:
    """One is sent; the others of its batch wait, and no other batch is claimed."""
    queue(session, ready, now, outbox.BATCH * 5)
    work = worker()

    def stop(_letter: Letter) -> Outcome:
        work.stopping.set()
        return Outcome("accepted")

    ended = jobs.send(replace(work, gateways=(Obedient(stop),)))
    assert ended == {"sent": 1, "waiting": outbox.BATCH - 1}


def test_once_tells_all_in_danish(
    session: Session, ready: Municipality, now: datetime, worker: Callable[..., Work], said: list[str]
) -> None:
    """Counts by outcome and reason, and every message in doubt with its day."""
    messages = queue(session, ready, now, 4)
    queue(session, ready, now, 1, days=25)
    queue(session, ready, now + timedelta(hours=1))
    answers = iter(
        [Outcome("accepted"), Outcome("unknown"), Outcome("refused"), Outcome("refused", permanent=True)]
    )
    jobs.once(worker(Obedient(lambda _: next(answers))))
    assert said == [
        "Påmindelser lagt i køen: 0",
        "Sendt: 1",
        "Afvist: 1",
        "Udsat efter afvisning: 1",
        "Sprunget over: 1 (samtalen er for længe siden 1)",
        "Venter: 2 (endnu ikke tid 2)",
        "I tvivl: 1 (sendes ikke igen af sig selv)",
        f"  besked {messages[1].id} (stevns) siden 11-05-2021",
    ]


def test_once_reminds_and_sends_the_reminder(
    session: Session, ready: Municipality, now: datetime, worker: Callable[..., Work], said: list[str]
) -> None:
    """Three days later in one go."""
    queue(session, ready, now)
    gateway = Obedient()
    jobs.once(worker(gateway))
    jobs.once(replace(worker(gateway), clock=lambda: now + timedelta(days=3)))
    assert said[7:9] == ["Påmindelser lagt i køen: 1", "Sendt: 1"]
    assert "Påmindelse" in gateway.letters[1].body


def test_a_slot_is_done_once(session: Session, now: datetime, worker: Callable[..., Work]) -> None:
    """However many workers tick; the next slot is another."""
    done: list[datetime] = []
    job = Timed("own", IntervalTrigger(hours=1), jobs.every(600), lambda work: done.append(work.clock()))
    work = worker()
    later = replace(work, clock=lambda: now + timedelta(minutes=10))
    assert [jobs.tick(job, work), jobs.tick(job, work), jobs.tick(job, later)] == [True, False, True]
    assert done == [now, now + timedelta(minutes=10)]
    slots = session.execute(select(JobSlot.slot, JobSlot.finished_at).order_by(JobSlot.slot)).all()
    assert [tuple(slot) for slot in slots] == [(now, now), (later.clock(), later.clock())]


def test_a_job_that_fails_leaves_its_slot_unfinished(session: Session, worker: Callable[..., Work]) -> None:
    """It is not tried again in the same slot, and the row tells."""

    def fail(_work: Work) -> None:
        raise RuntimeError("no")

    job = Timed("own", IntervalTrigger(hours=1), jobs.every(600), fail)
    with pytest.raises(RuntimeError):
        jobs.tick(job, worker())
    assert session.scalars(select(JobSlot.finished_at)).all() == [None]
    assert jobs.tick(job, worker()) is False


@pytest.mark.parametrize(
    ("expected", "now"),
    [
        ("2026-03-29T01:40+00:00", "2026-03-29T01:40+00:00"),
        ("2026-03-28T02:40+00:00", "2026-03-29T01:39+00:00"),
        ("2026-10-25T02:40+00:00", "2026-10-25T22:30+00:00"),
        ("2026-10-24T01:40+00:00", "2026-10-25T02:39+00:00"),
    ],
)
def test_a_nightly_slot_comes_once_also_when_the_clocks_change(expected: str, now: str) -> None:
    """3:40 in Copenhagen, in UTC, on the nights of 29 March and 25 October 2026."""
    slot = jobs.last_showing(time(3, 40))
    assert datetime.fromisoformat(expected) == slot(datetime.fromisoformat(now))


def test_a_slot_of_ten_minutes_begins_on_the_clock() -> None:
    """From ten minutes to ten minutes, in UTC."""
    assert datetime(2021, 5, 11, 8, 10, tzinfo=UTC) == jobs.every(600)(
        datetime(2021, 5, 11, 8, 19, 59, tzinfo=UTC)
    )


def test_no_job_is_timed_in_the_hour_that_comes_twice() -> None:
    """Neither the tally nor the retention, between two and three."""
    assert all(not time(2) <= clock < time(3) for clock in (jobs.TALLY_AT, jobs.RETENTION_AT))


@pytest.mark.parametrize(
    ("tallies", "database_url", "key_dir"),
    [(True, "postgresql://x/y", Path("/keys")), (True, None, None), (False, "postgresql://x/y", None)],
)
def test_only_a_worker_with_the_keys_tallies(
    settings: Settings, tallies: bool, database_url: str | None, key_dir: Path | None
) -> None:
    """The others leave the slot to it. With the embedded database the keys are where `flask init` made them."""
    work = Work(replace(settings, database_url=database_url, key_dir=key_dir), (), print)
    expected = ["send", "receipts", "remind", *(["tally"] if tallies else []), "retention"]
    assert expected == [job.name for job in JOBS if job.possible(work)]


def test_a_worker_says_when_it_does_not_tally(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line when it begins to tick, and none where the keys are."""
    stop = Timed("stop", IntervalTrigger(hours=1), None, lambda work: work.stopping.set())
    monkeypatch.setattr(jobs, "JOBS", (stop,))
    assert command(app).output == "TILFREDS_KEY_DIR er ikke sat: besvarelser bliver ikke talt op herfra.\n"
    app.config["SETTINGS"] = replace(settings, database_url=None)
    assert command(app).output == ""


def test_a_child_process_that_fails_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A command that works is quiet, one that does not raises."""
    monkeypatch.setenv("TILFREDS_DATABASE_URL", "postgresql:///unused")
    monkeypatch.setenv("TILFREDS_STATE_DIR", str(tmp_path))
    work = Work(None, (), print)  # type: ignore[arg-type]  # a child reads its own settings
    jobs.child("--version")(work)
    with pytest.raises(subprocess.CalledProcessError):
        jobs.child("nonsense")(work)


def test_the_worker_runs_what_it_can_at_once_and_stops_when_asked(
    worker: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that is not for this worker is never run."""
    ran: list[str] = []

    def stop(work: Work) -> None:
        ran.append("stop")
        work.stopping.set()

    never = Timed("never", IntervalTrigger(hours=1), None, lambda _: ran.append("never"), lambda _: False)
    monkeypatch.setattr(jobs, "JOBS", (never, Timed("stop", IntervalTrigger(hours=1), None, stop)))
    jobs.run(worker())
    assert ran == ["stop"]


def command(app: Flask, *arguments: str) -> Result:
    """`flask work …` in this process."""
    return app.test_cli_runner().invoke(args=["work", *arguments])


def test_the_command_sends_what_is_due_and_reports(
    app: Flask, session: Session, ready: Municipality, now: datetime
) -> None:
    """As if it were ten o'clock; the invitation is then underway."""
    queue(session, ready, now, 2)
    result = command(app, "--once", "--now", "2021-05-11T10:00")
    assert result.exit_code == 0, result.output
    assert "Sendt: 2" in result.output
    session.expire_all()
    assert set(session.scalars(select(Message.state))) == {"sent"}
    assert None not in session.scalars(select(Invitation.sent_week)).all()


def test_the_command_refuses_what_cannot_be(app: Flask, settings: Settings) -> None:
    """A clock for a worker that runs on, and a gateway that lacks a setting."""
    assert "--now kræver --once" in command(app, "--now", "2021-05-11T10:00").output
    app.config["SETTINGS"] = replace(settings, gateways=("smtp",))
    assert "TILFREDS_SMTP_HOST" in command(app, "--once").output


def test_the_command_without_a_gateway_says_so(app: Flask, settings: Settings, session: Session) -> None:
    """And does the rest of its work."""
    app.config["SETTINGS"] = replace(settings, gateways=())
    output = command(app, "--once").output
    assert output.startswith(f"{jobs.NO_GATEWAY}\n")
    assert "Venter: 0" in output
