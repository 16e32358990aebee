"""Slips: who has no address is asked on paper, by the same rules, and no gateway hears of it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import backlog, codes, invitations, invitees, metrics, opt_outs, participation, responses, slips
from survey.letters import Drawn
from survey.models import (
    Contact,
    Invitation,
    Link,
    Meeting,
    Message,
    Municipality,
    Participation,
    Pause,
    Staff,
    Team,
)
from tests.survey.sending import BOTH, claim, open_key
from tests.survey.test_meetings import MONDAY, row, take_in

NO_ADDRESS = {"mobile": "", "email": ""}


@pytest.fixture
def town(session: Session, stevns: Municipality) -> Municipality:
    """Stevns, which prints slips and has an open ballot key."""
    stevns.prints_slips = True
    open_key(session, stevns, MONDAY)
    return stevns


@pytest.fixture
def team_id(session: Session, town: Municipality) -> int:
    """The number of Opfølgning."""
    return session.scalars(select(Team.id).where(Team.name == "Opfølgning")).one()


def drawn(n: int) -> list[Drawn]:
    """Codes to print."""
    made = [codes.draw() for _ in range(n)]
    return [Drawn(code, hashed(code)) for code in made]


def hashed(code: str) -> bytes:
    """A quick hash in the place of the slow one: nothing here looks a code up by its text."""
    return hashlib.sha256(code.encode()).digest()


def printed(session: Session, town: Municipality, team_id: int, now: datetime, n: int = 1) -> list[slips.Slip]:
    """Print `n` slips at most."""
    return slips.take(session, town.id, team_id, drawn(n), now)


def channels(session: Session) -> list[tuple[str, str]]:
    """Channel and state of every message."""
    return [(each.channel, each.state) for each in session.scalars(select(Message).order_by(Message.id))]


def test_without_the_switch_nobody_is_asked_on_paper(session: Session, stevns: Municipality) -> None:
    """As before: neither mobile nor e-mail is the reason."""
    report = take_in(session, stevns, row("S1", **NO_ADDRESS))
    assert (report.counts, channels(session)) == ({"no_channel": 1}, [])


def test_with_it_they_are_invited_and_their_slip_waits(session: Session, town: Municipality) -> None:
    """Who has an address gets it there; every row still ends in one outcome."""
    report = take_in(
        session, town, row("S1", **NO_ADDRESS), row("S2", "B2"), row("S3", "B3", mobile="", email="a@b.dk")
    )
    assert report.counts == {"invited": 3}
    assert sorted(channels(session)) == [("email", "waiting"), ("paper", "waiting"), ("sms", "waiting")]
    found = session.execute(select(Contact.on_paper, Contact.mobile, Contact.email)).all()
    assert sorted(map(str, found)) == [
        "(False, '+4520123456', None)",
        "(False, None, 'a@b.dk')",
        "(True, None, None)",
    ]


@pytest.mark.parametrize(
    ("cells", "decision"),
    [
        ({"status": "Aflyst"}, "cancelled"),
        ({"day": "01-07-2021"}, "too_old"),
        ({"opted_out": "Ja"}, "opted_out"),
        ({"protected": "Ja"}, "protected_address"),
    ],
)
def test_the_reasons_come_before_the_slip(
    session: Session, town: Municipality, cells: dict[str, str], decision: str
) -> None:
    """One decision and one reason a meeting, as for the others."""
    assert take_in(session, town, row("S1", **NO_ADDRESS, **cells)).counts == {decision: 1}


def test_who_was_asked_lately_or_said_no_gets_no_slip(session: Session, town: Municipality) -> None:
    """Known by the id of the case system alone; also when something else would have left them out."""
    take_in(session, town, row("S1", "B1", **NO_ADDRESS), row("S2", "B2"))
    second = session.scalars(select(Contact.invitation_id).where(~Contact.on_paper)).one()
    opt_outs.opt_out(session, town.id, second, MONDAY)
    day = {"day": "21-08-2021"}
    found = take_in(session, town, row("S3", "B1", **NO_ADDRESS, **day), row("S4", "B2", **NO_ADDRESS, **day))
    assert found.counts == {"opted_out": 1, "asked_recently": 1}
    hidden = take_in(session, town, row("S5", "B2", **NO_ADDRESS, protected="Ja", day="22-08-2021", clock="09:00"))
    assert hidden.counts == {"opted_out": 1}


def test_printing_takes_the_oldest_and_counts_them_as_sent(
    session: Session, town: Municipality, team_id: int
) -> None:
    """The code leads to the questionnaire for fourteen days; what is over the codes drawn waits on."""
    take_in(session, town, *(row(f"S{n}", f"B{n}", name=f"Åse {n}", **NO_ADDRESS) for n in range(3)))
    later = MONDAY + timedelta(hours=5)
    assert slips.waiting(session, town.id, [team_id], MONDAY - timedelta(hours=1)) == []
    assert [queue.n for queue in slips.waiting(session, town.id, [team_id], later)] == [3]
    first = printed(session, town, team_id, later, 2)
    assert [(slip.number, slip.until.day) for slip in first] == [(1, 6), (2, 6)]
    asked = invitees.find_hashed(session, hashed(first[0].code))
    assert asked
    assert (asked.expires_at, asked.mobile) == (later + timedelta(days=14), None)
    rest = printed(session, town, team_id, later + timedelta(minutes=1), 5)
    assert sorted(slip.name for slip in (*first, *rest)) == ["Åse 0", "Åse 1", "Åse 2"]
    assert channels(session) == [("paper", "sent")] * 3
    assert printed(session, town, team_id, later, 5) == []


def test_no_gateway_and_no_figure_of_sending_knows_of_slips(
    session: Session, town: Municipality, team_id: int, now: datetime
) -> None:
    """Neither what waits nor what is printed; no reminder follows; a worker claims nothing."""
    take_in(session, town, row("S1", **NO_ADDRESS), row("S2", "B2", **NO_ADDRESS))
    later = MONDAY + timedelta(hours=5)
    assert not claim(session, later)
    assert backlog.leaving(session, later) is None
    assert (backlog.waiting(session, BOTH, later), backlog.queues(session, town.id, BOTH, later)) == ({}, [])
    assert 'channel="paper"' not in metrics.exposition(session.connection(), later)
    printed(session, town, team_id, later)
    assert invitations.remind(session, later + timedelta(days=5)) == 0


def test_the_response_rate_counts_slips_as_it_counts_the_others(
    session: Session, town: Municipality, team_id: int
) -> None:
    """Two sent, one answered."""
    take_in(session, town, row("S1", **NO_ADDRESS), row("S2", "B2", **NO_ADDRESS), row("S3", "B3", **NO_ADDRESS))
    later = MONDAY + timedelta(hours=5)
    slip = printed(session, town, team_id, later, 2)[0]
    count = session.scalar(
        text("SELECT statement_count FROM questionnaire_version v JOIN invitation i ON i.version_id = v.id")
    )
    assert responses.submit(session, hashed(slip.code), (4,) * (count or 0), later)
    participation.snapshot_participation(session, town.id, later)
    found = session.scalars(select(Participation)).one()
    assert (found.invited, found.sent, found.answered, found.unknown) == (2, 2, 1, 0)


@pytest.mark.parametrize("reason", ["opted_out", "paused", "too_old"])
def test_what_is_asked_again_at_the_printer_skips_the_slip(
    session: Session, town: Municipality, team_id: int, employ: Callable[..., Staff], reason: str
) -> None:
    """The same question as a worker's; the meeting gets the true reason."""
    take_in(session, town, row("S1", **NO_ADDRESS))
    later = MONDAY + timedelta(days=30 if reason == "too_old" else 1)
    meeting = session.scalars(select(Meeting)).one()
    if reason == "opted_out":
        opt_outs.opt_out(session, town.id, session.scalars(select(Invitation.id)).one(), later)
    if reason == "paused":
        pause: dict[str, Any] = {"team_id": team_id, "reason": "other", "fingerprint": meeting.citizen}
        pause |= {"from_on": later.date(), "until_on": later.date(), "paused_at": later}
        by = employ(session, town, "caseworker", "Ydelse").id
        session.add(Pause(municipality_id=town.id, **pause, paused_by=by))
        session.flush()
    assert printed(session, town, team_id, later) == []
    session.refresh(meeting)
    assert (channels(session), meeting.decision) == ([("paper", "skipped")], reason)


def test_a_later_file_takes_back_a_slip(session: Session, town: Municipality, team_id: int) -> None:
    """Before it is printed it is skipped; afterwards it is printed no more, and no reminder is made."""
    take_in(session, town, row("S1", **NO_ADDRESS), row("S2", "B2", **NO_ADDRESS))
    later = MONDAY + timedelta(hours=5)
    printed(session, town, team_id, later)
    back = [
        row(meeting, citizen, **NO_ADDRESS, status="Aflyst") for meeting, citizen in (("S1", "B1"), ("S2", "B2"))
    ]
    assert take_in(session, town, *back, now=later).counts == {"cancelled": 1, "duplicate": 1}
    assert sorted(channels(session)) == [("paper", "sent"), ("paper", "skipped")]
    run = slips.runs(session, town.id, [team_id], later)[0]
    assert slips.renew(session, town.id, team_id, run.printed_at, {1: drawn(1)[0]}, later) == []


def test_nothing_is_printed_without_a_key_or_the_switch(session: Session, stevns: Municipality) -> None:
    """An answer could not be sealed; or the municipality has thought better of it."""
    stevns.prints_slips = True
    take_in(session, stevns, row("S1", **NO_ADDRESS))
    team, later = session.scalars(select(Invitation.team_id)).one(), MONDAY + timedelta(hours=5)
    with pytest.raises(responses.NoOpenKeyError):
        printed(session, stevns, team, later)
    open_key(session, stevns, MONDAY)
    stevns.prints_slips = False
    assert (printed(session, stevns, team, later), slips.printing(session, stevns.id)) == ([], False)


def test_a_slip_that_did_not_come_out_is_printed_anew(session: Session, town: Municipality, team_id: int) -> None:
    """By its number in the run: a new code for the same message, and the old one dies."""
    take_in(session, town, *(row(f"S{n}", f"B{n}", name=f"Åse {n}", **NO_ADDRESS) for n in range(3)))
    later = MONDAY + timedelta(hours=5)
    old = printed(session, town, team_id, later, 3)
    run = slips.runs(session, town.id, [team_id], later)[0]
    assert (run.n, run.printed_at) == (3, later)
    again = slips.renew(
        session, town.id, team_id, later, {2: drawn(1)[0], 9: drawn(1)[0]}, later + timedelta(hours=1)
    )
    assert [(slip.number, slip.name) for slip in again] == [(2, old[1].name)]
    assert invitees.find_hashed(session, hashed(old[1].code)) is None
    assert invitees.find_hashed(session, hashed(again[0].code))
    assert (len(channels(session)), len(session.scalars(select(Link)).all())) == (3, 3)
    assert slips.runs(session, town.id, [team_id], later) == [run]
    assert slips.renew(session, town.id, team_id + 1, later, {1: drawn(1)[0]}, later) == []
    assert slips.renew(session, town.id, team_id, later, {1: drawn(1)[0]}, later + timedelta(days=14)) == []


def test_printing_anew_does_not_tell_who_has_answered(session: Session, town: Municipality, team_id: int) -> None:
    """Whoever has gets a slip all the same; nothing about the run changes by an answer."""
    take_in(session, town, row("S1", **NO_ADDRESS), row("S2", "B2", **NO_ADDRESS))
    later = MONDAY + timedelta(hours=5)
    printed(session, town, team_id, later, 2)
    before = slips.runs(session, town.id, [team_id], later)
    session.execute(update(Invitation).values(answered=True))
    assert slips.runs(session, town.id, [team_id], later) == before
    again = slips.renew(session, town.id, team_id, later, dict(enumerate(drawn(2), 1)), later)
    assert [slip.number for slip in again] == [1, 2]


@pytest.mark.parametrize(
    ("table", "change", "name"),
    [
        ("message", "gateway = 'simulated'", "paper_has_no_gateway"),
        ("message", "kind = 'reminder'", "paper_has_no_gateway"),
        ("message", "channel = 'pigeon'", "channel_known"),
        ("contact", "mobile = '+4520123456'", "reachable"),
        ("contact", "on_paper = false", "reachable"),
    ],
)
def test_the_tables_refuse_what_must_not_be(
    session: Session, town: Municipality, table: str, change: str, name: str
) -> None:
    """On paper means without an address, without a gateway, and once."""
    take_in(session, town, row("S1", **NO_ADDRESS))
    with pytest.raises(IntegrityError, match=name):
        session.execute(text(f"UPDATE {table} SET {change}"))  # noqa: S608 - our own words


def test_a_slip_is_never_written_out(session: Session, town: Municipality, team_id: int) -> None:
    """Its `repr` holds neither code nor name."""
    take_in(session, town, row("S1", **NO_ADDRESS))
    slip = printed(session, town, team_id, MONDAY + timedelta(hours=5))[0]
    assert slip.code not in repr(replace(slip, name="Åse"))
    assert "Åse" not in repr(slip)
