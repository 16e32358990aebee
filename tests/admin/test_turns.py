"""Files of figures are made one at a time in a process."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin import turns
from survey.guesses import Turnstile
from survey.models import Municipality, Staff
from tests.admin.test_goals import words


@pytest.mark.parametrize("address", ["/tal/eksport", "/rapport.html", "/rapport.pdf", "/rapport.docx"])
def test_while_files_are_made_the_next_is_asked_to_wait(
    address: str,
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """503, what to do in Danish and in how many seconds; afterwards the file is there."""
    manager = enter(employ(session, stevns, "manager"), stevns)
    monkeypatch.setattr(turns, "making", Turnstile(1, 0))
    with turns.making.turn():
        busy = manager.get(address)
        assert manager.get("/tal").status_code == 200
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "10")
    assert "Vent lidt, og hent filen igen" in words(busy.text)
    with manager.get(address) as answer:
        assert answer.status_code == 200


def test_who_is_not_signed_in_takes_no_turn(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are sent to the sign-in page before it."""
    monkeypatch.setattr(turns, "making", Turnstile(1, 0))
    with turns.making.turn():
        assert app.test_client().get("/tal/eksport").status_code == 303
