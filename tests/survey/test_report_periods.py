"""The period a report is of when nobody chose one."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from survey import report_periods
from survey.models import Batch, Municipality, Team
from tests.reporting import crowd, send

Add = Callable[..., Batch]
TODAY = date(2022, 1, 1)


@pytest.mark.parametrize(
    ("kind", "answered", "today", "first", "last"),
    [
        ("bilag", "2021-08-23", "2022-01-01", "2020-10-01", "2021-08-23"),
        ("halvaarsstatus", "2021-08-23", "2022-01-01", "2021-07-01", "2021-12-31"),
        ("halvaarsstatus", "2021-08-23", "2021-12-31", "2021-01-01", "2021-06-30"),
        ("halvaarsstatus", "2021-05-01", "2022-01-01", "2021-01-01", "2021-06-30"),
        ("halvaarsstatus", "2021-12-31", "2022-01-01", "2021-07-01", "2021-12-31"),
        ("kvartalsnotat", "2021-08-23", "2022-01-01", "2021-07-01", "2021-09-30"),
        ("kvartalsnotat", "2021-09-30", "2021-09-30", "2021-04-01", "2021-06-30"),
        ("kvartalsnotat", "2021-02-01", "2022-01-01", "2021-01-01", "2021-03-31"),
    ],
)
def test_the_usual_period_is_the_newest_with_figures_that_is_over(
    session: Session, team: Team, add_batch: Add, kind: str, answered: str, today: str, first: str, last: str
) -> None:
    """What is not over is left out; where none that is over has figures, the newest that is."""
    add_batch(team, date.fromisoformat(answered), crowd(5, p4=10, p3=10, p2=10))
    found = report_periods.read(session, team.municipality_id, kind, date.fromisoformat(today))
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_a_response_rate_is_a_figure_too(session: Session, team: Team) -> None:
    """Sent in the spring, and nobody has answered enough to tell."""
    send(session, team, date(2021, 4, 12), 6, 20)
    found = report_periods.read(session, team.municipality_id, "kvartalsnotat", TODAY)
    assert (found.first, found.last) == (date(2021, 4, 1), date(2021, 6, 30))


def test_without_figures_it_is_the_newest_that_is_over(session: Session, stevns: Municipality) -> None:
    """Nothing has been sent yet."""
    found = report_periods.read(session, stevns.id, "halvaarsstatus", TODAY)
    assert (found.first, found.last) == (date(2021, 7, 1), date(2021, 12, 31))
