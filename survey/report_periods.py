"""The period a report is usually of: the newest half-year or quarter that is over, or the dashboard's."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from survey import results, workdays
from survey.results import Period


def read(session: Session, municipality_id: int, kind: str, today: date) -> Period:
    """The usual period of a kind of report for a municipality."""
    if kind not in ("kvartalsnotat", "halvaarsstatus"):
        return results.default_period(results.newest_day(session, municipality_id), today)
    closed = newest_closed(kind, today)
    told = results.last_told(session, municipality_id, closed.last)
    return holding(kind, told) if told else closed


def newest_closed(kind: str, today: date) -> Period:
    """The half-year or quarter before the one that `today` lies in."""
    return holding(kind, holding(kind, today).first - timedelta(days=1))


def holding(kind: str, day: date) -> Period:
    """The half-year or quarter that `day` lies in."""
    if kind == "kvartalsnotat":
        return Period(workdays.quarter(day), workdays.quarter_end(day))
    if day.month <= 6:
        return Period(date(day.year, 1, 1), date(day.year, 6, 30))
    return Period(date(day.year, 7, 1), date(day.year, 12, 31))
