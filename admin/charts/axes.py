"""Axes: from values to units, where an axis is marked, and Danish words for days."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, floor, log10

from survey.workdays import MONTHS, long_date


@dataclass(frozen=True)
class Axis:
    """Values `first` … `last` on a line from `start` to `end` in the chart's units."""

    first: float
    last: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where `value` lies; values beyond the axis lie at its end."""
        share = (value - self.first) / (self.last - self.first)
        return self.start + min(max(share, 0), 1) * (self.end - self.start)


@dataclass(frozen=True)
class Tick:
    """A marked day: its name, and the year where a year begins on the axis."""

    on: date
    name: str
    year: str = ""


# Days ----------------------------------------------------------------------------------------------------


def days(first: date, last: date) -> str:
    """ "2. maj 2021", or "28. april – 3. maj 2021" for several days."""
    if first == last:
        return long_date(last)
    if first.year != last.year:
        return f"{long_date(first)} – {long_date(last)}"
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"{first.day}.{month} – {long_date(last)}"


def ticks(first: date, last: date, *, room: float) -> list[Tick]:
    """Where a date axis is marked: days of a week or so, Mondays of twenty weeks, else the first of months.

    The finest of these that has `room`, in the chart's units: every or every second day or Monday, every, every
    second, third, sixth month, every January, and so on.
    """
    day_wide = room / max(1, (last - first).days)
    marks, name = next(
        (found, name)
        for found, name, wide in ((list(marks), name, wide) for marks, name, wide in _choices(first, last))
        if all((b - a).days * day_wide >= wide for a, b in pairwise(found))
    )
    years = [each.year for each in marks]
    begins = [True, *(a != b for a, b in pairwise(years))]
    return [Tick(on, name(on), str(on.year) if new else "") for on, new in zip(marks, begins, strict=False)]


def mondays(first: date, last: date, weeks: int = 1) -> Iterator[date]:
    """Every Monday, or every second, from the first on or after `first`."""
    return _every(first + timedelta(-first.weekday() % 7), last, 7 * weeks)


def _choices(first: date, last: date) -> Iterator[tuple[Iterator[date], Callable[[date], str], float]]:
    """Marks, how they are named, and how far apart they must be; the last have room anywhere."""
    reach = (last - first).days
    if reach <= 10:
        yield from ((_every(first, last, step), _of_day, 48) for step in (1, 2))
    if reach <= 140:
        yield from ((mondays(first, last, weeks), _of_day, 48) for weeks in (1, 2))
    yield from ((_months(first, last, step), _of_month, 36) for step in (1, 2, 3, 6))
    for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000):
        yield (
            (date(year, 1, 1) for year in range(first.year + 1, last.year + 1) if year % step == 0),
            _of_month,
            40,
        )


def _every(first: date, last: date, step: int) -> Iterator[date]:
    return (first + timedelta(number) for number in range(0, (last - first).days + 1, step))


def _months(first: date, last: date, step: int) -> Iterator[date]:
    """First days of months from `first` to `last`, those whose number from January divides by `step`."""
    begun = first.year * 12 + first.month - (first.day == 1)
    numbers = range(begun, last.year * 12 + last.month)
    return (date(number // 12, number % 12 + 1, 1) for number in numbers if number % step == 0)


def _of_day(of: date) -> str:
    return f"{of.day}. {MONTHS[of.month - 1][:3]}"


def _of_month(of: date) -> str:
    return MONTHS[of.month - 1][:3]


# Numbers -------------------------------------------------------------------------------------------------


def round_steps(last: float, *, at_most: int) -> list[float]:
    """0 and round numbers (of 1, 2 or 5 times a power of ten) up to `last`, at most `at_most` beside 0."""
    if last <= 0:
        return [0.0]
    power = 10.0 ** floor(log10(last / at_most))
    step = max(1.0, next(times * power for times in (1, 2, 5, 10) if last / (times * power) <= at_most))
    return [step * number for number in range(floor(last / step) + 1)]


def tenths(values: Sequence[float], *, least: int) -> tuple[float, float]:
    """The shares of 1, in whole tenths, between which all `values` lie, at least `least` tenths apart."""
    low, high = floor(min(values) * 10 + 1e-9), ceil(max(values) * 10 - 1e-9)
    low, high = max(0, low), min(10, high)
    while high - low < least:
        low, high = max(0, low - 1), min(10, high + (high - low + 1 < least or low == 0))
    return low / 10, high / 10
