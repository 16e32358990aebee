"""The period a report is usually of: the newest half-year or quarter that is over, or the last twelve months."""

from datetime import date, timedelta

from survey import results, workdays
from survey.results import Period


def usual(kind: str, newest: date | None, today: date) -> Period:
    """The period of a kind of report; `newest` is the last day there are figures of, None when there are none."""
    last = newest or today
    if kind == "kvartalsnotat":
        end = workdays.quarter_end(last)
        end = end if end == last else workdays.quarter(last) - timedelta(days=1)
        return Period(workdays.quarter(end), end)
    if kind == "halvaarsstatus":
        ends = (date(last.year, 12, 31), date(last.year, 6, 30), date(last.year - 1, 12, 31))
        end = next(each for each in ends if each <= last)
        return Period(date(end.year, 1 if end.month == 6 else 7, 1), end)
    return results.default_period(newest, today)
