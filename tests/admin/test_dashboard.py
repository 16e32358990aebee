"""The manager's room: who sees which figures, and what the page says."""

import re
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.dashboard import extremes
from survey import municipalities, question_sets, scoring
from survey.figures import StatementResult
from survey.models import (
    Assignment,
    Batch,
    MeetingCount,
    Municipality,
    Participation,
    QuestionnaireVersion,
    Staff,
    Team,
)
from survey.scoring import Figure
from tests.survey.told import tell

DAY = date(2021, 5, 5)
Add = Callable[..., Batch]
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def sign_in(session: Session, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]) -> SignIn:
    """A client signed in: `sign_in(municipality, role="manager", team=None)`."""

    def sign(municipality: Municipality, role: str = "manager", team: Team | None = None) -> FlaskClient:
        email = f"{secrets.token_hex(4)}@x.dk"
        person = employ(session, municipality, role, team.name if team else None, email=email)
        return enter(person, municipality)

    return sign


def team_of(session: Session, municipality: Municipality, law: str = "LAB") -> Team:
    """The municipality's team under `law`."""
    wanted = select(Team).where(Team.municipality_id == municipality.id, Team.law == law)
    return session.scalars(wanted.order_by(Team.id)).first()  # type: ignore[return-value]  # it has one


def grown(session: Session, like: Team, name: str, caseworkers: int = 3) -> Team:
    """One more team of the same law group with so many caseworkers."""
    of = {"municipality_id": like.municipality_id}
    team = Team(**of, name=name, law=like.law, questionnaire_id=like.questionnaire_id)
    people = [Staff(email=f"{name}{n}@x.dk".lower(), name="X", password_hash="-") for n in range(caseworkers)]
    session.add_all([team, *people])
    session.flush()
    session.add_all(Assignment(**of, staff_id=staff.id, role="caseworker", team_id=team.id) for staff in people)
    session.flush()
    return team


def send(session: Session, team: Team, week: date, sent: int, answered: int, unknown: int = 0) -> None:
    """A week of sending, closed and told."""
    wanted = select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    of = {"municipality_id": team.municipality_id, "team_id": team.id, "version_id": session.scalar(wanted)}
    numbers = {"invited": sent, "sent": sent, "unknown": unknown, "delivered": sent - unknown}
    session.add(Participation(**of, **numbers, week=week, answered=answered, closed=True))
    session.flush()
    tell(session, team)


def words(page: str) -> str:
    """The page's text without markup, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<title>[^<]*</title>|<[^>]+>", " ", page)).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_stevns_2021_reads_as_published(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Both groups apart, each rate with both numbers and its interval; an old municipality shows its data."""
    send(session, team_of(session, stevns), date(2021, 5, 3), 1043, 559, unknown=2)
    send(session, team_of(session, stevns, "LAS"), date(2021, 5, 10), 167, 53)
    add_batch(team_of(session, stevns), DAY, [(4, 3, 4, 3, 4, 3, 4)] * 8)
    page = sign_in(stevns).get("/tal")
    text = words(page.text)
    assert page.status_code == 200
    assert "559/1043 = 53,6 %" in text
    assert "53/167 = 31,7 %" in text
    assert "Usikkerhed: 25,2 % til 39,1 %" in text
    assert "Heraf 2 usikre afsendelser" in text
    assert "Gennemsnit ift. dato" in text
    assert "1. juli 2020 – 10. maj 2021" in text


def test_a_chart_and_its_table_say_the_same(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Thirty who nearly all answered at the top: "mindst 3,9" with n = 30, drawn and written."""
    add_batch(team_of(session, stevns), DAY, [(4,) * 7] * 27 + [(4, 4, 4, 4, 4, 3, 2)] * 3)
    page = sign_in(stevns).get("/tal").text
    assert "5. maj 2021: mindst 3,9 (n = 30)" in page
    assert "5. maj 2021 mindst 3,9 30" in words(page)
    assert "3,96" not in words(page)


def test_the_period_and_team_lie_in_the_address(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Only the chosen days count, and the form shows them again."""
    for days, answer in ((0, 2), (10, 3)):
        add_batch(team_of(session, stevns), DAY + timedelta(days), [(answer,) * 7] * 9)
    page = sign_in(stevns).get("/tal?fra=2021-05-01&til=2021-05-09").text
    assert "n = 9 besvarelser" in words(page)
    assert 'value="2021-05-09"' in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("fra=2021-02-30", "En af datoerne findes ikke"),
        ("til=i går", "En af datoerne findes ikke"),
        ("fra=2021-05-02&til=2021-05-01", "Fra-datoen ligger efter til-datoen"),
        ("fra=0021-05-02", "En af datoerne ligger uden for 2000-2099. Skriv dem som 2021-05-02."),
        ("fra=0001-01-01&til=9999-12-31", "En af datoerne ligger uden for 2000-2099."),
        ("til=2100-01-01", "En af datoerne ligger uden for 2000-2099."),
    ],
)
def test_wrong_dates_are_told(query: str, message: str, stevns: Municipality, sign_in: SignIn) -> None:
    """The page says what is wrong, answers 400 and shows the usual period."""
    page = sign_in(stevns).get(f"/tal?{query}")
    assert page.status_code == 400
    assert message in page.text
    assert "Fejl: Tal" in page.text


def test_the_farthest_dates_are_only_empty(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """A century on the page and in a report, with answers on both sides of its first day."""
    for days in (0, 10):
        add_batch(team_of(session, stevns), DAY + timedelta(days), [(2,) * 7] * 60)
    client = sign_in(stevns)
    for first in ("2000-01-01", DAY + timedelta(5)):
        for page in ("tal", "rapport"):
            assert client.get(f"/{page}?fra={first}&til=2099-12-31").status_code == 200


def test_no_answers_yet_is_a_page_too(stevns: Municipality, sign_in: SignIn) -> None:
    """A new municipality reads that the first figure comes with eight answers."""
    text = words(sign_in(stevns).get("/tal").text)
    assert text.count("Det første tal kommer tidligst, når otte har svaret.") == 2


def test_no_team_is_a_page_too(session: Session, now: datetime, sign_in: SignIn) -> None:
    """A municipality without teams has nothing to show, and says so."""
    place = {"slug": "tom", "name": "Tom", "phone": "1", "sms_sender": "Tom"}
    empty = municipalities.establish(session, **place, now=now, teams={})
    assert "endnu ingen team" in sign_in(empty).get("/tal").text


def test_an_anonymous_visitor_gets_the_sign_in_page(app: Flask, stevns: Municipality) -> None:
    """No figure without a name."""
    assert app.test_client().get("/tal").status_code == 303


@pytest.mark.parametrize("role", ["administrator", "caseworker"])
def test_only_managers_come_in(role: str, session: Session, stevns: Municipality, sign_in: SignIn) -> None:
    """An administrator has no business here, and a caseworker never sees a score."""
    team = team_of(session, stevns) if role == "caseworker" else None
    assert sign_in(stevns, role, team).get("/tal").status_code == 403


def test_a_manager_of_one_team_sees_that_team(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Their own mean, not the neighbour's, nor the law group's; the neighbour's address is refused."""
    like = team_of(session, stevns)
    mine, theirs = grown(session, like, "Jobklar"), grown(session, like, "Aktivitet")
    add_batch(mine, DAY, [(3,) * 7] * 8)
    add_batch(theirs, DAY, [(2,) * 7] * 9)
    client = sign_in(stevns, team=mine)
    page = client.get("/tal").text
    assert "n = 8 besvarelser" in words(page)
    assert "Aktivitet" not in page
    assert "Ydelse</h2>" not in page
    assert client.get(f"/tal?team={theirs.id}").status_code == 403
    assert client.get("/tal?team=99999").status_code == 404


def test_a_small_team_is_shown_only_in_its_law_group(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Two caseworkers: their manager sees the law group, and why, but no other team by itself."""
    like = team_of(session, stevns)
    small, *others = (grown(session, like, name, caseworkers=n) for name, n in (("Lille", 2), ("A", 3), ("B", 3)))
    for team in (small, *others):
        add_batch(team, DAY, [(3,) * 7] * 8)
    text = words(sign_in(stevns, team=small).get("/tal").text)
    assert "Tallene for Lille vises kun samlet med resten af Opfølgning" in text
    whole = words(sign_in(stevns).get("/tal").text)
    assert not [name for name in "AB" if f"{name} 3,0 8" in text]
    assert [name for name in "AB" if f"{name} 3,0 8" in whole]


def test_all_teams_stand_side_by_side_and_one_can_be_chosen(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """The law group lists its teams with links; the chosen one has its own page."""
    teams = [grown(session, team_of(session, stevns), name) for name in ("Jobklar", "Aktivitet")]
    for team, answer in zip(teams, (3, 2), strict=True):
        add_batch(team, DAY, [(answer,) * 7] * 8)
    client = sign_in(stevns)
    assert "Jobklar 3,0 8" in words(client.get("/tal").text)
    page = client.get(f"/tal?team={teams[1].id}").text
    assert "Tal for Aktivitet" in page
    assert "n = 8 besvarelser" in words(page)


def test_another_municipality_never_shows(
    session: Session, stevns: Municipality, now: datetime, sign_in: SignIn, add_batch: Add
) -> None:
    """Faxe's answers are not on Stevns' page, and Faxe's team is unknown there."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    add_batch(team_of(session, faxe), DAY, [(3,) * 7] * 9)
    client = sign_in(stevns)
    assert "n = 9" not in words(client.get("/tal").text)
    assert client.get(f"/tal?team={team_of(session, faxe).id}").status_code == 404


def test_two_versions_have_their_own_headings(
    session: Session, stevns: Municipality, now: datetime, sign_in: SignIn, add_batch: Add
) -> None:
    """Each series is named by its questionnaire, with the version where there are two of it."""
    add_batch(team_of(session, stevns), DAY, [(2,) * 7] * 8)
    municipalities.publish(session, stevns.id, question_sets.load("opfoelgning"), now)
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 8)
    text = words(sign_in(stevns).get("/tal").text)
    assert "Skemaet Opfølgning, version 1" in text
    assert "Skemaet Opfølgning, version 2" in text
    assert "Opfølgning: Opfølgning" not in text


def test_reasons_are_danish_and_small_numbers_are_words(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Two protected addresses are "færre end fem"; with k = 8 they are "færre end otte"."""
    team = team_of(session, stevns)
    add_batch(team, DAY, [(3,) * 7] * 9)
    of = {"municipality_id": stevns.id, "team_id": team.id, "week": date(2021, 5, 3)}
    session.add(MeetingCount(**of, decision="protected_address", n=2))
    # The quarter is over.
    session.add(MeetingCount(**{**of, "week": date(2021, 7, 5)}, decision="invited", n=1))
    session.flush()
    assert "Borgeren har beskyttet adresse færre end fem" in words(sign_in(stevns).get("/tal").text)
    stevns.smallest_group = 8
    session.flush()
    assert "Borgeren har beskyttet adresse færre end otte" in words(sign_in(stevns).get("/tal").text)


@pytest.mark.parametrize(
    ("smallest", "k", "eight", "ten"), [(5, "fem", "otte", "ti"), (9, "9", "9", "ti"), (12, "12", "12", "12")]
)
def test_the_page_names_the_municipalitys_own_k(
    stevns: Municipality,
    session: Session,
    sign_in: SignIn,
    add_batch: Add,
    smallest: int,
    k: str,
    eight: str,
    ten: str,
) -> None:
    """Wherever it says how many answers a figure needs."""
    stevns.smallest_group = smallest
    session.flush()
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 12)
    text = words(sign_in(stevns).get("/tal").text)
    assert f"Et punkt er mindst {eight} besvarelser" in text
    assert f"Det første tal kommer tidligst, når {eight} har svaret." in text
    assert f"hviler på færre end {k} besvarelser, og ingen svarprocent på færre end {k} sendte." in text
    assert f"Et punkt i diagrammet kræver {eight}, fordelinger {ten}" in text


def test_lowest_and_highest_are_of_published_means() -> None:
    """Equal means have no extremes, and hidden ones are none."""
    low, high, hidden = (
        StatementResult(number, str(number), mean, None, None, scoring.HIDDEN)
        for number, mean in enumerate((Figure("2,0", 9, 2.0), Figure("3,0", 9, 3.0), scoring.HIDDEN))
    )
    assert extremes([high, hidden, low]) == (low, high)
    assert extremes([low, low]) is None
    assert extremes([hidden]) is None
