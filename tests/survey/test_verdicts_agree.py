"""A verdict agrees with what stands beside it: the printed mean, the pace, what is hidden, and its days."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import findings, goals, scoring, workdays
from survey.findings import Aims, Finding
from survey.goals import Goal
from survey.models import Batch, Municipality, Staff
from survey.results import CellView, Period
from survey.so_far import Unfinished, unfinished
from tests.admin.test_goals import PEOPLE, words
from tests.reporting import of_law
from tests.survey.test_findings import DAY, PERIOD, cell, evenly, said, weekly
from tests.survey.test_goal_verdicts import aimed, group
from tests.survey.test_goals_so_far import NOT_YET, TOO_OFTEN, judged
from tests.survey.test_so_far import ON_ITS_LAST_DAY

PARTLY = unfinished(Period(date(2021, 4, 1), date(2021, 12, 31)), date(2021, 11, 20), None)
"""A period of which the days up to the thirtieth of September are over."""
UNTIL = "Det gælder svarene til og med 30. september 2021."
AUTUMN = date(2021, 10, 11)


def autumn(mean: Fraction) -> list[CellView]:
    """Three hundred answers that come after the part that is over."""
    return [evenly(AUTUMN + timedelta(day), mean, 60) for day in range(5)]


# The printed mean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("under_way", [None, ON_ITS_LAST_DAY])
@pytest.mark.parametrize(("alone", "others", "outcome", "mean"), [(4, 2, "under", "2,6"), (1, 3, "over", "2,4")])
def test_no_verdict_is_on_the_other_side_of_the_printed_mean(
    alone: int, others: int, outcome: str, mean: str, under_way: Unfinished | None
) -> None:
    """Many answered one statement, few all five: the persons' means lie on one side, all answers on the other."""
    people = [(alone, 0, 0, 0, 0)] * 14 + [(others,) * 5] * 7
    cells = [cell(DAY, people), cell(DAY + timedelta(1), people)]
    goal = aimed("level", "3.0" if outcome == "under" else "2.0")
    found = judged(goal, cells, under_way=under_way)
    assert f"gennemsnittet er {mean}" in found.sentence
    assert found.sign in (outcome, "undecided")


def test_few_people_decide_by_the_usual_spread_and_the_sentence_says_so() -> None:
    """Thirty who hardly differ: half a step of the printed mean, and as much as persons usually differ."""
    near, far = ([evenly(DAY, Fraction(mean, 100), 30)] for mean in (325, 340))
    assert judged(aimed("level", "3.0"), near, under_way=None).sign == "undecided"
    assert judged(aimed("level", "3.0"), far, under_way=None).sentence == (
        "Ja, over 3,0: gennemsnittet er 3,4 (n = 30), regnet med sædvanlig spredning."
    )
    assert judged(aimed("level", "3.8"), far, under_way=None).sentence == (
        "Nej, under 3,8: gennemsnittet er 3,4 (n = 30), regnet med sædvanlig spredning."
    )


def test_a_claim_reckons_with_people_who_are_told_to_differ_more_than_usual() -> None:
    """Half at each end: what the distributions say is used, and no usual spread is spoken of."""
    apart = [cell(DAY, [(4,) * 5] * 280 + [(1,) * 5] * 60)]
    alike = [cell(DAY, [(4, 4, 3, 3, 4), (3, 3, 4, 3, 3)] * 170)]
    usual = "og med sædvanlig spredning gælder"
    found = [judged(aimed("level", "3.0"), cells) for cells in (apart, alike)]
    assert [(one.sign, usual in one.sentence) for one in found] == [("over", False), ("over", True)]


# The pace ------------------------------------------------------------------------------------------------


def test_no_pace_is_told_that_goes_the_other_way() -> None:
    """Days with many answers rise, days with few fall: the persons' trend is told, the days' slope is not."""
    cells = [
        evenly(
            DAY + timedelta(8 * week),
            *(
                (Fraction(28 if week < 5 else 34, 10), 120)
                if week in (0, 1, 12, 13)
                else (Fraction(38 - week, 10), 10)
            ),
        )
        for week in range(14)
    ]
    assert said(cells).change.sentence.startswith("Ja, stigende gennem perioden (n = 580).")
    assert (
        judged(aimed("trend", "0.2"), cells, under_way=None).sentence == "Ja, stigende gennem perioden (n = 580)."
    )
    steady = weekly(lambda week: Fraction(25, 10) + Fraction(week, 20))
    assert "omkring +0," in judged(aimed("trend", "0.2"), steady, under_way=None).sentence


# A mean that is not shown --------------------------------------------------------------------------------


def hidden(goal: Goal, cells: Sequence[CellView], under_way: Unfinished | None) -> Finding:
    """What is said where k was raised over the people there are."""
    mine = group(cells)
    from_k = mine.series.__class__(**{**vars(mine.series), "mean": scoring.HIDDEN})
    aims = Aims("LAS", (goal,), mine, 1000, under_way=under_way)
    found = findings.findings(PERIOD, from_k, mine.cells, [], aims)
    assert "n = " not in found.change.sentence
    return found.further[0] if found.further else found.level


@pytest.mark.parametrize("under_way", [None, ON_ITS_LAST_DAY, PARTLY])
@pytest.mark.parametrize(("kind", "value"), [("level", "3.0"), ("share", "0.5"), ("trend", "0.2")])
def test_where_the_mean_is_hidden_nothing_is_judged_and_nobody_counted(
    kind: str, value: str, under_way: Unfinished | None
) -> None:
    """Three hundred who rise, with k = 1000: no verdict, and no n."""
    cells = weekly(lambda week: Fraction(25, 10) + Fraction(week, 20))
    found = hidden(aimed(kind, value), cells, under_way)
    assert found.sign == "undecided"
    assert found.sentence.startswith("For få svar til at sige det")
    assert "300" not in found.sentence


# The part that is over -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "step", "sign"), [(25, 5, "over"), (32, -5, "under"), (29, 0, "undecided")])
def test_a_rise_is_judged_by_the_quarters_that_are_over(start: int, step: int, sign: str) -> None:
    """Whatever was answered since; the sentence names the last day, and so does whether anything has changed."""
    cells = weekly(lambda week: Fraction(start, 10) + Fraction(week * step, 100))
    alone = judged(aimed("trend", "0.2"), cells, under_way=None)
    for late in (autumn(Fraction(15, 10)), autumn(Fraction(36, 10))):
        found = judged(aimed("trend", "0.2"), [*cells, *late], under_way=PARTLY)
        assert (found.sign, found.sentence) == (sign, f"{alone.sentence} {UNTIL}")
        mine = group([*cells, *late])
        both = [
            findings.findings(PERIOD, mine.series, mine.cells, [], Aims("LAS", under_way=each)).change
            for each in (PARTLY, None)
        ]
        assert UNTIL in both[0].sentence
        assert UNTIL not in both[1].sentence
        assert both[0].sign == said(cells).change.sign


def test_whether_anything_has_changed_is_not_told_at_every_look() -> None:
    """No quarter of the period is over: the day is named from which a trend is spoken of, or what is missing."""
    cells, few = weekly(lambda week: Fraction(25, 10) + Fraction(week, 20)), weekly(lambda _: Fraction(3), 2, 30)
    found = []
    for each in (cells, few):
        mine = group(each)
        aims = Aims("LAS", under_way=ON_ITS_LAST_DAY)
        found.append(findings.findings(PERIOD, mine.series, mine.cells, [], aims).change)
    assert [one.sign for one in found] == ["undecided"] * 2
    assert found[0].sentence.startswith(f"{NOT_YET}: perioden er ikke slut (n = 300). {TOO_OFTEN}")
    assert found[1].sentence.startswith("For få punkter til en tendens")


@pytest.mark.parametrize(("mine", "theirs", "sign"), [(30, 30, "over"), (33, 25, "under"), (33, 29, "undecided")])
def test_equality_is_judged_by_the_quarters_that_are_over(mine: int, theirs: int, sign: str) -> None:
    """The means are those of that part; where only later answers are enough, it is said from when."""
    cells, other = ([evenly(DAY, Fraction(mean, 10), 90)] for mean in (mine, theirs))
    alone = judged(aimed("equality", "0.3"), cells, other, under_way=None)
    late, goal = autumn(Fraction(2)), aimed("equality", "0.3")
    found = judged(goal, [*cells, *late], [*other, *late[:1]], under_way=PARTLY)
    assert (found.sign, found.sentence) == (sign, f"{alone.sentence} {UNTIL}")
    waits = judged(goal, cells, late, under_way=PARTLY)
    assert waits.sign == "undecided"
    begins = "Kan ikke afgøres endnu, tidligst 15. februar 2022: Opfølgning ligger på 2,02 (n = 300)"
    assert waits.sentence.startswith(begins)


def test_page_and_report_judge_the_quarters_that_are_over(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    add_batch: Callable[..., Batch],
) -> None:
    """Alike in the quarter that is over and not since; without that quarter's answers only the day is named."""
    today, person = workdays.day(workdays.now()), employ(session, stevns, "manager")
    over = workdays.quarter(today - timedelta(45)) - timedelta(1)
    goal = Goal(0, None, 4, "equality", Fraction(9, 10), over - timedelta(20))
    goals.make(session, stevns.id, goal, staff_id=person.id, now=workdays.now() - timedelta(200))
    client = enter(person, stevns)
    ydelse, follow_up = of_law(session, stevns, "LAS"), of_law(session, stevns, "LAB")

    verdict = f"mindre end 0,9 point. Det gælder svarene til og med {workdays.long_date(over)}."
    waits = "Er de to grupper lige tilfredse? Kan ikke afgøres endnu, tidligst"

    def told(first: date) -> list[str]:
        """What each page has of the verdict, of the period from that day to today."""
        pages = [words(client.get(f"{page}?fra={first}&til={today}").text) for page in ("/tal", "/rapport")]
        return [line for page in pages for line in (verdict, waits) if line in page]

    add_batch(ydelse, over - timedelta(9), PEOPLE * 30)
    add_batch(follow_up, over - timedelta(9), [(*one, 4, 3) for one in PEOPLE] * 30)
    add_batch(ydelse, today - timedelta(3), [(2, 1, 2, 1, 2), (1, 2, 1, 3, 1)] * 60)
    add_batch(follow_up, today - timedelta(3), [(*one, 4, 3) for one in PEOPLE] * 30)
    assert told(workdays.quarter(over)) == [verdict] * 2
    assert told(over - timedelta(20)) == [waits] * 2
