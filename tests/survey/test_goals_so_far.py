"""Shares, a rise and equality before a period is over: always valid, or not judged yet; the verdict afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import findings, goals, so_far, workdays
from survey.findings import Aims, Finding
from survey.goal_verdicts import Evidence
from survey.goals import Goal
from survey.models import Batch, Municipality, Staff
from survey.results import CellView
from survey.so_far import Unfinished
from tests.admin.test_goals import PEOPLE, words
from tests.reporting import of_law
from tests.survey.test_findings import DAY, PERIOD, cell, evenly, weekly
from tests.survey.test_goal_verdicts import aimed, group, of_five
from tests.survey.test_so_far import LATER, ON_ITS_LAST_DAY

NBSP = "\N{NO-BREAK SPACE}"
TODAY = workdays.day(workdays.now())
SEEN = "Regnet fra 3. maj 2021 gælder det, hvor ofte man end ser efter."
NOT_YET = "Kan ikke afgøres endnu, tidligst 30. september 2021"
TOO_OFTEN = "Blev der dømt, hver gang man så efter, ville dommen for ofte være forkert."


def judged(
    goal: Goal,
    cells: Sequence[CellView],
    other: Sequence[CellView] = (),
    *,
    under_way: Unfinished | None = ON_ITS_LAST_DAY,
) -> Finding:
    """What is said of Ydelse beside `other`, the cells of Opfølgning."""
    mine = group(cells)
    aims = Aims("LAS", (goal,), group(other, "LAB") if other else None, under_way=under_way)
    found = findings.findings(PERIOD, mine.series, mine.cells, [], aims)
    return found.further[0] if found.further else found.level


def shared(cells: Sequence[CellView], value: str = "0.8") -> tuple[str, str]:
    """How a group of these cells on 1-5 stands against a share."""
    return so_far.judge(aimed("share", value, 5), Evidence(group(cells), None, 5), ON_ITS_LAST_DAY)


def told_on(cells: Sequence[CellView], *days: int) -> list[CellView]:
    """`cells` with their distributions told so many days after the first."""
    return [replace(each, spread_on=DAY + timedelta(day)) for each, day in zip(cells, days, strict=True)]


# A share -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("high", "low", "outcome", "words"),
    [
        (96, 4, "over", f"Allerede nu sikkert over 80{NBSP}%: 192/200 = 96,0{NBSP}% svarer 4 eller 5. {SEEN}"),
        (60, 40, "under", f"Allerede nu sikkert under 80{NBSP}%: 120/200 = 60,0{NBSP}% svarer 4 eller 5. {SEEN}"),
        (88, 12, "undecided", f"Kan ikke afgøres endnu: 176/200 = 88,0{NBSP}% svarer 4 eller 5. {LATER}"),
    ],
)
def test_a_share_stands_three_ways(high: int, low: int, outcome: str, words: str) -> None:
    """Surely over, surely under, not to be told yet, where the verdict of a whole period would be sure."""
    assert shared(of_five(high, low)) == (outcome, words)
    assert judged(aimed("share", "0.8", 5), of_five(high, low)).sentence == words
    assert judged(aimed("share", "0.8", 5), of_five(high, low), under_way=None).sign == (
        "under" if low > 12 else "over"
    )


def test_a_share_that_was_sure_when_it_was_told_stands() -> None:
    """Over as told first, and no longer all together; the other way round it never was. Days count."""
    high, low = (of_five(*of)[0] for of in ((40, 0), (20, 8)))
    assert [shared(told_on(cells, 0, 9))[0] for cells in ([high, low], [low, high])] == ["over", "undecided"]
    assert [shared(told_on([high, low], *days))[0] for days in ((9, 0), (9, 9))] == ["undecided"] * 2


def test_no_claim_is_told_of_a_share_on_the_other_side() -> None:
    """Over was claimed, and then the share fell below; after a long fall it is under."""
    high, low = (of_five(*of)[0] for of in ((40, 0), (20, 16)))
    assert shared(told_on([high, low], 0, 9))[0] == "undecided"
    assert shared(told_on([high, *[low] * 4], 0, 9, 10, 11, 12))[0] == "under"


def test_how_answers_fall_on_persons_makes_no_difference_to_a_claim() -> None:
    """Nobody is told it, so it is taken as if all of a person's were alike: of two answers each, as one each."""
    apart, alike = [(4, 2), (2, 4)] * 20 + [(4, 4)] * 60, [(4, 4)] * 80 + [(2, 2)] * 20
    for value in ("0.6", "0.7", "0.95"):
        said = {shared([cell(DAY, people, points=5)], value) for people in (apart, alike)}
        assert len(said) == 1, value


def test_a_share_is_told_of_distributions_that_are() -> None:
    """A cell whose distributions are not told yet counts neither in the words nor in the claim; nine are few."""
    whole, few = (
        of_five(96, 4)[0],
        "For få svar til at sige det: det kræver 10 besvarelser, hvis fordeling kan vises.",
    )
    assert shared([replace(whole, spread=None)]) == ("undecided", few)
    assert shared([cell(DAY, [(4, 5)] * 9, points=5)]) == ("undecided", few)
    assert shared([whole, replace(of_five(0, 100)[0], spread=None)]) == shared([whole])


def test_a_share_at_an_end_says_no_more() -> None:
    """Forty-five of 48 answers are "mindst 90 %"."""
    people = [(4, 5), (5, 4)] * 11 + [(5, 5), (2, 3)]
    outcome, sentence = shared([cell(DAY, people, points=5)], "0.3")
    assert (outcome, sentence) == (
        "over",
        f"Allerede nu sikkert over 30{NBSP}%: mindst 90{NBSP}% svarer 4 eller 5. {SEEN}",
    )


# A rise, and equality ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "step", "afterwards"), [(25, 5, "over"), (32, -5, "under"), (29, 0, "undecided")]
)
def test_a_rise_is_judged_when_the_period_is_over(start: int, step: int, afterwards: str) -> None:
    """Rising, falling or neither: before that, only when it will be."""
    cells = weekly(lambda week: Fraction(start, 10) + Fraction(week * step, 100))
    said = f"{NOT_YET}: perioden er ikke slut (n = 300). {TOO_OFTEN}"
    found = judged(aimed("trend", "0.2"), cells)
    assert (found.sign, found.sentence) == ("undecided", said)
    assert judged(aimed("trend", "0.2"), cells, under_way=None).sign == afterwards


def test_a_rise_of_too_few_says_what_is_missing() -> None:
    """The same before the period is over and afterwards."""
    few = weekly(lambda _: Fraction(3), weeks=2, n=30)
    found = [judged(aimed("trend", "0.2"), few, under_way=each).sentence for each in (ON_ITS_LAST_DAY, None)]
    assert found == ["For få punkter til en tendens: svarene (n = 60) ligger i 2 punkter, den kræver 8."] * 2


def test_a_rise_between_waves_that_are_over_needs_no_end() -> None:
    """It is the answer of the last wave against the one before, of an open period too."""
    mine = group(weekly(lambda _: Fraction(3)))
    higher = Finding("Er noget ændret?", "rising", "Uge 18 er højere end uge 1.")
    aims = Aims("LAS", (aimed("trend", "0.2"),), under_way=ON_ITS_LAST_DAY, change=higher)
    found = findings.findings(PERIOD, mine.series, mine.cells, [], aims)
    assert [each.sentence for each in (found.level, *found.further) if "tilfredsheden" in each.question] == [
        higher.sentence
    ]


@pytest.mark.parametrize(
    ("mine", "theirs", "afterwards"), [(30, 30, "over"), (33, 25, "under"), (33, 29, "undecided")]
)
def test_equality_is_judged_when_the_period_is_over(mine: int, theirs: int, afterwards: str) -> None:
    """Alike, unlike or neither: before that, both means and when it will be."""
    cells, other = ([evenly(DAY, Fraction(mean, 10), 90)] for mean in (mine, theirs))
    found = judged(aimed("equality", "0.3"), cells, other)
    assert found.sign == "undecided"
    assert found.sentence.startswith(f"{NOT_YET}: Opfølgning ligger på ")
    assert found.sentence.endswith(f"(n = 90). {TOO_OFTEN}")
    assert judged(aimed("equality", "0.3"), cells, other, under_way=None).sign == afterwards


def test_equality_that_cannot_be_judged_says_why() -> None:
    """No other group, or few in it: the same before the period is over and afterwards."""
    cells, few = [evenly(DAY, Fraction(3), 90)], [evenly(DAY, Fraction(3), 9)]
    goal = aimed("equality", "0.3")
    for other, begins in (([], "Kan ikke afgøres: den anden gruppe"), (few, "For få svar til at sammenligne")):
        early, late = (judged(goal, cells, other, under_way=each).sentence for each in (ON_ITS_LAST_DAY, None))
        assert early == late
        assert early.startswith(begins)


# On the pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "early", "late"),
    [
        ("share", "0.6", "Allerede nu sikkert over 60 %: 540/600", "Ja, over 60 %: 540/600"),
        ("share", "0.97", "Allerede nu sikkert under 97 %: 540/600", "Nej, under 97 %: 540/600"),
        (
            "equality",
            "0.9",
            "Kan ikke afgøres endnu, tidligst",
            "Ja, lige tilfredse: Opfølgning ligger på",
        ),
    ],
)
def test_page_and_report_agree(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    add_batch: Callable[..., Batch],
    kind: str,
    value: str,
    early: str,
    late: str,
) -> None:
    """The status while the period is open, the verdict once newer answers are told; never both."""
    last, person = TODAY - timedelta(5), employ(session, stevns, "manager")
    other = of_law(session, stevns, "LAB"), [(*one, 4, 3) for one in PEOPLE] * 30
    add_batch(of_law(session, stevns, "LAS"), last - timedelta(4), PEOPLE * 30)
    add_batch(other[0], last - timedelta(4), other[1])
    goal = Goal(0, None if kind == "equality" else "LAS", 4, kind, Fraction(value), TODAY - timedelta(20))
    goals.make(session, stevns.id, goal, staff_id=person.id, now=workdays.now() - timedelta(20))
    client = enter(person, stevns)

    def told() -> list[tuple[bool, bool]]:
        """Of each page, whether it has the status, and whether it has the verdict."""
        named = f"?fra={TODAY - timedelta(30)}&til={last}"
        pages = [words(client.get(page).text) for page in (f"/tal{named}", f"/rapport{named}")]
        return [(early in page, late in page) for page in pages]

    assert told() == [(True, False)] * 2
    add_batch(other[0], TODAY - timedelta(2), other[1])
    assert told() == [(False, True)] * 2
