"""Which meetings were answered: kept, it would lead from series to citizens; closing leaves no trace of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from random import Random

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from survey import retention
from survey.models import Contact, Invitation, Link, Meeting, Message, Municipality

CITIZENS = 375
BATCHES = 20
START = date(2021, 5, 3)

Series = frozenset[date]
"""Weeks. A batch is a week here: everybody knows in which batch an answer about a meeting would be."""

_LOAD = """
    WITH asked AS (
        INSERT INTO meeting (municipality_id, fingerprint, citizen, team_id, held_on, status, decision, decided_at)
        SELECT :m, sha256(convert_to(citizen || ' ' || week, 'UTF8')), sha256(convert_to(citizen, 'UTF8')),
            (SELECT min(id) FROM team WHERE municipality_id = :m), week, 'held', 'invited', week
        FROM unnest(CAST(:citizens AS text[]), CAST(:weeks AS date[])) AS meeting (citizen, week)
        RETURNING *
    ), made AS (
        INSERT INTO invitation
            (municipality_id, meeting_id, team_id, version_id, created_at, sent_week, expires_at)
        SELECT :m, id, team_id, (SELECT min(id) FROM questionnaire_version WHERE municipality_id = :m),
            decided_at, held_on, held_on + 14
        FROM asked RETURNING *
    ), reached AS (
        INSERT INTO contact (municipality_id, invitation_id, name, mobile, language)
        SELECT :m, id, 'Anne', '+4520304050', 'da' FROM made
    )
    INSERT INTO message
        (municipality_id, invitation_id, kind, due_at, state, channel, claimed_at, claimed_by, sent_at)
    SELECT :m, id, 'invitation', created_at, 'sent', 'sms', created_at, 1, created_at FROM made
"""


@pytest.fixture
def asked(session: Session, stevns: Municipality) -> Municipality:
    """375 citizens with five meetings each in 20 weeks; about every second meeting has been answered."""
    random = Random(5)
    weeks = [START + timedelta(weeks=week) for week in range(BATCHES)]
    held = [(week, f"borger {n}") for n in range(CITIZENS) for week in random.sample(weeks, 5)]
    days, citizens = zip(*sorted(held), strict=True)
    session.execute(text(_LOAD), {"m": stevns.id, "citizens": list(citizens), "weeks": list(days)})
    ids = session.scalars(select(Invitation.id)).all()
    answering = [number for number in ids if random.random() < 0.54]
    session.execute(update(Invitation).where(Invitation.id.in_(answering)).values(answered=True))
    return stevns


def close_all(session: Session, municipality: Municipality) -> None:
    """Let the nights pass in which a week is closed: one after the other."""
    for week in range(BATCHES):
        night = datetime(2021, 5, 25, 2, tzinfo=UTC) + timedelta(weeks=week)
        assert retention.close_weeks(session, municipality.id, night)[0] == 1


def weeks(session: Session, *, answered: bool) -> dict[bytes, Series]:
    """Citizen → the weeks of their meetings, or of those that the tables call answered."""
    chosen = select(Meeting.citizen, Meeting.held_on)
    if answered:
        chosen = chosen.join(Invitation, Invitation.meeting_id == Meeting.id).where(Invitation.answered)
    found: dict[bytes, set[date]] = defaultdict(set)
    for citizen, day in session.execute(chosen):
        found[citizen].add(day)
    return {citizen: frozenset(days) for citizen, days in found.items()}


def leading_to_one(series: Iterable[Series], fits: Callable[[Series], int]) -> float:
    """The share of series that fit one citizen only."""
    fitting = [fits(one) for one in series]
    return fitting.count(1) / len(fitting)


def test_flags_kept_would_lead_from_series_to_citizens(session: Session, asked: Municipality) -> None:
    """Most series over five meetings fit one citizen only as long as it is kept which meetings were answered."""
    kept = weeks(session, answered=True)
    assert leading_to_one(kept.values(), list(kept.values()).count) > 0.6


def test_meetings_without_flags_leave_most_series_unknown(session: Session, asked: Municipality) -> None:
    """After closing no meeting is told to be answered, and what is left fits several citizens for most series."""
    series = weeks(session, answered=True).values()
    close_all(session, asked)
    left = weeks(session, answered=False).values()
    assert weeks(session, answered=True) == {}
    assert len(left) == CITIZENS
    assert leading_to_one(series, lambda one: sum(one <= meetings for meetings in left)) < 0.3


def test_nothing_is_left_of_an_invitation(session: Session, asked: Municipality) -> None:
    """After closing, invitations and what hangs on them are gone, and meetings differ only in who and when."""
    close_all(session, asked)
    tables = (Invitation, Contact, Message, Link)
    assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [0, 0, 0, 0]
    known = ("id", "fingerprint", "citizen", "held_on", "decided_at")
    others = [column for column in Meeting.__table__.c if column.name not in known]
    assert len(session.execute(select(*others).distinct()).all()) == 1


def test_the_order_of_meetings_does_not_tell_who_answered(session: Session, asked: Municipality) -> None:
    """After closing, those answered lie no further on among the meetings of their week than by chance."""
    answered = set(session.scalars(select(Invitation.meeting_id).where(Invitation.answered)))
    close_all(session, asked)
    lying = session.execute(select(Meeting.held_on, Meeting.id).order_by(text("meeting.ctid"))).all()
    ahead, expected, variance = 0.0, 0.0, 0.0
    for week in {day for day, _id in lying}:
        places = [number in answered for day, number in lying if day == week]
        n, yes = len(places), sum(places)
        # Wilcoxon's rank sum (1945): where those answered lie among the meetings of a week.
        ahead += sum(place for place, was_answered in enumerate(places) if was_answered)
        expected += yes * (n - 1) / 2
        variance += yes * (n - yes) * (n + 1) / 12
    assert abs(ahead - expected) < 4 * sqrt(variance)
