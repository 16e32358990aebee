"""The administrator's room for the municipality: saved as a whole or not at all."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import own_looks
from survey.models import AccessLog, Municipality, Staff
from survey.own_looks import Choice
from tests.survey.logo_files import SQUARE, a_png

GOOD = {
    "colour": " 7A003C ",
    "statement_url": "https://www.was.digst.dk/stevns-dk",
    "data_officer": "dpo@stevns.dk,\n 56 57 57 57",
    "asks_comment": "y",
}


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """An administrator of Stevns, signed in."""
    return enter(employ(session, stevns, "administrator"), stevns)


def file(content: bytes, name: str = "logo.svg") -> tuple[io.BytesIO, str]:
    """An upload."""
    return io.BytesIO(content), name


def test_everything_is_saved_at_once(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """Fields, switches and logo; the log tells which, never what."""
    answer = admin.post("/kommunen", data=GOOD | {"logo": file(SQUARE)}, follow_redirects=True)
    assert "Det er gemt" in answer.text
    assert 'value="#7a003c"' in answer.text
    kept = Choice("#7a003c", GOOD["statement_url"], "dpo@stevns.dk, 56 57 57 57", asks_comment=True)
    assert own_looks.of(session, stevns.id) == kept
    session.expire_all()
    assert stevns.logo == SQUARE
    log = session.execute(select(AccessLog.action, AccessLog.subject)).one()
    assert tuple(log) == ("change municipality", "colour statement_url data_officer asks_comment logo")


def test_nothing_changed_is_nothing_logged(admin: FlaskClient, session: Session) -> None:
    """An empty form where nothing was chosen."""
    assert "Der var intet at ændre" in admin.post("/kommunen", data={}, follow_redirects=True).text
    assert session.scalars(select(AccessLog.action)).all() == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"colour": "#ffcc00"}, "Farven #ffcc00 har kontrasten 1,"),
        ({"colour": "rød"}, "Skriv farven som # og seks tegn"),
        ({"colour": "#fff;}*{display:none"}, "Skriv farven som # og seks tegn"),
        ({"statement_url": "http://was.digst.dk"}, "begynde med https://"),
        ({"statement_url": "https://localhost"}, "begynde med https://"),
        ({"statement_url": "https://bo:kode@was.digst.dk"}, "begynde med https://"),
        ({"statement_url": 'https://was.digst.dk/"onload="x'}, "begynde med https://"),
        ({"statement_url": "https://[was.digst.dk"}, "begynde med https://"),
        ({"statement_url": "javascript:alert(1)"}, "begynde med https://"),
        ({"statement_url": "https://a.dk/" + "x" * 300}, "for lang"),
        ({"data_officer": "x" * 201}, "højst 200 tegn"),
        ({"data_officer": "Ring til 010190-1234"}, "CPR-nummer"),
        ({"logo": file(b"GIF89a", "logo.gif")}, "hverken PNG eller SVG"),
        (
            {"logo": file(b"\x89PNG\r\n\x1a\n" + b"\0" * 100_000, "logo.png")},
            "fylder 98 KB og må højst fylde 16 KB",
        ),
        ({"logo": file(a_png(601, 20))}, "601 × 20 punkter"),
        ({"logo": file(SQUARE.replace(b"<path", b"<script/><path"))}, "indeholder et script"),
        ({"logo": file(SQUARE), "remove_logo": "y"}, "Vælg enten"),
    ],
)
def test_one_mistake_and_nothing_is_saved(
    admin: FlaskClient, session: Session, stevns: Municipality, wrong: dict[str, object], message: str
) -> None:
    """422 with the remedy at the field; everything else stands in the form as it was typed."""
    answer = admin.post("/kommunen", data=GOOD | wrong)
    assert answer.status_code == 422
    assert message in answer.text
    assert "<title>Fejl: " in answer.text
    assert own_looks.of(session, stevns.id) == Choice()
    session.expire_all()
    assert stevns.look is None


def test_a_colour_is_measured_without_being_saved(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """The contrast everywhere in both schemes, and a link to see it."""
    page = admin.post("/kommunen", data={"do": "try", "colour": "#ff0000"}).text
    assert "har kontrasten 3,49:1 som kant om et valgt svar" in page
    assert "farve=%23ff0000" in page
    assert "#7a003c kan læses alle steder" in admin.post("/kommunen", data={"do": "try", "colour": "7a003c"}).text
    assert "Standardfarven kan læses" in admin.post("/kommunen", data={"do": "try", "colour": ""}).text
    assert "Skriv farven som" in admin.post("/kommunen", data={"do": "try", "colour": "blå"}).text
    session.expire_all()
    assert stevns.colour is None


def test_the_preview_is_made_of_the_real_sheet(admin: FlaskClient) -> None:
    """In the colour of the address, else the saved one; dark or light whatever the reader prefers."""
    admin.post("/kommunen", data={"colour": "#7a003c", "logo": file(a_png(), "logo.png")})
    page = admin.get("/kommunen/vis?farve=%23123456&skema=moerk")
    assert "img-src data:" in page.headers["Content-Security-Policy"]
    assert '<p class="who">Stevns Kommune</p>' in page.text
    assert "/kommunen/vis.css?farve=%23123456&amp;skema=moerk" in page.text
    dark = admin.get("/kommunen/vis.css?farve=%23123456&skema=moerk")
    assert dark.mimetype == "text/css"
    assert "--deed:#123456" in dark.text
    assert "data:image/png;base64," in dark.text
    assert "@media all" in dark.text
    assert "--deed:#7a003c" in admin.get("/kommunen/vis.css?farve=blaa").text


def test_a_lighter_colour_is_told_of_only_where_there_is_one(admin: FlaskClient) -> None:
    """A dark colour is lightened on a dark screen; one that is light enough is not spoken of."""
    told = [admin.post("/kommunen", data={"do": "try", "colour": each}).text for each in ("#7a003c", "#cfe8ff")]
    assert ["bliver farven af sig selv lysere" in page for page in told] == [True, False]


def test_what_the_law_demands_is_said_to_be_missing(admin: FlaskClient) -> None:
    """Each until it is saved."""
    missing = ("Mangler: adressen på jeres tilgængelighedserklæring", "Mangler: hvordan borgere kan nå")
    pages = [admin.get("/kommunen").text]
    pages += [
        admin.post("/kommunen", data=data, follow_redirects=True).text
        for data in ({"statement_url": GOOD["statement_url"]}, GOOD)
    ]
    assert [[each in page for each in missing] for page in pages] == [[True, True], [False, True], [False, False]]


def test_a_logo_is_removed(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """By a cross, offered only where there is one."""
    assert "Fjern logoet" not in admin.get("/kommunen").text
    admin.post("/kommunen", data={"logo": file(SQUARE)})
    assert "Fjern logoet" in admin.get("/kommunen").text
    admin.post("/kommunen", data={"remove_logo": "y"})
    session.expire_all()
    assert stevns.logo is None
