"""Before a period is over: over, under or not to be told yet, by the e-process, and nothing once it is over."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import findings, so_far, workdays
from survey.cells import Counted
from survey.findings import Aims, Finding
from survey.goals import Goal
from survey.models import Batch, Municipality, Staff
from survey.results import CellView, Period
from tests.admin.test_goals import PEOPLE, words
from tests.reporting import of_law, part, report
from tests.survey.test_findings import DAY, PERIOD, cell, evenly, series_of, weekly

TODAY = workdays.day(workdays.now())
LEVEL = Goal(0, "LAS", 4, "level", Fraction(3), date.min)


def counted(cells: Sequence[CellView]) -> list[Counted]:
    """What each cell counts."""
    return [each.counted for each in cells]


def status(mean: Fraction, weeks: int, n: int = 20) -> tuple[str, str]:
    """After so many weekly cells of `n` people around `mean`."""
    return so_far.status(counted(weekly(lambda _: mean, weeks, n)), LEVEL)


@pytest.mark.parametrize(
    ("mean", "weeks", "outcome", "words"),
    [
        (Fraction(36, 10), 3, "over", "Allerede nu sikkert over 3,0 (n = 60), hvor ofte man end ser efter."),
        (Fraction(24, 10), 3, "under", "Allerede nu sikkert under 3,0 (n = 60), hvor ofte man end ser efter."),
        (
            Fraction(3),
            3,
            "undecided",
            "Kan ikke afgøres endnu (n = 60). Dommen over målet gælder først, når perioden er slut.",
        ),
    ],
)
def test_it_stands_three_ways(mean: Fraction, weeks: int, outcome: str, words: str) -> None:
    """Surely over, surely under, not to be told yet."""
    assert status(mean, weeks) == (outcome, words)


def test_what_is_claimed_stands_until_the_other_side_is() -> None:
    """In the order of closing: over first, and after a long fall under; the opposite order ends over."""
    high, low = weekly(lambda _: Fraction(36, 10), 6), weekly(lambda _: Fraction(18, 10), 6)
    assert so_far.status(counted((*high, *low[:1])), LEVEL)[0] == "over"
    assert so_far.status(counted((*high, *low * 3)), LEVEL)[0] == "under"
    assert so_far.status(counted((*low, *high * 4)), LEVEL)[0] == "over"


def test_fewer_than_ten_decide_nothing() -> None:
    """Nine who all chose 1 would be evidence enough; no status rests on them."""
    nine = counted([cell(DAY, [(1, 1, 1, 1, 2)] * 9)])
    assert so_far.status(nine, LEVEL)[0] == "undecided"
    assert so_far.status(counted([cell(DAY, [(1, 1, 1, 1, 2)] * 10)]), LEVEL)[0] == "under"


@pytest.mark.parametrize(
    ("last", "newest", "is_open"),
    [
        (date(2021, 8, 23), None, False),
        (date(2021, 8, 23), date(2021, 8, 23), True),
        (date(2021, 8, 23), date(2021, 8, 24), False),
        (date(2021, 8, 23), date(2021, 5, 1), False),
        (date(2021, 9, 1), date(2021, 9, 2), True),
        (date(2021, 9, 2), None, True),
    ],
)
def test_a_period_is_open_until_its_last_day_and_telling(last: date, newest: date | None, is_open: bool) -> None:
    """Today is the first of September; answers were last told on `newest`."""
    period = Period(date(2021, 5, 2), last)
    assert so_far.is_open(period, date(2021, 9, 1), newest) is is_open


def found(level: str = "3", *, is_open: bool = True) -> Finding | None:
    """The status among the answers about a series at 3,4, when it has that goal of its own."""
    cells = [evenly(DAY, Fraction(34, 10), 60)]
    own = (Goal(1, "LAS", 4, "level", Fraction(level), DAY - timedelta(9)),)
    return findings.findings(PERIOD, series_of(cells), cells, [], Aims("LAS", own, is_open=is_open)).status


def test_it_is_held_against_the_goal_of_the_time() -> None:
    """Over 3,0 and under 3,8; a period that is over has the verdict alone."""
    over, under = found(), found("3.8")
    assert over is not None
    assert over.sentence.startswith("Allerede nu sikkert over 3,0")
    assert under is not None
    assert under.sentence.startswith("Allerede nu sikkert under 3,8")
    assert found(is_open=False) is None


def test_without_a_level_or_answers_there_is_no_status() -> None:
    """The scale 1-5 has no level by itself; and nobody has answered."""
    five = [cell(DAY, [(5, 4, 3), (3, 4, 2)] * 10, points=5)]
    aims = Aims("LAS", is_open=True)
    assert findings.findings(PERIOD, series_of(five), five, [], aims).status is None
    assert findings.findings(PERIOD, series_of([]), [], [], aims).status is None


def test_page_and_report_say_it_while_the_period_is_open(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    add_batch: Callable[..., Batch],
) -> None:
    """Beside the verdict; not once answers of later days have been told."""
    day, later = date(2021, 5, 20), date(2021, 6, 3)
    add_batch(of_law(session, stevns, "LAS"), day, PEOPLE * 30)
    client = enter(employ(session, stevns, "manager"), stevns)
    said = "Foreløbig status: Allerede nu sikkert over 3,0 (n = 120)"

    def told() -> list[bool]:
        """Whether the page to that day, the page to today, and the report to that day say it."""
        pages = [words(client.get(f"/tal?fra=2021-05-01&til={last}").text) for last in (day, TODAY)]
        status = part(report(session, stevns, Period(date(2021, 5, 1), day)), "LAS").found.status
        return [*(said in page for page in pages), status is not None]

    assert told() == [True, True, True]
    add_batch(of_law(session, stevns, "LAB"), later, [(*one, 4, 3) for one in PEOPLE] * 30)
    assert told() == [False, True, False]
