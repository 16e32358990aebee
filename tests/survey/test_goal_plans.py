"""What a goal would take: from where the group stands, as it is printed, and how often it is answered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from survey import goal_plans
from survey.goal_plans import Forecast
from survey.goals import Goal
from survey.results import CellView, Counts, Period
from tests.survey.test_findings import DAY, cell, evenly, weekly

YEAR = Period(DAY, DAY + timedelta(364))
NBSP = "\N{NO-BREAK SPACE}"


def counts(cells: Sequence[CellView], points: int = 4) -> Counts:
    """A year's cells of one version of both law groups' questionnaire."""
    width = len(cells[0].counted.statements) if cells else 5
    labels = ["?"] * points
    version = SimpleNamespace(id=1, name="?", number=1, points=points, labels=labels, texts=["?"] * width)
    empty: dict[str, Any] = {key: [] for key in ("teams", "weeks", "meetings", "unshown", "waiting")}
    return Counts(period=YEAR, smallest=5, versions=[version], cells=cells, **empty)  # type: ignore[list-item]  # a row in all but name


def asked(kind: str, value: str, cells: Sequence[CellView], points: int = 4) -> Forecast:
    """What is said of a goal of Ydelse, or of both."""
    law = None if kind == "equality" else "LAS"
    return goal_plans.forecast(counts(cells, points), Goal(0, law, points, kind, Fraction(value), DAY))


def at(mean: int, n: int = 120, law: str = "LAS") -> list[CellView]:
    """A year in which `n` answered with about `mean` tenths."""
    return [replace(evenly(DAY, Fraction(mean, 10), n), law=law)]


def test_a_level_takes_more_the_nearer_it_lies() -> None:
    """3,29 against 3,0 is decided soon; against 3,2 it takes longer, and against 3,29 for ever."""
    near, far = asked("level", "3.2", at(33)), asked("level", "3.0", at(33))
    assert near.sentences[0].startswith("Ydelse ligger på 3,29 (n = 120), 10,0 besvarelser om måneden.")
    assert near.sentences[0].endswith("Målet er over 3,2.")
    assert far.plan.people is not None
    assert near.plan.people is not None
    assert far.plan.people < 30 < near.plan.people
    assert far.sentences[1] == (
        f"Bliver det ved sådan, afgør omkring {far.plan.people} besvarelser målet i fire ud af fem tilfælde. "
        f"Det tager omkring {far.plan.months} måneder."
    )
    assert far.warnings == ()
    line = asked("level", "3.29", at(33)).warnings
    assert line == ("Målet kan i praksis ikke afgøres: gennemsnittet ligger lige på målet.",)


def test_of_few_it_is_reckoned_with_the_usual_spread() -> None:
    """How twenty people differ is told by nothing else; of the same mean all alike give the same plan."""
    apart, alike = ([cell(DAY, mine)] for mine in ([(2,) * 5, (4,) * 5] * 10, [(3,) * 5] * 20))
    plans = [asked("level", "3.2", cells) for cells in (apart, alike)]
    assert plans[0].sentences == plans[1].sentences
    assert "Der regnes med den sædvanlige spredning mellem borgerne, 0,75 point." in plans[0].sentences[0]
    assert "Spredningen mellem borgerne er" in asked("level", "3.2", at(33)).sentences[0]


@pytest.mark.parametrize(
    ("value", "warning"),
    [
        ("3.2", "Et års svar er for få til at afgøre det"),
        ("3.25", "Målet kan i praksis næsten aldrig afgøres: det tager omkring "),
    ],
)
def test_what_is_hardly_ever_decided_is_said_plainly(value: str, warning: str) -> None:
    """Longer than a year, and longer than anybody waits."""
    assert asked("level", value, at(33)).warnings[0].startswith(warning)


def test_what_takes_more_answers_than_anybody_gets_is_not_called_the_line() -> None:
    """A tenth of a per cent away: no number of answers a municipality has would show it."""
    found = asked("share", "0.801", [cell(DAY, [(4, 4)] * 96 + [(2, 1)] * 24)])
    assert found.warnings == ("Målet kan i praksis ikke afgøres: det kræver over 100.000 besvarelser.",)


@pytest.mark.parametrize(("kind", "value", "what"), [("share", "0.8", "andelen"), ("equality", "0", "forskellen")])
def test_the_line_is_named_of_each_kind(kind: str, value: str, what: str) -> None:
    """A share and a difference that are what the goal says."""
    cells = [cell(DAY, [(4, 3)] * 96 + [(2, 1)] * 24)] if kind == "share" else [*at(33, 60, "LAB"), *at(33, 60)]
    assert asked(kind, value, cells).warnings == (
        f"Målet kan i praksis ikke afgøres: {what} ligger lige på målet.",
    )


def test_a_month_is_counted_from_the_first_answer() -> None:
    """Who began in the middle of the period is not said to have asked all of it."""
    (late,) = [evenly(DAY + timedelta(183), Fraction(33, 10), 120)]
    said = asked("level", "3.2", [late]).sentences[0]
    assert " besvarelser om måneden siden " in said


def test_a_share_says_where_it_is_and_how_far() -> None:
    """Both numbers beside the percentage; answers of one person go together."""
    people = [(5, 4)] * 96 + [(2, 3)] * 24
    found = asked("share", "0.7", [cell(DAY, people, points=5)], 5)
    assert found.sentences[1] == f"192/240 = 80,0{NBSP}% svarer 4 eller 5. Målet er over 70{NBSP}%."
    alone = asked("share", "0.7", [cell(DAY, [(5,)] * 96 + [(2,)] * 24, points=5)], 5)
    assert alone.plan.people == 99
    assert found.plan.people is not None
    assert found.plan.people <= 99


def test_a_share_that_cannot_be_told_is_taken_to_lie_near_the_goal() -> None:
    """Five points off, on the side that takes more, all of a person's answers alike: said, with n and months."""
    (hidden,) = at(33)
    found = asked("share", "0.8", [replace(hidden, spread=None)])
    assert found.sentences[1] == (
        f"For få fordelinger kan vises til at sige, hvor andelen ligger. Målet er over 80{NBSP}%, "
        "og der regnes med, at andelen ligger 5 procentpoint derfra, og at alle en borgers svar er ens."
    )
    assert found.sentences[2] == (
        "Bliver det ved sådan, afgør omkring 464 besvarelser målet i fire ud af fem tilfælde. "
        "Det tager omkring 47 måneder."
    )
    assert found.warnings[0].startswith("Et års svar er for få")
    ends = [asked("share", value, [replace(hidden, spread=None)]).plan.people for value in ("0.02", "0.98")]
    assert ends == [161, 161]
    told = asked("share", "0.8", [cell(DAY, [(4, 3)] * 90 + [(2, 1)] * 30)])
    assert "procentpoint" not in " ".join(told.sentences)


def test_a_rise_takes_what_a_year_brings() -> None:
    """0,1 a year with ten answers a month; near the top no rise is ever told."""
    found = asked("trend", "0.1", at(30))
    assert found.sentences[1] == "Der regnes med, at gennemsnittet stiger jævnt, 0,1 point om året."
    assert found.plan.months is not None
    assert 12 < found.plan.months <= goal_plans.IN_VAIN
    assert found.warnings[0].startswith("Et års svar er for få")
    top = asked("trend", "0.3", [cell(DAY, [(4,) * 5] * 110 + [(3,) * 5] * 10)])
    assert top.warnings == (
        "Fra 3,7 og op kaldes intet stigende: så tæt på toppen er der ikke plads. Målet kan ikke nås.",
    )


def test_equality_waits_for_the_group_with_fewest_answers() -> None:
    """Both stand there; the months are those of the slower one."""
    both = [*at(33, 240, "LAB"), *at(33, 60)]
    found = asked("equality", "0.3", both)
    assert [each.name for each in found.standings] == ["Opfølgning", "Ydelse"]
    assert "besvarelser i hver gruppe" in found.sentences[-1]
    assert found.plan.people is not None
    assert found.plan.months == -(-found.plan.people // 5)
    assert asked("equality", "0.3", at(33)).warnings[0].startswith("Opfølgning har for få svar i perioden")


def test_too_few_answers_are_nothing_to_reckon_with() -> None:
    """Nobody, or fewer than ten: said, with the goal left free."""
    for cells in ([], at(33, 9)):
        found = asked("level", "3.2", cells)
        assert found.sentences == ()
        assert found.warnings[0].startswith("Ydelse har for få svar i perioden til, at man kan regne på det.")


def test_a_month_is_reckoned_from_the_first_answer() -> None:
    """Who began to ask three months ago has a third of a year's answers in each; the screen is not counted."""
    new = [replace(evenly(YEAR.last - timedelta(91), Fraction(33, 10), 90))]
    screen = [replace(evenly(DAY, Fraction(2), 90), mode="onsite")]
    (standing,) = asked("level", "3.0", [*new, *screen]).standings
    assert standing.per_month is not None
    assert (standing.people, round(standing.per_month)) == (90, 30)


def test_three_weeks_are_not_a_month() -> None:
    """A hundred answers in 21 days are 145 a month; of less than a fortnight no pace and no months are told."""
    days = [evenly(YEAR.last - timedelta(ago), Fraction(33, 10), 100) for ago in (20, 12)]
    young, new = (asked("level", "3.2", [one]) for one in days)
    assert "(n = 100), 144,9 besvarelser om måneden siden " in young.sentences[0]
    assert (young.plan.months, young.sentences[-1].partition(" Det tager ")[2]) == (2, "omkring 2 måneder.")
    assert "(n = 100), svaret på 13 dage." in new.sentences[0]
    today = asked("level", "3.2", [evenly(YEAR.last, Fraction(33, 10), 100)])
    assert "(n = 100), svaret på 1 dag." in today.sentences[0]
    assert (new.plan.people, new.plan.months) == (young.plan.people, None)
    assert new.sentences[-1].endswith("i fire ud af fem tilfælde.")
    without = (
        "Hvor mange måneder det tager, kan ikke siges endnu: Ydelse har kun svar fra under 14 dage. "
        "Målet kan gemmes alligevel."
    )
    assert new.warnings == (without,)
    rise = asked("trend", "0.3", [days[1]])
    assert (rise.plan.people, rise.warnings) == (None, (without,))
    beside = asked("equality", "0.3", [*at(33, law="LAB"), days[1]])
    assert (beside.plan.months, beside.warnings) == (None, (without,))


@pytest.mark.parametrize(("n", "months", "years"), [(90, 119, 10), (110, 98, 8), (120, 86, 7)])
def test_years_are_those_of_the_months(n: int, months: int, years: int) -> None:
    """Rounded, and not called over what they are under: 119 months are not over 10 years."""
    found = asked("level", "3.25", at(33, n))
    assert found.plan.months == months
    assert found.warnings == (f"Målet kan i praksis næsten aldrig afgøres: det tager omkring {years} år.",)


def test_nothing_finer_than_the_printed_mean_is_reckoned_from() -> None:
    """Two groups that print the same mean and spread take the same; so trying many goals tells nothing."""
    first, second = ([cell(DAY, [(3,) * 5] * (600 + extra) + [(4,) * 5] * 600)] for extra in (0, 1))
    plans = [asked("level", "3.1", cells) for cells in (first, second)]
    assert [each.standings[0].mean for each in plans] == [3.5, 3.5]
    assert plans[0].plan == plans[1].plan


def test_what_a_goal_can_be_about() -> None:
    """Each law group on each scale that is asked or told; both where both are."""
    found = goal_plans.scales(counts([*at(33), *at(33, law="LAB")]), [("LAS", 5)])
    assert list(found.items()) == [
        (("LAB", 4), "Opfølgning, skala 1-4"),
        (("LAS", 4), "Ydelse, skala 1-4"),
        (("LAS", 5), "Ydelse, skala 1-5"),
        ((None, 4), "Opfølgning mod Ydelse, skala 1-4"),
    ]
    assert goal_plans.scales(counts([]), []) == {}


def test_the_newest_series_stands_for_the_group() -> None:
    """Weekly answers: twenty a week over fifteen weeks, and what came last."""
    (standing,) = asked("level", "3.0", weekly(lambda _: Fraction(31, 10))).standings
    assert (standing.people, date(2021, 5, 3)) == (300, DAY)
    assert standing.per_month is not None
    assert 24 < standing.per_month < 26
