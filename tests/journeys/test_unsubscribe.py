"""Saying no thanks as a mail program does it: one POST, no cookie, over a real connection."""

import re
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from survey import db, invitations
from survey.config import LONGEST_HOST
from survey.db import Base
from survey.gateways import Letter, mail
from survey.models import OptOut

HOST = f"svar.{'k' * (LONGEST_HOST - 8)}.dk"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def port(app: Flask, new_link: Callable[..., str]) -> Iterator[int]:
    """The program on a port of 127.0.0.1, with a database of its own."""
    app.testing = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the threaded server alone
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(port: int, method: str, path: str, body: str = "") -> tuple[HTTPResponse, str]:
    """One request on a connection of its own, with nothing a browser would add."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body or None, {"Host": HOST} | (FORM if body else {}))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def everything() -> dict[str, list[str]]:
    """Every row of every table."""
    with db.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }


def fingerprints() -> int | None:
    """How many fingerprints are left in peace."""
    with db.reading() as connection:
        return connection.scalar(select(func.count()).select_from(OptOut))


def mailed(token: str) -> EmailMessage:
    """The mail that reaches the citizen, read as a mail program reads it."""
    address = invitations.address("https://svar.dk", HOST, token)
    letter = Letter("1-2-1", "email", "a@borger.dk", "Stevns Kommune", "Hvordan var det?", address)
    letter = Letter(**{**vars(letter), "unsubscribe": f"{address}/afmeld"})
    read = message_from_bytes(mail.written(letter, "svar@kommune.dk"), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_the_header_of_a_mail_unsubscribes_with_one_click(port: int, new_link: Callable[..., str]) -> None:
    """The header survives folding with the longest host; its POST has no cookie and gets none, twice."""
    read = mailed(new_link())
    found = re.fullmatch(r"<(https://[^>\s]+)>", read["List-Unsubscribe"])
    assert found, read["List-Unsubscribe"]
    assert len(HOST) == LONGEST_HOST
    assert urlsplit(found[1]).netloc == HOST
    for _twice in range(2):
        answer, text = ask(port, "POST", urlsplit(found[1]).path, read["List-Unsubscribe-Post"])
        assert answer.status == 200
        assert "Du får ikke flere beskeder" in text
        assert answer.getheader("Set-Cookie") is None
        assert fingerprints() == 1


def test_looking_changes_nothing(port: int, new_link: Callable[..., str]) -> None:
    """GET and HEAD of every address about saying no, by a scanner that follows links, leave all tables alone."""
    path = f"/s/{new_link()}"
    before = everything()
    for wanted in (path, f"{path}/afmeld", f"{path}/afmeld/fortryd", "/svar", "/er-beskeden-aegte"):
        for method in ("GET", "HEAD"):
            answer, _text = ask(port, method, wanted)
            assert (wanted, answer.status) == (wanted, 200)
    assert everything() == before


def test_the_button_and_its_undo(port: int, new_link: Callable[..., str]) -> None:
    """From the foot of the questionnaire to no thanks and back, as a person goes."""
    path = f"/s/{new_link()}"
    _answer, questionnaire = ask(port, "GET", path)
    found = re.search(r'href="([^"]+)">Vil du ikke have flere beskeder\?', questionnaire)
    assert found
    _answer, offered = ask(port, "GET", found[1])
    button = re.search(r'<form method="post" action="([^"]+)">\s*<button type="submit">Jeg vil ikke have', offered)
    assert button
    _answer, out = ask(port, "POST", button[1])
    assert fingerprints() == 1
    undo = re.search(r'<form method="post" action="([^"]+)">\s*<button type="submit" class="second">Fortryd', out)
    assert undo
    assert "Du kan blive spurgt igen" in ask(port, "POST", undo[1])[1]
    assert fingerprints() == 0
