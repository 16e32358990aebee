"""Receipts of the real providers, posted over real HTTP to the door, signed and forged."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from survey import db
from survey.config import SettingError, Settings
from survey.models import Receipt, RefusedReceipt
from tests.providers.gatewayapi import GatewayApiProvider
from tests.providers.gatewayapi_rest import GatewayApiRestProvider
from tests.providers.link import LinkProvider
from tests.providers.provider import Provider
from wsgi import create_app

PROVIDERS = {provider.kind: provider for provider in (GatewayApiProvider, GatewayApiRestProvider, LinkProvider)}
LINK = 'user = "u"\npassword_file = "none"\nplatform_partner_id = "1"\ngates = ["abc"]\n'


@pytest.fixture
def door(database_url: str, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """The address of the running web application; it has the webhooks' secret and no token that sends."""
    (tmp_path / "secret").write_text(Provider.secret)
    sections = [
        f'[gateway.{kind.replace("_", "-")}]\nkind = "{kind}"\nwebhook_secret_file = "secret"\n'
        + (LINK if kind == "link" else 'token_file = "none"\n')
        for kind in PROVIDERS
    ]
    (tmp_path / "sending.toml").write_text("".join(sections))
    engine = db.connect(database_url)
    app = create_app(replace(settings, gateways=(), sending_file=tmp_path / "sending.toml"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/kvittering/"
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


@pytest.fixture
def answers(door: str) -> Iterator[Callable[[str, str], list[int]]]:
    """`answers(kind, shape)`: what the door answers when that provider posts receipts in that shape."""
    playing = {kind: provider() for kind, provider in PROVIDERS.items()}
    for provider in playing.values():
        provider.start()

    def post(kind: str, shape: str) -> list[int]:
        provider = playing[kind]
        return [provider.post(call, door + kind.replace("_", "-")) for call in provider.receipts("1-2-1", shape)]

    yield post
    for provider in playing.values():
        provider.stop()


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_signed_receipt_is_stored_once_and_a_forged_one_counted(
    answers: Callable[[str, str], list[int]], kind: str
) -> None:
    """A repeat and what is under way are answered 200 and add nothing."""
    assert answers(kind, "repeat") == [200, 200]
    assert answers(kind, "under way") == [200]
    assert (answers(kind, "unsigned"), answers(kind, "forged")) == ([401], [403])
    with db.transaction() as session:
        stored = session.execute(select(Receipt.gateway, Receipt.reference, Receipt.state)).all()
        assert [(kind.replace("_", "-"), "1-2-1", "delivered")] == [tuple(row) for row in stored]
        assert session.scalar(select(func.sum(RefusedReceipt.n))) == 2


def test_a_mistake_in_the_file_stops_the_web_at_once(settings: Settings, tmp_path: Path) -> None:
    """Not at the first receipt, when nobody is looking."""
    (tmp_path / "sending.toml").write_text("[gateway.a]\nkind = 'post'\n")
    with pytest.raises(SettingError, match="kind skal være en af"):
        create_app(replace(settings, gateways=(), sending_file=tmp_path / "sending.toml"))
