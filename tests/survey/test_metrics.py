"""Metrics: Prometheus' text format, for whoever has the token."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey.config import SettingError, Settings
from survey.models import GatewayState, Municipality, RefusedReceipt
from tests.survey.sending import queue
from wsgi import create_app

TOKEN = "0123456789abcdef"


@pytest.fixture
def client(settings: Settings, tmp_path: Path, session: Session) -> FlaskClient:
    """A web process whose settings name a token."""
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n", "utf-8")
    return create_app(replace(settings, metrics_token_file=path)).test_client()


def read(client: FlaskClient, token: str = TOKEN) -> list[str]:
    """The lines of the metrics that are no comments."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return [line for line in answer.text.splitlines() if not line.startswith("#")]


def test_there_are_no_metrics_without_a_token_in_the_settings(settings: Settings, session: Session) -> None:
    """As if the page did not exist."""
    assert create_app(settings).test_client().get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer x", f"Basic {TOKEN}", "Bearer æøå"])
def test_a_wrong_token_reads_nothing(client: FlaskClient, given: str) -> None:
    """401, and how to do it right."""
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "tilfreds" not in answer.text


def test_messages_are_counted_by_municipality_channel_and_state(
    client: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """And how late the oldest is."""
    queue(session, stevns, now, 3)
    lines = read(client)
    assert 'tilfreds_messages{municipality="stevns",channel="sms",state="waiting"} 3' in lines
    late = next(line for line in lines if line.startswith("tilfreds_oldest_waiting_seconds "))
    assert float(late.split()[1]) > 0


def test_gateways_and_receipts_are_told(client: FlaskClient, session: Session, now: datetime) -> None:
    """Stopped, credit, refused receipts; a name cannot break out of its quotation marks."""
    stopped = {"stopped_at": now, "reason": "kredit", "probe_at": now}
    session.execute(insert(GatewayState).values(name='a"b\\c', **stopped))
    rich = {"credit": Decimal("1299.5"), "currency": "DKK", "credit_at": now}
    session.execute(insert(GatewayState).values(name="rich", **rich))
    session.execute(insert(RefusedReceipt).values(gateway="rich", day=now.date(), wrong="forged", n=4))
    lines = read(client)
    assert 'tilfreds_gateway_stopped{gateway="a\\"b\\\\c"} 1.0' in lines
    assert 'tilfreds_gateway_credit{gateway="rich",currency="DKK"} 1250' in lines
    assert 'tilfreds_receipts_refused{gateway="rich",wrong="forged"} 4' in lines


def test_without_messages_nothing_is_late(client: FlaskClient) -> None:
    """An empty outbox is 0 seconds behind."""
    assert "tilfreds_oldest_waiting_seconds 0.0" in read(client)


@pytest.mark.parametrize("content", [None, "short"])
def test_a_token_that_is_none_is_a_wrong_setting(settings: Settings, tmp_path: Path, content: str | None) -> None:
    """The web process does not start; the message names the setting."""
    path = tmp_path / "token"
    if content:
        path.write_text(content, "utf-8")
    with pytest.raises(SettingError, match="TILFREDS_METRICS_TOKEN_FILE"):
        create_app(replace(settings, metrics_token_file=path))


def test_a_token_that_goes_bad_later_is_told_in_the_log(
    client: FlaskClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """503 for whoever asks, and what to do for whoever reads the log."""
    (tmp_path / "token").unlink()
    assert client.get("/metrics").status_code == 503
    assert "TILFREDS_METRICS_TOKEN_FILE" in caplog.text
