"""The door for receipts: quick, without cookies, closed to forgers, and silent about what it is handed."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import receipts, webhooks
from survey.config import Settings
from survey.gateways import simulated
from survey.models import Message, Municipality, Receipt, RefusedReceipt
from tests.survey.receiving import handed_over
from wsgi import create_app


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A provider."""
    return app.test_client()


@pytest.fixture
def message(session: Session, stevns: Municipality, invite: Callable[..., int], now: datetime) -> Message:
    """A message that the gateway "simulated" has."""
    return handed_over(session, stevns, invite(session, stevns), now)


def post(client: FlaskClient, settings: Settings, shape: str, reference: str | None = "1-2-1") -> list[int]:
    """Post receipts of one shape as the simulated provider; the answers."""
    made = simulated.posts(settings.simulator_dir, reference or "", shape)
    return [
        client.post("/kvittering/simulated", data=one.body, headers=dict(one.headers)).status_code for one in made
    ]


def test_a_receipt_is_stored_and_answered_and_applied_later(
    client: FlaskClient, session: Session, settings: Settings, message: Message, now: datetime
) -> None:
    """200 at once; the message is settled by the next run."""
    assert post(client, settings, "delivered", message.reference) == [200]
    assert message.state == "sent"
    receipts.process(session, now)
    session.expire_all()
    assert message.state == "delivered"


@pytest.mark.parametrize(
    ("shape", "answers", "stored"),
    [
        ("duplicate", [200, 200], 1),
        ("out of order", [200, 200], 1),
        ("contradiction", [200, 200], 2),
        ("unknown reference", [200], 1),
        ("forged", [403], 0),
        ("unsigned", [401], 0),
        ("unreadable", [400], 0),
    ],
)
def test_every_shape_has_its_answer(
    client: FlaskClient, session: Session, settings: Settings, shape: str, answers: list[int], stored: int
) -> None:
    """A provider repeats what is not answered 200: only what it never meant to say is refused."""
    assert post(client, settings, shape) == answers
    assert len(session.scalars(select(Receipt)).all()) == stored


def test_what_is_refused_is_counted(client: FlaskClient, session: Session, settings: Settings) -> None:
    """Forged with and without a signature together, and unreadable."""
    for shape in ("forged", "unsigned", "unreadable"):
        post(client, settings, shape)
    rows = session.scalars(select(RefusedReceipt))
    assert {(row.gateway, row.wrong, row.n) for row in rows} == {
        ("simulated", "forged", 2),
        ("simulated", "unreadable", 1),
    }


@pytest.mark.parametrize("path", ["/kvittering/nobody", "/kvittering/nobody/secret", "/kvittering/SIMULATED"])
def test_a_gateway_nobody_has_is_404_and_not_counted(client: FlaskClient, session: Session, path: str) -> None:
    """Strangers cannot fill a table by inventing names."""
    assert client.post(path, data=b"{}").status_code == 404
    assert session.scalars(select(RefusedReceipt)).all() == []


@pytest.mark.parametrize(("tail", "status"), [("hemmelig", 200), ("forkert", 403), ("", 401)])
def test_a_provider_that_signs_nothing_has_a_secret_in_its_path(
    settings: Settings, session: Session, tmp_path: Path, tail: str, status: int
) -> None:
    """Whoever knows the path may report; the account's reader compares it."""
    (tmp_path / "webhook").write_text("hemmelig\n")
    lines = ['[gateway.sms]\nkind = "link"\nuser = "u"\npassword_file = "webhook"\nplatform_partner_id = "1"']
    lines.append('gates = ["g"]\nwebhook_secret_file = "webhook"\n')
    (tmp_path / "sending.toml").write_text("\n".join(lines))
    app = create_app(replace(settings, gateways=(), sending_file=tmp_path / "sending.toml"))
    said = {"id": "7", "refId": "1-2-1", "resultCode": 1001}
    answer = app.test_client().post(f"/kvittering/sms{'/' if tail else ''}{tail}", json=said)
    assert answer.status_code == status
    assert len(session.scalars(select(Receipt)).all()) == (status == 200)


@pytest.mark.parametrize("shape", ["delivered", "forged", "unreadable"])
def test_an_answer_takes_at_most_two_statements(
    client: FlaskClient,
    settings: Settings,
    sql: Callable[[], AbstractContextManager[list[str]]],
    shape: str,
) -> None:
    """One in fact, whatever is said; the savepoints are the test's own."""
    with sql() as statements:
        post(client, settings, shape)
    assert len([one for one in statements if "SAVEPOINT" not in one]) == 1


@pytest.mark.parametrize("path", ["/kvittering/simulated", "/kvittering/simulated/secret"])
def test_looking_at_the_door_changes_nothing(client: FlaskClient, session: Session, path: str) -> None:
    """405 for GET and HEAD: nothing is stored, and nothing counted."""
    assert [client.get(path).status_code, client.head(path).status_code] == [405, 405]
    assert [*session.scalars(select(RefusedReceipt)), *session.scalars(select(Receipt))] == []


def test_the_door_needs_no_csrf_token_and_sets_no_cookie(app: Flask, session: Session, settings: Settings) -> None:
    """A provider has neither."""
    app.config["WTF_CSRF_ENABLED"] = True
    [one] = simulated.posts(settings.simulator_dir, "1-2-1", "delivered")
    answer = app.test_client().post("/kvittering/simulated", data=one.body, headers=dict(one.headers))
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])


def test_a_body_has_a_largest_size(client: FlaskClient, session: Session) -> None:
    """More is not even read."""
    assert client.post("/kvittering/simulated", data=b"x" * (64 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize("shape", ["delivered", "forged", "unreadable"])
def test_nothing_of_a_receipt_is_logged(
    client: FlaskClient, settings: Settings, caplog: pytest.LogCaptureFixture, shape: str
) -> None:
    """Neither body nor signature nor reference, at any level."""
    with caplog.at_level(logging.DEBUG):
        post(client, settings, shape, "77-88-99")
    assert "77-88-99" not in caplog.text
    assert "v1=" not in caplog.text


def test_readers_are_made_once(app: Flask) -> None:
    """The secrets are read at the first receipt, not at each."""
    with app.app_context():
        assert list(webhooks.readers()) == ["simulated"]
        assert webhooks.readers() is webhooks.readers()
