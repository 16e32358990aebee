"""The room for reports: who sees which, as a page and as files."""

import re
import secrets
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.models import Municipality, Staff, Team
from tests.reporting import DAY, Add, crowd, of_law, send
from tests.survey.told import another

SignIn = Callable[..., FlaskClient]
SUMMER = "fra=2021-05-02&til=2021-08-23"


@pytest.fixture
def sign_in(session: Session, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]) -> SignIn:
    """A client signed in: `sign_in(municipality, role="manager", team=None)`."""

    def sign(municipality: Municipality, role: str = "manager", team: Team | None = None) -> FlaskClient:
        email = f"{secrets.token_hex(4)}@x.dk"
        return enter(employ(session, municipality, role, team.name if team else None, email=email), municipality)

    return sign


def words(page: str) -> str:
    """The page's text without markup, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<title>[^<]*</title>|<[^>]+>", " ", page)).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def answered(session: Session, place: Municipality, add_batch: Add) -> None:
    """Both of Stevns' groups have answers."""
    for law, statements in (("LAB", 7), ("LAS", 5)):
        add_batch(of_law(session, place, law), DAY, crowd(statements, p4=30, p3=20, p2=10))
    send(session, of_law(session, place, "LAB"), date(2021, 5, 3), 559, 1043)


def test_the_page_has_both_groups_and_leads_to_the_files(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """The note, the tables, and links that give the same report as a file."""
    answered(session, stevns, add_batch)
    page = sign_in(stevns).get(f"/rapport?slags=bilag&{SUMMER}")
    text = words(page.text)
    assert page.status_code == 200
    assert "med en svarprocent på 53,6 (559 af 1043). Perioden går fra 2. maj til 23. august." in text
    assert "Udsagnene, Opfølgning" in text
    assert "Udsagnene, Ydelse" in text
    assert "/rapport.pdf?slags=bilag&amp;fra=2021-05-02&amp;til=2021-08-23" in page.text


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("pdf", "application/pdf", b"%PDF-"),
        ("docx", "openxmlformats", b"PK"),
        ("html", "text/html", b"<!doctype html>"),
    ],
)
def test_a_file_is_named_by_place_and_period(
    form: str, kind: str, begins: bytes, session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """It is offered to be saved, never shown in the place of the page."""
    answered(session, stevns, add_batch)
    file = sign_in(stevns).get(f"/rapport.{form}?{SUMMER}")
    assert file.status_code == 200
    assert kind in file.content_type
    assert file.data.startswith(begins)
    name = f"tilfreds-stevns-2021-05-02-2021-08-23.{form}"
    assert file.headers["Content-Disposition"] == f"attachment; filename={name}"


@pytest.mark.parametrize(
    ("kind", "first"), [("bilag", "2020-07-01"), ("halvaarsstatus", "2021-01-01"), ("kvartalsnotat", "2021-04-01")]
)
def test_one_click_gives_the_newest_period_that_is_over(
    kind: str, first: str, session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """Each kind has its own; a kind there is none of is the annex."""
    add_batch(of_law(session, stevns, "LAS"), DAY, crowd(5, p4=30, p3=20, p2=10))
    assert f'value="{first}"' in sign_in(stevns).get(f"/rapport?slags={kind}").text


def test_a_kind_that_is_none_is_told_with_the_choices(stevns: Municipality, sign_in: SignIn) -> None:
    """As a page with 400; the file leads there."""
    client = sign_in(stevns)
    page = client.get("/rapport?slags=zz")
    assert (page.status_code, "Den slags rapport findes ikke. Vælg en af: bilag (" in page.text) == (400, True)
    assert client.get("/rapport.pdf?slags=zz").location == "/rapport?slags=zz"


def test_a_wrong_date_is_told_on_the_page(stevns: Municipality, sign_in: SignIn) -> None:
    """A file with a wrong date leads there."""
    client = sign_in(stevns)
    page = client.get("/rapport?fra=2021-02-30")
    assert (page.status_code, "En af datoerne findes ikke" in page.text) == (400, True)
    far = client.get("/rapport?fra=0021-05-02")
    assert (far.status_code, "En af datoerne ligger uden for 2000-2099." in far.text) == (400, True)
    file = client.get("/rapport.pdf?fra=2021-02-30&slags=bilag")
    assert (file.status_code, file.location) == (303, "/rapport?fra=2021-02-30&slags=bilag")
    assert client.get("/rapport.exe").status_code == 404


@pytest.mark.parametrize("role", ["caseworker", "administrator"])
def test_only_managers_come_in(role: str, session: Session, stevns: Municipality, sign_in: SignIn) -> None:
    """As on the dashboard: page and files alike."""
    client = sign_in(stevns, role, of_law(session, stevns, "LAB") if role == "caseworker" else None)
    assert [client.get(path).status_code for path in ("/rapport", "/rapport.pdf")] == [403, 403]


def test_an_anonymous_visitor_gets_the_sign_in_page(app: Flask, stevns: Municipality) -> None:
    """Nobody reads a report by its address alone."""
    assert app.test_client().get("/rapport.docx").status_code == 303


def test_a_manager_of_one_team_has_its_report_and_no_other(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """The whole group and another team are not theirs; in the municipality's report teams do not stand apart."""
    team = of_law(session, stevns, "LAS")
    mine, other = another(session, team, "Min"), another(session, team, "Din")
    for each in (mine, other):
        add_batch(each, DAY, crowd(5, p4=30, p3=20, p2=10))
    client = sign_in(stevns, team=mine)
    text = words(client.get(f"/rapport?{SUMMER}").text)
    assert ("Udsagnene, Min" in text, "Din" in text) == (True, False)
    assert client.get(f"/rapport.pdf?team={other.id}&{SUMMER}").status_code == 403
    assert client.get("/rapport.pdf?team=999999").status_code == 404
    whole = words(sign_in(stevns).get(f"/rapport?{SUMMER}").text)
    assert "Udsagnene, Ydelse" in whole
    assert f"team={mine.id}" in sign_in(stevns).get(f"/rapport?team={mine.id}&{SUMMER}").text


def test_a_small_team_is_told_only_in_its_law_group(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add
) -> None:
    """The report says so and names it."""
    team = of_law(session, stevns, "LAS")
    tiny, large = another(session, team, "Lille", 1), another(session, team, "Stor", 9)
    for each in (tiny, large):
        add_batch(each, DAY, crowd(5, p4=30, p3=20, p2=10))
    text = words(sign_in(stevns, team=tiny).get(f"/rapport?{SUMMER}").text)
    assert "Tallene for Lille vises kun samlet med resten af gruppen" in text
    assert "Udsagnene, Ydelse" in text


def test_reading_a_report_writes_nothing(
    session: Session, stevns: Municipality, sign_in: SignIn, add_batch: Add, sql: Callable[..., object]
) -> None:
    """Neither the page nor a file."""
    answered(session, stevns, add_batch)
    client = sign_in(stevns)
    client.get("/rapport")
    with sql() as statements:  # type: ignore[attr-defined]  # a context manager
        client.get(f"/rapport?{SUMMER}")
        client.get(f"/rapport.pdf?{SUMMER}")
    assert [
        each for each in statements if not each.lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK"))
    ] == []
