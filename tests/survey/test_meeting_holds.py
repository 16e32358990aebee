"""Who is left in peace at import: by what the tables know, by the draw, and by a later file."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import meeting_files, meetings, sending_rules, workdays
from survey.meetings import Report
from survey.models import (
    Contact,
    DeadAddress,
    Meeting,
    Message,
    Municipality,
    OptOut,
    Pause,
    Staff,
    Team,
)
from survey.sending_rules import Rule
from survey.workdays import Window

KEY = b"k" * 32
MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Dato;Tid;Status;Mobil;E-mail;Fravalgt;Adressebeskyttelse;Hensyn;Team"
HELD = "S1;B1;20-08-2021;10:00;Afholdt;20123456;a@b.dk;;;"


def take_in(
    session: Session, municipality: Municipality, *rows: str, now: datetime = MONDAY, dry_run: bool = False
) -> Report:
    """Record a file of these rows, all of the team Opfølgning."""
    data = "\n".join([HEADER, *(f"{row};Opfølgning" for row in rows)]).encode()
    sheet = meeting_files.read(data, "s.csv")
    report = meetings.record(
        session, municipality.id, sheet, file_name="s.csv", fingerprint_key=KEY, now=now, dry_run=dry_run
    )
    session.expire_all()
    return report


def decision(session: Session) -> str:
    """The decision about the only meeting."""
    return session.scalars(select(Meeting.decision)).one()


def message(session: Session, kind: str = "invitation") -> Message:
    """The only message of a kind."""
    return session.scalars(select(Message).where(Message.kind == kind)).one()


def mark(municipality: Municipality, kind: str) -> bytes:
    """The print of the citizen of HELD, their mobile or their e-mail address."""
    value = {"citizen": "B1", "mobile": "+4520123456", "email": "a@b.dk"}[kind]
    return meetings.fingerprint(KEY, municipality.id, kind, value)


def kill(session: Session, municipality: Municipality, *kinds: str) -> None:
    """Let the mobile ("mobile") or e-mail address of HELD be dead."""
    for kind in kinds:
        row = DeadAddress(municipality_id=municipality.id, fingerprint=mark(municipality, kind), channel="sms")
        row.reason, row.found_on = "findes ikke", MONDAY.date().replace(day=1)
        session.add(row)
    session.flush()


# Hold-offs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["Sanktion", "partshøring", "SYGDOM", "Dødsfald", "Flyttet", "death", "syg, Sorg"]
)
def test_after_a_hurtful_moment_nobody_is_asked_and_nobody_knows_which(
    session: Session, stevns: Municipality, word: str
) -> None:
    """One decision for all of them, in Danish or English, several in a cell too."""
    report = take_in(session, stevns, HELD + word)
    assert report.counts == {"hurtful_moment": 1}
    assert session.scalars(select(Contact)).all() == []


@pytest.mark.parametrize("word", ["", "Ingen", "nej", "-"])
def test_without_a_moment_named_the_citizen_is_asked(session: Session, stevns: Municipality, word: str) -> None:
    """An empty cell, and the words for nothing."""
    assert take_in(session, stevns, HELD + word).counts == {"invited": 1}


@pytest.mark.parametrize("word", ["Sanktoin", "Sygdom, Fødselsdag"])
def test_an_unknown_word_refuses_the_row(session: Session, stevns: Municipality, word: str) -> None:
    """Better no invitation than one at the wrong moment; the remedy says which words there are."""
    report = take_in(session, stevns, HELD + word)
    assert report.counts == {"refused": 1}
    assert "Sanktion, Partshøring, Sygdom, Dødsfald eller Flyttet" in report.refused[0].remedy


@pytest.mark.parametrize("kind", ["citizen", "mobile", "email"])
def test_who_has_opted_out_is_not_asked(session: Session, stevns: Municipality, kind: str) -> None:
    """By whatever they were known when they did, and before any other reason about the citizen."""
    session.add(OptOut(municipality_id=stevns.id, fingerprint=mark(stevns, kind), opted_out_at=MONDAY))
    take_in(session, stevns, HELD + "Sygdom")
    assert decision(session) == "opted_out"


@pytest.mark.parametrize("kind", ["citizen", "mobile", "email"])
@pytest.mark.parametrize(
    ("expected", "first", "last", "ended"),
    [("paused", 0, 0, False), ("invited", 1, 2, False), ("invited", -2, -1, False), ("invited", 0, 9, True)],
)
def test_who_is_paused_is_not_asked(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    kind: str,
    expected: str,
    first: int,
    last: int,
    ended: bool,
) -> None:
    """Both days included, and not once it is ended."""
    row = Pause(municipality_id=stevns.id, fingerprint=mark(stevns, kind), reason="illness", paused_at=MONDAY)
    row.team_id = session.scalars(select(Team.id).where(Team.municipality_id == stevns.id)).first() or 0
    row.paused_by = employ(session, stevns, "administrator").id
    row.from_on, row.until_on = (workdays.day(MONDAY) + timedelta(days=n) for n in (first, last))
    row.ended_at = MONDAY if ended else None
    session.add(row)
    take_in(session, stevns, HELD)
    assert expected == decision(session)


@pytest.mark.parametrize(
    ("channel", "dead"),
    [("sms", []), ("sms", ["email"]), ("email", ["mobile"]), (None, ["mobile", "email"])],
)
def test_a_dead_mobile_falls_over_to_the_email_address(
    session: Session, stevns: Municipality, channel: str | None, dead: list[str]
) -> None:
    """And when nothing lives that is the reason; another number in a later file lives again."""
    kill(session, stevns, *dead)
    take_in(session, stevns, HELD)
    assert ("invited" if channel else "dead_address") == decision(session)
    assert channel == session.scalars(select(Message.channel)).one_or_none()


def test_a_dead_mobile_alone_is_not_asked_and_a_new_number_is(session: Session, stevns: Municipality) -> None:
    """Corrected in the case system means another print."""
    kill(session, stevns, "mobile")
    take_in(session, stevns, HELD.replace("a@b.dk", ""))
    assert decision(session) == "dead_address"
    report = take_in(session, stevns, "S2;B1;20-08-2021;10:00;Afholdt;21123456;;;;")
    assert report.counts == {"invited": 1}


def test_the_prints_of_the_addresses_are_kept_with_the_contact(session: Session, stevns: Municipality) -> None:
    """By them an opt-out and a dead address outlive the contact; an e-mail address in small letters."""
    take_in(session, stevns, HELD.replace("a@b.dk", "A@b.dk"))
    contact = session.scalars(select(Contact)).one()
    assert (mark(stevns, "mobile"), mark(stevns, "email")) == (contact.mobile_print, contact.email_print)


# When ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "clock", "at", "minutes"),
    [
        (time(10, 0), "09:00", time(9, 30), 60),
        (time(12, 0), "09:00", time(12), 60),
        (time(12, 0), "10:00", time(10, 30), 120),
        (time(10, 30), "10:00", time(10, 30), 0),
    ],
)
def test_the_message_waits_the_delay_after_the_meeting(
    session: Session, stevns: Municipality, due: time, clock: str, at: time, minutes: int
) -> None:
    """Counted from the meeting's beginning; a file that comes later than that is in time."""
    sending_rules.save(session, stevns.id, Rule(delay_minutes=minutes), staff_id=None, now=MONDAY)
    today = date(2021, 8, 23)
    take_in(session, stevns, f"S1;B1;23-08-2021;{clock};Afholdt;20123456;;;;", now=workdays.at(today, at))
    assert workdays.at(today, due) == message(session).due_at


@pytest.mark.parametrize(
    ("due", "held", "taken_in"),
    [
        # Summer time begins on 28 March 2021 and ends on 31 October: nine o'clock is seven, then eight, UTC.
        (datetime(2021, 3, 29, 7, tzinfo=UTC), "26-03-2021;17:30", datetime(2021, 3, 26, 16, 45, tzinfo=UTC)),
        (datetime(2021, 11, 1, 8, tzinfo=UTC), "29-10-2021;17:30", datetime(2021, 10, 29, 15, 45, tzinfo=UTC)),
        # Maundy Thursday to Easter Monday, then Tuesday.
        (datetime(2021, 4, 6, 7, tzinfo=UTC), "31-03-2021;17:30", datetime(2021, 3, 31, 15, 45, tzinfo=UTC)),
        # 5 June 2020, Constitution Day: a customary closing day.
        (datetime(2020, 6, 8, 7, tzinfo=UTC), "04-06-2020;17:30", datetime(2020, 6, 4, 15, 45, tzinfo=UTC)),
    ],
)
def test_the_window_opens_at_nine_on_the_clock_on_the_next_working_day(
    session: Session, stevns: Municipality, due: datetime, held: str, taken_in: datetime
) -> None:
    """Across both changes of the clocks, over Easter and over a closing day."""
    take_in(session, stevns, f"S1;B1;{held};Afholdt;20123456;;;;", now=taken_in)
    assert due == message(session).due_at


def test_a_municipality_has_its_own_window(session: Session, stevns: Municipality) -> None:
    """Saturdays from ten to noon."""
    own = Rule(window=Window(frozenset({6}), time(10), time(12)))
    sending_rules.save(session, stevns.id, own, staff_id=None, now=MONDAY)
    take_in(session, stevns, HELD)
    assert workdays.at(date(2021, 8, 28), time(10)) == message(session).due_at
