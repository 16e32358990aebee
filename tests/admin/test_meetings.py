"""The upload page: a trial that saves nothing, an import that saves, and clear words for every bad file."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import sending_rules, workdays
from survey.models import AccessLog, Meeting, MeetingImport, Municipality, Staff, Stop
from survey.sending_rules import Rule

HEADER = "SamtaleID;Team;Dato;Tid;Status;BorgerID;Navn;Mobil\n"


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def rows(*names: str) -> bytes:
    """A file with one held meeting of yesterday per name, for the team Ydelse."""
    day = f"{workdays.day(workdays.now()).replace(day=1):%d-%m-%Y}"
    lines = (f"S{n};Ydelse;{day};08:00;Afholdt;B{n};{name};2012345{n}\n" for n, name in enumerate(names))
    return (HEADER + "".join(lines)).encode()


def send(client: FlaskClient, data: bytes, name: str = "samtaler.csv", action: str = "try") -> TestResponse:
    """Post the upload form; written out, because the test client leaves a big body's temporary file open."""
    head = f'--x\r\nContent-Disposition: form-data; name="action"\r\n\r\n{action}\r\n--x\r\n'
    head += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--x--\r\n"
    return client.post("/samtaler", data=body, content_type="multipart/form-data; boundary=x")


def stored(session: Session) -> int:
    """How many meetings there are."""
    return session.scalar(select(func.count()).select_from(Meeting)) or 0


def test_a_trial_shows_what_would_happen_and_saves_nothing(admin: FlaskClient, session: Session) -> None:
    """Counts per outcome; no meeting, no import; one row in the access log."""
    page = send(admin, rows("Anne", "Bo")).text
    assert "Intet er gemt endnu" in page
    assert '<td class="n"><strong>2</strong></td>' in page
    assert (stored(session), session.scalar(select(func.count()).select_from(MeetingImport))) == (0, 0)
    assert session.scalars(select(AccessLog.action)).all() == ["try import"]


def test_an_import_saves_and_a_second_one_changes_nothing(admin: FlaskClient, session: Session) -> None:
    """And it stands in the list of earlier imports with its counts."""
    data = rows("Anne", "Bo")
    assert "Samtalerne er gemt" in send(admin, data, action="import").text
    assert "Filen bragte intet nyt" in send(admin, data, action="import").text
    assert stored(session) == 2
    page = admin.get("/samtaler").text
    assert page.count('<td class="value">samtaler.csv</td>') == 1


def test_without_a_gateway_the_page_does_not_promise_to_send(app: Flask, admin: FlaskClient) -> None:
    """It says that the messages wait; with one, when they leave."""
    day = f"{workdays.day(workdays.now()) - timedelta(days=1):%d-%m-%Y}"
    first, second = (HEADER + f"{n};Ydelse;{day};08:00;Afholdt;{n};Anne;2012345{n}\n" for n in (1, 2))
    assert "i sendetiden, mandag-fredag kl. 9-18." in send(admin, first.encode(), action="import").text
    app.config["ACCOUNTS"] = ()
    assert "ingen gateway sat op" in send(admin, second.encode(), action="import").text


def test_the_page_says_when_by_the_rule_and_what_stands_still(
    app: Flask, admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """The municipality's own window; the gateway that has stopped; the channel that nobody carries."""
    window = workdays.Window(frozenset({2, 4}), time(10, 30), time(14))
    sending_rules.save(session, stevns.id, Rule(window=window), staff_id=None, now=workdays.now())
    session.add(Stop(municipality_id=stevns.id, gateway="simulated", stopped_at=workdays.now(), reason="x"))
    session.flush()
    app.config["ACCOUNTS"] = [replace(account, channels=("sms",)) for account in app.config["ACCOUNTS"]]
    day = f"{workdays.day(workdays.now()) - timedelta(days=1):%d-%m-%Y}"
    page = send(admin, f"{HEADER}1;Ydelse;{day};08:00;Afholdt;1;Anne;20123451\n".encode(), action="import").text
    assert "i sendetiden, tirsdag og torsdag kl. 10.30-14. simulated er standset" in page
    assert "ingen gateway til e-mail." in page


def test_refused_rows_are_shown_with_line_column_value_and_remedy(admin: FlaskClient) -> None:
    """As text, whatever is in them."""
    data = rows("Anne").replace(b";Ydelse;", b";<img src=x onerror=alert(1)>;")
    page = send(admin, data).text
    assert "Afviste rækker" in page
    assert '<td class="n">2</td><td>Team</td>' in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_unknown_columns_are_named(admin: FlaskClient) -> None:
    """So that a misspelt header is seen."""
    data = rows("Anne").replace(b";Mobil\n", b";Mobil;Skonummer\n")
    assert "Kolonner, der ikke bruges: Skonummer" in send(admin, data).text


def test_a_long_list_of_refused_rows_is_cut_and_says_so(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stays a page."""
    monkeypatch.setattr("admin.meetings.REFUSED_SHOWN", 1)
    page = send(admin, rows("Anne", "Bo").replace(b";Ydelse;", b";Ukendt;")).text
    assert "De første 1 af 2 afviste rækker er vist." in page


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "tom.csv", "Filen er tom"),
        (b"MZ\x90\0", "program.exe", "xlsx"),
        (b"PK\x03\x04", "ark.xlsx", "Excel"),
        (b"Navn;Mobil\nAnne;20123456\n", "samtaler.csv", "SamtaleID"),
        (b"x" * (20 * 1024**2 + 1), "stor.csv", "20 MB"),
    ],
)
def test_an_unusable_file_is_explained(
    admin: FlaskClient, session: Session, data: bytes, name: str, message: str
) -> None:
    """422, in Danish, and nothing is saved even when Importér was pressed."""
    answer = send(admin, data, name, "import")
    assert answer.status_code == 422
    assert "Filen kan ikke bruges." in answer.text
    assert message in answer.text
    assert stored(session) == 0


def test_a_file_of_50_mb_is_refused_before_it_is_read(admin: FlaskClient, session: Session) -> None:
    """A page, not a broken connection."""
    answer = send(admin, b"x" * 50 * 1024**2)
    assert answer.status_code == 413
    assert "højst fylde 20 MB" in answer.text


def test_no_file_and_two_files_are_explained(admin: FlaskClient) -> None:
    """One at a time."""
    none = admin.post("/samtaler", data={"action": "try"})
    two = [(io.BytesIO(rows("Anne")), name) for name in ("a.csv", "b.csv")]
    both = admin.post("/samtaler", data={"file": two, "action": "import"})
    assert (none.status_code, both.status_code) == (422, 422)
    assert "Vælg en fil." in none.text
    assert "Vælg én fil ad gangen." in both.text


def test_the_shaped_file_is_accounted_for_on_the_page(admin: FlaskClient) -> None:
    """1213 rows read; the formula in a name is shown as text, a CPR number never."""
    data = (Path(__file__).parent.parent / "data" / "samtaler_cp1252.csv").read_bytes()
    page = send(admin, data, "samtaler_cp1252.csv").text
    assert "<strong>1213</strong>" in page
    assert "=HYPERLINK(&#34;" in page


def test_the_page_shows_what_became_of_every_meeting(admin: FlaskClient, session: Session) -> None:
    """The decisions of the last month, day by day, with their sum; before the first import there are none."""
    assert "Ingen samtaler de seneste 31 dage." in admin.get("/samtaler").text
    send(admin, rows("Anne", "Bo"), action="import")
    page = admin.get("/samtaler").text
    assert (
        '<tr><th scope="row" class="light"><strong>I alt</strong></th><td class="n"><strong>2</strong></td>'
        in page
    )
    assert "Tallene passer ikke" not in page
