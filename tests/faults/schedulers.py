"""Fault runs about timed work: several schedulers, and each slot done by one of them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from threading import Thread

import click
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey import jobs, receipts, workdays
from survey.db import transaction
from survey.gateways import Report
from survey.models import JobSlot
from tests.faults.account import Row
from tests.faults.rig import Rig, wait_for
from tests.providers.inmobile import InMobileProvider

SLOTS = 200
"""Slots that threads race for."""
OWN_KEY = 'municipalities = ["stevns"]'
_OPEN = text("SELECT count(*) FROM job_slot WHERE finished_at IS NULL")


def office_hours(now: datetime) -> datetime:
    """The latest time before `now` that clocks in Copenhagen showed 10:00 in the send window (UTC)."""
    day = workdays.day(now)
    while workdays.at(day, time(10)) > now or not workdays.is_workday(day):
        day -= timedelta(days=1)
    return workdays.at(day, time(10))


def two(rig: Rig, n: int, every: int) -> list[Row]:
    """Two schedulers with messages to remind of: each slot is taken and done once, as far as others see."""
    now = office_hours(workdays.now())
    then = office_hours(now - timedelta(days=3))
    with InMobileProvider() as polled:
        (rig.folder / "key").write_text(polled.key, "utf-8")
        other = ['[gateway.polled]\nkind = "inmobile"\nkey_file = "key"', f'url = "{polled.url}"\n{OWN_KEY}\n']
        rig.accounts(rig.section("sms"), *other)
        rig.fill(n, now=then)
        rig.run(then)
        deliver_all(rig, then)
        crew = [rig.ticking(now, every) for _ in range(2)]
        wait_for(lambda: slots(rig).keys() >= {"remind", "poll polled", "silence", "credit"}, *crew)
        wait_for(lambda: rig.states() == Counter(delivered=n, sent=n), *crew, what="each was reminded once")
        wait_for(lambda: not unfinished(rig), *crew)
        for worker in crew:
            worker.running.terminate()
        for worker in crew:
            worker.end()
        assert polled.requests == slots(rig)["poll polled"], "one read for each slot"
    race(rig, now)
    remember_reminders(rig)
    return [rig.row("two schedulers, with reminders", now=now)]


def deliver_all(rig: Rig, now: datetime) -> None:
    """Let a receipt come in about every message: without one it would be in doubt after three days."""
    with transaction() as session:
        reports = [Report(reference, reference, "delivered") for reference in rig.provider.references]
        receipts.store(session, "sms", reports, now)
        receipts.process(session, now)


def slots(rig: Rig) -> Counter[str]:
    """How many slots of each job were taken."""
    with Session(rig.engine) as session:
        return Counter(session.scalars(select(JobSlot.job)))


def unfinished(rig: Rig) -> int:
    """How many slots are taken and not done."""
    with rig.engine.connect() as connection:
        return int(connection.execute(_OPEN).scalar_one())


def remember_reminders(rig: Rig) -> None:
    """Count the reminders among what was queued."""
    with rig.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT id FROM message WHERE kind = 'reminder'").scalars().all()
    rig.queued.setdefault("reminders", []).extend(found)


def race(rig: Rig, now: datetime) -> None:
    """Four schedulers run through the same slots as fast as they can: each slot's work is done once."""
    done = list[datetime]()
    moments = [now + timedelta(days=1, minutes=10 * number) for number in range(SLOTS)]

    def run_through() -> None:
        for moment in moments:
            work = jobs.Work(
                rig.settings, (), click.echo, partial(datetime.fromtimestamp, moment.timestamp(), UTC)
            )
            jobs.tick(timed, work)

    def note(work: jobs.Work) -> None:
        done.append(work.clock())

    timed = replace(next(timed for timed in jobs.JOBS if timed.name == "remind"), run=note)
    threads = [Thread(target=run_through) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == moments
