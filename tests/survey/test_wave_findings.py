"""Asked in waves: what has changed is the last wave against the one before, never the late against the early."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import findings, scoring, wave_findings
from survey.findings import Aims, Finding, Sign
from survey.goals import Goal
from survey.models import Staff
from survey.results import CellView, Period
from survey.wave_results import Against, Line, Table, Word
from tests.admin.test_goals import words
from tests.reporting import Add, faxe, part, report
from tests.survey.test_findings import DAY, PERIOD, evenly, series_of, weekly

YEAR = Period(date(2021, 1, 1), date(2022, 1, 3))
DAYS = Period(DAY, DAY + timedelta(32))


def change(word: Word | None, cells: Sequence[CellView] = ()) -> Finding | None:
    """Of a series whose last wave compares like that with the one before; None where it is the first."""
    against = Against(word, "", "for få svar", "") if word else None
    last = Line("uge 18", DAYS, DAY, DAY, 30, scoring.HIDDEN, scoring.HIDDEN, None, against)
    return wave_findings.change(Table((last,), "Sætningen."), cells)


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("højere", "rising"),
        ("lavere", "falling"),
        ("ingen sikker forskel", "unchanged"),
        ("for få svar", "undecided"),
        (None, "undecided"),
    ],
)
def test_the_last_wave_answers(word: Word | None, sign: Sign) -> None:
    """By its word against the wave before, in the sentence of the table."""
    assert change(word) == Finding("Er noget ændret?", sign, "Sætningen.")


def test_who_asks_all_the_time_has_no_such_answer() -> None:
    """Nobody asked in waves; or there are answers after the last wave's days."""
    assert wave_findings.change(None, ()) is None
    assert change("lavere", [evenly(DAYS.last, Fraction(3), 20)]) is not None
    assert change("lavere", [evenly(DAYS.last + timedelta(1), Fraction(3), 20)]) is None


def test_late_answers_of_a_wave_are_no_alarm() -> None:
    """The same cells alarm where they were asked for all the time."""
    before = [evenly(DAY - timedelta(7 * week), Fraction(34, 10), 20) for week in range(15, 0, -1)]
    late = weekly(lambda _: Fraction(24, 10), 4)
    same = Finding("Er noget ændret?", "unchanged", "Ingen sikker forskel på uge 18 og uge 1.")
    asked = [
        findings.findings(PERIOD, series_of(late), late, before, Aims("LAS", change=of)) for of in (None, same)
    ]
    assert [found.alarm_on is None for found in asked] == [False, True]
    assert asked[1].change == same


@pytest.mark.parametrize(("sign", "met"), [("rising", "over"), ("falling", "under"), ("unchanged", "undecided")])
def test_a_goal_of_rising_is_judged_by_the_waves_too(sign: Sign, met: Sign) -> None:
    """By the same sentence, whatever the days inside the waves look like."""
    goal = Goal(1, "LAS", 4, "trend", Fraction(1, 5), DAY - timedelta(9))
    cells, same = weekly(lambda week: Fraction(25 + week, 10)), Finding("Er noget ændret?", sign, "Sætningen.")
    found = findings.findings(PERIOD, series_of(cells), cells, [], Aims("LAS", (goal,), change=same))
    assert found.further == (Finding("Stiger tilfredsheden, som målet siger?", met, "Sætningen."),)


def test_page_and_report_say_the_same_of_waves(
    session: Session,
    add_batch: Add,
    now: datetime,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> None:
    """Faxe's last wave of 2021 is surely higher than the one before: the sentence below the wave chart."""
    place, _team = faxe(session, add_batch, now, ((50, 37), (20, 44), (70, 18)))
    found = part(report(session, place, YEAR), "LAB").found
    assert (found.change.sign, found.alarm_on) == ("rising", None)
    assert found.change.sentence.startswith("Uge 49 ligger sikkert højere end uge 33: ")
    page = words(
        enter(employ(session, place, "manager"), place).get(f"/tal?fra={YEAR.first}&til={YEAR.last}").text
    )
    assert f"Er noget ændret? {found.change.sentence}" in page
