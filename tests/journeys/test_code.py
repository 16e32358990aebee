"""A message without a link: where to go and what to type, from the outbox to the thank-you page."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import codes, guesses, letters, sending_rules, workdays
from survey.gateways import Letter
from survey.models import Municipality, SignInAttempt
from tests.checking import rows_in
from tests.survey.sending import Obedient, claim, queue

TOLD = re.compile(r"Svar gerne på (\S+) med koden (\S{4}-\S{4}-\S)")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code's hash costs next to nothing: the least that scrypt can be."""
    monkeypatch.setattr(codes, "COST", 2)


@pytest.fixture
def letter(session: Session, app: Flask, stevns: Municipality, open_key: Callable[..., bytes]) -> Letter:
    """The SMS of a municipality that writes no links, as it was handed over."""
    open_key(session, stevns)
    now = workdays.next_send_time(workdays.now())
    rule = replace(sending_rules.of(session, stevns.id), link_mode="code_only")
    sending_rules.save(session, stevns.id, rule, staff_id=None, now=now)
    stevns.host = "svar.stevns.dk"
    queue(session, stevns, now)
    gateway = Obedient()
    drawn = [letters.draw("code_only", app.config["CODE_KEY"])]
    letters.hand_over(claim(session, now, drawn=drawn).claimed, [gateway])
    return gateway.letters[0]


def test_the_code_of_a_message_is_typed_and_answered(client: FlaskClient, letter: Letter) -> None:
    """The SMS has no link; what it says leads to the citizen's questionnaire, and once only to an answer."""
    told = TOLD.search(letter.body)
    assert told, letter.body
    assert "http" not in letter.body
    place, code = told.groups()
    assert place == "svar.stevns.dk/svar"
    shown = client.post("/svar", data={"code": code.lower()}, follow_redirects=True)
    assert "Hvordan var din samtale?" in shown.text
    answers = dict.fromkeys(re.findall(r"name=(s\d+)", shown.text), "3")
    path = shown.request.path
    assert [client.post(path, data=answers).status_code for _twice in range(2)] == [200, 409]


def test_whoever_has_a_code_can_say_no_thanks(client: FlaskClient, letter: Letter) -> None:
    """From the foot of the page behind it."""
    told = TOLD.search(letter.body)
    assert told
    shown = client.post("/svar", data={"code": told[2]}, follow_redirects=True)
    found = re.search(r'href="([^"]+/afmeld)"', shown.text)
    assert found
    assert "Du får ikke flere beskeder" in client.post(found[1]).text


@pytest.mark.no_cover  # so many times the same lines
@pytest.mark.usefixtures("quick")  # before the letter, whose code is hashed
def test_ten_thousand_wrong_codes_do_not_stop_a_valid_one(app: Flask, session: Session, letter: Letter) -> None:
    """From the guesser's address and from another; and ten failures are written down, not ten thousand.

    Only what a hash costs is changed (`codes.COST`); `FlaskClient` does not read each refusal as HTML.
    """
    client, told = FlaskClient(app, app.response_class), TOLD.search(letter.body)
    assert told
    wrong: set[str] = set()
    while len(wrong) < 10_000:
        wrong.add(codes.draw())
    found = Counter(client.post("/svar", data={"code": code}).status_code for code in wrong)
    assert found == {404: guesses.PER_SOURCE, 429: 10_000 - guesses.PER_SOURCE}
    assert rows_in(session, SignInAttempt) == 2 * guesses.PER_SOURCE
    for address in ("127.0.0.1", "192.0.2.7"):
        led = client.post("/svar", data={"code": told[2]}, environ_base={"REMOTE_ADDR": address})
        assert (led.status_code, led.location) == (303, f"/s/{codes.typed(told[2])}")
        asked = client.get(led.location, environ_base={"REMOTE_ADDR": address})
        assert "Hvordan var din samtale?" in asked.text
    assert client.post("/svar", data={"code": codes.draw()}).status_code == 429
