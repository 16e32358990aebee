"""Nobody is asked too often, and a meeting that changes is decided again once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import meeting_files, meetings, municipalities
from survey.meetings import Report
from survey.models import Invitation, Meeting, Municipality

MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Dato;Tid;Status;Mobil;E-mail;Team"


def take_in(session: Session, municipality: Municipality, *rows: str, now: datetime = MONDAY) -> Report:
    """Record a file of these rows, all of the team Opfølgning."""
    data = "\n".join([HEADER, *(f"{row};Opfølgning" for row in rows)]).encode()
    return meetings.record(
        session,
        municipality.id,
        meeting_files.read(data, "samtaler.csv"),
        file_name="samtaler.csv",
        fingerprint_key=b"k" * 32,
        now=now,
    )


def decisions(session: Session) -> list[str]:
    """The decisions about all meetings, in the order of their ids."""
    return list(session.scalars(select(Meeting.decision).order_by(Meeting.id)))


def test_of_several_meetings_in_a_file_the_latest_is_asked_about(session: Session, stevns: Municipality) -> None:
    """The others of the same citizen are left in peace; a tie goes to the first line."""
    take_in(
        session,
        stevns,
        "S1;B1;18-08-2021;10:00;Afholdt;20123456;",
        "S2;B1;20-08-2021;10:00;Afholdt;20123456;",
        "S3;B1;20-08-2021;10:00;Afholdt;20123456;",
        "S4;B1;20-08-2021;15:00;Aflyst;20123456;",
        "S5;B2;18-08-2021;10:00;Afholdt;21123456;",
    )
    assert decisions(session) == ["asked_recently", "invited", "asked_recently", "cancelled", "invited"]


@pytest.mark.parametrize(
    ("way", "another", "invited"),
    [
        ("20123456;", "+4520123456;", 1),
        (";a@b.dk", ";A@B.dk", 1),
        ("20123456;", "21123456;", 2),
        (";a@b.dk", ";", 1),
    ],
)
def test_a_phone_and_an_address_are_asked_once_whatever_the_file_calls_the_citizen(
    session: Session, stevns: Municipality, way: str, another: str, invited: int
) -> None:
    """In one file and in two: another citizen id reaches nobody a second time."""
    first, second = f"S1;B1;20-08-2021;10:00;Afholdt;{way}", f"S2;B2;20-08-2021;11:00;Afholdt;{another}"
    take_in(session, stevns, first, second)
    take_in(session, stevns, first.replace("S1;B1", "S3;B3"), second.replace("S2;B2", "S4;B4"))
    assert decisions(session).count("invited") == invited


def test_several_citizens_without_a_mobile_or_an_address_are_all_asked(
    session: Session, stevns: Municipality
) -> None:
    """What is missing is not shared: two with a mobile alone, two with an e-mail address alone."""
    ways = ("20123456;", "21123456;", ";a@b.dk", ";b@b.dk")
    take_in(session, stevns, *(f"S{n};B{n};20-08-2021;10:00;Afholdt;{way}" for n, way in enumerate(ways)))
    assert decisions(session) == ["invited"] * 4


@pytest.mark.parametrize(("days", "decision"), [(32, "asked_recently"), (33, "invited")])
def test_a_phone_is_left_in_peace_for_thirty_days(
    session: Session, stevns: Municipality, days: int, decision: str
) -> None:
    """As long as its citizen, who may have another id in the next file."""
    later = MONDAY + timedelta(days=days)
    take_in(session, stevns, "S1;B1;20-08-2021;10:00;Afholdt;20123456;")
    take_in(session, stevns, f"S2;B2;{later:%d-%m-%Y};07:00;Afholdt;20123456;", now=later)
    assert decisions(session) == ["invited", decision]


def test_another_municipality_may_ask_the_same_phone(session: Session, stevns: Municipality) -> None:
    """Municipalities know nothing of each other's citizens."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=MONDAY)
    for municipality in (stevns, faxe):
        take_in(session, municipality, "S1;B1;20-08-2021;10:00;Afholdt;20123456;")
    assert decisions(session) == ["invited", "invited"]


@pytest.mark.parametrize(("days", "decision"), [(1, "asked_recently"), (32, "asked_recently"), (33, "invited")])
def test_a_citizen_is_left_in_peace_for_thirty_days(
    session: Session, stevns: Municipality, days: int, decision: str
) -> None:
    """Counted from the reminder three days after the decision to invite, whether there was one or not."""
    later = MONDAY + timedelta(days=days)
    take_in(session, stevns, "S1;B1;20-08-2021;10:00;Afholdt;20123456;")
    take_in(session, stevns, f"S2;B1;{later:%d-%m-%Y};07:00;Afholdt;20123456;", now=later)
    assert decisions(session) == ["invited", decision]


def test_a_citizen_who_was_not_invited_may_be_asked_the_next_day(session: Session, stevns: Municipality) -> None:
    """Only invitations count for the frequency."""
    take_in(session, stevns, "S1;B1;20-08-2021;10:00;Aflyst;20123456;", "S2;B1;20-08-2021;10:00;Afholdt;;")
    take_in(session, stevns, "S3;B1;20-08-2021;10:00;Afholdt;20123456;")
    assert decisions(session) == ["cancelled", "no_channel", "invited"]


@pytest.mark.parametrize(
    ("first", "second", "decision"),
    [
        ("S1;B1;20-08-2021;10:00;Afholdt;20123456;", "S2;B1;19-08-2021;10:00;Afholdt;21123456;", "asked_recently"),
        (
            "S1;;20-08-2021;10:00;Afholdt;+4520123456;",
            "S2;;19-08-2021;10:00;Afholdt;20 12 34 56;",
            "asked_recently",
        ),
        ("S1;;20-08-2021;10:00;Afholdt;;a@b.dk", "S2;;19-08-2021;10:00;Afholdt;;A@B.dk", "asked_recently"),
        ("S1;;20-08-2021;10:00;Afholdt;20123456;", "S2;;19-08-2021;10:00;Afholdt;21123456;", "invited"),
    ],
)
def test_a_citizen_is_known_by_id_else_mobile_else_email(
    session: Session, stevns: Municipality, first: str, second: str, decision: str
) -> None:
    """However the number or the address is written."""
    take_in(session, stevns, first)
    take_in(session, stevns, second)
    assert decisions(session) == ["invited", decision]


def test_a_citizen_of_whom_nothing_is_known_is_nobody_else(session: Session, stevns: Municipality) -> None:
    """Two meetings without citizen id, mobile and e-mail are not taken for one citizen's."""
    take_in(session, stevns, "S1;;20-08-2021;10:00;Afholdt;;", "S2;;20-08-2021;10:00;Afholdt;;")
    assert decisions(session) == ["no_channel", "no_channel"]
    assert len(set(session.scalars(select(Meeting.citizen)))) == 2


def test_a_meeting_twice_in_a_file_counts_once(session: Session, stevns: Municipality) -> None:
    """The first row of a meeting id is the one that counts."""
    report = take_in(
        session, stevns, "S1;B1;20-08-2021;10:00;Aflyst;;", "S1;B1;20-08-2021;10:00;Afholdt;20123456;"
    )
    assert report.counts == {"cancelled": 1, "duplicate": 1}


@pytest.mark.parametrize("status", ["Booket", "Aflyst", "Udeblevet"])
def test_a_meeting_that_is_held_after_all_is_decided_again(
    session: Session, stevns: Municipality, status: str
) -> None:
    """Booked first and held now: the same meeting, one row, now invited; and a third time it is known."""
    take_in(session, stevns, f"S1;B1;20-08-2021;10:00;{status};20123456;", now=MONDAY - timedelta(days=7))
    again = take_in(session, stevns, "S1;B1;20-08-2021;11:00;Afholdt;20123456;")
    third = take_in(session, stevns, "S1;B1;20-08-2021;11:00;Afholdt;20123456;")
    meeting = session.scalars(select(Meeting)).one()
    assert (again.counts, third.counts) == ({"invited": 1}, {"duplicate": 1})
    assert (meeting.decision, meeting.status, meeting.decided_at) == ("invited", "held", MONDAY)
    assert datetime(2021, 8, 20, 9, 0, tzinfo=UTC) == meeting.held_at
    assert session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_a_meeting_noted_as_held_before_its_time_is_asked_about_once_it_was(
    session: Session, stevns: Municipality
) -> None:
    """In the file of eight o'clock a meeting at two lies ahead; tomorrow's file says the same of it."""
    row = "S1;B1;23-08-2021;14:00;Afholdt;20123456;"
    reports = [take_in(session, stevns, row, now=MONDAY + timedelta(days=day)) for day in (0, 0, 1, 2)]
    counts = [{"in_the_future": 1}, {"duplicate": 1}, {"invited": 1}, {"duplicate": 1}]
    assert counts == [report.counts for report in reports]
    assert decisions(session) == ["invited"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("Afholdt", "Booket"),
        ("Booket", "Booket"),
        ("Aflyst", "Aflyst"),
        ("Udeblevet", "Udeblevet"),
    ],
)
def test_any_other_meeting_delivered_again_is_a_duplicate(
    session: Session, stevns: Municipality, first: str, then: str
) -> None:
    """An invitation stands, and the same decision once more is nothing new."""
    take_in(session, stevns, f"S1;B1;20-08-2021;10:00;{first};20123456;")
    before = decisions(session)
    again = take_in(session, stevns, f"S1;B1;20-08-2021;12:00;{then};21123456;")
    assert ({"duplicate": 1}, False, before) == (again.counts, again.changed, decisions(session))


@pytest.mark.parametrize(
    ("day", "decision"),
    [
        ("23-08-2021", "invited"),
        ("24-08-2021", "in_the_future"),
        ("09-08-2021", "invited"),
        ("08-08-2021", "too_old"),
    ],
)
def test_a_meeting_without_a_time_counts_as_held_at_noon(
    session: Session, stevns: Municipality, day: str, decision: str
) -> None:
    """And today's as held already, even in the morning."""
    take_in(session, stevns, f"S1;B1;{day};;Afholdt;20123456;")
    held_at = session.scalars(select(Meeting.held_at)).one()
    assert [decision] == decisions(session)
    assert held_at is not None
    assert (MONDAY if day == "23-08-2021" else held_at.replace(hour=10)) == held_at


def test_fingerprints_need_the_key() -> None:
    """Another key, municipality, kind or value gives another fingerprint; the same gives the same."""
    usual = (b"k", 1, "meeting", "S1")
    others = [(b"l", 1, "meeting", "S1"), (b"k", 2, "meeting", "S1"), (b"k", 1, "citizen", "S1")]
    found = {meetings.fingerprint(*parts) for parts in [usual, usual, *others, (b"k", 1, "meeting", "S2")]}
    assert len(found) == 5
    assert {32} == {len(value) for value in found}
