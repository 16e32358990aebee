"""Every sentence is reached, and its opposite: the words follow from a test, never from a template."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from survey import counts, figures, findings, results
from survey.cells import Counted
from survey.figures import Series
from survey.findings import Aims, Findings
from survey.promises import Promises, Told
from survey.results import CellView, Counts, Period

DAY = date(2021, 5, 3)
PERIOD = Period(DAY, DAY + timedelta(104))
NBSP = "\N{NO-BREAK SPACE}"
People = Sequence[Sequence[int]]


def cell(day: date, people: People, points: int = 4) -> CellView:
    """A cell of so many people's answers, told with all its parts."""
    columns = list(zip(*people, strict=True))
    rows = tuple(tuple(column.count(point) for point in range(points + 1)) for column in columns)
    persons = Counter((sum(map(bool, one)), sum(one)) for one in people)
    sums = vars(counts.complete(Counter(map(tuple, people)), len(columns), points))
    counted = Counted(day, day, 1, len(people), rows, persons, dict(sums), (0, 0, 0))
    every = tuple(range(1, len(columns) + 1))
    return CellView(None, "LAS", 1, "remote", counted, True, every, every, False, spread_on=day)


def said(cells: Sequence[CellView], before: Sequence[CellView] = (), **changes: Any) -> Findings:
    """What is found of the law group's one series."""
    return findings.findings(PERIOD, with_changes(series_of(cells), changes), cells, before)


def series_of(cells: Sequence[CellView], smallest: int = 5) -> Series:
    """The law group's one series, made of `cells`; `smallest` is k."""
    points = len(cells[0].counted.statements[0]) - 1 if cells else 4
    texts = [f"udsagn {number}" for number in range(1, 1 + (len(cells[0].counted.statements) if cells else 5))]
    labels = ["?"] * points
    version = SimpleNamespace(id=1, name="Ydelse", number=1, points=points, labels=labels, texts=texts)
    empty: dict[str, Any] = {key: [] for key in ("teams", "weeks", "meetings", "unshown")}
    waiting = [SimpleNamespace(law="LAS", version_id=1, mode="remote", team_id=None, tallied_on=DAY, newest=DAY)]
    read: dict[str, Any] = {"versions": [version], "cells": cells, "waiting": waiting}
    (series,) = figures.section(Counts(period=PERIOD, smallest=smallest, **read, **empty), "LAS").series
    return series


def with_changes(series: Series, changes: dict[str, Any]) -> Series:
    """The series with other parts."""
    return Series(**{**vars(series), **changes})


def evenly(day: date, mean: Fraction, n: int, statements: int = 5) -> CellView:
    """`n` people whose answers to each statement have about that mean on 1-4, spread over three points."""
    low = int(mean)
    high = round((mean - low) * n)
    people = [[low + (place < high)] * statements for place in range(n)]
    people[0] = [max(1, low - 1)] * statements
    people[-1] = [min(4, low + 2)] * statements
    return cell(day, people)


@pytest.mark.parametrize(
    ("mean", "n", "sign", "words"),
    [
        (Fraction(34, 10), 60, "over", "Ja, over 3,0: gennemsnittet er 3,38"),
        (Fraction(26, 10), 60, "under", "Nej, under 3,0: gennemsnittet er 2,6"),
        (Fraction(31, 10), 30, "undecided", "Kan ikke afgøres endnu: gennemsnittet er 3,1"),
        (Fraction(31, 10), 9, "undecided", "For få svar til at sige det: en dom kræver 10 besvarelser, der er 9."),
    ],
)
def test_the_target_is_judged_three_ways(mean: Fraction, n: int, sign: str, words: str) -> None:
    """Over, under, not to be told yet, and too few to ask."""
    found = said([evenly(DAY, mean, n)]).level
    assert found.sign == sign
    assert found.sentence.startswith(words)


def test_what_is_missing_for_a_verdict_is_said() -> None:
    """How many more if the mean stays, and no bound beside those printed; of few, how many as is usual."""
    sentence = said([evenly(DAY, Fraction(31, 10), 60)]).level.sentence
    assert ", for tæt på 3,0 til at sige det sikkert. Bliver gennemsnittet, hvor det er, kan det" in sentence
    assert "afgøres efter omkring 26" in sentence
    assert sentence.endswith("besvarelser mere.")
    few = said([evenly(DAY, Fraction(31, 10), 30)]).level.sentence
    assert few == (
        "Kan ikke afgøres endnu: gennemsnittet er 3,1 (n = 30). "
        "Bliver gennemsnittet, hvor det er, kan det afgøres efter omkring 145 besvarelser mere, "
        "regnet med sædvanlig spredning."
    )


def test_without_answers_or_without_a_target_there_is_no_verdict() -> None:
    """Nobody has answered; or the scale is 1-5."""
    assert (said([]).level.sentence, said([]).change.sentence) == ("Ingen svar i perioden, der kan vises.",) * 2
    five = said([cell(DAY, [(5, 4, 3), (3, 4, 2)] * 10, points=5)]).level
    assert (five.sign, five.sentence) == ("none", "Der er ikke aftalt noget mål på skalaen 1-5.")


def weekly(mean: Callable[[int], Fraction], weeks: int = 15, n: int = 20) -> list[CellView]:
    """A cell a week."""
    return [evenly(DAY + timedelta(7 * week), mean(week), n) for week in range(weeks)]


@pytest.mark.parametrize(
    ("mean", "sign", "words"),
    [
        (
            lambda week: Fraction(25, 10) + Fraction(week, 20),
            "rising",
            "Ja, stigende gennem perioden, omkring +0,",
        ),
        (
            lambda week: Fraction(32, 10) - Fraction(week, 20),
            "falling",
            "Ja, faldende gennem perioden, omkring −0,",
        ),
        (
            lambda _: Fraction(29, 10),
            "unchanged",
            "Ingen sikker ændring gennem perioden (n = 300). Advarslen om fald kører ikke: den kræver 50",
        ),
    ],
)
def test_a_trend_is_told_when_the_test_says_so(mean: Callable[[int], Fraction], sign: str, words: str) -> None:
    """Rising, falling, or no sure change."""
    found = said(weekly(mean)).change
    assert found.sign == sign
    assert found.sentence.startswith(words)


@pytest.mark.parametrize(
    ("weeks", "n", "words"),
    [
        (
            2,
            30,
            "For få punkter til en tendens: svarene (n = 60) ligger i 2 punkter, den kræver 8. Advarslen om fald",
        ),
        (1, 40, "For få punkter til en tendens: svarene (n = 40) ligger i 1 punkt, den kræver 8. Advarslen"),
        (2, 14, "For få svar til en tendens: den kræver 30 besvarelser, der er 28. Advarslen om fald kører ikke:"),
    ],
)
def test_few_points_or_answers_have_no_trend(weeks: int, n: int, words: str) -> None:
    """What is missing is said: points of the chart, however many answered, or answers."""
    assert said(weekly(lambda week: Fraction(2 + week, 1), weeks, n)).change.sentence.startswith(words)


def test_three_weeks_have_a_word_and_no_pace() -> None:
    """A fall in 21 days is told, not what it would be in a quarter."""
    days = [evenly(DAY + timedelta(3 * day), Fraction(34, 10) - Fraction(day, 8), 20) for day in range(8)]
    assert said(days).change.sentence.startswith("Ja, faldende gennem perioden (n = 160).")


def test_a_drop_from_the_period_before_alarms_once() -> None:
    """After a baseline at 3,4 a period at 2,4 alarms at its first weeks; a period like it does not."""
    before = [evenly(DAY - timedelta(7 * week), Fraction(34, 10), 20) for week in range(15, 0, -1)]
    dropped = said(weekly(lambda _: Fraction(24, 10)), before)
    assert dropped.alarm_on is not None
    assert dropped.alarm_on <= DAY + timedelta(21)
    assert dropped.change.sign == "falling"
    assert dropped.change.sentence.startswith("Advarsel: svarene er faldet")
    same = said(weekly(lambda _: Fraction(34, 10)), before)
    assert (same.alarm_on, same.change.sign) == (None, "unchanged")
    assert same.baseline is not None
    assert same.own is None
    first = said(weekly(lambda _: Fraction(24, 10)), before[-2:])
    assert (first.alarm_on, first.baseline) == (None, None)
    assert first.own is not None
    assert float(first.own.mean) == pytest.approx(2.4, abs=0.05)
    assert said([evenly(DAY, Fraction(24, 10), 40)]).own is None


def test_a_baseline_reaches_as_far_back_as_it_must() -> None:
    """Fifty people are found in longer than a year where the one before the period has too few."""
    before = [evenly(DAY - timedelta(60 * number), Fraction(34, 10), 8) for number in range(12, 0, -1)]
    found = said(weekly(lambda _: Fraction(24, 10)), before)
    assert found.baseline is not None
    assert found.baseline.n == 56


def test_a_raised_k_takes_a_baseline_of_as_many() -> None:
    """Sixty before are enough for fifty and not for seventy, of whom no mean could be told either."""
    cells, before = weekly(lambda _: Fraction(24, 10)), [evenly(DAY - timedelta(7), Fraction(34, 10), 60)]

    def found(smallest: int) -> Findings:
        return findings.findings(PERIOD, series_of(cells), cells, before, Aims("LAS", smallest=smallest))

    assert found(60).alarm_on is not None
    assert (found(70).alarm_on, found(70).baseline) == (None, None)
    assert "Advarslen om fald kører ikke: den kræver 70 besvarelser før" in found(70).change.sentence


def test_all_days_there_are_have_no_days_before_them() -> None:
    """A baseline of so many days would begin before the calendar does."""
    cells = weekly(lambda _: Fraction(24, 10))
    ever = Period(date(21, 5, 2), date.max)
    assert findings.findings(ever, series_of(cells), cells, cells[:1]).alarm_on is None


def test_the_weakest_statement_is_named_when_it_surely_is() -> None:
    """One at 2 where the others are at 3 and 4; and five of one kind, where none is."""
    low = said([cell(DAY, [(3, 4, 2, 3), (4, 3, 2, 4), (3, 3, 1, 4), (4, 4, 2, 3)] * 8)]).weakest
    assert (low.sign, low.sentence) == ("under", "»udsagn 3« (1,8) ligger sikkert lavere end alle de andre.")
    even = said([cell(DAY, [(3, 4, 3, 2), (4, 3, 2, 3), (3, 2, 4, 3), (2, 3, 3, 4)] * 8)]).weakest
    assert (even.sign, even.sentence) == (
        "unchanged",
        "Ingen sikker forskel mellem udsagnene: de ligger lige højt (3,0).",
    )
    lowest = [(4, 4, 3, 2), (4, 3, 2, 3), (3, 2, 4, 3), (2, 3, 3, 4)] * 7 + [(3, 3, 3, 3)] * 4
    one = said([cell(DAY, lowest)]).weakest
    assert (one.sign, one.sentence) == (
        "unchanged",
        "Ingen sikker forskel mellem udsagnene. Lavest står »udsagn 2«, »udsagn 3« og »udsagn 4« (3,0).",
    )
    two = said([cell(DAY, [(3, 4, 2, 2), (4, 3, 2, 2), (3, 3, 1, 2), (4, 4, 2, 1)] * 8)]).weakest
    assert two.sentence == "»udsagn 3« (1,8) ligger sikkert lavere end 2 af de 3 andre."


def test_few_answers_name_no_weakest() -> None:
    """A hidden statement, or too few complete questionnaires."""
    assert said([]).weakest.sentence == "For få svar til at sammenligne udsagnene."
    gaps = [cell(DAY, [(3, 4, 0), (0, 3, 2), (3, 0, 1)] * 8)]
    assert said(gaps).weakest.sentence.startswith(
        "For få hele skemaer til at sammenligne udsagnene: det kræver 10"
    )


SPRING = "har bedt om et opkald i 2. kvartal 2021."


@pytest.mark.parametrize(
    ("promises", "sign", "words"),
    [
        (
            Promises(kept=6, waiting=1),
            "over",
            f"Ja: alle, hvor fristen er nået, blev ringet op til tiden. 7 {SPRING}",
        ),
        (
            Promises(kept=4, late=2),
            "undecided",
            f"Ikke helt: ingen venter nu, men 4 af 6 blev ringet op til tiden. 6 {SPRING}",
        ),
        (Promises(kept=6, overdue=2), "under", f"Nej: 2 venter ud over fristen. 8 {SPRING}"),
        (Promises(waiting=5), "undecided", f"Fristen er ikke nået for nogen af dem. 5 {SPRING}"),
    ],
)
def test_promises_to_call(promises: Promises, sign: str, words: str) -> None:
    """Kept, kept late, broken, not due; each with its quarters, and with those left out where there are any."""
    quarters = (date(2021, 4, 1),)
    found = findings.calls(Told(promises, quarters))
    assert (found.sign, found.sentence) == (sign, words)
    left_out = "Periodens andre kvartaler er ikke talt med: der er for få ønsker til at vise dem."
    assert findings.calls(Told(promises, quarters, missing=True)).sentence == f"{words} {left_out}"


def test_of_few_wishes_nothing_is_said() -> None:
    """Neither whether they were kept, nor whether there were any."""
    found = findings.calls(Told(missing=True))
    assert (found.sign, found.sentence) == ("undecided", "For få ønsker om opkald til at sige det.")


def test_the_year_before_is_read_for_a_short_period() -> None:
    """And as many days as a longer one has."""
    week = Period(date(2021, 5, 3), date(2021, 5, 9))
    assert results.before(week) == Period(date(2020, 5, 3), date(2021, 5, 2))
    two_years = Period(date(2020, 1, 1), date(2021, 12, 31))
    assert results.before(two_years) == Period(date(2017, 12, 31), date(2019, 12, 31))
