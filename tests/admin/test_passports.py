"""A figure's page: who may open it, what it says, and what a mistyped id says."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey import municipalities, passports
from survey.models import Assignment, Batch, Municipality, QuestionnaireVersion, Team
from survey.passports import DONT_KNOW, REST, TOP_TWO, Definition
from tests.admin.test_dashboard import SignIn, grown, send, sign_in, team_of, words
from tests.survey.told import sent

DAY = date(2021, 5, 5)
MONDAY = date(2021, 5, 3)
Add = Callable[..., Batch]
__all__ = ["sign_in"]


def id_of(session: Session, team: Team, kind: str = "mean", *, whole: bool = False, **change: Any) -> str:
    """The id of a figure of the team's questionnaire in May 2021."""
    version = select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    of = Definition(
        kind, team.law, None if whole else team.id, session.scalars(version).first() or 0, "remote", 0, 0,
        date(2021, 5, 1), date(2021, 5, 31), date(2021, 5, 31),
    )  # fmt: skip
    return passports.mint(Definition(**{**vars(of), **change}))


@pytest.fixture
def teams(session: Session, stevns: Municipality, add_batch: Add) -> dict[str, Team]:
    """Opfølgning and D, too small, and A, B and C of their law group, with answers and a week of sending."""
    like = team_of(session, stevns)
    found = {"Opfølgning": like, "D": grown(session, like, "D", caseworkers=2)}
    found |= {name: grown(session, like, name) for name in "ABC"}
    for team in found.values():
        for night in range(3):
            add_batch(team, DAY + timedelta(night), [(point,) * 7 for point in range(5)] * 3)
        send(session, team, MONDAY, 60, 30)
    return found


def text_of(client: FlaskClient, figure: str, status: int = 200) -> str:
    """The words of a figure's page."""
    page = client.get(f"/figures/{figure}")
    assert page.status_code == status
    return words(page.text)


def test_a_page_says_what_the_figure_is_of(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """The digits, the period, the base, the rule, the program, and the portions with their days."""
    text = text_of(sign_in(stevns), id_of(session, teams["A"]))
    for said in (
        "2,5 n = 36 besvarelser",
        "1. maj 2021 – 31. maj 2021",
        "Opfølgning, version 1",
        "Regel 1: intet gennemsnit og ingen andel af færre end 5 svar, ingen svarprocent af færre end 5 sendte",
        "af Tilfreds 0.1.0",
        "3 portioner, 45 besvarelser",
        "5. maj 2021 15 1 5. maj 2021",
        "Sendt 60 Leveret 60 Besvaret 30",
        "Det er aldrig et gennemsnit af dagenes gennemsnit",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("n", {}, "Antal besvarelser 45"),
        ("n", {"statement": 1}, "Antallet, der svarede på udsagnet"),
        ("mean", {"statement": 2}, "Summen af svarene på udsagnet"),
        ("share", {"statement": 1, "point": 4}, "9/36 = 25,0 % n = 36 svar Usikkerhed: 13,8 % til 41,1 %"),
        ("share", {"statement": 1, "point": TOP_TWO}, "et af de to øverste svar"),
        ("share", {"statement": 1, "point": DONT_KNOW}, "Andel »ved ikke« 9/45 = 20,0 %"),
        ("rate", {}, "30/60 = 50,0 %"),
    ],
)
def test_every_kind_has_its_words(
    kind: str,
    change: dict[str, Any],
    said: str,
    session: Session,
    stevns: Municipality,
    teams: dict[str, Team],
    sign_in: SignIn,
) -> None:
    """How it is worked out, in Danish."""
    if kind == "rate":
        change = {"first": MONDAY, "last": MONDAY + timedelta(6)}
    assert said in text_of(sign_in(stevns), id_of(session, teams["A"], kind, **change))


def test_the_rest_without_a_team_that_is_in_it_now_is_not_told(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """An id from before it became too small: the difference between the two would be its figures."""
    client, rest = sign_in(stevns), id_of(session, teams["A"], team_id=REST)
    text_of(client, rest)
    session.execute(delete(Assignment).where(Assignment.team_id == teams["A"].id))
    assert "Resten var af andre team" in text_of(client, rest, 404)


def test_an_id_of_a_team_in_another_law_group_is_of_nothing(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """Also where that law group has too few caseworkers to be shown."""
    grown(session, team_of(session, stevns, "LAS"), "E", caseworkers=1)
    assert "ikke noget tal" in text_of(sign_in(stevns), id_of(session, teams["A"], law="LAS"), 404)


def test_weeks_that_are_not_told_are_named_beside_the_told(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """A week that is not closed is in no number; without one the page says that its weeks never change."""
    client = sign_in(stevns)
    assert "Ugerne er lukket: de ændrer sig ikke mere." in text_of(client, id_of(session, teams["A"]))
    assert "lukket endnu" not in text_of(client, id_of(session, teams["A"]))
    sent(session, teams["A"], MONDAY + timedelta(7), 40, 30, closed=False)
    text = text_of(client, id_of(session, teams["A"]))
    assert "1 uge (uge 19, 2021) er ikke lukket endnu, tidligst 1. juni 2021. Ugerne er lukket" in text


def test_other_rules_than_todays_are_said(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """An id minted under rule 0 may have had other digits."""
    assert "regel 0, nu 1" in text_of(sign_in(stevns), id_of(session, teams["A"], rule=0))


def test_a_mistyped_id_is_told_and_asked_for_again(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """In a Danish sentence, with the field it was typed in; the field leads to the figure."""
    client, figure = sign_in(stevns), id_of(session, teams["A"])
    assert "skrevet forkert" in text_of(client, figure[:-1] + ("0" if figure[-1] != "0" else "1"), 404)
    assert "Tallets id" in words(client.get("/figures").text)
    assert client.get(f"/figures?id={figure.upper()}").headers["Location"].endswith(figure.upper())


@pytest.mark.parametrize("typed", ["%00", "0%000", "%1b[2J", "%e2%80%ae0"])
def test_what_no_keyboard_types_is_not_said_again(typed: str, stevns: Municipality, sign_in: SignIn) -> None:
    """404 with the sentence, and neither NUL nor other signs that cannot be seen in the page."""
    answer = sign_in(stevns).get(f"/figures/{typed}")
    assert (answer.status_code, "skrevet forkert" in words(answer.text)) == (404, True)
    assert not {"\0", "\x1b", "\u202e"} & set(answer.text)


def test_a_team_that_is_too_small_now_is_not_shown(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """Its ids open nothing any more; the law group's do."""
    client, figure = sign_in(stevns), id_of(session, teams["A"])
    session.execute(delete(Assignment).where(Assignment.team_id == teams["A"].id))
    text = text_of(client, figure, 404)
    assert "kun samlet med resten" in text
    assert "2,5" not in text
    assert "225 besvarelser" in text_of(client, id_of(session, teams["A"], whole=True))


def test_a_manager_sees_the_figures_of_the_own_teams(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """Not another team's, not the rest, and the law group only where the own team is told in it."""
    of_a, of_d = (sign_in(stevns, team=teams[name]) for name in "AD")
    mine, other = id_of(session, teams["A"]), id_of(session, teams["B"])
    group, rest = id_of(session, teams["A"], whole=True), id_of(session, teams["A"], team_id=REST)
    assert [of_a.get(f"/figures/{one}").status_code for one in (mine, other, group, rest)] == [200, 404, 404, 404]
    assert [of_d.get(f"/figures/{one}").status_code for one in (mine, other, group, rest)] == [404, 404, 200, 404]
    assert "resten uden for teamene" in text_of(sign_in(stevns), rest)


def test_another_municipalitys_id_opens_nothing(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn, now: object
) -> None:
    """Neither its team's nor its law group's: the version is not theirs."""
    faxe = municipalities.establish(
        session,
        slug="faxe",
        name="Faxe",
        phone="56 20 20 20",
        sms_sender="Faxe",
        now=now,  # type: ignore[arg-type]  # the fixture's
    )
    client, rng = sign_in(faxe), random.Random(1)
    for figure in rng.sample(
        [id_of(session, team, whole=whole) for team in teams.values() for whole in (True, False)], 4
    ):
        assert "ikke noget tal" in text_of(client, figure, 404)


def test_a_waves_figure_says_that_its_portions_lie_wholly_in_its_days(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """Another figure of the same days does not."""
    client, said = sign_in(stevns), "31. maj 2021; kun portioner, der ligger helt i disse dage"
    found = [said in text_of(client, id_of(session, teams["A"], inside=inside)) for inside in (True, False)]
    assert found == [True, False]
