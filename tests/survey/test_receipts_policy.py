"""What follows from a failure: by e-mail instead, an address that is dead, a gateway that stops."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import breaker, workdays
from survey.models import Contact, DeadAddress, Invitation, Message, Municipality
from tests.survey.receiving import DEAD, come_in, handed_over, report


@pytest.fixture
def give(
    session: Session, stevns: Municipality, invite: Callable[..., int], now: datetime
) -> Callable[..., Message]:
    """`give(state="sent", email=None, …)`: a message that the gateway "simulated" has."""
    return lambda **changed: handed_over(session, stevns, invite(session, stevns), now, **changed)


def contact_of(session: Session, message: Message) -> Contact:
    """How the message's citizen is reached."""
    return session.get_one(Contact, (message.municipality_id, message.invitation_id))


def dead(session: Session) -> list[tuple[bytes, str, str]]:
    """Every address known to be dead."""
    return [(row.fingerprint, row.channel, row.reason) for row in session.scalars(select(DeadAddress))]


@pytest.mark.parametrize("state", ["claimed", "sent", "unknown"])
@pytest.mark.parametrize("permanent", [True, False])
def test_an_sms_that_failed_goes_by_email_instead(
    session: Session, give: Callable[..., Message], now: datetime, state: str, permanent: bool
) -> None:
    """Waiting at once, with its reason, and nothing left of the attempt but its number."""
    message, later = give(state=state, email="a@b.dk", provider_id="p"), now + timedelta(hours=3)
    assert come_in(session, [report(message, "failed", permanent=permanent, reason="optaget")], later) == [True]
    assert (message.state, message.channel, message.fell_over, message.due_at) == ("waiting", "email", True, later)
    assert message.reason == "SMS kunne ikke leveres, sendes som e-mail: optaget"
    assert (message.sent_at, message.permanent, message.attempts) == (None, None, 1)
    assert (message.gateway, message.provider_id, message.claimed_at) == ("simulated", "p", now)


@pytest.mark.parametrize("why", ["expired", "fell over", "dead e-mail", "no e-mail", "by e-mail", "closed"])
def test_an_sms_that_failed_stays_failed_where_an_email_makes_no_sense(
    session: Session, give: Callable[..., Message], now: datetime, why: str
) -> None:
    """With the provider's reason, and whether it could ever have arrived."""
    message = give(email=None if why == "no e-mail" else "a@b.dk")
    invitation = session.get_one(Invitation, (message.municipality_id, message.invitation_id))
    if why == "expired":
        invitation.sent_week, invitation.expires_at = workdays.monday(now.date()), now
    if why in ("fell over", "by e-mail"):
        message.channel, message.fell_over = "email", why == "fell over"
    contact = contact_of(session, message)
    if why == "dead e-mail":
        values = {"fingerprint": contact.email_print, "channel": "email", "reason": "x"}
        found_on = now.date().replace(day=1)
        session.add(DeadAddress(municipality_id=message.municipality_id, found_on=found_on, **values))
    if why == "closed":
        session.delete(contact)
    session.flush()
    assert come_in(session, [report(message, "failed", permanent=True, reason="optaget")], now) == [True]
    assert (message.state, message.permanent, message.reason) == ("failed", True, "optaget")


@pytest.mark.parametrize("expires", [None, timedelta(days=1)])
def test_a_link_that_still_works_may_go_by_email(
    session: Session, give: Callable[..., Message], now: datetime, expires: timedelta | None
) -> None:
    """Also one that has no end yet."""
    message = give(email="a@b.dk")
    if expires:
        invitation = session.get_one(Invitation, (message.municipality_id, message.invitation_id))
        invitation.sent_week, invitation.expires_at = workdays.monday(now.date()), now + expires
    come_in(session, [report(message, "failed")], now)
    assert message.state == "waiting"


def test_an_sms_that_arrived_after_all_is_not_followed_by_an_email(
    session: Session, give: Callable[..., Message], now: datetime
) -> None:
    """While the e-mail waits; another failure of the SMS changes nothing."""
    message = give(email="a@b.dk")
    late = [report(message, "failed"), report(message)]
    come_in(session, [report(message, "failed")], now)
    assert come_in(session, late[:1], now) == [True, False]
    assert (message.state, message.channel) == ("waiting", "email")
    assert come_in(session, late, now) == [True, False, True]
    assert (message.state, message.sent_at) == ("delivered", now)


def test_a_word_about_the_sms_changes_nothing_once_the_email_is_claimed(
    session: Session, give: Callable[..., Message], now: datetime
) -> None:
    """The e-mail is an attempt of its own; what the SMS's provider still says is about another."""
    message = give(email="a@b.dk")
    late = report(message)
    come_in(session, [report(message, "failed")], now)
    message.state, message.reference = "claimed", f"{message.municipality_id}-{message.id}-2"
    session.flush()
    assert come_in(session, [late], now) == [True, False]
    assert (message.state, message.channel) == ("claimed", "email")


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_an_address_called_dead_is_remembered(
    session: Session, give: Callable[..., Message], now: datetime, channel: str
) -> None:
    """By its print and channel, once, whoever has it."""
    first, second = give(email="a@b.dk", channel=channel), give(channel=channel)
    contact = contact_of(session, first)
    found = contact.mobile_print if channel == "sms" else contact.email_print
    other = contact_of(session, second)
    other.mobile_print, other.email_print = contact.mobile_print, contact.email_print
    session.flush()
    come_in(session, [report(first, "failed", **DEAD), report(second, "failed", **DEAD)], now)
    assert dead(session) == [(found, channel, "nummeret findes ikke")]


def test_a_dead_address_without_a_print_is_only_a_failure(
    session: Session, give: Callable[..., Message], now: datetime
) -> None:
    """A contact from before there were prints, or one that is emptied."""
    message = give()
    contact_of(session, message).mobile_print = None
    assert come_in(session, [report(message, "failed", **DEAD)], now) == [True]
    assert (message.state, dead(session)) == ("failed", [])


def test_an_address_already_known_to_be_dead_stays_as_it_was(
    session: Session, give: Callable[..., Message], now: datetime
) -> None:
    """The first reason and day stand."""
    message = give()
    values: dict[str, Any] = {"fingerprint": contact_of(session, message).mobile_print}
    values["found_on"] = now.date().replace(day=1)
    session.add(DeadAddress(municipality_id=message.municipality_id, channel="sms", reason="den første", **values))
    session.flush()
    come_in(session, [report(message, "failed", **DEAD)], now + timedelta(days=1))
    assert [reason for _, _, reason in dead(session)] == ["den første"]


def test_a_receipt_that_means_the_account_stops_the_gateway(
    session: Session, give: Callable[..., Message], now: datetime
) -> None:
    """At once, with the provider's reason; other gateways go on."""
    message = give()
    come_in(session, [report(message, "failed", stops=True, reason="linket er ikke godkendt")], now)
    assert breaker.stopped(session, now) == {"simulated"}
    assert message.state == "failed"
