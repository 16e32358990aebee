"""Fravalgt in a file is an opt-out like the citizen's own: of every meeting, by whatever they are known."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import eligibility, invitations, meeting_files, meetings, opt_outs
from survey.meetings import Report
from survey.models import Invitation, Meeting, Message, Municipality, OptOut
from tests.survey.sending import Obedient, open_key, send

MONDAY = datetime(2021, 8, 23, 8, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Dato;Tid;Status;Mobil;E-mail;Fravalgt;Adressebeskyttelse;Team"
FIRST = "S1;B1;19-08-2021;10:00;Afholdt;20123456;a@b.dk;;;Opfølgning"
SECOND = FIRST.replace("S1", "S2").replace("19-08", "20-08")
NO = SECOND.replace(";;;", ";Ja;;")
OPTED_OUT = eligibility.words["opted_out"]


def take_in(session: Session, municipality: Municipality, *rows: str, dry_run: bool = False) -> Report:
    """Record a file of these rows."""
    sheet = meeting_files.read("\n".join([HEADER, *rows]).encode(), "s.csv")
    report = meetings.record(
        session, municipality.id, sheet, file_name="s.csv", fingerprint_key=b"k" * 32, now=MONDAY, dry_run=dry_run
    )
    session.expire_all()
    return report


def prints(session: Session) -> int:
    """How many fingerprints are left in peace."""
    return session.scalar(select(func.count()).select_from(OptOut)) or 0


def decisions(session: Session) -> list[str]:
    """Of every meeting, in the order of their days."""
    return list(session.scalars(select(Meeting.decision).order_by(Meeting.held_on, Meeting.id)))


@pytest.mark.parametrize("row", [NO, NO.replace("B1", "B2"), NO.replace("20123456", "").replace("a@b.dk", "")])
def test_what_waits_about_another_meeting_does_not_leave(session: Session, stevns: Municipality, row: str) -> None:
    """Known by the citizen's id, or by mobile and e-mail; the other meeting ends in the true reason."""
    open_key(session, stevns, MONDAY)
    take_in(session, stevns, FIRST)
    assert not take_in(session, stevns, row).counts.get("invited")
    assert send(session, MONDAY, Obedient()).skipped == {OPTED_OUT: 1}
    assert decisions(session)[0] == "opted_out"


def test_who_was_asked_about_another_meeting_is_not_reminded(session: Session, stevns: Municipality) -> None:
    """Their invitation has left; the link works on."""
    open_key(session, stevns, MONDAY)
    take_in(session, stevns, FIRST)
    send(session, MONDAY, Obedient())
    take_in(session, stevns, NO)
    assert invitations.remind(session, MONDAY + timedelta(days=3)) == 0
    assert decisions(session) == ["invited", "opted_out"]


@pytest.mark.parametrize("rows", [(FIRST, NO), (NO, FIRST)])
@pytest.mark.parametrize("protected", ["", "Ja"])
def test_it_holds_for_every_row_of_the_file(
    session: Session, stevns: Municipality, rows: tuple[str, ...], protected: str
) -> None:
    """Whichever row comes first, and before other reasons about the citizen; a trial says the same."""
    told = [row.replace(";;;", f";;{protected};") for row in rows]
    trial = take_in(session, stevns, *told, dry_run=True)
    assert prints(session) == 0
    assert {"opted_out": 2} == take_in(session, stevns, *told).counts == trial.counts
    assert prints(session) == 3


@pytest.mark.parametrize(("decision", "status"), [("cancelled", "Aflyst"), ("in_the_future", "Booket")])
def test_a_no_counts_whatever_became_of_the_meeting(
    session: Session, stevns: Municipality, decision: str, status: str
) -> None:
    """The row has its own reason, and a new meeting is not asked about."""
    assert take_in(session, stevns, NO.replace("Afholdt", status)).counts == {decision: 1}
    assert take_in(session, stevns, FIRST).counts == {"opted_out": 1}


def test_a_no_about_a_meeting_nobody_was_asked_about_counts(session: Session, stevns: Municipality) -> None:
    """It was asked recently; now its row says no: the meeting is decided anew, once."""
    take_in(session, stevns, FIRST, SECOND)
    assert decisions(session) == ["asked_recently", "invited"]
    again = [take_in(session, stevns, FIRST.replace(";;;", ";Ja;;")).counts for _ in range(2)]
    assert again == [{"opted_out": 1}, {"duplicate": 1}]
    assert prints(session) == 3


def test_who_has_undone_it_is_not_overruled_by_the_same_row(session: Session, stevns: Municipality) -> None:
    """The nightly file says it again; a row about a new meeting that says no is heard."""
    take_in(session, stevns, FIRST)
    take_in(session, stevns, NO)
    opt_outs.undo(session, stevns.id, session.scalars(select(Invitation.id)).one())
    assert (take_in(session, stevns, NO).changed, prints(session)) == (False, 0)
    take_in(session, stevns, NO.replace("S2", "S3"))
    assert prints(session) == 3


def test_a_taken_back_invitation_is_an_opt_out_too(session: Session, stevns: Municipality) -> None:
    """The row about the invited meeting itself."""
    take_in(session, stevns, SECOND)
    assert take_in(session, stevns, NO).counts == {"opted_out": 1}
    assert (prints(session), session.scalars(select(Message.state)).all()) == (3, ["skipped"])
