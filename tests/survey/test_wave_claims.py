"""What is said of two waves: made once both are over, and the same whatever is shown beside them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import waves
from survey.models import Batch, Municipality, Team
from survey.results import Period
from survey.waves import Wave
from tests.survey.test_wave_results import DAYS, LOW, PLAIN, YEAR, asking_in_waves, over, told

Add = Callable[..., Batch]
LOWER = "September ligger sikkert lavere end April: 2,13 (n = 100) mod 3,67 (n = 60)."


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """A team that asks in waves."""
    return asking_in_waves(session, stevns)


def test_a_claim_about_two_waves_stands_whatever_is_shown_beside_them(
    session: Session, team: Team, add_batch: Add
) -> None:
    """A wave before, a wave after, other dates in the address: the same words and the same digits."""
    add_batch(team, DAYS[1], PLAIN * 12)
    add_batch(team, DAYS[2], PLAIN * 10 + LOW * 3)
    alone = told(session, team)
    assert alone is not None
    assert alone.lines[2].against is not None
    assert alone.lines[2].against.word == "lavere"
    add_batch(team, DAYS[0], PLAIN * 12)
    every, narrow = told(session, team), told(session, team, Period(DAYS[2], YEAR.last))
    assert every is not None
    assert narrow is not None
    assert alone.lines[2] == every.lines[2] == narrow.lines[2]
    assert alone.sentence == every.sentence == narrow.sentence


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (DAYS[0] + timedelta(10), "Ingen bølge er slut i perioden, så der er ingen at sammenligne."),
        (DAYS[1] + timedelta(10), "Kun April er slut i perioden: der er ingen hel bølge at holde den op imod."),
        (DAYS[2] + timedelta(10), f"{LOWER} November er ikke slut i perioden."),
    ],
)
def test_a_wave_the_period_cuts_is_compared_with_nothing(
    session: Session, team: Team, add_batch: Add, last: date, sentence: str
) -> None:
    """The sentence is about the last two whole waves, or says there are none; a day more and the wave is whole."""
    for first, people in zip(DAYS, (PLAIN * 6, LOW * 10, PLAIN * 6), strict=True):
        for day in (first, first + timedelta(11)):
            add_batch(team, day, people)
    found = told(session, team, Period(YEAR.first, last))
    assert found is not None
    assert (found.lines[-1].is_over, found.lines[-1].against) == (False, None)
    assert found.sentence == sentence
    whole = told(session, team, Period(YEAR.first, last + timedelta(1)))
    assert whole is not None
    assert whole.lines[-1].is_over


@pytest.mark.parametrize(("today", "over"), [(date(2021, 12, 20), False), (date(2021, 12, 21), True)])
def test_a_wave_that_goes_on_is_compared_with_nothing(
    session: Session, team: Team, add_batch: Add, today: date, over: bool
) -> None:
    """Its last answering day and the night after it must have passed, whatever period is asked for."""
    for day, people in zip(DAYS, (PLAIN * 12, LOW * 20, PLAIN * 12), strict=True):
        add_batch(team, day, people)
    for last in (DAYS[2], date(2030, 1, 1)):
        found = told(session, team, Period(YEAR.first, last), today=today)
        assert found is not None
        assert (found.lines[-1].is_over, found.lines[-1].against is not None) == (over, over)
        assert found.sentence.startswith(LOWER) is not over


def test_a_name_in_lower_case_begins_a_sentence_with_a_capital(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """August 2021, not august 2021."""
    names = zip(("april 2021", "august 2021"), DAYS, strict=False)
    waves.save(session, stevns.id, [Wave(name, first, first + timedelta(13), 100) for name, first in names])
    for day, people in zip(DAYS, (PLAIN * 12, LOW * 20), strict=False):
        add_batch(team, day, people)
    found = told(session, team)
    assert found is not None
    assert found.sentence.startswith("August 2021 ligger sikkert lavere end april 2021: ")


def test_a_wave_whose_mean_a_raised_k_hides_has_no_number(session: Session, team: Team, add_batch: Add) -> None:
    """Neither its own nor in the sentence, and it is held against nothing; while k is five it is."""
    two = Period(YEAR.first, DAYS[2] - timedelta(1))
    add_batch(team, DAYS[0], PLAIN * 4)
    add_batch(team, DAYS[1], LOW * 4)
    over(session, team)
    before = told(session, team, two)
    assert before is not None
    assert [line.n for line in before.lines] == [20, 20]
    assert "(n = 20)" in before.sentence
    session.execute(update(Municipality).where(Municipality.id == team.municipality_id).values(smallest_group=21))
    found = told(session, team, two)
    assert found is not None
    assert [line.n for line in found.lines] == [0, 0]
    assert "n = " not in found.sentence
    assert found.lines[1].against is not None
    assert found.lines[1].against.word == "for få svar"
