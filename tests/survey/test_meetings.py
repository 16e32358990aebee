"""Meetings in: every row has one outcome, and only what is new is written."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, literal_column, select, update
from sqlalchemy.orm import Session

from survey import db, meeting_files, meetings, municipalities
from survey.db import Base
from survey.meetings import Report
from survey.models import (
    Contact,
    ImportCount,
    Invitation,
    Meeting,
    MeetingImport,
    Message,
    Municipality,
    QuestionnaireVersion,
    RefusedRow,
    Team,
)

DATA = Path(__file__).parent.parent / "data"
KEY = b"k" * 32
MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Team;Dato;Tid;Status;Navn;Mobil;E-mail;Adressebeskyttelse;Fravalgt"

Statements = Callable[[], AbstractContextManager[list[str]]]


def row(meeting: str, citizen: str = "B1", **cells: str) -> str:
    """A line of a file: a meeting held on Friday 20 August 2021 at ten, unless `cells` say otherwise."""
    usual = {"team": "Opfølgning", "day": "20-08-2021", "clock": "10:00", "status": "Afholdt", "name": "Åse"}
    usual |= {"mobile": "20123456", "email": "", "protected": "Nej", "opted_out": "Nej"}
    return ";".join([meeting, citizen, *(usual | cells).values()])


def take_in(
    session: Session, municipality: Municipality, *rows: str, now: datetime = MONDAY, dry_run: bool = False
) -> Report:
    """Record a file of these rows."""
    data = "\n".join([HEADER, *rows]).encode()
    return take_in_file(session, municipality, data, "samtaler.csv", now=now, dry_run=dry_run)


def take_in_file(
    session: Session,
    municipality: Municipality,
    data: bytes,
    name: str,
    *,
    now: datetime = MONDAY,
    dry_run: bool = False,
) -> Report:
    """Record the file `data`."""
    return meetings.record(
        session,
        municipality.id,
        meeting_files.read(data, name),
        file_name=name,
        fingerprint_key=KEY,
        now=now,
        dry_run=dry_run,
    )


def rows_of_all_tables(session: Session) -> list[str]:
    """Every row of every table as text, in a fixed order."""
    as_text: ColumnElement[str] = literal_column("CAST(t AS text)").label("line")
    return [
        f"{table.name} {line}"
        for table in Base.metadata.sorted_tables
        for line in session.scalars(select(as_text).select_from(table.alias("t")).order_by("line"))
    ]


def everything(session: Session) -> str:
    """A digest of every row of every table."""
    return hashlib.sha256("\n".join(rows_of_all_tables(session)).encode()).hexdigest()


def decisions(session: Session) -> list[str]:
    """The decisions about all meetings, in the order of their ids."""
    return list(session.scalars(select(Meeting.decision).order_by(Meeting.id)))


SAMPLES = {
    "samtaler_cp1252.csv": {
        "invited": 126,
        "cancelled": 59,
        "not_attended": 34,
        "in_the_future": 1,
        "too_old": 967,
        "no_channel": 3,
        "opted_out": 1,
        "protected_address": 1,
        "asked_recently": 11,
        "duplicate": 1,
        "refused": 9,
    },
    "samtaler_excel_utf8bom.csv": {
        "invited": 120,
        "cancelled": 76,
        "not_attended": 26,
        "too_old": 963,
        "protected_address": 1,
        "asked_recently": 14,
    },
    "samtaler.xlsx": {
        "invited": 120,
        "cancelled": 54,
        "not_attended": 32,
        "too_old": 974,
        "no_channel": 4,
        "opted_out": 2,
        "protected_address": 3,
        "asked_recently": 11,
    },
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_row_of_a_sample_file_has_one_outcome_and_again_nothing_changes(
    session: Session, stevns: Municipality, name: str
) -> None:
    """The counts add up to the rows read; the second import leaves every table byte for byte as it was."""
    data = (DATA / name).read_bytes()
    report = take_in_file(session, stevns, data, name)
    before = everything(session)
    again = take_in_file(session, stevns, data, name)
    assert SAMPLES[name] == report.counts
    assert report.rows_read == sum(report.counts.values()) == sum(again.counts.values())
    assert (report.changed, again.changed) == (True, False)
    assert set(again.counts) <= {"duplicate", "refused"}
    assert before == everything(session)


FAULTY = [
    (1202, "refused"),  # no meeting id
    (1203, "refused"),  # 31 February
    (1204, "refused"),  # unknown team
    (1205, "refused"),  # no such number
    (1206, "refused"),  # two numbers
    (1207, "no_channel"),  # neither mobile nor e-mail
    (1208, "duplicate"),  # the meeting id of line 2
    (1209, "in_the_future"),  # booked for 2031
    (1210, "invited"),  # no citizen id: known by the mobile
    (1211, "refused"),  # a formula for a name
    (1212, "refused"),  # a CPR number for a citizen id
    (1213, "refused"),  # no e-mail address
    (1214, "refused"),  # 25:99
]


def test_each_of_the_thirteen_faulty_rows_has_its_outcome(session: Session, stevns: Municipality) -> None:
    """One by one: behind the 1200 well-formed rows, every faulty row adds one to its own outcome."""
    lines = (DATA / "samtaler_cp1252.csv").read_bytes().split(b"\r\n")
    take_in_file(session, stevns, b"\r\n".join(lines[:1201]), "samtaler.csv")
    outcomes = []
    for line, _ in FAULTY:
        report = take_in_file(session, stevns, b"\r\n".join([lines[0], lines[line - 1]]), "samtaler.csv")
        outcomes += [(line, *report.counts)]
    assert outcomes == FAULTY


def test_the_decision_follows_the_fixed_order(session: Session, stevns: Municipality) -> None:
    """When several reasons apply, the first one is given."""
    every = {"mobile": "", "protected": "Ja", "opted_out": "Ja", "day": "01-08-2021"}
    reachable = every | {"day": "20-08-2021", "mobile": "20123456"}
    take_in(
        session,
        stevns,
        row("S1", "B1", **every | {"status": "Aflyst", "day": "20-08-2031"}),
        row("S2", "B2", **every | {"status": "Udeblevet", "day": "20-08-2031"}),
        row("S3", "B3", **every | {"status": "Booket"}),
        row("S4", "B4", **every | {"day": "20-08-2031"}),
        row("S5", "B5", **every),
        row("S6", "B6", **every | {"day": "20-08-2021"}),
        row("S7", "B7", **reachable),
        row("S8", "B8", **reachable | {"opted_out": "Nej", "mobile": "20123458"}),
        row("S9", "B9", **reachable | {"opted_out": "Nej", "protected": "Nej", "mobile": "20123459"}),
    )
    assert decisions(session) == [
        "cancelled",
        "not_attended",
        "in_the_future",
        "in_the_future",
        "too_old",
        "no_channel",
        "opted_out",
        "protected_address",
        "invited",
    ]


def test_an_invitation_comes_with_contact_version_and_a_message_due_in_the_window(
    session: Session, stevns: Municipality
) -> None:
    """At eight on a Monday the message waits for nine; the version is the newest one out."""
    take_in(session, stevns, row("S1", team="Ydelse", email="Bo@Eksempel.dk", mobile=""))
    invitation = session.scalars(select(Invitation)).one()
    contact = session.scalars(select(Contact)).one()
    message = session.scalars(select(Message)).one()
    version = session.get_one(QuestionnaireVersion, (stevns.id, invitation.version_id))
    team = session.get_one(Team, (stevns.id, invitation.team_id))
    assert (team.name, version.questionnaire_id, version.closed_at) == ("Ydelse", team.questionnaire_id, None)
    assert (contact.name, contact.mobile, contact.email, contact.language) == ("Åse", None, "Bo@eksempel.dk", "")
    assert ("invitation", "waiting", MONDAY + timedelta(hours=1)) == (message.kind, message.state, message.due_at)


def test_nothing_but_fingerprints_is_kept_of_who_is_not_invited(session: Session, stevns: Municipality) -> None:
    """No name, number, address or identifier of a citizen who is not asked, and no identifier of one who is."""
    take_in(session, stevns, row("SECRET-1", "B-SECRET", status="Aflyst", name="Hemmelig", email="a@hemmelig.dk"))
    take_in(session, stevns, row("SECRET-2", "B-SECRET", name="Kendt"))
    dump = "\n".join(rows_of_all_tables(session))
    assert "Kendt" in dump
    assert not [word for word in ("SECRET", "Hemmelig", "hemmelig.dk") if word in dump]


def test_the_log_tells_counts_and_refused_rows_without_values(session: Session, stevns: Municipality) -> None:
    """What is kept of a file: name, digest, counts by outcome that add up, and where to look; never a value."""
    take_in(session, stevns, row("S1"), row("S2", "010180-1234"), row("S3", mobile="12345678"))
    log = session.scalars(select(MeetingImport)).one()
    counts = dict(session.execute(select(ImportCount.outcome, ImportCount.n)).all())
    where = session.execute(select(RefusedRow.line, RefusedRow.column_name).order_by(RefusedRow.line)).all()
    assert (log.file_name, log.rows_read, counts) == ("samtaler.csv", 3, {"invited": 1, "refused": 2})
    assert sorted(where) == [(3, "BorgerID"), (4, "Mobil")]


def test_the_number_of_statements_does_not_depend_on_the_rows(
    session: Session, stevns: Municipality, sql: Statements
) -> None:
    """Twenty-two and a COPY, for ten rows and for a thousand."""
    for rows in (10, 1000):
        lines = [row(f"S{rows}-{n}", f"B{rows}-{n}", mobile="" if n % 5 else "20123456") for n in range(rows)]
        with sql() as statements:
            take_in(session, stevns, *lines, row("", "B"))
        assert len(statements) == 22, statements


def test_a_dry_run_says_the_same_and_leaves_the_database_untouched(session: Session, stevns: Municipality) -> None:
    """The report of the dry run is the report of the import after it."""
    before = everything(session)
    data = (DATA / "samtaler_cp1252.csv").read_bytes()
    dry = take_in_file(session, stevns, data, "samtaler.csv", dry_run=True)
    untouched = everything(session)
    assert before == untouched
    assert dry == take_in_file(session, stevns, data, "samtaler.csv")


def test_two_imports_of_one_file_at_once_take_it_in_once(database_url: str, now: datetime) -> None:
    """Eight threads with the same file: one brings it in, seven find it there."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        municipality = municipalities.establish(
            session, slug="stevns", name="Stevns", phone="1", sms_sender="Stevns", now=now
        )
    data = (DATA / "samtaler_excel_utf8bom.csv").read_bytes()
    reports: list[Report] = []

    def bring() -> None:
        with db.transaction() as session:
            reports.append(take_in_file(session, municipality, data, "samtaler.csv"))

    threads = [threading.Thread(target=bring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction() as session:
        meetings_, invitations = len(decisions(session)), len(session.scalars(select(Invitation)).all())
    engine.dispose()
    assert (len(reports), sum(report.changed for report in reports)) == (8, 1)
    assert (meetings_, invitations) == (1200, 120)


def test_a_team_without_an_open_version_cannot_be_asked(session: Session, stevns: Municipality) -> None:
    """Its rows are refused: there is nothing to ask; a team at rest is refused likewise."""
    session.execute(update(QuestionnaireVersion).values(closed_at=MONDAY))
    report = take_in(session, stevns, row("S1"))
    assert "intet udgivet spørgeskema" in report.refused[0].remedy
    assert (report.changed, decisions(session)) == (False, [])


def test_two_municipalities_may_have_the_same_meeting_ids(session: Session, stevns: Municipality) -> None:
    """Fingerprints are a municipality's own, so nothing can be joined across."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=MONDAY)
    take_in(session, stevns, row("S1"))
    take_in(session, faxe, row("S1"))
    found = session.execute(select(Meeting.fingerprint, Meeting.citizen)).all()
    assert decisions(session) == ["invited", "invited"]
    assert len({value for pair in found for value in pair}) == 4
