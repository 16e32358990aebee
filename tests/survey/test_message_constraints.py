"""What can never be true of a message or a link: each test tries to break one rule in the table."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities
from survey.models import Link, Message, Municipality
from tests.survey.sending import queue


@pytest.fixture
def message(session: Session, stevns: Municipality, now: datetime) -> Message:
    """A waiting message."""
    return queue(session, stevns, now)[0]


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("sent_has_a_time", {"state": "sent", "channel": "sms", "claimed_by": 1}),
        ("sent_has_a_time", {"state": "waiting", "sent_at": "now"}),
        ("handled_has_claim", {"state": "claimed", "channel": "sms"}),
        ("handled_has_claim", {"state": "unknown"}),
        ("falls_over_to_email", {"fell_over": True}),
        ("claim_has_a_worker", {"claimed_by": 1, "claimed_at": None}),
        ("skipped_has_a_reason", {"state": "skipped"}),
        ("state_known", {"state": "lost", "channel": "sms", "claimed_by": 1}),
        ("channel_known", {"channel": "pigeon"}),
        ("kind_known", {"kind": "threat"}),
    ],
)
def test_a_message_in_an_impossible_state_is_refused(
    session: Session, message: Message, now: datetime, constraint: str, values: dict[str, Any]
) -> None:
    """Sent has a time, a claim has a worker, skipped has a reason."""
    moments = {"claimed_at": now} if "claimed_by" in values and "claimed_at" not in values else {}
    values = {key: now if value == "now" else value for key, value in (values | moments).items()}
    with pytest.raises(IntegrityError, match=constraint):
        session.execute(update(Message).where(Message.id == message.id).values(values))


def test_an_invitation_has_one_message_of_each_kind(session: Session, message: Message, now: datetime) -> None:
    """A second reminder is refused."""
    row = {"municipality_id": message.municipality_id, "invitation_id": message.invitation_id, "due_at": now} | {
        "channel": "sms"
    }
    session.execute(insert(Message).values(kind="reminder", **row))
    with pytest.raises(IntegrityError, match="uq_message_invitation_id_kind"):
        session.execute(insert(Message).values(kind="reminder", **row))


def link(message: Message, **changed: object) -> dict[str, object]:
    """A link of the message's first attempt."""
    row = {"municipality_id": message.municipality_id, "message_id": message.id, "attempt": 1}
    return {**row, "invitation_id": message.invitation_id, "token_hash": b"x" * 32, **changed}


def test_a_token_leads_to_one_place(session: Session, message: Message) -> None:
    """The hash is unique, whoever the link belongs to."""
    session.execute(insert(Link).values(link(message)))
    with pytest.raises(IntegrityError, match="uq_link_token_hash"):
        session.execute(insert(Link).values(link(message, attempt=2)))


def test_only_a_hash_fits_in_a_link(session: Session, message: Message) -> None:
    """32 bytes: a token in the clear is refused."""
    with pytest.raises(IntegrityError, match="token_hash_size"):
        session.execute(insert(Link).values(link(message, token_hash=b"abcdefghijklmnopqrstuvwxyz")))


@pytest.mark.parametrize("table", [Message, Link])
def test_nothing_refers_to_another_municipality(
    session: Session, message: Message, now: datetime, table: type[Message] | type[Link]
) -> None:
    """A message or a link of one municipality about an invitation of another is refused."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    stranger = {"municipality_id": faxe.id, "invitation_id": message.invitation_id}
    rows = {Message: {"kind": "reminder", "due_at": now, "channel": "sms"}, Link: link(message)}
    with pytest.raises(IntegrityError, match="fk_"):
        session.execute(insert(table).values(rows[table] | stranger))
