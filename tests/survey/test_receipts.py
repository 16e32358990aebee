"""Receipts: one conditional update, and never against a final state."""

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import outbox, receipts
from survey.config import Settings
from survey.gateways import Outcome
from survey.models import Message, Municipality
from tests.survey.sending import WORKER, claim, queue
from wsgi import create_app


@pytest.fixture
def batch(session: Session, ready: Municipality, now: datetime) -> outbox.Claim:
    """A batch of one for the simulated gateway, its outcome not noted yet."""
    queue(session, ready, now)
    return claim(session, now, carriers={"sms": "simulated"})


@pytest.fixture
def message(session: Session, batch: outbox.Claim) -> Message:
    """The message of the batch."""
    return session.scalars(select(Message)).one()


def note(session: Session, batch: outbox.Claim, outcome: Outcome, now: datetime) -> None:
    """Note what became of the batch."""
    outbox.note(session, [(batch.claimed[0], outcome)], worker=WORKER, now=now)
    session.expire_all()


def receive(session: Session, reference: str | None, state: str, gateway: str = "simulated") -> bool:
    """Receive a receipt; did it change anything?"""
    changed = receipts.receive(session, gateway=gateway, reference=reference or "", state=state)
    session.expire_all()
    return changed


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_a_receipt_settles_a_sent_message(
    session: Session, batch: outbox.Claim, message: Message, now: datetime, state: str
) -> None:
    """Once; what comes later changes nothing."""
    note(session, batch, Outcome("accepted"), now)
    assert receive(session, message.reference, state) is True
    assert (message.state, message.sent_at) == (state, now)
    assert receive(session, message.reference, "failed") is False
    assert receive(session, message.reference, "delivered") is False
    assert message.state == state


def test_a_receipt_settles_a_message_in_doubt(
    session: Session, batch: outbox.Claim, message: Message, now: datetime
) -> None:
    """Then it was sent when it was claimed, and there is no doubt left."""
    note(session, batch, Outcome("unknown", "intet svar"), now)
    assert receive(session, message.reference, "delivered") is True
    assert (message.state, message.sent_at, message.reason) == ("delivered", message.claimed_at, None)
    assert outbox.in_doubt(session) == []


def test_a_receipt_may_come_before_our_own_note(
    session: Session, batch: outbox.Claim, message: Message, now: datetime
) -> None:
    """The note that follows leaves it alone."""
    assert receive(session, message.reference, "delivered") is True
    note(session, batch, Outcome("unknown"), now)
    assert message.state == "delivered"


def test_a_refused_message_stays_refused(
    session: Session, batch: outbox.Claim, message: Message, now: datetime
) -> None:
    """A final state of ours is final too."""
    note(session, batch, Outcome("refused", permanent=True), now)
    assert receive(session, message.reference, "delivered") is False


def test_a_receipt_of_another_attempt_or_provider_changes_nothing(session: Session, message: Message) -> None:
    """The whole reference and the gateway must be the message's own."""
    later = outbox.reference(message.municipality_id, message.id, 2)
    strange = [(later, "simulated"), (message.reference, "smtp"), ("x", "simulated"), ("9" * 90, "simulated")]
    assert not any(receive(session, reference, "delivered", gateway) for reference, gateway in strange)
    assert message.state == "claimed"


@pytest.mark.parametrize(
    ("expected", "status", "reference"),
    [(200, "delivered", "known"), (200, "failed", "1-1-1"), (200, "delivered", ""), (400, "eaten", "known")],
)
def test_the_route_answers_200_for_what_it_does_not_know(
    app: Flask, session: Session, message: Message, expected: int, status: str, reference: str
) -> None:
    """A provider would repeat a report we refuse; only a word that is none is refused."""
    form = {"reference": message.reference if reference == "known" else reference, "status": status}
    assert app.test_client().post("/kvittering/simulated", data=form).status_code == expected
    session.expire_all()
    assert (message.state == "delivered") == (expected == 200 and reference == "known")


@pytest.mark.parametrize("changed", [{"gateways": ("smtp",)}, {"gateways": ()}, {"host": "0.0.0.0"}])  # noqa: S104 - the very thing that must close it
def test_the_route_is_not_there_without_the_simulator(settings: Settings, changed: dict[str, object]) -> None:
    """404 unless the gateway is simulated and the server is bound to this machine."""
    app = create_app(replace(settings, **changed))  # type: ignore[arg-type]  # the parameters above fit
    assert app.test_client().post("/kvittering/simulated", data={"status": "delivered"}).status_code == 404


def test_the_route_needs_no_csrf_token_and_has_no_get(app: Flask, session: Session) -> None:
    """A provider has no session; a GET never writes."""
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    assert client.post("/kvittering/simulated", data={"status": "delivered"}).status_code == 200
    assert client.get("/kvittering/simulated").status_code == 405
