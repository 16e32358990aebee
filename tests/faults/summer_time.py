"""Fault runs about the clock: both changes of 2026 in Copenhagen, step by step."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import click
from sqlalchemy import text

from survey import jobs, sending_rules
from survey.db import transaction
from survey.sending_rules import Rule
from survey.workdays import Window
from tests.faults.account import Row
from tests.faults.rig import Rig
from tests.faults.schedulers import remember_reminders

HERE = ZoneInfo("Europe/Copenhagen")
CHANGES = {"spring": date(2026, 3, 29), "autumn": date(2026, 10, 25)}
"""Sundays on which the clocks change; no other day around them is a holiday."""
OPENS, CLOSES = time(9), time(18)
WEEKDAYS, EVERY_DAY = frozenset(range(1, 6)), frozenset(range(1, 8))
OFFICES = {"stevns": WEEKDAYS, "faxe": EVERY_DAY}
"""Whose messages may leave on which days; that of the change is one of Faxe's."""
THREE_DAYS = timedelta(days=3)
_NEW_REMINDERS = text("""
    SELECT r.id, i.claimed_at FROM message r
    JOIN message i ON i.invitation_id = r.invitation_id AND i.kind = 'invitation'
    WHERE r.kind = 'reminder' AND NOT r.id = ANY(:known)
""")


@dataclass
class Seen:
    """What happened: references taken on and reminders made by step, and nights by job."""

    sent: list[tuple[datetime, str]] = field(default_factory=list)
    reminders: list[tuple[datetime, datetime]] = field(default_factory=list)
    nights: dict[str, list[datetime]] = field(default_factory=dict)


def over_the_change(rig: Rig, change: str, minutes: int) -> list[Row]:
    """Thursday to Tuesday over the change of the clocks, every so many `minutes`, with new messages each time."""
    for slug, days in OFFICES.items():
        rig.fill(1, slug, steps(change, minutes)[0])
        with transaction() as session:
            rule = Rule(window=Window(days, OPENS, CLOSES))
            sending_rules.save(session, rig.number(slug), rule, staff_id=None, now=steps(change, minutes)[0])
    seen, last = Seen(), steps(change, minutes)[-1]
    for now in steps(change, minutes):
        step(rig, now, seen, queue=now < last - timedelta(days=1))
    remember_reminders(rig)
    check_window(rig, seen)
    check_nights(seen, change)
    check_reminders(seen, timedelta(minutes=minutes))
    row = rig.row(f"clock over the change in {change}", now=last)
    assert row.in_doubt == 0
    return [row]


def steps(change: str, minutes: int) -> list[datetime]:
    """The moments (UTC), from Thursday morning to Tuesday afternoon."""
    first, last = (
        datetime.combine(CHANGES[change] + timedelta(days=days), clock, HERE).astimezone(UTC)
        for days, clock in ((-3, time(8)), (2, time(17)))
    )
    return list(_every(first, last, timedelta(minutes=minutes)))


def _every(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += step


def step(rig: Rig, now: datetime, seen: Seen, *, queue: bool) -> None:
    """All that a worker does at `now`; the work of the night is only noted."""
    if queue:
        for slug in OFFICES:
            rig.fill(1, slug, now)
    work = jobs.work_of(rig.settings, click.echo, lambda: now)
    for timed in jobs.JOBS:
        if timed.name in ("tally", "retention"):
            nights = seen.nights.setdefault(timed.name, [])
            jobs.tick(replace(timed, run=partial(note, nights)), work)
    if jobs.remind(work):
        seen.reminders += new_reminders(rig, now)
    before = set(rig.provider.references)
    jobs.send(work)
    seen.sent += [(now, reference) for reference in set(rig.provider.references) - before]


def note(nights: list[datetime], work: jobs.Work) -> None:
    """What the night's work is replaced by."""
    nights.append(work.clock())


def new_reminders(rig: Rig, now: datetime) -> list[tuple[datetime, datetime]]:
    """For each reminder made at `now`: that moment, and when its invitation was handed over."""
    known = rig.queued.setdefault("reminders", [])
    with rig.engine.connect() as connection:
        found = connection.execute(_NEW_REMINDERS, {"known": known}).all()
    known += [row.id for row in found]
    return [(now, row.claimed_at) for row in found]


def check_window(rig: Rig, seen: Seen) -> None:
    """Nothing left before nine, after six or on a closed day; on the day of the change something did."""
    days = {str(rig.number(slug)): open_days for slug, open_days in OFFICES.items()}
    for moment, reference in seen.sent:
        here = moment.astimezone(HERE)
        assert OPENS <= here.time() < CLOSES, here
        assert here.isoweekday() in days[reference.split("-")[0]], here
    hours = {
        moment.astimezone(HERE).time() for moment, _ in seen.sent if moment.astimezone(HERE).isoweekday() == 7
    }
    assert min(hours) == OPENS, "it opened at nine by the new time"


def check_nights(seen: Seen, change: str) -> None:
    """Each job of the night was done once for each date, and its ticker calls at that one time of the clock."""
    for timed in jobs.JOBS:
        if timed.name not in seen.nights:
            continue
        dates = [moment.astimezone(HERE).date() for moment in seen.nights[timed.name]]
        first = CHANGES[change] - timedelta(days=3)
        assert dates == [first + timedelta(days=n) for n in range(6)], (timed.name, dates)
        calls, moment = [], datetime.combine(first, time(0), HERE)
        for _night in dates:
            moment = timed.trigger.get_next_fire_time(moment, moment).astimezone(HERE)
            calls.append(moment)
        assert Counter(call.date() for call in calls) == Counter(dates), timed.name
        assert len({call.time() for call in calls}) == 1, timed.name
        assert all(one < other for one, other in pairwise(calls))


def check_reminders(seen: Seen, between: timedelta) -> None:
    """Each was made at the first step three days later by the clock on the wall, summer or winter."""
    assert seen.reminders
    for made, handed_over in seen.reminders:
        handed = handed_over.astimezone(HERE).replace(tzinfo=None)
        assert made.astimezone(HERE).replace(tzinfo=None) >= handed + THREE_DAYS
        assert (made - between).astimezone(HERE).replace(tzinfo=None) < handed + THREE_DAYS
