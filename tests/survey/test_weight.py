"""What a questionnaire weighs on its way to a phone: the page and its style sheet, uncompressed, heads and all."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import languages, municipalities, own_looks, question_sets
from survey.own_looks import Choice

MOST = 14 * 1024
SERVERS = (
    "HTTP/1.1 200 OK\r\nServer: gunicorn\r\nDate: Fri, 30 Jan 2026 12:00:00 GMT\r\nConnection: keep-alive\r\n\r\n"
)
"""What gunicorn puts around our own lines."""
LONG = "Ringkøbing-Skjern Kommune"
OWN = Choice(colour="#7a003c", statement_url="https://www.was.digst.dk/ringkoebing-skjern-dk")
"""All that a municipality can choose and that makes the page longer, but what it asks beside and a logo."""
SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def weight(answer: TestResponse) -> int:
    """Bytes of an answer and its head."""
    return len(SERVERS) + sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) + len(answer.data)


@pytest.mark.parametrize("code", question_sets.CODES)
def test_every_language_of_every_questionnaire_is_under_fourteen_kilobytes(
    app: Flask,
    client: FlaskClient,
    session: Session,
    now: datetime,
    invite: Callable[..., int],
    send_link: Callable[..., str],
    code: str,
) -> None:
    """Of a municipality with a long name and all it can choose, over https, in a language chosen by hand."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url="https://svar.example.dk")
    called = {"name": LONG, "phone": "99 74 24 24", "sms_sender": "RKSK"}
    town = municipalities.establish(session, slug="rksk", now=now, teams={"Team": ("LAB", code)}, **called)
    own_looks.save(session, town.id, OWN)
    address = f"/s/{send_link(session, town, invite(session, town, 'Team'))}"
    weights = {}
    for language in languages.NAMES:
        page = client.get(f"{address}?sprog={language}")
        assert f'<html lang="{language}"' in page.text
        weights[language] = weight(page) + weight(client.get(SHEET.findall(page.text)[0]))
    assert {language: bytes_ for language, bytes_ in weights.items() if bytes_ > MOST} == {}
