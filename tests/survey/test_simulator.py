"""The simulator's page: on this machine alone, with every letter, receipts and rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import outbox, simulator
from survey.config import Settings
from survey.gateways import Letter, simulated
from survey.gateways.simulated import Simulated
from survey.models import Message, Municipality
from tests.survey.sending import WORKER, claim, queue
from wsgi import create_app

LINK = "https://svar.stevns.dk/s/" + "a2" * 13


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """Somebody at this machine."""
    return app.test_client()


@pytest.fixture
def deliver(settings: Settings) -> Callable[..., None]:
    """`deliver(n, body=…)` lets `n` letters arrive."""

    def arrive(n: int = 1, body: str = f"Hvordan gik din samtale? {LINK}", channel: str = "sms") -> None:
        for number in range(1, n + 1):
            letter = Letter(f"1-{number}-1", channel, f"+452012{number:04}", "Stevns", "", body)
            Simulated(settings.simulator_dir).send(letter)

    return arrive


def test_every_letter_is_shown_with_its_link(client: FlaskClient, deliver: Callable[..., None]) -> None:
    """SMS and e-mail, newest first, the link to follow."""
    deliver(2)
    deliver(1, f"En mail\n{LINK}\n", "email")
    page = client.get("/simulator").text
    assert f'href="{LINK}"' in page
    assert page.index("E-mail til +4520120001") < page.index("SMS til +4520120002")
    assert "Beskeder (3)" in page


def test_an_empty_mailbox_says_so(client: FlaskClient) -> None:
    """Also before anything was ever sent."""
    assert "Ingen beskeder." in client.get("/simulator").text
    assert "Ingen beskeder passer." in client.get("/simulator?q=x").text


def test_a_letter_without_a_link_and_with_markup_is_shown_as_text(
    client: FlaskClient, deliver: Callable[..., None]
) -> None:
    """Nothing in a letter becomes part of the page."""
    deliver(1, "<script>alert(1)</script>")
    page = client.get("/simulator").text
    assert "<script>alert" not in page
    assert "Åbn linket" not in page


def test_a_full_mailbox_has_pages_and_can_be_searched(client: FlaskClient, deliver: Callable[..., None]) -> None:
    """25 a page; a page that is not there is the nearest one."""
    deliver(60)
    assert "Side 1 af 3" in client.get("/simulator").text
    middle = unescape(client.get("/simulator?side=2").text)
    assert "/simulator?side=1" in middle
    assert "/simulator?side=3" in middle
    assert "Side 3 af 3" in client.get("/simulator?side=900").text
    assert "Side 1 af 3" in client.get("/simulator?side=x").text
    assert "Beskeder (1)" in client.get("/simulator?q=0042").text


@pytest.mark.parametrize(("state", "button"), [("delivered", "Levér kvittering"), ("failed", "Meld fejl")])
def test_a_button_delivers_a_receipt(
    client: FlaskClient,
    session: Session,
    ready: Municipality,
    settings: Settings,
    now: datetime,
    state: str,
    button: str,
) -> None:
    """The message is settled as the provider would; a second time nothing changes, and the page says which."""
    queue(session, ready, now)
    batch = claim(session, now, carriers={"sms": "simulated"})
    gateway = Simulated(settings.simulator_dir)
    outbox.note(session, outbox.hand_over(batch.claimed, [gateway]), worker=WORKER, now=now)
    assert f">{button}<" in client.get("/simulator").text
    form = {"reference": batch.claimed[0].reference, "status": state}
    answer = client.post("/simulator/kvittering", data=form, follow_redirects=True)
    assert "Kvitteringen er leveret." in answer.text
    assert session.scalars(select(Message.state)).all() == [state]
    assert "ændrede intet" in client.post("/simulator/kvittering", data=form, follow_redirects=True).text


def test_a_number_can_be_made_to_refuse_and_to_answer_again(client: FlaskClient, settings: Settings) -> None:
    """The rule is shown, and removed with a button."""
    form = {"to": "+4520123456", "rule": "silent"}
    assert "+4520123456: tier." in client.post("/simulator/regel", data=form, follow_redirects=True).text
    assert simulated.rules(settings.simulator_dir) == {"+4520123456": "silent"}
    answer = client.post("/simulator/regel", data=form | {"rule": ""}, follow_redirects=True)
    assert "+4520123456: kan nås igen." in answer.text
    assert simulated.rules(settings.simulator_dir) == {}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/simulator/kvittering", {"reference": "1-1-1", "status": "eaten"}),
        ("/simulator/regel", {"to": "", "rule": "silent"}),
        ("/simulator/regel", {"to": "x" * 300, "rule": "silent"}),
        ("/simulator/regel", {"to": "+4520123456", "rule": "explode"}),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(client: FlaskClient, path: str, form: dict[str, str]) -> None:
    """400, and nothing is changed."""
    assert client.post(path, data=form).status_code == 400


def test_a_form_needs_its_csrf_token(app: Flask, session: Session) -> None:
    """A page elsewhere cannot make a number silent."""
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    form = {"to": "+4520123456", "rule": "silent"}
    assert client.post("/simulator/regel", data=form).status_code == 400
    token = client.get("/simulator").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert client.post("/simulator/regel", data=form | {"csrf_token": token}).status_code == 303


@pytest.mark.parametrize(
    ("expected", "address", "host"),
    [
        (200, "127.0.0.1", "localhost"),
        (200, "127.0.0.1", "127.0.0.1:5000"),
        (200, "::1", "[::1]:5000"),
        (404, "192.168.1.9", "localhost"),
        (404, "127.0.0.1", "svar.stevns.dk"),
        (404, "127.0.0.1", "127.0.0.1.evil.dk"),
        (404, "", "localhost"),
        (404, "127.0.0.1", "[::1"),
    ],
)
def test_only_somebody_at_this_machine_gets_in(
    client: FlaskClient, expected: int, address: str, host: str
) -> None:
    """The address is loopback and so is the name it was asked by; else 404 as if it were not there."""
    answer = client.get("/simulator", environ_overrides={"REMOTE_ADDR": address, "HTTP_HOST": host})
    assert expected == answer.status_code


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Real-IP"])
@pytest.mark.parametrize(("path", "method"), [("/simulator", "GET"), ("/kvittering/simulated", "POST")])
def test_what_a_proxy_passes_on_is_not_from_this_machine(
    client: FlaskClient, header: str, path: str, method: str
) -> None:
    """Even when the proxy is on this machine and writes the Host header anew, and the header is empty."""
    form = {"status": "delivered"}
    assert client.open(path, method=method, data=form).status_code == 200
    for value in ("127.0.0.1", ""):
        assert client.open(path, method=method, data=form, headers={header: value}).status_code == 404


@pytest.mark.parametrize("changed", [{"gateways": ("smtp",)}, {"gateways": ()}, {"host": "0.0.0.0"}])  # noqa: S104 - the very thing that must close it
def test_it_is_not_there_unless_simulated_and_on_loopback(settings: Settings, changed: dict[str, Any]) -> None:
    """404 with another gateway, with none, and when bound to the network."""
    client = create_app(replace(settings, **changed)).test_client()
    assert client.get("/simulator").status_code == 404
    assert client.post("/simulator/regel").status_code == 404


def test_the_page_says_what_waits_and_until_when(
    client: FlaskClient, session: Session, ready: Municipality
) -> None:
    """Due on a Sunday in 2040, it leaves on the Monday; looking changes nothing."""
    assert "Ingen beskeder venter." in client.get("/simulator").text
    queue(session, ready, datetime(2040, 1, 8, 12, tzinfo=UTC), 6)
    assert "6 beskeder venter til mandag den 9. januar kl. 9.00." in client.get("/simulator").text
    assert session.scalars(select(Message.state)).all() == ["waiting"] * 6


@pytest.mark.parametrize(
    ("expected", "n", "first", "last"),
    [
        ("1 besked venter til mandag den 23. november kl. 9.00.", 1, 1, 1),
        ("6 beskeder venter, de første til mandag den 23. november kl. 9.00.", 6, 1, 2),
        ("6 beskeder i kø: klar til afsendelse nu.", 6, 0, 0),
        ("6 beskeder i kø: de første er klar nu.", 6, 0, 1),
    ],
)
def test_what_waits_is_told_in_words(expected: str, n: int, first: int, last: int) -> None:
    """One or several, at once or not all at once, now or later."""
    days = [datetime(2026, 11, 22, 8, tzinfo=UTC) + timedelta(days=day) for day in range(3)]
    assert expected == simulator.waiting_in_words(n, days[first], days[last], days[0])


def test_only_a_whole_link_is_a_link() -> None:
    """26 characters of a token, and nothing after them."""
    assert simulator.link_in(f"Svar: {LINK}") == LINK
    assert simulator.link_in("Svar: https://svar.stevns.dk/s/kort") is None
