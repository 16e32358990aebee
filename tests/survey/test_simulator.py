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

from survey import message_states, receipts, simulator
from survey.config import Settings
from survey.gateways import Letter, simulated
from survey.gateways.simulated import Simulated
from survey.models import Message, Municipality
from tests.survey.receiving import handed_over, report
from tests.survey.sending import queue
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


@pytest.fixture
def message(
    session: Session, stevns: Municipality, invite: Callable[..., int], settings: Settings, now: datetime
) -> Message:
    """An SMS that has arrived; its citizen has an e-mail too."""
    made = handed_over(session, stevns, invite(session, stevns), now, email="a@b.dk")
    Simulated(settings.simulator_dir).send(Letter(made.reference or "", "sms", "+4520120001", "Stevns", "", "Hej"))
    return made


def deliver_receipt(client: FlaskClient, message: Message, shape: str) -> str:
    """Choose a receipt and press the button; the page that answers."""
    form = {"reference": message.reference or "", "status": shape}
    return unescape(client.post("/simulator/kvittering", data=form, follow_redirects=True).text)


@pytest.mark.parametrize(
    ("shape", "answers", "state"),
    [
        ("delivered", "200", "leveret"),
        ("failed", "200", "venter på afsendelse"),
        ("duplicate", "200 og 200", "leveret"),
        ("contradiction", "200 og 200", "leveret"),
        ("unknown reference", "200", "sendt, ingen kvittering endnu"),
        ("forged", "403", "sendt, ingen kvittering endnu"),
        ("unsigned", "401", "sendt, ingen kvittering endnu"),
        ("unreadable", "400", "sendt, ingen kvittering endnu"),
    ],
)
def test_a_button_delivers_a_receipt_through_the_real_door(
    client: FlaskClient, message: Message, shape: str, answers: str, state: str
) -> None:
    """The page says what the provider was answered, and what became of the message."""
    page = deliver_receipt(client, message, shape)
    assert f"Udbyderen fik svaret {answers}. Beskeden er nu: {state}." in page


def test_what_is_known_stands_beside_each_letter(client: FlaskClient, message: Message) -> None:
    """The state with its reason, and each receipt with what it changed."""
    assert "<strong>Beskeden:</strong> sendt, ingen kvittering endnu" in client.get("/simulator").text
    page = deliver_receipt(client, message, "contradiction")
    assert "<strong>Beskeden:</strong> leveret" in page
    assert page.index("ændrede beskeden") < page.index("(telefonen kunne ikke nås)") < page.index("ændrede intet")


def test_a_receipt_that_waits_is_shown_as_waiting(
    client: FlaskClient, session: Session, message: Message, now: datetime
) -> None:
    """Posted by somebody else, and not applied yet."""
    receipts.store(session, "simulated", [report(message)], now)
    assert "venter på at blive behandlet" in client.get("/simulator").text


def test_an_sms_that_failed_says_that_it_goes_by_email(client: FlaskClient, message: Message) -> None:
    """With why; the letter itself stays in the mailbox."""
    page = deliver_receipt(client, message, "dead")
    assert "venter på afsendelse (SMS kunne ikke leveres, sendes som e-mail: nummeret findes ikke)" in page


def test_a_letter_whose_message_is_gone_says_so(client: FlaskClient, deliver: Callable[..., None]) -> None:
    """Its receipt is stored like any other's, and answers 200."""
    deliver(1)
    assert "<strong>Beskeden:</strong> findes ikke (mere)" in client.get("/simulator").text
    form = {"reference": "1-1-1", "status": "delivered"}
    answer = client.post("/simulator/kvittering", data=form, follow_redirects=True)
    assert "Udbyderen fik svaret 200. Beskeden findes ikke (mere)." in answer.text


def test_everything_the_simulator_can_do_has_danish_words(client: FlaskClient, message: Message) -> None:
    """Every rule and every shape can be chosen, each by a sentence of its own."""
    shapes = {name: words for group in simulator.SHAPES_DA.values() for name, words in group.items()}
    assert simulated.RULES.keys() == simulator.RULE_WORDS.keys()
    assert simulated.SHAPES.keys() == shapes.keys()
    assert set(message_states.STATES) == simulator.STATES_DA.keys()
    page = unescape(client.get("/simulator").text)
    rules = {name: words for group in simulator.RULES_DA.values() for name, words in group.items()}
    assert all(f'value="{name}">{words}<' in page for name, words in (rules | shapes).items())


def test_a_number_can_be_made_to_fail_and_to_answer_again(client: FlaskClient, settings: Settings) -> None:
    """The rule is shown, and removed with a button."""
    form = {"to": "+4520123456", "rule": "no credit"}
    answer = client.post("/simulator/regel", data=form, follow_redirects=True)
    assert "+4520123456: kontoen er tom (standser hele gatewayen)." in answer.text
    assert simulated.rules(settings.simulator_dir) == {"+4520123456": "no credit"}
    answer = client.post("/simulator/regel", data=form | {"rule": ""}, follow_redirects=True)
    assert "+4520123456: kan nås igen." in answer.text
    assert simulated.rules(settings.simulator_dir) == {}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("30400015", "+4530400015"), ("30 40 00 15", "+4530400015"), ("bo@ÆBLE.dk", "bo@xn--ble-xla.dk")],
)
def test_a_number_is_taken_as_people_type_it(
    client: FlaskClient, settings: Settings, typed: str, kept: str
) -> None:
    """And kept as messages are addressed."""
    client.post("/simulator/regel", data={"to": typed, "rule": "silent"})
    assert simulated.rules(settings.simulator_dir) == {kept: "silent"}


@pytest.mark.parametrize("typed", ["", "x" * 300, "123", "bo@"])
def test_what_is_neither_number_nor_address_is_said(client: FlaskClient, settings: Settings, typed: str) -> None:
    """Else nothing would ever fail, and nobody would know why."""
    answer = client.post("/simulator/regel", data={"to": typed, "rule": "silent"}, follow_redirects=True)
    assert "Skriv et telefonnummer som 20 12 34 56" in answer.text
    assert simulated.rules(settings.simulator_dir) == {}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/simulator/kvittering", {"reference": "1-1-1", "status": "eaten"}),
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
        (400, "127.0.0.1", "[::1"),
    ],
)
def test_only_somebody_at_this_machine_gets_in(
    client: FlaskClient, expected: int, address: str, host: str
) -> None:
    """Address and name are loopback; else 404 as if it were not there, and 400 for what is no name."""
    answer = client.get("/simulator", environ_overrides={"REMOTE_ADDR": address, "HTTP_HOST": host})
    assert expected == answer.status_code


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Real-IP"])
def test_what_a_proxy_passes_on_is_not_from_this_machine(client: FlaskClient, header: str) -> None:
    """Even when the proxy is on this machine and writes the Host header anew, and the header is empty."""
    assert client.get("/simulator").status_code == 200
    for value in ("127.0.0.1", ""):
        assert client.get("/simulator", headers={header: value}).status_code == 404


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


@pytest.mark.parametrize("token", ["a2" * 13, "ABCD-2345-X", "ABCD2345X"])
def test_only_a_whole_link_is_a_link(token: str) -> None:
    """26 characters of a token or the nine of a code, and nothing after them."""
    link = f"https://svar.stevns.dk/s/{token}"
    assert [simulator.link_in(f"Svar: {link}{tail}") for tail in ("", ". Hilsen", "\n")] == [link] * 3
    assert [simulator.link_in(f"Svar: {text}") for text in (link[:-1], f"{link}a", f"{link}-")] == [None] * 3
