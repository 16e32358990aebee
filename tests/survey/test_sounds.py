"""A recording is served to whoever has its name: whole or in part, for ever the same."""

import hashlib
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import recordings
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Staff
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "recordings"
OPUS = (FOLDER / "tone.opus").read_bytes()
PATH = f"/lyd/{hashlib.sha256(OPUS).hexdigest()}"


@pytest.fixture
def client(
    app: Flask, session: Session, stevns: Municipality, employ: Callable[..., Staff], now: datetime
) -> FlaskClient:
    """A stranger's browser; there is one recording."""
    found = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "faxe")
    place = recordings.Place(stevns.id, session.scalars(found).one(), "da", 1)
    recordings.save(session, place, OPUS, staff_id=employ(session, stevns, "administrator").id, now=now)
    return app.test_client()


def test_a_recording_is_whole(client: FlaskClient) -> None:
    """Its kind and length are told, it may be kept for ever, and it is nothing but sound."""
    answer = client.get(PATH)
    assert (answer.status_code, answer.data) == (200, OPUS)
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Length"] == str(len(OPUS))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-1", 0, 2), ("bytes=100-", 100, len(OPUS)), ("bytes=-10", len(OPUS) - 10, len(OPUS))],
)
def test_a_part_is_what_was_asked_for(client: FlaskClient, asked: str, start: int, end: int) -> None:
    """206, as Safari asks before it plays anything."""
    answer = client.get(PATH, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, OPUS[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(OPUS)}"
    assert answer.headers["Content-Length"] == str(end - start)


def test_a_part_that_is_not_there_is_refused(client: FlaskClient) -> None:
    """416."""
    assert client.get(PATH, headers={"Range": f"bytes={len(OPUS)}-"}).status_code == 416


def test_what_a_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    """304 for the same tag; HEAD tells the length alone."""
    tag = client.get(PATH).headers["ETag"]
    again = client.get(PATH, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(PATH)
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, str(len(OPUS)), b"")


@pytest.mark.parametrize("name", ["0" * 64, "x", "A" * 64, "../static/icon.svg", PATH[5:] + "0"])
def test_what_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    """No such recording, or no name at all."""
    assert client.get(f"/lyd/{name}").status_code == 404
