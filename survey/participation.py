"""Participation: how many were asked and how many answered, per team, version and ISO week of sending."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from survey import workdays
from survey.models import ACCEPTED_STATES, Invitation, Meeting, MeetingCount, Message, Participation

FIGURES = ("invited", "sent", "unknown", "delivered", "answered")

_first_message = and_(
    Message.municipality_id == Invitation.municipality_id,
    Message.invitation_id == Invitation.id,
    Message.kind == "invitation",
)
_Reminder = aliased(Message)
_accepted_reminder = and_(
    _Reminder.municipality_id == Invitation.municipality_id,
    _Reminder.invitation_id == Invitation.id,
    _Reminder.kind == "reminder",
    _Reminder.state.in_(ACCEPTED_STATES),
)


def snapshot_participation(session: Session, municipality_id: int, now: datetime) -> None:
    """Count all weeks of sending that are not closed, and the meetings of weeks that are over."""
    _count(session, municipality_id, Invitation.sent_week.is_not(None), final=False)
    _count_meetings(session, municipality_id, now)


def close(session: Session, municipality_id: int, weeks: Collection[date]) -> None:
    """Count these weeks for the last time: afterwards their figures never change."""
    _count(session, municipality_id, Invitation.sent_week.in_(weeks), final=True)


def _count(session: Session, municipality_id: int, which: ColumnElement[bool], *, final: bool) -> None:
    # Whoever answered has been reached, whatever became of the message, so the parts never exceed the whole.
    sent = or_(Message.state.in_((*ACCEPTED_STATES, "unknown")), Invitation.answered)
    in_doubt = and_(Message.state == "unknown", ~Invitation.answered, _Reminder.id.is_(None))
    key = (Invitation.municipality_id, Invitation.team_id, Invitation.version_id, Invitation.sent_week)
    counted = (
        select(
            *key,
            func.count(),
            func.count().filter(sent),
            func.count().filter(in_doubt),
            func.count().filter(Message.state == "delivered"),
            func.count().filter(Invitation.answered),
            literal(final),
        )
        .outerjoin(Message, _first_message)
        .outerjoin(_Reminder, _accepted_reminder)
        .where(Invitation.municipality_id == municipality_id, which)
        .group_by(*key)
    )
    columns = ("municipality_id", "team_id", "version_id", "week")
    written = insert(Participation).from_select([*columns, *FIGURES, "closed"], counted)
    news = {name: written.excluded[name] for name in (*FIGURES, "closed")}
    session.execute(
        written.on_conflict_do_update(index_elements=columns, set_=news, where=Participation.closed.is_(False))
    )


def _count_meetings(session: Session, municipality_id: int, now: datetime) -> None:
    """Meetings by decision, written once for each week that is over. One not held yet is still to be decided."""
    this_week = workdays.monday(workdays.day(now))
    here = func.timezone(workdays.COPENHAGEN.key, Meeting.decided_at)
    week = cast(func.date_trunc("week", here), Date)
    key = (Meeting.municipality_id, Meeting.team_id, week, Meeting.decision)
    counted = (
        select(*key, func.count())
        .where(Meeting.municipality_id == municipality_id, Meeting.decision != "in_the_future", week < this_week)
        .group_by(*key)
    )
    columns = ["municipality_id", "team_id", "week", "decision", "n"]
    session.execute(insert(MeetingCount).from_select(columns, counted).on_conflict_do_nothing())
