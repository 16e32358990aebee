"""The whole way of an SMS: from the outbox through a worker to a provider, and its receipt back to the message."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from survey import db, jobs, municipalities, receipts
from survey.config import Settings
from survey.models import Message
from tests.providers.gatewayapi import GatewayApiProvider
from tests.survey.sending import open_key, queue
from wsgi import create_app

N = 12


def waiting(now: datetime) -> None:
    """Let `N` invitations wait."""
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="stevns", name="Stevns Kommune", phone="56 57 57 57", sms_sender="Stevns", now=now
        )
        open_key(session, stevns, now)
        queue(session, stevns, now, N)


def test_messages_go_out_by_http_and_their_receipts_come_back(
    database_url: str, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    """Each is taken on once, under its own reference; each is delivered, however often that is told."""
    engine = db.connect(database_url)
    with GatewayApiProvider() as provider:
        (tmp_path / "token").write_text(provider.token)
        (tmp_path / "secret").write_text(provider.secret)
        (tmp_path / "sending.toml").write_text(
            f'[gateway.sms]\nkind = "gatewayapi"\nurl = "{provider.url}"\ntoken_file = "token"\n'
            'webhook_secret_file = "secret"\n'
        )
        filed = replace(settings, gateways=(), sending_file=tmp_path / "sending.toml")
        waiting(now)
        work = jobs.work_of(filed, print, lambda: now + timedelta(minutes=1))
        assert jobs.send(work)["sent"] == N
        assert {len(letters) for letters in provider.accepted.values()} == {1}
        posted = posts(create_app(filed), provider)
    with db.transaction() as session:
        receipts.process(session, now)
        states = session.execute(select(Message.state, Message.gateway, Message.reference)).all()
    engine.dispose()
    assert posted == {200}
    assert {(state, name) for state, name, _ in states} == {("delivered", "sms")}
    assert {reference for *_, reference in states} == set(provider.accepted)


def posts(app: Flask, provider: GatewayApiProvider) -> set[int]:
    """Post a receipt, twice, for every letter the provider took on; the answers."""
    client = app.test_client()
    calls = [call for reference in provider.accepted for call in provider.receipts(reference, "repeat")]
    return {client.post("/kvittering/sms", data=one.body, headers=dict(one.headers)).status_code for one in calls}
