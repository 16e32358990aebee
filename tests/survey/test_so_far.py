"""Before a period is over: over, under or not to be told yet, by the e-process; the verdict once it is over."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import findings, so_far, workdays
from survey.findings import Aims, Finding
from survey.goal_verdicts import Evidence
from survey.goals import Goal
from survey.models import Batch, Municipality, Staff
from survey.results import CellView, Period
from tests.admin.test_goals import PEOPLE, words
from tests.reporting import of_law
from tests.survey.test_findings import DAY, PERIOD, cell, evenly, series_of, weekly
from tests.survey.test_goal_verdicts import group

TODAY = workdays.day(workdays.now())
LEVEL = Goal(0, "LAS", 4, "level", Fraction(3), date.min)
SEEN = "Regnet fra 3. maj 2021 og med sædvanlig spredning gælder det, hvor ofte man end ser efter."
LATER = "En periode til og med 15. august 2021 kan dømmes fra 30. september 2021."
"""The period ends on the fifteenth of August: 46 days later no answer of it is waited for."""
ON_ITS_LAST_DAY = so_far.unfinished(PERIOD, PERIOD.last, None) or so_far.Unfinished(DAY, DAY, DAY)


def status(cells: Sequence[CellView]) -> tuple[str, str]:
    """How a group of these cells stands against 3,0."""
    return so_far.judge(LEVEL, Evidence(group(cells), None, 5), ON_ITS_LAST_DAY)


@pytest.mark.parametrize(
    ("mean", "outcome", "words"),
    [
        (Fraction(36, 10), "over", f"Allerede nu sikkert over 3,0: gennemsnittet er 3,55 (n = 60). {SEEN}"),
        (Fraction(24, 10), "under", f"Allerede nu sikkert under 3,0: gennemsnittet er 2,40 (n = 60). {SEEN}"),
        (
            Fraction(3),
            "undecided",
            f"Kan ikke afgøres endnu: gennemsnittet er 3,00 (n = 60). {LATER}",
        ),
    ],
)
def test_it_stands_three_ways(mean: Fraction, outcome: str, words: str) -> None:
    """Surely over, surely under, not to be told yet."""
    assert status(weekly(lambda _: mean, 3)) == (outcome, words)


def test_what_is_claimed_stands_until_the_other_side_is() -> None:
    """In the order of closing: over first, and after a long fall under; the opposite order ends over."""
    high, low = weekly(lambda _: Fraction(36, 10), 6), weekly(lambda _: Fraction(18, 10), 6)
    assert status((*high, *low[:1]))[0] == "over"
    assert status((*high, *low * 3))[0] == "under"
    assert status((*low, *high * 4))[0] == "over"


def test_no_claim_is_told_of_a_mean_on_the_other_side() -> None:
    """Over was claimed; then the mean fell below, and under is not to be told yet."""
    high, low = weekly(lambda _: Fraction(36, 10), 3), weekly(lambda _: Fraction(22, 10), 3)
    outcome, sentence = status((*high, *low))
    assert (outcome, sentence.partition(":")[0]) == ("undecided", "Kan ikke afgøres endnu")


def test_fewer_than_ten_decide_nothing() -> None:
    """Nine who all chose 1 would be evidence enough; no status rests on them."""
    nine = status([cell(DAY, [(1, 1, 1, 1, 2)] * 9)])
    assert nine == ("undecided", "For få svar til at sige det: en dom kræver 10 besvarelser, der er 9.")
    assert status([cell(DAY, [(1, 1, 1, 1, 2)] * 10)])[0] == "under"


@pytest.mark.parametrize(
    ("last", "newest", "is_open"),
    [
        (date(2021, 8, 23), None, False),
        (date(2021, 8, 31), date(2021, 8, 31), True),
        (date(2021, 8, 31), date(2021, 7, 18), True),
        (date(2021, 8, 31), date(2021, 7, 17), False),
        (date(2021, 8, 23), date(2021, 8, 24), False),
        (date(2020, 8, 31), date(2020, 8, 31), False),
        (date(2021, 9, 1), date(2020, 9, 2), True),
        (date(2021, 9, 2), None, True),
    ],
)
def test_a_period_is_open_while_it_may_get_answers(last: date, newest: date | None, is_open: bool) -> None:
    """Today is the first of September; answers are told up to `newest`."""
    period = Period(date(2020, 5, 2), last)
    assert (so_far.unfinished(period, date(2021, 9, 1), newest) is not None) is is_open


@pytest.mark.parametrize(
    ("period", "today", "over", "judged_on"),
    [
        (PERIOD, date(2021, 8, 15), None, date(2021, 9, 30)),
        (PERIOD, date(2021, 8, 16), None, date(2021, 11, 15)),
        (Period(date(2021, 4, 1), date(2021, 12, 31)), date(2021, 8, 14), None, date(2021, 8, 15)),
        (Period(date(2021, 4, 1), date(2021, 12, 31)), date(2021, 8, 15), date(2021, 6, 30), date(2021, 11, 15)),
        (Period(date(2021, 4, 2), date(2021, 12, 31)), date(2021, 8, 15), None, date(2021, 11, 15)),
        (Period(date(2021, 4, 1), date(2021, 12, 30)), date(2021, 12, 1), date(2021, 9, 30), date(2022, 2, 14)),
    ],
)
def test_the_part_that_is_over_is_whole_quarters(
    period: Period, today: date, over: date | None, judged_on: date
) -> None:
    """At least one; of a quarter answers are waited for 45 days, and the one that is over next is named."""
    found = so_far.unfinished(period, today, min(period.last, today))
    assert found is not None
    assert (found.first, found.over, found.judged_on) == (period.first, over, judged_on)


def found(level: str = "3", *, is_open: bool = True) -> Finding:
    """What is said of a series at 3,4 when it has that goal of its own."""
    cells = [evenly(DAY, Fraction(34, 10), 180)]
    own = (Goal(1, "LAS", 4, "level", Fraction(level), DAY - timedelta(9)),)
    aims = Aims("LAS", own, under_way=ON_ITS_LAST_DAY if is_open else None)
    return findings.findings(PERIOD, series_of(cells), cells, [], aims).level


def test_it_is_held_against_the_goal_of_the_time() -> None:
    """Over 3,0 and under 3,8; a period that is over has the verdict."""
    assert found().sentence.startswith("Allerede nu sikkert over 3,0: gennemsnittet er 3,39")
    assert found("3.8").sentence.startswith("Allerede nu sikkert under 3,8: gennemsnittet er 3,39")
    assert found(is_open=False).sentence.startswith("Ja, over 3,0: gennemsnittet er 3,39")


def test_without_a_level_or_answers_there_is_no_status() -> None:
    """The scale 1-5 has no level by itself; and nobody has answered."""
    five = [cell(DAY, [(5, 4, 3), (3, 4, 2)] * 10, points=5)]
    aims = Aims("LAS", under_way=ON_ITS_LAST_DAY)
    assert findings.findings(PERIOD, series_of(five), five, [], aims).level.sign == "none"
    none = findings.findings(PERIOD, series_of([]), [], [], aims).level
    assert (none.sign, none.sentence) == ("undecided", "Ingen svar i perioden, der kan vises.")


def test_page_and_report_say_it_while_the_period_is_open(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    add_batch: Callable[..., Batch],
) -> None:
    """Instead of the verdict, of the usual period too; not once answers of later days are told."""
    day, last = TODAY - timedelta(9), TODAY - timedelta(5)
    add_batch(of_law(session, stevns, "LAS"), day, PEOPLE * 60)
    client = enter(employ(session, stevns, "manager"), stevns)
    named = f"?fra={TODAY - timedelta(30)}&til={last}"

    def told() -> list[bool]:
        """Whether each page has the status, after none of them has it beside the verdict."""
        pages = [words(client.get(page).text) for page in ("/tal", f"/tal{named}", f"/rapport{named}")]
        status = ["Allerede nu sikkert over 3,0: gennemsnittet er 3,35 (n = 240)" in page for page in pages]
        assert ["Ja, over 3,0" in page for page in pages] == [not each for each in status]
        return status

    assert told() == [True, True, True]
    add_batch(of_law(session, stevns, "LAB"), TODAY - timedelta(2), [(*one, 4, 3) for one in PEOPLE] * 30)
    assert told() == [True, False, False]
