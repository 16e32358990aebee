"""Participation: how many were asked and how many answered, per team, version and ISO week of sending.

Of weeks that are closed also by channel, target group and message, a quarter at a time: see `turnout_parts`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from survey import dimensions, workdays
from survey.models import (
    ACCEPTED_STATES,
    Invitation,
    Meeting,
    MeetingCount,
    Message,
    Participation,
    SentCount,
    Team,
    TurnoutPart,
)

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
    """Count these weeks for the last time: afterwards their figures never change. Parts are added but once."""
    closed = select(Participation.week).where(
        Participation.municipality_id == municipality_id, Participation.closed, Participation.week.in_(weeks)
    )
    anew = set(weeks) - set(session.scalars(closed))
    _count_parts(session, municipality_id, anew)
    _count(session, municipality_id, Invitation.sent_week.in_(weeks), final=True)


# Whoever answered has been reached, whatever became of the message, so the parts never exceed the whole.
_sent = or_(Message.state.in_((*ACCEPTED_STATES, "unknown")), Invitation.answered)


def _count(session: Session, municipality_id: int, which: ColumnElement[bool], *, final: bool) -> None:
    in_doubt = and_(Message.state == "unknown", ~Invitation.answered, _Reminder.id.is_(None))
    key = (Invitation.municipality_id, Invitation.team_id, Invitation.version_id, Invitation.sent_week)
    counted = (
        select(
            *key,
            func.count(),
            func.count().filter(_sent),
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


# By channel, target group and message --------------------------------------------------------------------

Part = tuple[str, date, str, str]
"""Law, quarter, dimension and value."""
ADDED = ("sent", "delivered", "answered")


def _count_parts(session: Session, municipality_id: int, weeks: Collection[date]) -> None:
    """Add what was sent in these weeks to the parts of their quarters; nothing to a quarter that is settled."""
    of = TurnoutPart
    settled = {
        tuple(row)
        for row in session.execute(
            select(of.law, of.quarter).where(of.municipality_id == municipality_id, of.settled).distinct()
        )
    }
    parts, sendings = defaultdict[Part, Counter[str]](Counter), Counter[tuple[Any, ...]]()
    rows: Any = session.execute(_by_part(municipality_id, weeks))
    for team_id, version_id, week, law, channel, words, *numbers in rows:
        quarter, group = workdays.quarter(week), dimensions.tidy(words or "")
        if (law, quarter) in settled:
            continue
        sendings[team_id, version_id, week, channel, group, law] += numbers[0]
        for dimension, value, counted in _parts(channel, group, *numbers):
            parts[law, quarter, dimension, value].update(dict(zip(ADDED, counted, strict=True)))
    _add_parts(session, municipality_id, parts)
    columns = ("team_id", "version_id", "week", "channel", "target_group", "law")
    if sendings:
        sent = [dict(zip(columns, key, strict=True)) | {"sent": n} for key, n in sendings.items()]
        session.execute(insert(SentCount), [{"municipality_id": municipality_id, **each} for each in sent])


def _by_part(municipality_id: int, weeks: Collection[date]) -> Select[*tuple[Any, ...]]:
    """How many were sent, delivered and answered, and the same of those with an accepted reminder."""
    reminded = _Reminder.id.is_not(None)
    by: tuple[Any, ...] = (Invitation.team_id, Invitation.version_id, Invitation.sent_week, Team.law)
    by = (*by, Message.channel, Meeting.target_group)
    team = and_(Team.municipality_id == Invitation.municipality_id, Team.id == Invitation.team_id)
    meeting = and_(Meeting.municipality_id == Invitation.municipality_id, Meeting.id == Invitation.meeting_id)
    return (
        select(
            *by,
            func.count(),
            func.count().filter(Message.state == "delivered"),
            func.count().filter(Invitation.answered),
            func.count().filter(reminded),
            func.count().filter(_Reminder.state == "delivered"),
            func.count().filter(and_(reminded, Invitation.answered)),
        )
        .select_from(Invitation)
        .join(Message, _first_message)
        .outerjoin(_Reminder, _accepted_reminder)
        .join(Meeting, meeting)
        .join(Team, team)
        .where(Invitation.municipality_id == municipality_id, Invitation.sent_week.in_(weeks), _sent)
        .group_by(*by)
    )


def _parts(
    channel: str, group: str, sent: int, delivered: int, answered: int, reminded: int, arrived: int, late: int
) -> Iterator[tuple[str, str, tuple[int, int, int]]]:
    """Each dimension with its value and what counts there; `late` of the `reminded` answered."""
    yield "channel", channel, (sent, delivered, answered)
    yield "target_group", group, (sent, delivered, answered)
    yield "message", "first", (sent, delivered, answered - late)
    yield "message", "reminder", (reminded, arrived, late)


def _add_parts(session: Session, municipality_id: int, parts: Mapping[Part, Mapping[str, int]]) -> None:
    keys = ("law", "quarter", "dimension", "value")
    rows = [
        {"municipality_id": municipality_id, **dict(zip(keys, key, strict=True)), **counted}
        for key, counted in parts.items()
    ]
    if not rows:
        return
    written = insert(TurnoutPart)
    more = {name: getattr(TurnoutPart, name) + written.excluded[name] for name in ADDED}
    session.execute(written.on_conflict_do_update(index_elements=["municipality_id", *keys], set_=more), rows)
