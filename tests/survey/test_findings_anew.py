"""One alarm, then a person lets the warning begin anew: what is behind is neither baseline nor watched."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from survey import findings
from survey.baselines import Rebased
from survey.findings import Aims, Findings
from survey.results import CellView
from tests.survey.test_findings import DAY, PERIOD, evenly, said, series_of, weekly

HIGH, LOW, LOWER = Fraction(34, 10), Fraction(28, 10), Fraction(20, 10)
BEFORE = [evenly(DAY - timedelta(7 * week), HIGH, 20) for week in range(15, 0, -1)]


def anew(cells: Sequence[CellView], since: date | None, before: Sequence[CellView] = BEFORE) -> Findings:
    """What is found when a person has let the warning begin anew after `since`."""
    rebased = Rebased("LAS", None, 1, "remote", since, "Ny bemanding fra maj") if since else None
    return findings.findings(PERIOD, series_of(cells), cells, before, Aims("LAS", rebased=rebased))


def test_there_is_one_alarm_however_long_the_drop_lasts() -> None:
    """Fifteen weeks of it alarm on the day of the first; and the same answers always on the same day."""
    cells = weekly(lambda _: LOW)
    found = anew(cells, None)
    assert found.alarm_on is not None
    assert found.change.sentence.count("Advarsel") == 1
    later = anew(cells[:-3], None)
    assert (later.alarm_on, later.change.sentence) == (found.alarm_on, found.change.sentence)


def test_until_fifty_have_answered_nothing_is_watched() -> None:
    """Neither the alarm nor a baseline is left; the page says what it waits for."""
    cells = weekly(lambda _: LOW)[:5]
    found = anew(cells, DAY + timedelta(14))
    assert (found.alarm_on, found.baseline) == (None, None)
    assert found.change.sentence.endswith(
        " Ny udgangslinje siden 17.5.2021 (Ny bemanding fra maj); advarslen begynder igen efter 50 besvarelser."
    )


def test_from_fifty_on_the_new_level_is_the_baseline() -> None:
    """Of sixty people, all after the day; those who answer alike raise no alarm."""
    since = DAY + timedelta(14)
    found = anew(weekly(lambda _: LOW), since)
    assert found.alarm_on is None
    assert found.baseline is not None
    assert (found.baseline.n, round(float(found.baseline.mean), 2)) == (60, 2.8)
    assert found.change.sentence.endswith(" Ny udgangslinje siden 17.5.2021 (Ny bemanding fra maj).")


def test_a_further_drop_alarms_against_the_new_baseline() -> None:
    """It names the day it is held against."""
    found = anew(weekly(lambda week: LOW if week < 8 else LOWER), DAY + timedelta(14))
    assert found.alarm_on is not None
    assert found.alarm_on >= DAY + timedelta(7 * 8)
    assert found.change.sentence.startswith(
        "Advarsel: svarene er faldet siden den nye udgangslinje fra 17.5.2021 (Ny bemanding fra maj). "
    )


def test_a_period_after_the_day_has_it_in_its_baseline_only() -> None:
    """Of the weeks before the period only those after the day count, and all of the period is watched."""
    found = anew(weekly(lambda _: HIGH), BEFORE[9].counted.last_on)
    assert found.baseline is not None
    assert found.baseline.n == 100
    behind = anew(weekly(lambda _: LOW), BEFORE[9].counted.last_on)
    assert behind.alarm_on is not None


def test_answers_of_the_day_itself_are_behind() -> None:
    """Also those of a cell that reaches over it; without a note nothing is."""
    cells = weekly(lambda _: LOW)
    found = anew(cells, cells[-1].counted.last_on)
    assert (found.alarm_on, found.baseline) == (None, None)
    assert said(cells, BEFORE).alarm_on is not None
