"""The dashboard's shares: the two highest points, calls step by step, and what came back of each wave."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Batch, CallbackCount, Municipality, Staff, Team
from tests.admin.test_goals import PEOPLE, words
from tests.reporting import faxe
from tests.survey.told import another, sent, tell

Add = Callable[..., Batch]
DAY = date(2021, 5, 5)
PAGE = "/tal?fra=2021-05-01&til=2021-05-31"


@pytest.fixture
def ydelse(session: Session, stevns: Municipality) -> Team:
    """Five statements on 1-4."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


@pytest.fixture
def manager(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """A manager of every team."""
    return enter(employ(session, stevns, "manager"), stevns)


def ask(session: Session, team: Team, week: date = date(2021, 5, 3), **counts: int) -> None:
    """A week's wishes for a call."""
    row = {"kept": 0, "late": 0, "overdue": 0, "waiting": 0} | counts
    session.add(CallbackCount(municipality_id=team.municipality_id, team_id=team.id, week=week, **row))
    session.flush()


def test_the_two_highest_points_are_a_picture_a_sentence_and_a_table(
    ydelse: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """Of each statement and of all, with both numbers and how sure they are."""
    add_batch(ydelse, DAY, [*PEOPLE * 25, *[(2, 1, 2, 1, 2)] * 25])
    page = manager.get(PAGE).text
    assert 'aria-label="Hvor mange svarer 3 eller 4, Ydelse. De samme tal står i tabellen."' in page
    text = words(page)
    assert "af svarene er 3 eller 4 (usikkerhed" in text
    assert "4 er »helt enig«." in text
    assert "Udsagn Svarer 3 eller 4 Usikkerhed" in text
    assert "Alle udsagn" in text


def test_shares_say_which_days_they_are_of(ydelse: Team, manager: FlaskClient, add_batch: Add) -> None:
    """Distributions are told by larger groups than means: here of days before the period too, and more people."""
    add_batch(ydelse, date(2021, 5, 5), [*PEOPLE * 5, (1, 2, 1, 2, 1), (4, 1, 4, 2, 4), (2, 1, 1, 2, 3)])
    add_batch(ydelse, date(2021, 5, 28), [*PEOPLE * 8, *[(2, 1, 2, 1, 2)] * 16])
    text = words(manager.get("/tal?fra=2021-05-20&til=2021-05-31").text)
    assert "n = 48 besvarelser" in text
    assert "Andelene dækker 5. – 28. maj 2021 (n = 71)." in text
    assert "Svarer 3 eller 4, Ydelse, 5. – 28. maj 2021" in text


def test_few_answers_have_no_such_picture(ydelse: Team, manager: FlaskClient, add_batch: Add) -> None:
    """Nine people have a mean, and no share."""
    add_batch(ydelse, DAY, [*PEOPLE * 2, PEOPLE[0]])
    page = manager.get(PAGE).text
    assert "Gennemsnit pr. udsagn" in page
    assert "Hvor mange svarer" not in page


def test_calls_are_followed_step_by_step(
    session: Session, ydelse: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """Picture, the sentence about the promise, and a table; of a team its own alone."""
    other = another(session, ydelse, "B")
    for team in (another(session, ydelse, "A"), other):
        add_batch(team, DAY, PEOPLE * 10)
        ask(session, team, kept=4, late=1, overdue=1, waiting=2)
    page = manager.get(PAGE).text
    assert 'aria-label="Fra ønske til opkald for Ydelse. De samme tal står i tabellen."' in page
    text = words(page)
    assert text.count("Nej: 2 venter ud over fristen. 16 har bedt om et opkald i 2. kvartal 2021.") == 2
    assert "Fra ønske til opkald, Ydelse, 2. kvartal 2021" in text
    assert "Ringet op til tiden 8 8/12 = 66,7 % af dem, hvor det var tid" in text
    alone = words(manager.get(f"{PAGE}&team={other.id}").text)
    assert "Ringet op til tiden 4 4/6 = 66,7 % af dem, hvor det var tid" in alone


def test_few_calls_read_as_none(session: Session, ydelse: Team, manager: FlaskClient, add_batch: Add) -> None:
    """Four, one of them overdue: the page of nobody, to the letter; a fifth is told."""
    add_batch(ydelse, DAY, PEOPLE * 10)
    nobody = words(manager.get(PAGE).text)
    assert "For få ønsker om opkald til at sige det." in nobody
    assert "Fra ønske til opkald" not in nobody
    ask(session, ydelse, kept=3, overdue=1)
    assert words(manager.get(PAGE).text) == nobody
    ask(session, another(session, ydelse, "A"), kept=1)
    text = words(manager.get(PAGE).text)
    assert "Nej: 1 venter ud over fristen. 5 har bedt om et opkald i 2. kvartal 2021." in text


def test_a_week_more_or_less_is_the_same_calls(
    session: Session, ydelse: Team, manager: FlaskClient, add_batch: Add
) -> None:
    """Every period in a quarter tells the whole of it; one that reaches the next says that it is left out."""
    for day in (DAY, date(2021, 7, 7)):
        add_batch(ydelse, day, PEOPLE * 10)
    ask(session, ydelse, kept=11)
    ask(session, ydelse, date(2021, 6, 14), kept=1)
    ask(session, ydelse, date(2021, 7, 5), overdue=1)

    def said(first: str, last: str) -> str:
        return words(manager.get(f"/tal?fra={first}&til={last}").text)

    kept = "Ja: alle, hvor fristen er nået, blev ringet op til tiden. 12 har bedt om et opkald i 2. kvartal 2021."
    left_out = "Periodens andre kvartaler er ikke talt med: der er for få ønsker til at vise dem."
    for days in (("2021-05-01", "2021-06-13"), ("2021-05-01", "2021-06-20"), ("2021-05-05", "2021-05-05")):
        assert kept in said(*days)
        assert left_out not in said(*days)
    assert f"{kept} {left_out}" in said("2021-05-01", "2021-07-31")
    assert "For få ønsker om opkald til at sige det." in said("2021-07-01", "2021-07-31")


def test_what_came_back_of_each_wave(
    session: Session,
    add_batch: Add,
    now: datetime,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> None:
    """Sent, delivered, answered and the rate of each wave whose weeks can be told."""
    place, _team = faxe(session, add_batch, now)
    client = enter(employ(session, place, "manager"), place)
    page = client.get("/tal?fra=2021-01-01&til=2021-12-31").text
    assert 'aria-label="Svarprocent bølge for bølge for Opfølgning. De samme tal står i tabellen."' in page
    text = words(page)
    assert "Bølge Udsendt Leveret Besvaret Svarprocent" in text
    assert "Seneste bølge, uge 49: 88/95 = 92,6 % (usikkerhed 85,6 % til 96,4 %)." in text
    assert "uge 33 92 92 84 84/92 = 91,3 %" in text


def test_the_steps_to_an_answer_agree_with_the_rate_and_name_their_weeks(
    session: Session, ydelse: Team, manager: FlaskClient
) -> None:
    """Two of five answered: the rate says so, and so does the last step, in chart, sentence and table."""
    sent(session, ydelse, date(2021, 5, 3), 5, 2)
    tell(session, ydelse)
    page = manager.get(PAGE).text
    text = words(page)
    assert "Besvaret: 2/5 = 40,0 % af de udsendte. Trinene er af uge 18, 2021." in text
    assert "Fra samtale til svar, Ydelse, uge 18, 2021" in text
    assert "Besvaret 2 2/5 = 40,0 % af de udsendte" in text


def test_the_chosen_team_stays_chosen(session: Session, ydelse: Team, manager: FlaskClient) -> None:
    """In the way to the usual period, and to each kind of report; without one there is none."""
    team = another(session, ydelse, "A")
    for page, way in (("/tal", "/tal"), ("/rapport", "/rapport?slags=bilag")):
        joint = "&amp;" if "?" in way else "?"
        assert f'href="{way}{joint}team={team.id}"' in manager.get(f"{page}?team={team.id}").text
        assert f'href="{way}"' in manager.get(page).text
