"""Copenhagen days and the send window: moments are UTC, days are Copenhagen days, from here alone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OPENS = time(9)
CLOSES = time(18)

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
)


def now() -> datetime:
    """The clock. Only doors read it; every use case is handed its `now`."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """`moment` on a clock in Copenhagen. Raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(COPENHAGEN)


def day(moment: datetime) -> date:
    """The Copenhagen day of `moment`."""
    return local(moment).date()


def at(day_: date, clock: time) -> datetime:
    """The moment (UTC) when clocks in Copenhagen show `clock` on `day_`; the first of two in autumn."""
    return datetime.combine(day_, clock, COPENHAGEN).astimezone(UTC)


def monday(day_: date) -> date:
    """The Monday of the ISO week of `day_`."""
    return day_ - timedelta(days=day_.weekday())


@lru_cache(maxsize=64)
def _closed_days(year: int) -> frozenset[date]:
    # "optional" adds the days municipalities customarily close: 1 May, 5 June, 24 and 31 December.
    return frozenset(holidays.country_holidays("DK", years=year, language="da", categories=("public", "optional")))


def is_workday(day_: date) -> bool:
    """Monday to Friday, and neither a Danish public holiday nor a customary closing day."""
    return day_.weekday() < 5 and day_ not in _closed_days(day_.year)


def add_workdays(day_: date, count: int) -> date:
    """The `count`th working day after `day_` (the callback deadline is two)."""
    while count > 0:
        day_ += timedelta(days=1)
        count -= is_workday(day_)
    return day_


def in_send_window(moment: datetime) -> bool:
    """May a message leave at `moment`? Working days 9-18, Copenhagen time."""
    here = local(moment)
    return is_workday(here.date()) and OPENS <= here.time() < CLOSES


def next_send_time(moment: datetime) -> datetime:
    """`moment` itself when the send window is open, else the next moment it opens (UTC)."""
    if in_send_window(moment):
        return moment.astimezone(UTC)
    here = local(moment)
    first = here.date() if here.time() < OPENS else here.date() + timedelta(days=1)
    while not is_workday(first):
        first += timedelta(days=1)
    return at(first, OPENS)
