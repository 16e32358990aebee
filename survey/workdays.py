"""Copenhagen days and the send window: moments are UTC, days are Copenhagen days, from here alone."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

import holidays

from survey import words

COPENHAGEN = ZoneInfo("Europe/Copenhagen")

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
)


@dataclass(frozen=True)
class Window:
    """When messages may leave, Copenhagen time: on `weekdays` (ISO, 1 is Monday) from `opens` until `closes`.

    Never on Danish public holidays and customary closing days, whatever the weekday.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time

    def holds(self, day_: date) -> bool:
        """May messages leave on this day at all?"""
        return day_.isoweekday() in self.weekdays and day_ not in _closed_days(day_.year)


OFFICE_HOURS = Window(frozenset(range(1, 6)), time(9), time(18))


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


def month(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month of `day`."""
    return month(day), day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(maxsize=512)
def quarter(day_: date) -> date:
    """The first day of the calendar quarter of `day_`."""
    return date(day_.year, day_.month - (day_.month - 1) % 3, 1)


def quarter_end(day_: date) -> date:
    """The last day of the calendar quarter of `day_`."""
    month = quarter(day_).month + 2
    return date(day_.year, month, monthrange(day_.year, month)[1])


def quarter_of(day_: date) -> tuple[date, date]:
    """The first and the last day of the calendar quarter of `day_`."""
    return quarter(day_), quarter_end(day_)


def quarters(first: date, last: date) -> int:
    """How many calendar quarters the days `first` to `last` lie in."""
    return (last.year - first.year) * 4 + _number(last) - _number(first) + 1


def _number(day_: date) -> int:
    return (day_.month + 2) // 3


def year_of(day_: date) -> tuple[date, date]:
    """The first and the last day of the year of `day_`."""
    return date(day_.year, 1, 1), date(day_.year, 12, 31)


def monday(day_: date) -> date:
    """The Monday of the ISO week of `day_`."""
    return day_ - timedelta(days=day_.weekday())


def week_of(day_: date) -> tuple[date, date]:
    """The Monday and the Sunday of the ISO week of `day_`."""
    return monday(day_), monday(day_) + timedelta(days=6)


@lru_cache(maxsize=64)
def _closed_days(year: int) -> frozenset[date]:
    # "optional" adds the days municipalities customarily close: 1 May, 5 June, 24 and 31 December.
    return frozenset(holidays.country_holidays("DK", years=year, language="da", categories=("public", "optional")))


def long_date(day_: date) -> str:
    """ "2. maj 2021"."""
    return f"{day_.day}. {MONTHS[day_.month - 1]} {day_.year}"


def quarters_named(days: Iterable[date]) -> str:
    """The quarters of `days` in order, one each: "4. kvartal 2020 og 1., 2. og 3. kvartal 2021"; "" of none."""
    years = groupby(days, attrgetter("year"))
    return words.listed(
        [f"{words.listed([f'{_number(day_)}.' for day_ in each])} kvartal {year}" for year, each in years]
    )


def is_workday(day_: date) -> bool:
    """Monday to Friday, and neither a Danish public holiday nor a customary closing day."""
    return day_.weekday() < 5 and day_ not in _closed_days(day_.year)


def add_workdays(day_: date, count: int) -> date:
    """The `count`th working day after `day_` (the callback deadline is two)."""
    while count > 0:
        day_ += timedelta(days=1)
        count -= is_workday(day_)
    return day_


def in_send_window(moment: datetime, window: Window = OFFICE_HOURS) -> bool:
    """May a message leave at `moment`?"""
    here = local(moment)
    return window.holds(here.date()) and window.opens <= here.time() < window.closes


def next_send_time(moment: datetime, window: Window = OFFICE_HOURS) -> datetime:
    """`moment` itself when the window is open, else the next moment it opens (UTC)."""
    if in_send_window(moment, window):
        return moment.astimezone(UTC)
    here = local(moment)
    first = here.date() if here.time() < window.opens else here.date() + timedelta(days=1)
    while not window.holds(first):
        first += timedelta(days=1)
    return at(first, window.opens)
