"""A message turns to another channel only where somebody carries it, and never back and forth."""

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import backlog, eligibility, lanes, outbox
from survey.lanes import ForAll
from survey.models import Contact, DeadAddress, Meeting, Municipality
from tests.survey.sending import BOTH, claim, queue

PRINTS = {"sms": b"m" * 32, "email": b"e" * 32}
DEAD = eligibility.words["dead_address"]


def only(channel: str) -> list[ForAll]:
    """An account that carries this channel alone."""
    return [ForAll("obedient", (channel,))]


def kill(session: Session, municipality: Municipality, now: datetime, channel: str) -> None:
    """Let every citizen's address on a channel be dead."""
    session.execute(update(Contact).values(mobile_print=PRINTS["sms"], email_print=PRINTS["email"]))
    row = DeadAddress(municipality_id=municipality.id, fingerprint=PRINTS[channel], channel=channel, reason="x")
    row.found_on = now.date().replace(day=1)
    session.add(row)
    session.flush()


def test_a_dead_e_mail_is_no_way_out_of_a_channel_nobody_carries(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """It waits for an SMS gateway, as one without an e-mail address does, and every tick leaves it so."""
    (message,) = queue(session, ready, now, email=True)
    kill(session, ready, now, "email")
    without = lanes.without(session, only("email"), "sms")
    ticks = [(outbox.reroute(session, without), claim(session, now, accounts=only("email"))) for _ in range(3)]
    assert [(n, bool(batch)) for n, batch in ticks] == [(0, False)] * 3
    session.expire_all()
    assert (message.state, message.channel) == ("waiting", "sms")
    assert backlog.waiting(session, only("email"), now) == {"ingen gateway til kanalen": 1}


@pytest.mark.parametrize(("carried", "other"), [("email", "sms"), ("sms", "email")])
def test_nothing_turns_to_a_channel_that_nobody_carries(
    session: Session, ready: Municipality, now: datetime, carried: str, other: str
) -> None:
    """Skipped with its reason, which is the meeting's: the other address may live, but nobody can write to it."""
    (message,) = queue(session, ready, now, email=True)
    message.channel = carried
    kill(session, ready, now, carried)
    batch = claim(session, now, accounts=only(carried))
    session.expire_all()
    assert (batch.skipped, batch.turned, message.channel) == ({DEAD: 1}, 0, carried)
    assert session.scalars(select(Meeting.decision)).all() == ["dead_address"]
    assert other not in [lane.channel for lane in lanes.open_now(session, only(carried), now)]


@pytest.mark.parametrize(("dead", "other"), [("email", "sms"), ("sms", "email")])
def test_where_both_are_carried_it_turns(
    session: Session, ready: Municipality, now: datetime, dead: str, other: str
) -> None:
    """Once, and then it leaves."""
    (message,) = queue(session, ready, now, email=True)
    message.channel = dead
    kill(session, ready, now, dead)
    assert claim(session, now, accounts=BOTH).turned == 1
    assert [each.channel for each in claim(session, now, accounts=BOTH).claimed] == [other]
