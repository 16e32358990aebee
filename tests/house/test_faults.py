"""What goes wrong around us is answered kindly, and the log never learns who it was."""

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import db, views
from survey.models import Municipality, Staff
from tests.conftest import ROOT

TOKEN = "a" * 26


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of a program that answers instead of raising."""
    app.testing = False
    return app.test_client()


def failing(error: Exception) -> Callable[..., None]:
    """A function that raises `error`, whatever it is asked."""

    def fail(*_arguments: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError(f"/s/{TOKEN} +4520123456"), 500),
        (InvalidChunkSize(b"zz"), 400),
        (OperationalError("SELECT", {"phone": "+4520123456"}, Exception(TOKEN)), 503),
    ],
)
def test_a_fault_is_answered_kindly_and_logged_without_the_link(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    """A path is a link that works: the log has the route and the kind of error, nothing else."""
    monkeypatch.setattr(views, "visit", failing(error))
    with caplog.at_level(logging.DEBUG):
        answer = client.get(f"/s/{TOKEN}")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("30" if status == 503 else None)
    assert type(error).__name__ in caplog.text
    assert "pages.questionnaire" in caplog.text
    assert TOKEN not in caplog.text
    assert "20123456" not in caplog.text


def test_a_database_that_is_away_says_so_to_a_citizen(client: FlaskClient) -> None:
    """Nothing is stored, and they are asked to try again."""
    engine = db.connect("postgresql://nobody@127.0.0.1:1/nothing")
    answer = client.post(f"/s/{TOKEN}", data={"s1": "4"})
    engine.dispose()
    assert answer.status_code == 503
    assert "Prøv igen" in answer.text


def test_a_character_no_text_may_hold_is_a_bad_request(app: Flask, session: Session) -> None:
    """NUL in an e-mail is nobody's, and no fault of ours."""
    answer = app.test_client().post("/log-ind", data={"email": "a\0@b.dk", "password": "x" * 12})
    assert answer.status_code in (400, 401, 422)


@pytest.mark.no_cover  # it reads megabytes byte by byte
@pytest.mark.parametrize(
    "name", ["samtaler_cp1252.csv", "samtaler_excel_utf8bom.csv", "samtaler.xlsx", "stor.csv"]
)
@pytest.mark.parametrize(
    "boundary", ["----WebKitFormBoundaryQqKxWzRtUvYpLmNo", "-" * 27 + "31415926535897932384626433832"]
)
def test_a_file_of_any_allowed_size_comes_through_as_browsers_send_it(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    name: str,
    boundary: str,
) -> None:
    """Chrome and Firefox, 100 KB and 5 MB."""
    line = "S{};Jobsamtale;Opfølgning;LAB;03-05-2021;10:00;Aflyst;SB1;Telefon;B1;Bo Bæk;20123456;;da;;Nej;Nej\r\n"
    path = ROOT / "tests" / "data" / name
    data = path.read_bytes() if path.exists() else big(line)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{Path(name).name}"\r\n\r\n'
    tail = f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="action"\r\n\r\ntry\r\n--{boundary}--\r\n'
    body = head.encode() + data + tail.encode()
    client = enter(employ(session, stevns, "administrator"), stevns)
    answer = client.post(
        "/samtaler",
        input_stream=BytesIO(body),
        content_length=len(body),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code == 200
    assert ">Udfald<" in answer.text


def big(line: str) -> bytes:
    """A file of 5 MB."""
    header = (ROOT / "tests" / "data" / "samtaler_excel_utf8bom.csv").read_text("utf-8-sig").splitlines()[0]
    rows = 5_000_000 // len(line)
    return f"{header}\r\n{''.join(line.format(number) for number in range(rows))}".encode()
