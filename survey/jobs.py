"""Timed work: the list of jobs, one line each, and the worker process that ticks through it.

APScheduler is only the ticker: a row in `job_slot` settles who does a slot, and a claim who sends a message.
"""

import logging
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from threading import Event, Lock
from time import monotonic

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import Session

from survey import (
    accounts,
    backlog,
    breaker,
    db,
    dispatch,
    errands,
    invitations,
    lanes,
    logs,
    outbox,
    receipts,
    words,
    workdays,
)
from survey.config import Settings
from survey.db import transaction
from survey.dispatch import SKIPPED, Outpost
from survey.gateways import Acknowledged, Gateway, Polled, Prepaid
from survey.lanes import Carrier, ForAll
from survey.letters import UNTOLD
from survey.models import JobSlot

ROOT = Path(__file__).parent.parent
NO_GATEWAY = "Intet bliver sendt: sæt TILFREDS_SENDING_FILE eller TILFREDS_GATEWAY. Se docs/gateways.md."
NO_KEYS = "TILFREDS_KEY_DIR er ikke sat: besvarelser bliver ikke talt op herfra."
TALLY_AT, RETENTION_AT = time(3, 40), time(4, 20)
"""Never between 02:00 and 03:00, an hour that comes twice in autumn and not at all in spring."""
MOST_POLLS, POLLING = 100, 45.0
"""Reads of one gateway's reports in a minute, and seconds after which none more is begun."""
WORDS = {**{state: words.STATES[state] for state in ("sent", "refused", "unknown")}, "waiting": "udsat"}
"""What sending ends with; a message that waits again was put off."""


@dataclass(frozen=True)
class Work:
    """What a worker process works with. `say` tells whoever runs it; `stopping` is set when it is to end."""

    settings: Settings
    gateways: Sequence[Gateway]
    say: Callable[[str], None]
    clock: Callable[[], datetime] = workdays.now
    stopping: Event = field(default_factory=Event)
    accounts: Sequence[Carrier] = ()

    @property
    def carriers(self) -> Sequence[Carrier]:
        """Whom the gateways serve: what the accounts say, all municipalities where there are none."""
        return self.accounts or [ForAll(gateway.name, gateway.channels) for gateway in self.gateways]


@dataclass(frozen=True)
class Worker:
    """A worker's number, and the connection whose advisory lock says that it lives."""

    number: int
    connection: Connection
    asking: Lock = field(default_factory=Lock)

    def check(self) -> None:
        """Raises OperationalError when the lock's connection is gone: then others take this worker for dead."""
        with self.asking:
            self.connection.exec_driver_sql("SELECT 1")


@dataclass(frozen=True)
class Timed:
    """One job: when it ticks, which slot a moment belongs to (None: no slots), what it does, who can do it.

    What a `quiet` one did is not logged: by its minute it would tell of reminders, and so of who has not answered.
    """

    name: str
    trigger: BaseTrigger
    slot: Callable[[datetime], datetime] | None
    run: Callable[[Work], object]
    possible: Callable[[Work], bool] = lambda _work: True
    each_gateway: bool = False
    quiet: bool = False

    def shares(self, work: Work) -> list[Work]:
        """What is ticked side by side: all of `work`, or each gateway alone, so that none waits for another."""
        if not self.each_gateway or len(work.gateways) < 2:
            return [work]
        return [replace(work, gateways=(gateway,), accounts=work.carriers) for gateway in work.gateways]

    def whose_slots(self, work: Work) -> str:
        """By which name slots are taken for `work`: the job's, or that of its one gateway."""
        alone = self.each_gateway and len(work.gateways) == 1
        return f"{self.name} {work.gateways[0].name}" if alone else self.name


def work_of(settings: Settings, say: Callable[[str], None], clock: Callable[[], datetime] = workdays.now) -> Work:
    """What `settings` give a worker to work with. Raises SettingError for what one of its gateways lacks."""
    return Work(settings, accounts.gateways(settings), say, clock, accounts=accounts.load(settings))


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
    Those that begin with UNTOLD count what no log may: who gets a reminder has not answered. Each gateway works in
    a thread of its own, so that a slow one delays nobody.
    """
    with transaction() as session:
        outbox.recover(session, work.clock())
        if work.gateways:
            outbox.reroute(session, lanes.without(session, work.carriers, "sms"))
    if not work.gateways:
        return Counter()
    with working() as worker:
        posts = [
            Outpost(gateway, work.carriers, work.settings, worker.number, worker.check, work.clock, work.stopping)
            for gateway in work.gateways
        ]
        if len(posts) == 1:
            return dispatch.send(posts[0])
        with ThreadPoolExecutor(len(posts)) as pool:
            return sum(pool.map(dispatch.send, posts), Counter())


def send_aloud(work: Work) -> Counter[str]:
    """Send, and say in one line what became of invitations when there were some; their part of the total."""
    total = Counter({word: n for word, n in send(work).items() if not word.startswith(UNTOLD)})
    if total:
        work.say(", ".join(f"{WORDS.get(word, word)} {n}" for word, n in sorted(total.items())))
    return total


def apply_receipts(work: Work) -> int:
    """Let the receipts that came in since the last time settle their messages; how many."""
    done = 0
    while not work.stopping.is_set():
        with transaction() as session:
            n = receipts.process(session, work.clock())
        done += n
        if not n:
            break
    return done


def poll(work: Work) -> int:
    """Fetch the reports of gateways that are asked for them; how many are new. One that fails harms no other."""
    new = 0
    for gateway in takewhile(lambda _gateway: not work.stopping.is_set(), work.gateways):
        try:
            new += _polled(work, gateway)
        except OSError as error:
            work.say(f"{gateway.name}: meldinger om levering kan ikke hentes ({type(error).__name__})")
    return new


def _polled(work: Work, gateway: Gateway) -> int:
    """Fetch what one gateway reports: each lot is stored, and said to be, before the next is read."""
    new, began = 0, monotonic()
    for _turn in range(MOST_POLLS if isinstance(gateway, Polled) else 0):
        reports = gateway.poll() if isinstance(gateway, Polled) else []
        with transaction() as session:
            new += receipts.store(session, gateway.name, reports, work.clock())
        if isinstance(gateway, Acknowledged):
            gateway.stored()
        if not reports or monotonic() - began > POLLING or work.stopping.is_set():
            break
    return new


def try_out(work: Work) -> int:
    """Send the trial messages that administrators ask for; how many."""
    return errands.try_out(work.gateways, work.carriers)


def raise_alarms(work: Work) -> int:
    """Tell administrators of gateways that have stopped by themselves; of how many."""
    return errands.raise_alarms(work.gateways, work.carriers, work.settings.base_url, work.clock())


def ask_credit(work: Work) -> None:
    """Note what is left on every account that can say so."""
    for gateway in work.gateways:
        credit = gateway.credit() if isinstance(gateway, Prepaid) else None
        if credit is not None:
            with transaction() as session:
                breaker.note_credit(session, gateway.name, credit, work.clock())


def fall_silent(work: Work) -> int:
    """Put in doubt what was sent three days ago and has had no receipt where receipts are due; how many."""
    reporting, done = [gateway.name for gateway in work.gateways if gateway.reports], 0
    while not work.stopping.is_set():
        with transaction() as session:
            n = outbox.fall_silent(session, reporting, work.clock())
        done += n
        if not n:
            break
    return done


def remind(work: Work) -> int:
    """Put reminders that are due in the outbox; how many."""
    with transaction() as session:
        return invitations.remind(session, work.clock())


def child(command: str) -> Callable[[Work], None]:
    """A job that runs `flask <command>` as a process of its own. It raises CalledProcessError when that fails."""

    def run(_work: Work) -> None:
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", command], cwd=ROOT, check=True)

    return run


def every(seconds: int) -> Callable[[datetime], datetime]:
    """The slot of so many seconds that a moment is in (UTC), counted from a full hour."""
    return lambda now: datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)


def last_showing(clock: time) -> Callable[[datetime], datetime]:
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


def has_gateways(work: Work) -> bool:
    """Only a worker that can send knows which gateways report, are asked, or have credit."""
    return bool(work.gateways)


JOBS = (
    Timed("send", IntervalTrigger(seconds=15), None, send_aloud, each_gateway=True),
    Timed("receipts", IntervalTrigger(seconds=15), None, apply_receipts, quiet=True),
    Timed("trials", IntervalTrigger(seconds=15), None, try_out, has_gateways),
    Timed("alarms", IntervalTrigger(minutes=1), every(60), raise_alarms, has_gateways),
    Timed("poll", IntervalTrigger(minutes=1), every(60), poll, has_gateways, each_gateway=True, quiet=True),
    Timed("remind", IntervalTrigger(minutes=10), every(600), remind, quiet=True),
    Timed("silence", IntervalTrigger(minutes=10), every(600), fall_silent, has_gateways, quiet=True),
    Timed("credit", IntervalTrigger(hours=1), every(3600), ask_credit, has_gateways),
    Timed("tally", at_night(TALLY_AT), last_showing(TALLY_AT), child("tally"), has_keys),
    Timed("retention", at_night(RETENTION_AT), last_showing(RETENTION_AT), child("retention")),
)


def tick(timed: Timed, work: Work) -> bool:
    """Do `timed` if its slot is still free; was it done here?"""
    if timed.slot is None:
        _do(timed, work)
        return True
    slot, whose = timed.slot(work.clock()), timed.whose_slots(work)
    with transaction() as session:
        mine = claim_slot(session, whose, slot)
    if mine:
        _do(timed, work)
        with transaction() as session:
            finish_slot(session, whose, slot, work.clock())
    return mine


def _do(timed: Timed, work: Work) -> None:
    """Run the job, and log what it did when it did something to tell, and whether it failed."""
    try:
        done = timed.run(work)
    except Exception as error:
        logs.event("job failed", level=logging.ERROR, job=timed.name, error=type(error).__name__)
        raise
    if done and not timed.quiet:
        logs.event("job done", job=timed.name, **(told(done) if isinstance(done, Counter) else {"n": done}))


def told(total: Counter[str]) -> dict[str, int]:
    """What `send_aloud` counted, as fields of a log line."""
    skipped = sum(n for word, n in total.items() if word.startswith(SKIPPED))
    return {word: total[word] for word in WORDS} | {"skipped": skipped}


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
    threads = {"type": "threadpool", "max_workers": sum(len(timed.shares(work)) for timed in JOBS)}
    scheduler = BackgroundScheduler(
        timezone=workdays.COPENHAGEN, job_defaults=defaults, executors={"default": threads}
    )
    for timed in JOBS:
        if timed.possible(work):
            for number, share in enumerate(timed.shares(work)):
                name = f"{timed.name} {number}"
                scheduler.add_job(tick, timed.trigger, (timed, share), id=name, next_run_time=workdays.now())
    scheduler.start()
    # By the second: the main thread can sleep on for good when two signals interrupt an endless wait.
    while not work.stopping.wait(1):
        pass
    scheduler.shutdown()


def once(work: Work) -> None:
    """Do all that is due, and say in Danish what became of it, what is in doubt and what waits for what."""
    apply_receipts(work)
    reminded = remind(work)
    total = Counter[str]()
    for word, n in send(work).items():
        total[word.removeprefix(UNTOLD)] += n
    with transaction() as session:
        doubts = backlog.in_doubt(session)
        waiting = backlog.waiting(session, work.carriers, work.clock())
    work.say(f"Påmindelser lagt i køen: {reminded}")
    work.say(f"Sendt: {total['sent']}")
    work.say(f"Afvist: {total['refused']}")
    work.say(f"Udsat efter afvisning: {total['waiting']}")
    skipped = {word.removeprefix(SKIPPED).strip(): n for word, n in total.items() if word.startswith(SKIPPED)}
    work.say(_counted("Sprunget over", skipped))
    work.say(_counted("Venter", waiting))
    work.say(f"I tvivl: {len(doubts)}{' (sendes ikke igen af sig selv)' if doubts else ''}")
    for doubt in doubts:
        day = f"{workdays.local(doubt.since):%d-%m-%Y}"
        work.say(f"  besked {doubt.id} ({doubt.municipality}) siden {day}")


def _counted(title: str, by_reason: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(by_reason.items()))
    return f"{title}: {sum(by_reason.values())}{f' ({reasons})' if reasons else ''}"
