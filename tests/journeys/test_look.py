"""A municipality's colour and logo, from the administrator's form to the citizen's browser."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import looks, looks_pages
from survey.models import Municipality, Staff
from tests.conftest import ROOT
from tests.survey.logo_files import SQUARE


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """An administrator of Stevns, signed in."""
    return enter(employ(session, stevns, "administrator"), stevns)


def address(app: Flask, session: Session) -> str:
    """Where the municipality's sheet is."""
    look = session.scalars(select(Municipality.look)).one()
    with app.test_request_context():
        return app.url_for("looks.style", look=look)


def test_a_municipality_gets_its_own_sheet(admin: FlaskClient, app: Flask, session: Session) -> None:
    """One file, kept for a year under a name that changes with colour, logo and program."""
    admin.post("/kommunen", data={"colour": "#7a003c", "logo": (io.BytesIO(SQUARE), "logo.svg")})
    first = address(app, session)
    answer = app.test_client().get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "--deed:#7a003c" in answer.text
    assert "data:image/svg+xml;base64," in answer.text
    admin.post("/kommunen", data={"colour": "#003c7a"})
    second = address(app, session)
    assert second.partition("?")[0] != first.partition("?")[0]
    assert "--deed:#003c7a" in app.test_client().get(second).text


def test_a_refused_colour_changes_nothing_for_citizens(
    admin: FlaskClient, app: Flask, session: Session, stevns: Municipality
) -> None:
    """The page says what was measured and what would do; the old look stays."""
    admin.post("/kommunen", data={"colour": "#7a003c"})
    before = address(app, session)
    refused = admin.post("/kommunen", data={"colour": "#ff69b4"})
    assert refused.status_code == 422
    assert "har kontrasten 2,43:1 som tekst på en boks" in refused.text
    assert "mindst 4,50:1" in refused.text
    assert address(app, session) == before


def test_an_unknown_look_is_404_and_never_asked_of_the_database_when_it_cannot_be_one(
    app: Flask, stevns: Municipality, sql: Callable[..., object]
) -> None:
    """Sixteen hexadecimal digits are looked up; anything else is not."""
    with sql() as statements:  # type: ignore[attr-defined]  # a context manager that lists statements
        for odd in ("x", "0" * 17, "ABCDEF0123456789"):
            assert app.test_client().get(f"/stil/{odd}.css").status_code == 404
        assert statements == []
        assert app.test_client().get(f"/stil/{'0' * 16}.css").status_code == 404
        assert len(statements) == 1


def test_who_has_chosen_none_has_the_common_sheet(app: Flask, sql: Callable[..., object]) -> None:
    """Kept for a year like any other, loading nothing, and made without the database."""
    client = app.test_client()
    page = client.get("/svar").text
    with sql() as statements:  # type: ignore[attr-defined]  # a context manager that lists statements
        answer = client.get(re.findall(r'"(/stil/faelles\.css\?v=[0-9a-f]{8})"', page)[0])
    assert answer.headers["Cache-Control"] == looks_pages.A_YEAR
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.text == looks.style_sheet((ROOT / "static" / "citizen.css").read_text("utf-8"), None, None)
    assert statements == []


def test_a_sheet_is_made_once(
    admin: FlaskClient, app: Flask, session: Session, sql: Callable[..., object]
) -> None:
    """The second reader costs no statement."""
    admin.post("/kommunen", data={"colour": "#12345f"})
    path = address(app, session)
    app.test_client().get(path)
    with sql() as statements:  # type: ignore[attr-defined]  # a context manager that lists statements
        assert app.test_client().get(path).status_code == 200
    assert statements == []


def test_another_editions_page_does_not_keep_this_ones_sheet(
    admin: FlaskClient, app: Flask, session: Session
) -> None:
    """While the program is being replaced, a sheet asked for under another edition's name is asked for again."""
    admin.post("/kommunen", data={"colour": "#7a003c"})
    path = address(app, session)
    assert path.endswith(f"?v={looks_pages.edition()}")
    for other in (path.partition("?")[0], f"{path}0"):
        assert app.test_client().get(other).headers["Cache-Control"] == "no-cache"
