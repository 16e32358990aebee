"""Retention: what is deleted when. The table in docs/privacy.md says the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, any_, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete

from survey import ballot_box, dead_addresses, participation, receipts, workdays
from survey.models import (
    AccessLog,
    CallbackAttempt,
    CallbackRequest,
    Comment,
    Contact,
    ImportCount,
    Invitation,
    JobSlot,
    Link,
    Meeting,
    MeetingImport,
    Message,
    OnsiteCode,
    Pause,
    RefusedRow,
    SignInAttempt,
    StaffSession,
    TrialMessage,
)

WINDOW = timedelta(days=14)
GRACE = timedelta(days=7)
CALLBACK_KEPT = timedelta(days=90)
ATTEMPT_KEPT = timedelta(minutes=15)
SESSION_KEPT = timedelta(days=1)
TRIAL_KEPT = timedelta(days=1)
SLOT_KEPT = timedelta(days=30)

EMPTIED = ("kind", "contact_form", "caseworker", "target_group", "held_at")
"""What a meeting loses when it is reduced to its skeleton."""

_described = or_(*(getattr(Meeting, column).is_not(None) for column in EMPTIED))
_bare: dict[str, None] = dict.fromkeys(EMPTIED)


@dataclass(frozen=True)
class Cleaned:
    """What one run of retention closed and deleted in one municipality."""

    weeks: int = 0
    invitations: int = 0
    meetings: int = 0
    callbacks: int = 0
    imports: int = 0


def ago(now: datetime, span: timedelta) -> datetime:
    """The moment that lies `span` back on a clock in Copenhagen: 7 days ago at the same time of day."""
    return workdays.local(now) - span


def year_ago(day: date) -> date:
    """The same day a year earlier; 28 February for 29 February."""
    leap_day = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def _open_quarter(day: date) -> date:
    """The first day of the first quarter that has not ended with `day`."""
    return workdays.quarter(day + timedelta(days=1))


def close_weeks(session: Session, municipality_id: int, now: datetime) -> tuple[int, int]:
    """Close every week of sending whose invitations have all expired and had their grace: (weeks, invitations).

    Participation is counted a last time in this same transaction; then invitations, links, messages and contacts
    are deleted, callbacks lose their pointer, and meetings are reduced. Invitations never sent go as old.
    """
    ballot_box.alone(session, municipality_id)
    weeks = session.scalars(_weeks_over(municipality_id, now)).all()
    # FOR UPDATE: a first message being claimed just now gives its invitation a week, and so saves it from here.
    gone = session.scalars(
        select(Invitation.id)
        .where(
            Invitation.municipality_id == municipality_id,
            Invitation.sent_week.in_(weeks)
            | (Invitation.sent_week.is_(None) & (Invitation.created_at <= ago(now, WINDOW + GRACE))),
        )
        .with_for_update()
    ).all()
    participation.close(session, municipality_id, weeks)
    _forget(session, municipality_id, gone)
    return len(weeks), len(gone)


def _weeks_over(municipality_id: int, now: datetime) -> Select[Any]:
    return (
        select(Invitation.sent_week)
        .where(Invitation.municipality_id == municipality_id, Invitation.sent_week.is_not(None))
        .group_by(Invitation.sent_week)
        .having(func.max(Invitation.expires_at) <= ago(now, GRACE))
    )


def _forget(session: Session, municipality_id: int, invitation_ids: Sequence[int]) -> None:
    """Delete these invitations with all that hangs on them and receipts; meetings and callbacks lose the tie."""
    # One array instead of a parameter each: there may be more than the 65 535 PostgreSQL takes.
    listed = any_(literal(invitation_ids, ARRAY(BigInteger)))
    mine = (Invitation.municipality_id == municipality_id, Invitation.id == listed)
    # Fetched, not joined: a join may rewrite the meetings in the order in which the invitations lie, and answering
    # moves an invitation. The meetings stay for a year, and with them whatever their order tells.
    meetings = any_(literal(session.scalars(select(Invitation.meeting_id).where(*mine)).all(), ARRAY(BigInteger)))
    session.execute(
        update(Meeting).where(Meeting.municipality_id == municipality_id, Meeting.id == meetings).values(_bare)
    )
    session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.municipality_id == municipality_id, CallbackRequest.invitation_id == listed)
        .values(invitation_id=None)
    )
    receipts.forget_about(session, municipality_id, invitation_ids)
    for table in (Link, Message, Contact):
        session.execute(
            delete(table).where(table.municipality_id == municipality_id, table.invitation_id == listed)
        )
    session.execute(delete(Invitation).where(*mine))


def reduce_meetings(session: Session, municipality_id: int, now: datetime) -> int:
    """Empty the descriptions of meetings nobody was asked about, as long after the decision as the others."""
    reduced = session.execute(
        update(Meeting)
        .where(
            Meeting.municipality_id == municipality_id,
            Meeting.decision != "invited",
            Meeting.decided_at <= ago(now, WINDOW + GRACE),
            _described,
        )
        .values(_bare)
        .returning(Meeting.id)
    )
    return len(reduced.all())


def delete_old(session: Session, municipality_id: int, now: datetime) -> Cleaned:
    """Delete what the municipality has kept long enough: skeletons, callbacks, comments, logs, holds."""
    last_year = year_ago(workdays.day(now))
    skeletons = delete(Meeting).where(
        Meeting.municipality_id == municipality_id,
        Meeting.held_on <= last_year,
        ~select(Invitation.id)
        .where(Invitation.municipality_id == municipality_id, Invitation.meeting_id == Meeting.id)
        .exists(),
    )
    accesses = delete(AccessLog).where(
        AccessLog.municipality_id == municipality_id, AccessLog.at <= _a_year_before(now)
    )
    session.execute(accesses)
    # A quarter's comments go together, twelve months after its last day: never fewer than ten are left.
    written = (Comment.municipality_id == municipality_id, Comment.quarter < _open_quarter(last_year))
    session.execute(delete(Comment).where(*written))
    _delete_holds(session, municipality_id, now)
    return Cleaned(
        meetings=_gone(session, skeletons.returning(Meeting.id)),
        callbacks=_delete_callbacks(session, municipality_id, ago(now, CALLBACK_KEPT)),
        imports=_delete_imports(session, municipality_id, _a_year_before(now)),
    )


def _a_year_before(now: datetime) -> datetime:
    here = workdays.local(now)
    return datetime.combine(year_ago(here.date()), here.time(), here.tzinfo)


def _delete_holds(session: Session, municipality_id: int, now: datetime) -> None:
    """What is over for a year: pauses, dead addresses, codes of the waiting room; trial messages of yesterday; no
    opt-out.
    """
    year = _a_year_before(now)
    over = or_(Pause.until_on <= year_ago(workdays.day(now)), Pause.ended_at <= year)
    tried = TrialMessage.asked_at <= ago(now, TRIAL_KEPT)
    session.execute(delete(Pause).where(Pause.municipality_id == municipality_id, over))
    codes = (OnsiteCode.municipality_id == municipality_id, OnsiteCode.valid_until <= year_ago(workdays.day(now)))
    session.execute(delete(OnsiteCode).where(*codes))
    dead_addresses.forget(session, municipality_id, year.date())
    session.execute(delete(TrialMessage).where(TrialMessage.municipality_id == municipality_id, tried))


def _delete_callbacks(session: Session, municipality_id: int, closed_by: datetime) -> int:
    old = (CallbackRequest.municipality_id == municipality_id, CallbackRequest.closed_at <= closed_by)
    attempts = delete(CallbackAttempt).where(
        CallbackAttempt.municipality_id == municipality_id,
        CallbackAttempt.callback_id.in_(select(CallbackRequest.id).where(*old)),
    )
    session.execute(attempts)
    return _gone(session, delete(CallbackRequest).where(*old).returning(CallbackRequest.id))


def _delete_imports(session: Session, municipality_id: int, imported_by: datetime) -> int:
    old = (MeetingImport.municipality_id == municipality_id, MeetingImport.imported_at <= imported_by)
    ids = select(MeetingImport.id).where(*old)
    session.execute(
        update(Meeting)
        .where(Meeting.municipality_id == municipality_id, Meeting.import_id.in_(ids))
        .values(import_id=None)
    )
    for table in (ImportCount, RefusedRow):
        session.execute(delete(table).where(table.municipality_id == municipality_id, table.import_id.in_(ids)))
    return _gone(session, delete(MeetingImport).where(*old).returning(MeetingImport.id))


def sweep(session: Session, now: datetime) -> None:
    """Delete what belongs to no municipality: failed sign-ins, dead sessions, slots of timed jobs, receipts."""
    # Not `ago`: on a clock that jumps an hour 15 minutes ago may lie ahead of now.
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= now - ATTEMPT_KEPT))
    session.execute(delete(StaffSession).where(StaffSession.started_at <= ago(now, SESSION_KEPT)))
    session.execute(delete(JobSlot).where(JobSlot.slot <= ago(now, SLOT_KEPT)))
    receipts.forget(session, now)


def _gone(session: Session, deletion: ReturningDelete[Any]) -> int:
    return len(session.execute(deletion).all())
