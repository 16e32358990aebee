"""What must never be true of meetings, imports and invitations: the tables refuse it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities
from survey.db import Base
from survey.models import (
    Contact,
    ImportCount,
    Invitation,
    Meeting,
    MeetingCount,
    MeetingImport,
    Message,
    Municipality,
    QuestionnaireVersion,
    RefusedRow,
    Team,
)

NOW = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)


def refuse(session: Session, row: Base, constraint: str) -> None:
    """Fail unless the database refuses `row` because of `constraint`."""
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.add(row)
        session.flush()


def team_of(session: Session, municipality: Municipality) -> Team:
    """The municipality's team Opfølgning."""
    return session.scalars(
        select(Team).where(Team.municipality_id == municipality.id, Team.name == "Opfølgning")
    ).one()


def meeting(session: Session, municipality: Municipality, **values: Any) -> Meeting:
    """A meeting held and invited to, not saved yet, unless `values` say otherwise."""
    usual: dict[str, Any] = {
        "municipality_id": municipality.id,
        "fingerprint": b"f" * 32,
        "citizen": b"c" * 32,
        "team_id": team_of(session, municipality).id,
        "held_on": date(2021, 5, 10),
        "status": "held",
        "decision": "invited",
        "decided_at": NOW,
    }
    return Meeting(**usual | values)


def invitation(session: Session, municipality: Municipality, **values: Any) -> Invitation:
    """An invitation to a meeting that is saved here, not saved itself, unless `values` say otherwise."""
    if "meeting_id" not in values:
        to = meeting(session, municipality)
        session.add(to)
        session.flush()
        values["meeting_id"] = to.id
    team = team_of(session, municipality)
    version = session.scalars(
        select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    ).one()
    usual = {"municipality_id": municipality.id, "team_id": team.id, "version_id": version, "created_at": NOW}
    return Invitation(**usual | values)


@pytest.fixture
def faxe(session: Session) -> Municipality:
    """Another municipality."""
    return municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=NOW)


def test_a_meeting_id_is_unique_in_its_municipality(
    session: Session, stevns: Municipality, faxe: Municipality
) -> None:
    """The same fingerprint twice is impossible in one municipality and possible in two."""
    session.add_all([meeting(session, stevns), meeting(session, faxe)])
    session.flush()
    refuse(session, meeting(session, stevns), "uq_meeting_fingerprint")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"fingerprint": b"S21-000001"}, "fingerprint_size"),
        ({"citizen": b"010180-1234"}, "citizen_size"),
        ({"decision": "perhaps"}, "decision_known"),
        ({"decision": "duplicate"}, "decision_known"),
        ({"status": "perhaps", "decision": "too_old"}, "status_known"),
        ({"status": "cancelled"}, "only_held_meetings_invite"),
        ({"status": "booked"}, "only_held_meetings_invite"),
        ({"citizen": None}, "citizen"),
        ({"import_id": 4711}, "fk_meeting_import_id"),
        ({"municipality_id": 4711}, "fk_meeting"),
    ],
)
def test_an_impossible_meeting_is_refused(
    session: Session, stevns: Municipality, values: dict[str, Any], constraint: str
) -> None:
    """Only fingerprints, known words, and no invitation to a meeting that was not held."""
    refuse(session, meeting(session, stevns, **values), constraint)


def test_a_meeting_never_points_at_another_municipality(
    session: Session, stevns: Municipality, faxe: Municipality
) -> None:
    """Neither at its team nor at its import."""
    theirs = MeetingImport(municipality_id=faxe.id, imported_at=NOW, file_name="a", rows_read=0)
    session.add(theirs)
    session.flush()
    refuse(session, meeting(session, stevns, team_id=team_of(session, faxe).id), "fk_meeting_team_id")
    refuse(session, meeting(session, stevns, import_id=theirs.id), "fk_meeting_import_id")


def test_an_import_has_no_negative_rows(session: Session, stevns: Municipality) -> None:
    """The rows read are counted from nought."""
    row = MeetingImport(municipality_id=stevns.id, imported_at=NOW, file_name="a", rows_read=-1)
    refuse(session, row, "rows_read_natural")


def test_the_log_of_an_import_is_its_own(session: Session, stevns: Municipality, faxe: Municipality) -> None:
    """Known outcomes, counted once and at least one, in the import's municipality."""
    log = MeetingImport(municipality_id=stevns.id, imported_at=NOW, file_name="a", rows_read=2)
    session.add(log)
    session.flush()
    ours: dict[str, Any] = {"municipality_id": stevns.id, "import_id": log.id}
    theirs = ours | {"municipality_id": faxe.id}
    refuse(session, ImportCount(**ours, outcome="perhaps", n=1), "outcome_known")
    refuse(session, ImportCount(**ours, outcome="refused", n=0), "n_positive")
    refuse(session, ImportCount(**theirs, outcome="refused", n=1), "fk_import_count_import_id")
    refuse(session, RefusedRow(**theirs, line=2, column_name="Dato", remedy="Ret."), "fk_refused_row_import_id")


def test_a_meeting_has_one_invitation(session: Session, stevns: Municipality) -> None:
    """A second one is impossible."""
    first = invitation(session, stevns)
    session.add(first)
    session.flush()
    refuse(session, invitation(session, stevns, meeting_id=first.meeting_id), "uq_invitation_meeting_id")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"sent_week": date(2021, 5, 10)}, "sent_and_expiring"),
        ({"expires_at": NOW}, "sent_and_expiring"),
        ({"sent_week": date(2021, 5, 11), "expires_at": NOW}, "sent_week_is_a_monday"),
        ({"version_id": 4711}, "fk_invitation_version_id"),
        ({"meeting_id": 4711}, "fk_invitation_meeting_id"),
    ],
)
def test_an_impossible_invitation_is_refused(
    session: Session, stevns: Municipality, values: dict[str, Any], constraint: str
) -> None:
    """Sent means a Monday and an end, both or neither; and it asks about something there is."""
    refuse(session, invitation(session, stevns, **values), constraint)


def test_an_invitation_never_points_at_another_municipality(
    session: Session, stevns: Municipality, faxe: Municipality
) -> None:
    """Neither at its meeting, nor its team, nor its questionnaire."""
    theirs = invitation(session, faxe)
    for column in ("meeting_id", "team_id", "version_id"):
        row = invitation(session, stevns, meeting_id=theirs.meeting_id)
        refuse(session, row, "fk_invitation_meeting_id")
        if column != "meeting_id":
            session.execute(update(Meeting).values(fingerprint=func.sha256(Meeting.fingerprint)))
            row = invitation(session, stevns, **{column: getattr(theirs, column)})
            refuse(session, row, f"fk_invitation_{column}")


def test_a_contact_can_be_reached_and_belongs_to_its_municipality(
    session: Session, stevns: Municipality, faxe: Municipality
) -> None:
    """No contact without mobile and e-mail, none without an invitation here."""
    ours = invitation(session, stevns)
    session.add(ours)
    session.flush()
    who = {"invitation_id": ours.id, "name": "Åse", "language": "da"}
    refuse(session, Contact(municipality_id=stevns.id, **who), "reachable")
    refuse(session, Contact(municipality_id=faxe.id, mobile="+4520123456", **who), "fk_contact_invitation_id")


def test_an_invitation_has_one_message_of_a_kind(session: Session, stevns: Municipality) -> None:
    """A second first message is impossible, and so is a kind that nobody knows."""
    ours = invitation(session, stevns)
    session.add(ours)
    session.flush()
    usual: dict[str, Any] = {
        "municipality_id": stevns.id,
        "invitation_id": ours.id,
        "due_at": NOW,
        "channel": "sms",
    }
    session.add(Message(**usual, kind="invitation"))
    session.flush()
    refuse(session, Message(**usual, kind="invitation"), "uq_message_invitation_id_kind")
    refuse(session, Message(**usual, kind="third"), "kind_known")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"week": date(2021, 5, 11)}, "week_is_a_monday"),
        ({"n": 0}, "n_positive"),
        ({"decision": "duplicate"}, "decision_known"),
        ({"team_id": 4711}, "fk_meeting_count_team_id"),
    ],
)
def test_an_impossible_count_of_meetings_is_refused(
    session: Session, stevns: Municipality, values: dict[str, Any], constraint: str
) -> None:
    """Weeks begin on Mondays, and only what was decided is counted."""
    usual = {"municipality_id": stevns.id, "team_id": team_of(session, stevns).id, "week": date(2021, 5, 10)}
    refuse(session, MeetingCount(**usual | {"decision": "invited", "n": 1} | values), constraint)
