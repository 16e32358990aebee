"""What a claim takes, leaves and skips, and that its statements do not grow with it."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import backlog, invitations, lanes, letters, outbox
from survey.gateways import Outcome
from survey.lanes import ForAll
from survey.models import Invitation, Meeting, Municipality
from tests.survey.sending import BOTH, Obedient, claim, note, plan, queue, send


@pytest.mark.parametrize(
    ("reason", "decision", "days", "answered"),
    [("bortfaldet", "invited", 1, True), ("samtalen er for længe siden", "too_old", 22, False)],
)
def test_what_must_not_leave_after_all_is_skipped_with_its_reason(
    session: Session, ready: Municipality, now: datetime, reason: str, decision: str, days: int, answered: bool
) -> None:
    """Asked again at the moment of sending; a reason that is a decision becomes the meeting's."""
    (message,) = queue(session, ready, now, days=days)
    session.scalars(select(Invitation)).one().answered = answered
    session.flush()
    batch = send(session, now, Obedient())
    assert (message.state, message.reason, batch.claimed) == ("skipped", reason, [])
    assert batch.skipped == Counter({reason: 1})
    assert session.scalars(select(Meeting.decision)).all() == [decision]


def test_a_meeting_of_fourteen_days_ago_is_still_asked_about(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Too old begins at fifteen."""
    queue(session, ready, now, days=14)
    assert len(claim(session, now).claimed) == 1


def test_a_reminder_after_the_link_has_expired_is_skipped(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """An outage of two weeks lets it go."""
    queue(session, ready, now)
    send(session, now, Obedient())
    invitations.remind(session, now + timedelta(days=3))
    batch = send(session, now + timedelta(days=14), Obedient())
    assert batch.skipped == Counter({"bortfaldet": 1})


@pytest.mark.parametrize("hour", [6, 16, 23])
def test_outside_the_send_window_nothing_is_claimed(
    session: Session, ready: Municipality, now: datetime, hour: int
) -> None:
    """8, 18 and 1 o'clock in Copenhagen."""
    queue(session, ready, now - timedelta(days=1))
    assert claim(session, datetime(2021, 5, 11, hour, 0, tzinfo=UTC)).claimed == []


def test_nothing_is_claimed_before_it_is_due(session: Session, ready: Municipality, now: datetime) -> None:
    """A message due in an hour waits."""
    queue(session, ready, now + timedelta(hours=1))
    assert claim(session, now).claimed == []


@pytest.mark.parametrize(
    ("expected", "email", "channels"),
    [("sms", True, ("sms", "email")), ("email", True, ("email",)), (None, False, ("email",)), (None, True, ())],
)
def test_who_has_no_gateway_for_sms_goes_by_e_mail(
    session: Session,
    ready: Municipality,
    now: datetime,
    expected: str | None,
    email: bool,
    channels: tuple[str, ...],
) -> None:
    """SMS where somebody carries it, else e-mail where there is one, else it waits and does not block others."""
    queue(session, ready, now, email=email)
    accounts = [ForAll("obedient", channels)]
    outbox.reroute(session, lanes.without(session, accounts, "sms"))
    chosen = [(message.channel, message.to[0]) for message in claim(session, now, accounts=accounts).claimed]
    assert chosen == ([(expected, {"sms": "+", "email": "a"}[expected])] if expected else [])


def test_a_municipality_without_an_open_key_waits_and_does_not_block_others(
    session: Session, stevns: Municipality, now: datetime
) -> None:
    """Answers to it could not be sealed; the program says so."""
    queue(session, stevns, now, 2)
    assert claim(session, now, size=1).claimed == []
    assert backlog.waiting(session, BOTH, now) == {"ingen åben nøgle til besvarelser": 2}


def test_what_waits_is_counted_by_why(session: Session, ready: Municipality, now: datetime) -> None:
    """No gateway for the channel, not yet time, the send window, or ready."""
    queue(session, ready, now)
    queue(session, ready, now + timedelta(hours=1))
    queue(session, ready, now, sms=False, email=True)
    only_sms = [ForAll("obedient", ("sms",))]
    night = datetime(2021, 5, 11, 22, 0, tzinfo=UTC)
    why = {"ingen gateway til kanalen": 1, "endnu ikke tid": 1, "klar til afsendelse": 1}
    assert why == backlog.waiting(session, only_sms, now)
    why = {"ingen gateway til kanalen": 1, "uden for sendevinduet": 2}
    assert why == backlog.waiting(session, only_sms, night)
    why = {"ingen gateway til kanalen": 3}
    assert why == backlog.waiting(session, [], now)


def test_statements_do_not_grow_with_the_batch(
    session: Session, ready: Municipality, now: datetime, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Two for the lanes, five to claim, two to note: as many for one message as for twenty."""
    counts = []
    for n in (1, 20):
        queue(session, ready, now, n)
        with sql() as statements:
            batch = claim(session, now)
            note(session, letters.hand_over(batch.claimed, [Obedient()]), now)
        counts.append(len([line for line in statements if "SAVEPOINT" not in line]))
    assert counts == [9, 9]


def test_statements_do_not_grow_when_everything_goes_wrong(
    session: Session, ready: Municipality, now: datetime, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Skipping is one more, taking back two."""
    for days in (1, 22):
        queue(session, ready, now, 8, days=days)
    refusing = Obedient(lambda _: Outcome("refused", "optaget"))
    with sql() as statements:
        batch = claim(session, now)
        note(session, letters.hand_over(batch.claimed, [refusing]), now)
    assert (len(batch.claimed), batch.skipped.total()) == (8, 8)
    assert len([line for line in statements if "SAVEPOINT" not in line]) == 12


def test_a_claim_reads_messages_by_index_and_sorts_nothing(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """Whatever else waits: no sequential scan of messages and no sort in the plan."""
    queue(session, ready, now, 300)
    found = lanes.open_now(session, BOTH, now)
    claim(session, now, size=1)
    nodes = plan(session, outbox.due(now), outbox.asked(found, now, 20))
    reads = {node.get("Index Name") for node in nodes if node.get("Relation Name") == "message"}
    assert "ix_message_due" in reads
    assert None not in reads
    assert not [node for node in nodes if "Sort" in node["Node Type"]]
