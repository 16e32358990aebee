"""Each kind of goal is judged three ways, and every sentence follows from a test."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from survey import figures, findings, goals, scoring
from survey.findings import Aims, Finding
from survey.goal_verdicts import Bounds, Group
from survey.goals import Goal
from survey.results import CellView, Counts
from tests.survey.test_findings import DAY, PERIOD, cell, evenly, weekly

NBSP = "\N{NO-BREAK SPACE}"
Some = Sequence[CellView]


def aimed(kind: str, value: str, points: int = 4) -> Goal:
    """A goal that has held for a year."""
    return Goal(1, None if kind == "equality" else "LAS", points, kind, Fraction(value), DAY - timedelta(365))


def group(cells: Some, law: str = "LAS") -> Group:
    """A law group with one series made of `cells`."""
    mine = [replace(each, law=law) for each in cells]
    points, width = len(cells[0].counted.statements[0]) - 1, len(cells[0].counted.statements)
    version = SimpleNamespace(id=1, name="?", number=1, points=points, labels=["?"] * points, texts=["?"] * width)
    empty: dict[str, Any] = {key: [] for key in ("teams", "weeks", "meetings", "unshown", "waiting")}
    read: dict[str, Any] = {"versions": [version], "cells": mine}
    (series,) = figures.section(Counts(period=PERIOD, smallest=5, **read, **empty), law).series
    return Group(law, series, mine)


def judged(goal: Goal, cells: Some, other: Some = ()) -> Finding:
    """What is said of Ydelse beside `other`, the cells of Opfølgning."""
    mine = group(cells)
    aims = Aims("LAS", (goal,), group(other, "LAB") if other else None)
    found = findings.findings(PERIOD, mine.series, mine.cells, [], aims)
    return found.level if goal.kind == "level" else found.further[0] if found.further else found.level


def of_five(high: int, low: int) -> list[CellView]:
    """So many people who answer 4 and 5, and so many who answer 2 and 3, on the scale 1-5."""
    return [cell(DAY, [(4, 5), (5, 4)] * (high // 2) + [(3, 2), (2, 3)] * (low // 2), points=5)]


@pytest.mark.parametrize(
    ("value", "sign", "words"),
    [
        ("3.2", "over", "Ja, over 3,2: gennemsnittet er 3,38 (n = 60), og med 95 % sikkerhed mindst 3,23."),
        ("3.5", "under", "Nej, under 3,5: gennemsnittet er 3,38 (n = 60), og med 95 % sikkerhed højst 3,47."),
        ("3.35", "undecided", "Kan ikke afgøres endnu: gennemsnittet er 3,38 (n = 60), for tæt på 3,35 til at"),
    ],
)
def test_a_level_of_ones_own(value: str, sign: str, words: str) -> None:
    """Over, under, and neither; the sentence names the goal as it was typed."""
    found = judged(aimed("level", value), [evenly(DAY, Fraction(34, 10), 60)])
    assert (found.question, found.sign) == ("Ligger vi over målet?", sign)
    assert found.sentence.startswith(words)


@pytest.mark.parametrize(
    ("lower", "upper", "outcome", "words"),
    [
        (3.04, 3.5, "over", ", og med 95 % sikkerhed over 3,0"),
        (3.19, 3.5, "over", ", og med 95 % sikkerhed mindst 3,1"),
        (2.5, 2.96, "under", ", og med 95 % sikkerhed under 3,0"),
        (2.5, 2.81, "under", ", og med 95 % sikkerhed højst 2,9"),
        (2.98, 3.55, "undecided", ", for tæt på 3,0 til at sige det sikkert"),
    ],
)
def test_a_printed_bound_agrees_with_the_verdict(lower: float, upper: float, outcome: Any, words: str) -> None:
    """Rounded outwards; where it would be the goal itself it has no number."""
    bounds = Bounds(lower, upper, Fraction(1, 10), lambda end: scoring.number(end, 1))
    assert bounds.sure(outcome, Fraction(3), "3,0") == words


@pytest.mark.parametrize(
    ("n", "words"), [(64, "efter omkring 1 besvarelse mere."), (63, "efter omkring 2 besvarelser mere.")]
)
def test_what_is_missing_is_questionnaires(n: int, words: str) -> None:
    """One, or several."""
    people = [(3, 4, 3, 3)] * (n - 38) + [(2, 3, 3, 3)] * 38
    assert words in judged(aimed("level", "3.0"), [cell(DAY, people)]).sentence


def test_a_mean_at_an_end_is_judged_without_its_bound() -> None:
    """The bound of "mindst 3,8" would say more than "mindst 3,8"; under a goal it may lie anywhere."""
    top = [evenly(DAY, Fraction(34, 10), 60)]
    near, mine = aimed("level", "3.0"), group(top)
    capped = replace(mine.series, mean=scoring.published_mean(Fraction(39, 10), 30, 4))
    said = findings.findings(PERIOD, capped, mine.cells, [], Aims("LAS", (near,))).level.sentence
    assert said == "Ja, over 3,0: gennemsnittet er mindst 3,9 (n = 60), regnet med sædvanlig spredning."
    high = findings.findings(PERIOD, capped, mine.cells, [], Aims("LAS", (aimed("level", "3.95"),))).level
    assert high.sentence == "Kan ikke afgøres endnu: gennemsnittet er mindst 3,9 (n = 60)."


@pytest.mark.parametrize(
    ("high", "low", "sign", "words"),
    [
        (
            90,
            10,
            "over",
            f"Ja, over 80{NBSP}%: 180/200 = 90,0{NBSP}% svarer 4 eller 5, og med 95 % sikkerhed mindst",
        ),
        (
            60,
            40,
            "under",
            f"Nej, under 80{NBSP}%: 120/200 = 60,0{NBSP}% svarer 4 eller 5, og med 95 % sikkerhed højst",
        ),
        (
            82,
            18,
            "undecided",
            f"Kan ikke afgøres endnu: 164/200 = 82,0{NBSP}% svarer 4 eller 5, for tæt på 80{NBSP}% til at",
        ),
    ],
)
def test_a_share_is_judged_with_k_and_n(high: int, low: int, sign: str, words: str) -> None:
    """Over, under and neither; both numbers stand beside the percentage."""
    found = judged(aimed("share", "0.8", 5), of_five(high, low))
    assert (found.question, found.sign) == ("Er andelen over målet?", sign)
    assert found.sentence.startswith(words)


def test_two_answers_of_one_person_are_not_two_persons() -> None:
    """176 of 200 single answers are surely over 83 %; those of a hundred who answer alike are not."""
    cells = [cell(DAY, [(5, 5)] * 88 + [(2, 2)] * 12, points=5)]
    assert scoring.wilson(176, 200, 0.9)[0] > 0.83
    assert judged(aimed("share", "0.83", 5), cells).sign == "undecided"


def test_a_share_needs_distributions_that_are_told() -> None:
    """A cell whose distributions are not told yet, or of some alone, is left out; nine people are few."""
    cells = of_five(90, 10)
    for told in (None, (1,)):
        found = judged(aimed("share", "0.8", 5), [replace(cells[0], spread=told)])
        assert found.sentence.startswith("For få svar til at sige det: det kræver 10 besvarelser, hvis fordeling")
    nine = [cell(DAY, [(4, 5), (5, 4), (2, 3)] * 3, points=5)]
    assert judged(aimed("share", "0.8", 5), nine).sign == "undecided"


def test_a_share_at_an_end_has_no_bound() -> None:
    """45 of 48 answers are "mindst 90 %", and so is what is said of them."""
    people = [(4, 5), (5, 4)] * 11 + [(5, 5), (2, 3)]
    assert judged(aimed("share", "0.3", 5), [cell(DAY, people, points=5)]).sentence == (
        f"Ja, over 30{NBSP}%: mindst 90{NBSP}% svarer 4 eller 5."
    )
    few = [cell(DAY, [(1, 2), (2, 1)] * 11 + [(1, 1), (4, 2)], points=5)]
    assert judged(aimed("share", "0.3", 5), few).sentence == (
        f"Nej, under 30{NBSP}%: højst 10{NBSP}% svarer 4 eller 5."
    )
    assert judged(aimed("share", "0.93", 5), [cell(DAY, people, points=5)]).sentence == (
        f"Kan ikke afgøres endnu: mindst 90{NBSP}% svarer 4 eller 5."
    )


@pytest.mark.parametrize(
    ("start", "step", "sign", "words"),
    [
        (25, 5, "over", "Ja, stigende gennem perioden, omkring +0,"),
        (32, -5, "under", "Nej, faldende gennem perioden, omkring −0,"),
        (29, 0, "undecided", "Kan ikke afgøres: ingen sikker ændring gennem perioden (n = 300)."),
    ],
)
def test_a_rise_is_judged_by_the_trend(start: int, step: int, sign: str, words: str) -> None:
    """Rising, falling, and neither."""
    found = judged(aimed("trend", "0.2"), weekly(lambda week: Fraction(start, 10) + Fraction(week * step, 100)))
    assert (found.question, found.sign) == ("Stiger tilfredsheden, som målet siger?", sign)
    assert found.sentence.startswith(words)


def test_a_rise_needs_days_and_room() -> None:
    """Two weeks are too few; near the top nothing is called rising, and the sentence says that."""
    few = judged(aimed("trend", "0.2"), weekly(lambda _: Fraction(3), weeks=2, n=30))
    assert few.sentence == "For få punkter til en tendens: svarene (n = 60) ligger i 2 punkter, den kræver 8."
    top = [
        cell(DAY + timedelta(7 * week), [(4,) * 5] * (8 + week) + [(3,) * 5] * (9 - week // 2))
        for week in range(15)
    ]
    top += [cell(DAY + timedelta(101), [(4,) * 5] * 200)]
    said = judged(aimed("trend", "0.2"), top).sentence
    assert said.startswith("Kan ikke afgøres: gennemsnittet er 3,8")
    assert "så tæt på toppen kaldes intet stigende" in said


@pytest.mark.parametrize(
    ("mine", "theirs", "margin", "sign", "words"),
    [
        (
            30,
            30,
            "0.3",
            "over",
            "Ja, lige tilfredse: Opfølgning ligger på 3,00 (n = 90) og Ydelse 3,00 (n = 90). Forskellen er",
        ),
        (
            33,
            25,
            "0.3",
            "under",
            "Nej, ikke lige tilfredse: Opfølgning ligger på 2,50 (n = 90) og Ydelse 3,29 (n = 90).",
        ),
        (
            33,
            29,
            "0.3",
            "undecided",
            "Der er forskel: Opfølgning ligger på 2,90 (n = 90) og Ydelse 3,29 (n = 90). Om den er over 0,3",
        ),
        (
            30,
            30,
            "0.05",
            "undecided",
            "Kan ikke afgøres endnu: Opfølgning ligger på 3,00 (n = 90) og Ydelse 3,00 (n = 90). Ingen",
        ),
    ],
)
def test_two_groups_are_alike_within_a_margin(mine: int, theirs: int, margin: str, sign: str, words: str) -> None:
    """Surely within it, surely outside it, surely different but perhaps within it, and nothing sure at all."""
    cells, other = ([evenly(DAY, Fraction(mean, 10), 90)] for mean in (mine, theirs))
    found = judged(aimed("equality", margin), cells, other)
    assert (found.question, found.sign) == ("Er de to grupper lige tilfredse?", sign)
    assert found.sentence.startswith(words)


def test_equality_says_the_same_from_both_sides() -> None:
    """Whichever group it is asked of."""
    cells, other = ([evenly(DAY, Fraction(mean, 10), 90)] for mean in (33, 25))
    goal, here, there = aimed("equality", "0.3"), group(cells), group(other, "LAB")
    said = [
        findings.findings(PERIOD, one.series, one.cells, [], Aims(one.law, (goal,), another)).further[0]
        for one, another in ((here, there), (there, here))
    ]
    assert said[0] == said[1]


def test_equality_needs_both_groups() -> None:
    """On the same scale, ten people each, and a mean that is shown."""
    cells = [evenly(DAY, Fraction(3), 90)]
    assert judged(aimed("equality", "0.3"), cells).sentence.startswith("Kan ikke afgøres: den anden gruppe")
    mine = group(cells)
    on_screen = replace(mine, series=replace(mine.series, mode="onsite"))
    found = [
        findings.findings(PERIOD, each.series, each.cells, [], Aims("LAS", (aimed("equality", "0.3"),))).further[0]
        for each in (mine, on_screen)
    ]
    assert [each.sentence.partition(" ingen svar ")[2] for each in found] == [
        "på tilsendte spørgeskemaer på samme skala, der kan vises.",
        "på skærm i venteværelset på samme skala, der kan vises.",
    ]
    few = judged(aimed("equality", "0.3"), cells, [evenly(DAY, Fraction(3), 9)])
    assert few.sentence.startswith("For få svar til at sammenligne grupperne: det kræver 10")


def test_the_goal_of_the_periods_last_day_judges() -> None:
    """One that begins the day after says nothing of the period; one that ended on its last day does."""
    cells = group([evenly(DAY, Fraction(34, 10), 60)])
    old = replace(aimed("level", "3.2"), valid_to=PERIOD.last)
    new = replace(aimed("level", "3.5"), valid_from=PERIOD.last + timedelta(1))
    found = findings.findings(PERIOD, cells.series, cells.cells, [], Aims("LAS", (old, new)))
    assert (found.level.sign, found.goals, found.further) == ("over", ("over 3,2",), ())
    later = replace(PERIOD, last=PERIOD.last + timedelta(1))
    assert findings.findings(later, cells.series, cells.cells, [], Aims("LAS", (old, new))).level.sign == "under"


def test_every_goal_has_its_answer() -> None:
    """A level first, then the others; without any the page says that there is none."""
    mine, usual = group([evenly(DAY, Fraction(34, 10), 60)]), aimed("trend", "0.2")
    found = findings.findings(PERIOD, mine.series, mine.cells, [], Aims("LAS", (usual,)))
    assert [each.question for each in found.all[:2]] == [
        "Ligger vi over målet?",
        "Stiger tilfredsheden, som målet siger?",
    ]
    over = replace(aimed("level", "3.2"), valid_to=date(2021, 5, 3))
    none = findings.findings(PERIOD, mine.series, mine.cells, [], Aims("LAS", (over,))).level
    assert (none.sign, none.sentence) == ("none", "Der er ikke aftalt noget mål på skalaen 1-4.")
    assert goals.by_itself("LAS", 5) is None
