"""Claiming, handing over and noting: every outcome, and nothing twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import backlog, invitations, letters, outbox
from survey.gateways import Letter, Outcome
from survey.letters import Handled
from survey.models import Contact, Invitation, Link, Message, Municipality
from tests.survey.sending import WORKER, Obedient, claim, note, queue, send


def invitation_of(session: Session, message: Message) -> Invitation:
    """The invitation a message is about."""
    return session.scalars(select(Invitation).where(Invitation.id == message.invitation_id)).one()


def links(session: Session) -> list[Link]:
    """Every live link, oldest attempt first."""
    return list(session.scalars(select(Link).order_by(Link.message_id, Link.attempt)))


def test_an_accepted_message_is_sent_and_its_link_works(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """The letter carries a link whose hash is stored; the invitation lives 14 days and counts from this Monday."""
    (message,) = queue(session, ready, now)
    gateway = Obedient()
    send(session, now, gateway)
    letter = gateway.letters[0]
    token = letter.body.rpartition("/")[2]
    assert (message.state, message.sent_at, message.attempts, message.channel) == ("sent", now, 1, "sms")
    assert (message.reference, message.gateway) == (letter.reference, "obedient")
    assert letter.sender == "Stevns"
    assert links(session)[0].token_hash == invitations.token_hash(token)
    invitation = invitation_of(session, message)
    assert invitation.expires_at == now + timedelta(days=14)
    assert invitation.sent_week == date(2021, 5, 10)


def test_what_is_claimed_is_not_claimed_again(session: Session, ready: Municipality, now: datetime) -> None:
    """The second claim finds nothing."""
    queue(session, ready, now, 3)
    assert len(claim(session, now).claimed) == 3
    assert claim(session, now).claimed == []


def test_a_permanent_refusal_is_final(session: Session, ready: Municipality, now: datetime) -> None:
    """The message is refused with the reason, its link is gone, and the invitation counts in no week."""
    (message,) = queue(session, ready, now)
    send(session, now, Obedient(lambda _: Outcome("refused", "ukendt nummer", permanent=True)))
    assert (message.state, message.reason, message.sent_at) == ("refused", "ukendt nummer", None)
    assert links(session) == []
    invitation = invitation_of(session, message)
    assert (invitation.sent_week, invitation.expires_at) == (None, None)


def test_a_refusal_for_now_waits_longer_each_time_and_ends_after_five(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Five attempts at growing distances, each inside the send window, then refused; no link is left behind."""
    (message,) = queue(session, ready, now)
    waits, at = [], now + timedelta(hours=3)
    gateway = Obedient(lambda _: Outcome("refused", "optaget"))
    while message.state == "waiting":
        assert invitation_of(session, message).sent_week is None
        send(session, at, gateway)
        waits.append(message.due_at - at)
        at = max(message.due_at, at)
    minutes, hour, overnight = timedelta(minutes=5), timedelta(hours=1), timedelta(hours=18, minutes=55)
    # Six hours after 14:05 is Wednesday at 9, and the day after that is Ascension Day.
    assert waits[:4] == [minutes, hour, overnight, timedelta(hours=48)]
    assert (message.state, message.attempts, len(gateway.letters)) == ("refused", 5, 5)
    assert len({letter.reference for letter in gateway.letters}) == 5
    assert links(session) == []
    assert invitation_of(session, message).sent_week is None


@pytest.mark.parametrize("permanent", [False, True])
def test_a_reminder_refused_does_not_lengthen_the_link(
    session: Session, ready: Municipality, now: datetime, permanent: bool
) -> None:
    """The invitation still expires 14 days after the message that was handed over, and counts in its week."""
    (message,) = queue(session, ready, now)
    send(session, now, Obedient())
    later = now + timedelta(days=8)
    invitations.remind(session, later)
    send(session, later, Obedient(lambda _: Outcome("refused", "optaget", permanent=permanent)))
    invitation = invitation_of(session, message)
    assert (invitation.expires_at, invitation.sent_week) == (now + timedelta(days=14), date(2021, 5, 10))
    assert len(links(session)) == 1


def test_a_reminder_handed_over_lengthens_the_link_but_not_the_week(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Both links work, 14 days from the reminder; the week is still the first one's."""
    (message,) = queue(session, ready, now)
    send(session, now, Obedient())
    later = now + timedelta(days=8)
    invitations.remind(session, later)
    send(session, later, Obedient())
    invitation = invitation_of(session, message)
    assert (invitation.expires_at, invitation.sent_week) == (later + timedelta(days=14), date(2021, 5, 10))
    assert len(links(session)) == 2


def explode(_letter: Letter) -> Outcome:
    """A gateway with a fault nobody foresaw."""
    raise RuntimeError("+4520123456")


@pytest.mark.parametrize(
    ("reason", "answer"), [("intet svar", lambda _: Outcome("unknown", "intet svar")), ("RuntimeError", explode)]
)
def test_when_nobody_can_tell_the_message_is_in_doubt_and_stays_so(
    session: Session, ready: Municipality, now: datetime, reason: str, answer: Callable[[Letter], Outcome]
) -> None:
    """Unknown, also by an exception: never claimed again, the link works, and no number is in the reason."""
    (message,) = queue(session, ready, now)
    send(session, now, Obedient(answer))
    assert claim(session, now + timedelta(days=1)).claimed == []
    assert message.state == "unknown"
    assert reason in (message.reason or "")
    assert "+45" not in (message.reason or "")
    assert len(links(session)) == 1
    assert [(doubt.municipality, doubt.id, doubt.since) for doubt in backlog.in_doubt(session)] == [
        ("stevns", message.id, now)
    ]


def test_a_message_that_cannot_be_written_does_not_stop_the_others(
    session: Session, ready: Municipality, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused; the gateway never sees it."""
    messages = queue(session, ready, now, 2)
    batch = claim(session, now)
    first, gateway = batch.claimed[0], Obedient()
    wrong = first.writing._replace(draft=replace(first.writing.draft, kind="telegram"))
    batch.claimed[0] = first._replace(writing=wrong)
    note(session, letters.hand_over(batch.claimed, [gateway]), now)
    assert [message.state for message in messages] == ["refused", "sent"]
    assert len(gateway.letters) == 1


def test_what_a_stopping_worker_has_not_tried_waits_as_before(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """After the message in hand the rest go back: no attempt counted, no link, no week."""
    messages = queue(session, ready, now, 3)
    first, *rest = claim(session, now).claimed
    handled = letters.hand_over([first], [Obedient()])
    note(session, [*handled, *(Handled(message, Outcome("skipped")) for message in rest)], now)
    assert [(message.state, message.attempts) for message in messages] == [("sent", 1), *[("waiting", 0)] * 2]
    assert messages[1].due_at == now
    assert invitation_of(session, messages[1]).expires_at is None
    assert len(links(session)) == 1


def test_a_late_note_of_the_same_attempt_settles_a_doubt(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """A worker thought dead that lives after all may still say what it knows."""
    (message,) = queue(session, ready, now)
    batch = claim(session, now)
    assert outbox.recover(session, now) == 1
    session.expire_all()
    assert (message.state, message.reason) == ("unknown", outbox.INTERRUPTED)
    note(session, [Handled(batch.claimed[0], Outcome("accepted"))], now)
    assert (message.state, message.reason) == ("sent", None)


def test_who_has_answered_keeps_the_week_whatever_a_late_note_says(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """The link was in doubt and worked: a refusal afterwards does not take the answer out of its week."""
    (message,) = queue(session, ready, now)
    batch = claim(session, now)
    outbox.recover(session, now)
    invitation_of(session, message).answered = True
    session.flush()
    note(session, [Handled(batch.claimed[0], Outcome("refused", permanent=True))], now)
    assert (message.state, invitation_of(session, message).sent_week) == ("refused", date(2021, 5, 10))


def test_a_note_about_another_attempt_or_by_another_worker_changes_nothing(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """What was noted stays; the count of outcomes is the gateway's all the same."""
    (message,) = queue(session, ready, now)
    claimed = send(session, now, Obedient()).claimed[0]
    lost = Handled(claimed, Outcome("refused", "for sent", permanent=True))
    assert note(session, [lost], now) == Counter(refused=1)
    note(session, [lost], now, worker=WORKER + 1)
    assert message.state == "sent"
    assert len(links(session)) == 1


def test_nothing_shown_of_a_claim_tells_number_name_or_link(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """A claim in a traceback or a log gives nobody away."""
    queue(session, ready, now)
    batch = claim(session, now)
    assert "+45" not in repr(batch)
    assert batch.claimed[0].token not in repr(batch) + repr(batch.claimed[0].writing)
    assert "Anne" not in repr(batch) + repr(batch.claimed[0].writing)


def test_the_contact_decides_who_gets_the_link(session: Session, ready: Municipality, now: datetime) -> None:
    """Each letter's link opens the invitation of the number it goes to."""
    queue(session, ready, now, 5)
    gateway = Obedient()
    send(session, now, gateway)
    for letter in gateway.letters:
        asked = invitations.find(session, letter.body.rpartition("/")[2])
        assert asked is not None
        contact = session.scalars(select(Contact).where(Contact.invitation_id == asked.invitation_id)).one()
        assert contact.mobile == letter.to
