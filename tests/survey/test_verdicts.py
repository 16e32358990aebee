"""What each outcome leads to: fall-over, dead addresses, patience, and what comes too late."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import invitations
from survey.gateways import Letter, Outcome
from survey.models import Contact, DeadAddress, Link, Municipality
from survey.verdicts import PAUSES
from tests.survey.sending import Obedient, queue, send

DEAD = Outcome("refused", "nummeret findes ikke", permanent=True, dead=True)


def by_channel(sms: Outcome, email: Outcome) -> Obedient:
    """A gateway whose answer depends on the channel."""
    return Obedient(lambda letter: sms if letter.channel == "sms" else email)


def test_an_sms_that_never_can_arrive_goes_by_e_mail_once(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """The same message, noted, with a link of its own; refused there too, that is the end."""
    (message,) = queue(session, ready, now, email=True)
    gateway = by_channel(DEAD, Outcome("refused", "postkassen er lukket", permanent=True))
    send(session, now, gateway)
    assert (message.state, message.channel, message.fell_over) == ("waiting", "email", True)
    assert message.reason == "SMS blev afvist, sendes som e-mail: nummeret findes ikke"
    assert session.query(Link).count() == 0
    send(session, now, gateway)
    assert (message.state, message.permanent, message.attempts) == ("refused", True, 2)
    assert [letter.channel for letter in gateway.letters] == ["sms", "email"]
    assert gateway.letters[1].unsubscribe.endswith("/afmeld")


def test_an_e_mail_after_a_fall_over_has_pauses_of_its_own(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Put off by the mail server it is tried again."""
    (message,) = queue(session, ready, now, email=True)
    gateway = by_channel(DEAD, Outcome("refused", "greylisting"))
    send(session, now, gateway)
    send(session, now, gateway)
    assert (message.state, message.due_at) == ("waiting", now + PAUSES[1])


def test_a_dead_address_is_remembered_by_its_print(session: Session, ready: Municipality, now: datetime) -> None:
    """Of the channel it was; a contact without a print is refused all the same."""
    queue(session, ready, now, 2)
    one = session.query(Contact).order_by(Contact.invitation_id).first()
    assert one is not None
    one.mobile_print = b"p" * 32
    session.flush()
    send(session, now, Obedient(lambda _: DEAD))
    dead = session.query(DeadAddress).one()
    assert (dead.fingerprint, dead.channel, dead.reason) == (b"p" * 32, "sms", "nummeret findes ikke")


@pytest.mark.parametrize(("sms", "email"), [("sms", True), ("sms", False)])
def test_an_address_that_died_before_the_claim_turns_or_skips(
    session: Session, ready: Municipality, now: datetime, sms: str, email: bool
) -> None:
    """By e-mail where there is one; else skipped for the true reason."""
    (message,) = queue(session, ready, now, email=email)
    session.execute(text("UPDATE contact SET mobile_print = :print"), {"print": b"p" * 32})
    session.add(
        DeadAddress(
            municipality_id=ready.id,
            fingerprint=b"p" * 32,
            channel=sms,
            reason="findes ikke",
            found_on=date(2021, 5, 1),
        )
    )
    session.flush()
    batch = send(session, now, Obedient())
    session.expire_all()
    expected = ("waiting", "email", True) if email else ("skipped", "sms", False)
    assert (message.state, message.channel, message.fell_over) == expected
    assert (batch.turned, batch.skipped.total(), bool(batch)) == (int(email), int(not email), True)


def test_a_reminder_that_could_only_leave_after_its_link_is_refused_now(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Put off, it would come when the link has expired."""
    queue(session, ready, now)
    send(session, now, Obedient())
    late = now + timedelta(days=14) - timedelta(minutes=4)
    invitations.remind(session, late)
    busy = Obedient(lambda _: Outcome("refused", "optaget"))
    send(session, late, busy)
    states = session.execute(text("SELECT kind, state FROM message ORDER BY id")).all()
    assert [tuple(row) for row in states] == [("invitation", "sent"), ("reminder", "refused")]


def test_the_provider_may_ask_for_a_longer_pause(session: Session, ready: Municipality, now: datetime) -> None:
    """Retry-After counts when it is longer than ours, and never makes ours shorter."""
    long, short = queue(session, ready, now, 2)
    waits = {f"{ready.id}-{long.id}-1": 3600, f"{ready.id}-{short.id}-1": 5}

    def busy(letter: Letter) -> Outcome:
        return Outcome("refused", "429", retry_after=waits[letter.reference])

    send(session, now, Obedient(busy))
    assert (long.due_at, short.due_at) == (now + timedelta(hours=1), now + PAUSES[0])


def test_what_was_accepted_keeps_the_providers_name_and_its_segments(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """An e-mail has no segments."""
    (sms,) = queue(session, ready, now)
    (mail,) = queue(session, ready, now, sms=False, email=True)
    send(session, now, Obedient(lambda letter: Outcome("accepted", provider_id=f"p-{letter.channel}")))
    assert (sms.provider_id, sms.segments, mail.provider_id, mail.segments) == ("p-sms", 1, "p-email", None)
