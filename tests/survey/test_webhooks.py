"""The door for receipts: quick, without cookies, closed to forgers, and silent about what it is handed."""

import logging
import random
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

from survey import db, receipts, webhooks
from survey.config import Settings
from survey.gateways import simulated
from survey.models import Message, Municipality, Receipt, RefusedReceipt
from tests.survey.receiving import at_once, handed_over
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


SECRET = "hemmelig-" * 8
DELIVERED = {"id": "7", "refId": "1-2-1", "resultCode": 1001}
"""What LINK says about a letter that arrived."""


def link_account(folder: Path) -> Path:
    """A file with an account at LINK, whose provider signs nothing, beside the simulator's."""
    lines = ['[gateway.sms]\nkind = "link"\nuser = "u"\npassword_file = "webhook"\nplatform_partner_id = "1"']
    lines.append('gates = ["g"]\nwebhook_secret_file = "webhook"\n[gateway.simulated]\nkind = "simulated"\n')
    (folder / "sending.toml").write_text("\n".join(lines))
    return folder / "sending.toml"


@pytest.mark.parametrize(("tail", "status"), [(SECRET, 200), ("forkert", 403), ("", 401)])
def test_a_provider_that_signs_nothing_has_a_secret_in_its_path(
    settings: Settings, session: Session, tmp_path: Path, tail: str, status: int
) -> None:
    """Whoever knows the path may report; the account's reader compares it."""
    (tmp_path / "webhook").write_text(f"{SECRET}\n")
    app = create_app(replace(settings, gateways=(), sending_file=link_account(tmp_path)))
    answer = app.test_client().post(f"/kvittering/sms{'/' if tail else ''}{tail}", json=DELIVERED)
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
    """The secret is read at the first receipt, not at each; a name nobody has is not kept."""
    with app.app_context():
        assert webhooks.reader_of("simulated") is webhooks.reader_of("simulated")
        assert webhooks.reader_of("nobody") is None
        assert list(app.extensions[webhooks.EXTENSION]) == ["simulated"]


def test_the_file_of_gateways_is_read_when_the_process_begins(settings: Settings, tmp_path: Path) -> None:
    """No receipt and no page reads it again."""
    path = link_account(tmp_path)
    (tmp_path / "webhook").write_text(f"{SECRET}\n")
    app = create_app(replace(settings, gateways=(), sending_file=path))
    path.unlink()
    with app.app_context():
        assert webhooks.reader_of("simulated") is not None


def test_a_secret_that_is_missing_closes_only_its_own_door(
    settings: Settings, session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It went bad since the start: 503, the log says what to do, nothing counts as forged, nothing restarts."""
    (tmp_path / "webhook").write_text(f"{SECRET}\n")
    app = create_app(replace(settings, gateways=(), sending_file=link_account(tmp_path)))
    client = app.test_client()
    (tmp_path / "webhook").unlink()
    assert client.post(f"/kvittering/sms/{SECRET}", json=DELIVERED).status_code == 503
    assert f"sending.toml: [gateway.sms] webhook_secret_file {tmp_path / 'webhook'} kan ikke læses" in caplog.text
    assert SECRET not in caplog.text
    assert session.scalars(select(RefusedReceipt)).all() == []
    assert post(client, settings, "delivered") == [200]
    (tmp_path / "webhook").write_text(f"{SECRET}\n")
    assert client.post(f"/kvittering/sms/{SECRET}", json=DELIVERED).status_code == 200


def test_nothing_that_is_posted_is_a_fault_of_ours(client: FlaskClient) -> None:
    """Random bytes with a random signature, anywhere: 401, 403 or 404, never 500."""
    chance = random.Random(7)
    for _ in range(100):
        body, sign = chance.randbytes(chance.randrange(40)), chance.randbytes(chance.randrange(4)).hex()
        tail = chance.choice(["", "/æ", "/%00", "/" + "x" * 3000])
        answer = client.post(
            f"/kvittering/simulated{tail}", data=body, headers={"Signature": f"{sign}é" if sign else ""}
        )
        assert answer.status_code == (403 if sign else 401)
    assert client.post("/kvittering/%00").status_code == 404


def test_the_same_event_posted_by_eight_at_once_is_one_row(
    database_url: str, app: Flask, settings: Settings
) -> None:
    """Eight are answered 200, as if each had been the only one."""
    engine = db.connect(database_url)
    [one] = simulated.posts(settings.simulator_dir, "1-2-1", "delivered")
    answers: list[int] = []

    def act(_number: int) -> None:
        answer = app.test_client().post("/kvittering/simulated", data=one.body, headers=dict(one.headers))
        answers.append(answer.status_code)

    at_once(8, act)
    with db.transaction() as session:
        assert len(session.scalars(select(Receipt)).all()) == 1
    assert answers == [200] * 8
    engine.dispose()
