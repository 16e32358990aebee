"""Timed work: the list of jobs, one line each, and the worker process that ticks through it.

APScheduler is only the ticker: a row in `job_slot` settles who does a slot, and a claim who sends a message.
"""

import logging
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import Session

from survey import db, invitations, outbox, workdays
from survey.config import SettingError, Settings
from survey.db import transaction
from survey.gateways import Gateway
from survey.gateways.simulated import Simulated
from survey.gateways.smtp import Smtp
from survey.models import JobSlot

ROOT = Path(__file__).parent.parent
NO_GATEWAY = "TILFREDS_GATEWAY er ikke sat: intet bliver sendt. Sæt den til simulated eller smtp."
NO_KEYS = "TILFREDS_KEY_DIR er ikke sat: besvarelser bliver ikke talt op herfra."
TALLY_AT, RETENTION_AT = time(3, 40), time(4, 20)
"""Never between 02:00 and 03:00, an hour that comes twice in autumn and not at all in spring."""
SKIPPED = "sprunget over:"
WORDS = {"sent": "sendt", "refused": "afvist", "unknown": "i tvivl", "waiting": "udsat"}


@dataclass(frozen=True)
class Work:
    """What a worker process works with. `say` tells whoever runs it; `stopping` is set when it is to end."""

    settings: Settings
    gateways: Sequence[Gateway]
    say: Callable[[str], None]
    clock: Callable[[], datetime] = workdays.now
    stopping: Event = field(default_factory=Event)


@dataclass(frozen=True)
class Worker:
    """A worker's number, and the connection whose advisory lock says that it lives."""

    number: int
    connection: Connection

    def check(self) -> None:
        """Raises OperationalError when the lock's connection is gone: then others take this worker for dead."""
        self.connection.exec_driver_sql("SELECT 1")


@dataclass(frozen=True)
class Timed:
    """One job: when it ticks, which slot a moment belongs to (None: no slots), what it does, who can do it."""

    name: str
    trigger: BaseTrigger
    slot: Callable[[datetime], datetime] | None
    run: Callable[[Work], object]
    possible: Callable[[Work], bool] = lambda _work: True


def configured(settings: Settings) -> tuple[Gateway, ...]:
    """The gateways of `TILFREDS_GATEWAY`, in its order. Raises SettingError for what one of them lacks."""
    makers: Mapping[str, Callable[[Settings], Gateway]] = {"simulated": _simulated, "smtp": _smtp}
    return tuple(makers[name](settings) for name in settings.gateways)


def carriers(gateways: Sequence[Gateway]) -> dict[str, str]:
    """Channel → name of the first gateway that carries it."""
    return {channel: gateway.name for gateway in reversed(gateways) for channel in gateway.channels}


@contextmanager
def working() -> Iterator[Worker]:
    """A worker with a number of its own, alive until the block ends, by an advisory lock on its own connection."""
    connection = db.bound().engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # back in the pool its lock would outlive the worker
    with connection:
        number = secrets.randbelow(2**62) + 1
        # A machine that vanishes must be noticed in minutes, not in hours. Sockets on one machine ignore it.
        for patience in ("idle = 60", "interval = 15", "count = 4"):
            connection.exec_driver_sql(f"SET tcp_keepalives_{patience}")
        connection.exec_driver_sql("SELECT pg_advisory_lock(%s)", (number,))
        try:
            yield Worker(number, connection)
        finally:
            # The server notices a closed connection in its own time; the lock must be free at once.
            with suppress(DBAPIError, PendingRollbackError):
                connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (number,))


def send(work: Work) -> Counter[str]:
    """Take up after dead workers, then send until nothing is due; how many messages ended how.

    Keys are message states ("waiting": put off after a refusal for now), and in Danish why some were skipped.
    The gateways are closed afterwards: a connection kept until the next run would have timed out.
    """
    with transaction() as session:
        outbox.recover(session)
    total: Counter[str] = Counter()
    if not work.gateways:
        return total
    try:
        with working() as worker:
            while not work.stopping.is_set() and _send_batch(work, worker, total):
                pass
    finally:
        for gateway in work.gateways:
            gateway.close()
    return total


def send_aloud(work: Work) -> None:
    """Send, and say in one line what became of it when there was something."""
    total = send(work)
    if total:
        work.say(", ".join(f"{WORDS.get(word, word)} {n}" for word, n in sorted(total.items())))


def _send_batch(work: Work, worker: Worker, total: Counter[str]) -> bool:
    """Claim and hand over one batch; is there reason to try another at once?"""
    worker.check()
    with transaction() as session:
        batch = outbox.claim(
            session,
            carriers=carriers(work.gateways),
            worker=worker.number,
            base_url=work.settings.base_url,
            now=work.clock(),
        )
    total.update({f"{SKIPPED} {reason}": n for reason, n in batch.skipped.items()})
    # Nothing is locked while the network is waited for. Killed here, the batch is in doubt.
    handled = outbox.hand_over(
        batch.claimed,
        work.gateways,
        stopping=work.stopping.is_set,
        open_window=lambda: workdays.in_send_window(work.clock()),
    )
    with transaction() as session:
        total.update(outbox.note(session, handled, worker=worker.number, now=work.clock()))
    untried = any(outcome.word == "skipped" for _, outcome in handled)
    return bool(batch.claimed or batch.skipped) and not untried


def remind(work: Work) -> int:
    """Put reminders that are due in the outbox; how many."""
    with transaction() as session:
        return invitations.remind(session, work.clock())


def child(command: str) -> Callable[[Work], None]:
    """A job that runs `flask <command>` as a process of its own. It raises CalledProcessError when that fails."""

    def run(_work: Work) -> None:
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", command], cwd=ROOT, check=True)

    return run


def ten_minutes(now: datetime) -> datetime:
    """The slot of ten minutes that `now` is in (UTC)."""
    return datetime.fromtimestamp(now.timestamp() // 600 * 600, UTC)


def nightly(clock: time) -> Callable[[datetime], datetime]:
    """The slot that began when clocks in Copenhagen last showed `clock` (UTC)."""

    def slot(now: datetime) -> datetime:
        today = workdays.day(now)
        begun = workdays.at(today, clock)
        return begun if begun <= now else workdays.at(today - timedelta(days=1), clock)

    return slot


def at_night(clock: time) -> BaseTrigger:
    """Every night when clocks in Copenhagen show `clock`."""
    return CronTrigger(hour=clock.hour, minute=clock.minute, timezone=workdays.COPENHAGEN)


def has_keys(work: Work) -> bool:
    """Only a worker that knows the key directory can open ballots; beside an embedded database it lies ready."""
    return work.settings.key_dir is not None or work.settings.database_url is None


JOBS = (
    Timed("send", IntervalTrigger(seconds=15), None, send_aloud),
    Timed("remind", IntervalTrigger(minutes=10), ten_minutes, remind),
    Timed("tally", at_night(TALLY_AT), nightly(TALLY_AT), child("tally"), has_keys),
    Timed("retention", at_night(RETENTION_AT), nightly(RETENTION_AT), child("retention")),
)


def tick(timed: Timed, work: Work) -> bool:
    """Do `timed` if its slot is still free; was it done here?"""
    if timed.slot is None:
        timed.run(work)
        return True
    slot = timed.slot(work.clock())
    with transaction() as session:
        mine = claim_slot(session, timed.name, slot)
    if mine:
        timed.run(work)
        with transaction() as session:
            finish_slot(session, timed.name, slot, work.clock())
    return mine


def claim_slot(session: Session, job: str, slot: datetime) -> bool:
    """Is the slot ours? The row settles it between any number of workers."""
    taken = insert(JobSlot).values(job=job, slot=slot).on_conflict_do_nothing().returning(JobSlot.job)
    return session.execute(taken).first() is not None


def finish_slot(session: Session, job: str, slot: datetime, now: datetime) -> None:
    """Note that the slot's work is done. Where that is missing somebody died; the next slot makes up for it."""
    session.execute(update(JobSlot).where(JobSlot.job == job, JobSlot.slot == slot).values(finished_at=now))


def run(work: Work) -> None:
    """Tick until `work.stopping` is set; then finish the message in hand and return.

    Every job is also tried at once: a slot missed while no worker ran is made up for.
    """
    defaults = {"misfire_grace_time": 6 * 3600, "coalesce": True, "max_instances": 1}
    # A tick that finds the one before it still sending is no news.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone=workdays.COPENHAGEN, job_defaults=defaults)
    for timed in JOBS:
        if timed.possible(work):
            scheduler.add_job(tick, timed.trigger, (timed, work), id=timed.name, next_run_time=workdays.now())
    scheduler.start()
    work.stopping.wait()
    scheduler.shutdown()


def once(work: Work) -> None:
    """Do all that is due, and say in Danish what became of it, what is in doubt and what waits for what."""
    reminded = remind(work)
    total = send(work)
    with transaction() as session:
        doubts = outbox.in_doubt(session)
        waiting = outbox.waiting(session, carriers=carriers(work.gateways), now=work.clock())
    work.say(f"Påmindelser lagt i køen: {reminded}")
    work.say(f"Sendt: {total['sent']}")
    work.say(f"Afvist: {total['refused']}")
    work.say(f"Udsat efter afvisning: {total['waiting']}")
    skipped = {word.removeprefix(SKIPPED).strip(): n for word, n in total.items() if word.startswith(SKIPPED)}
    work.say(_counted("Sprunget over", skipped))
    work.say(_counted("Venter", waiting))
    work.say(f"I tvivl: {len(doubts)}{' (sendes ikke igen af sig selv)' if doubts else ''}")
    for doubt in doubts:
        since = f"{workdays.local(doubt.since):%d-%m-%Y %H:%M:%S}"
        work.say(f"  besked {doubt.message_id} ({doubt.municipality}) siden {since}")


def _counted(title: str, by_reason: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(by_reason.items()))
    return f"{title}: {sum(by_reason.values())}{f' ({reasons})' if reasons else ''}"


def _simulated(settings: Settings) -> Gateway:
    return Simulated(settings.simulator_dir)


def _smtp(settings: Settings) -> Gateway:
    if not settings.smtp_host or not settings.smtp_sender:
        raise SettingError("TILFREDS_GATEWAY nævner smtp: sæt også TILFREDS_SMTP_HOST og TILFREDS_SMTP_SENDER")
    try:
        return Smtp(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_sender,
            user=settings.smtp_user,
            password=settings.smtp_password,
            tls="none" if settings.smtp_plaintext else "starttls",
        )
    except ValueError:
        raise SettingError("TILFREDS_SMTP_PLAINTEXT=1 er kun til en mailserver på denne maskine") from None
