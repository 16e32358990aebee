"""Callbacks: asked once, taken by one, tried, closed with an outcome."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import callbacks, db, municipalities
from survey.models import (
    CallbackRequest,
    Municipality,
    Staff,
    Team,
)

Invite = Callable[..., int]
Counting = Callable[[], AbstractContextManager[list[str]]]


def ask(session: Session, municipality: Municipality, invitation_id: int, now: datetime) -> bool:
    """Ask for a call with one topic."""
    return callbacks.ask(
        session,
        municipality_id=municipality.id,
        invitation_id=invitation_id,
        phone="+4520123456",
        wished_time="formiddag",
        language="da",
        topics=["Jeg ved, hvad jeg skal gøre"],
        now=now,
    )


@pytest.fixture
def asked(session: Session, stevns: Municipality, now: datetime, invite: Invite) -> CallbackRequest:
    """A new callback of the team Ydelse."""
    ask(session, stevns, invite(session, stevns), now)
    return session.scalars(select(CallbackRequest)).one()


@pytest.fixture
def staff(session: Session) -> list[int]:
    """Two members of staff, by id."""
    people = [Staff(email=f"{name}@stevns.dk", name=name, password_hash="-") for name in ("bo", "ida")]
    session.add_all(people)
    session.flush()
    return [person.id for person in people]


def test_a_callback_copies_what_the_caseworker_needs(asked: CallbackRequest, now: datetime) -> None:
    """Name, team and caseworker come from contact, invitation and meeting; the topics are copies."""
    assert (asked.name, asked.caseworker, asked.phone) == ("Anne Sørensen", "Lis Holm", "+4520123456")
    assert asked.topics == ["Jeg ved, hvad jeg skal gøre"]
    assert (asked.state, asked.asked_at, asked.wished_time) == ("new", now, "formiddag")


def test_asking_takes_one_statement(
    session: Session, stevns: Municipality, now: datetime, invite: Invite, sql: Counting
) -> None:
    """The citizen's request stays cheap."""
    invitation_id = invite(session, stevns)
    with sql() as statements:
        assert ask(session, stevns, invitation_id, now)
    assert len(statements) == 1


def test_a_second_callback_for_one_invitation_is_refused(
    session: Session, stevns: Municipality, now: datetime, invite: Invite
) -> None:
    """The second time it answers False and stores nothing."""
    invitation_id = invite(session, stevns)
    assert [ask(session, stevns, invitation_id, now) for _ in range(2)] == [True, False]
    assert session.scalar(select(func.count()).select_from(CallbackRequest)) == 1


def test_no_callback_without_an_invitation_of_the_municipality(
    session: Session, stevns: Municipality, now: datetime, invite: Invite
) -> None:
    """Another municipality's invitation is as good as none."""
    other = municipalities.establish(
        session, slug="faxe", name="Faxe Kommune", phone="56 20 30 00", sms_sender="Faxe", now=now
    )
    assert not ask(session, other, invite(session, stevns), now)


def test_the_deadline_skips_easter() -> None:
    """Asked on Wednesday before Easter 2021, the second working day is Wednesday after."""
    assert callbacks.due_on(datetime(2021, 3, 31, 12, tzinfo=UTC)) == date(2021, 4, 7)


def test_the_deadline_counts_from_the_copenhagen_day() -> None:
    """23:30 UTC on Sunday is Monday in Copenhagen, so the deadline is Wednesday."""
    assert callbacks.due_on(datetime(2021, 5, 16, 23, 30, tzinfo=UTC)) == date(2021, 5, 19)


def test_one_of_two_colleagues_takes_it(
    session: Session, asked: CallbackRequest, staff: list[int], now: datetime
) -> None:
    """The first one gets it; the second is told so."""
    took = [callbacks.take(session, asked.municipality_id, asked.id, staff_id=person, now=now) for person in staff]
    session.refresh(asked)
    assert took == [True, False]
    assert (asked.state, asked.taken_by, asked.taken_at) == ("taken", staff[0], now)


def test_two_processes_cannot_take_the_same_callback(database_url: str, now: datetime, invite: Invite) -> None:
    """The second transaction waits for the first and then finds no new callback."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="s", name="Stevns", phone="1", sms_sender="Stevns", now=now
        )
        ask(session, stevns, invite(session, stevns), now)
        callback_id = session.scalars(select(CallbackRequest.id)).one()
        session.add(Staff(id=1, email="bo@s.dk", name="Bo", password_hash="-"))
    with db.transaction() as first, db.transaction() as second:
        assert callbacks.take(first, stevns.id, callback_id, staff_id=1, now=now)
        first.commit()
        assert not callbacks.take(second, stevns.id, callback_id, staff_id=1, now=now)
    engine.dispose()


def test_a_colleague_takes_over_from_whoever_has_it(
    session: Session, asked: CallbackRequest, staff: list[int], now: datetime
) -> None:
    """Only when the page still told the truth about who has it."""
    place = (session, asked.municipality_id, asked.id)
    assert not callbacks.take_over(*place, taker_id=staff[0], staff_id=staff[1], now=now)
    callbacks.take(*place, staff_id=staff[0], now=now)
    assert callbacks.take_over(*place, taker_id=staff[0], staff_id=staff[1], now=now)
    assert not callbacks.take_over(*place, taker_id=staff[0], staff_id=staff[1], now=now)
    session.refresh(asked)
    assert asked.taken_by == staff[1]


def test_attempts_are_noted_by_who_has_it(
    session: Session, asked: CallbackRequest, staff: list[int], now: datetime
) -> None:
    """Nobody else's attempt is stored, and none before it is taken."""
    place = (session, asked.municipality_id, asked.id)
    assert not callbacks.log_attempt(*place, staff_id=staff[0], note="", now=now)
    callbacks.take(*place, staff_id=staff[0], now=now)
    later = now + timedelta(hours=1)
    assert callbacks.log_attempt(*place, staff_id=staff[0], note="Svarer ikke", now=later)
    assert not callbacks.log_attempt(*place, staff_id=staff[1], note="Snyd", now=later)
    noted = callbacks.attempts(*place)
    assert [(one.note, one.tried_at, one.tried_by) for one in noted] == [("Svarer ikke", later, staff[0])]
    assert callbacks.attempt_counts(session, asked.municipality_id, [asked.id]) == {asked.id: 1}


def test_closing_keeps_the_first_outcome(
    session: Session, asked: CallbackRequest, staff: list[int], now: datetime
) -> None:
    """Not before it is taken, by who has it, once."""
    place = (session, asked.municipality_id, asked.id)
    assert not callbacks.close(*place, staff_id=staff[0], outcome="reached", note="", now=now)
    callbacks.take(*place, staff_id=staff[0], now=now)
    assert not callbacks.close(*place, staff_id=staff[1], outcome="reached", note="", now=now)
    assert callbacks.close(*place, staff_id=staff[0], outcome="reached", note="Aftalt", now=now)
    assert not callbacks.close(*place, staff_id=staff[0], outcome="not_relevant", note="", now=now)
    session.refresh(asked)
    assert (asked.state, asked.outcome, asked.note) == ("closed", "reached", "Aftalt")


def test_new_ones_first_then_mine_then_others_by_due_date(
    session: Session, stevns: Municipality, staff: list[int], now: datetime, invite: Invite
) -> None:
    """The list is in the order of work, and what is closed is not in it."""
    for days in (4, 0, 1, 2, 3, 5):
        assert ask(session, stevns, invite(session, stevns), now + timedelta(days=days))
    rows = session.scalars(select(CallbackRequest).order_by(CallbackRequest.asked_at)).all()
    for row, person in zip(rows, (staff[1], staff[0], staff[0]), strict=False):
        callbacks.take(session, stevns.id, row.id, staff_id=person, now=now)
    callbacks.close(session, stevns.id, rows[1].id, staff_id=staff[0], outcome="reached", note="", now=now)
    team_ids = [rows[0].team_id]
    listed = callbacks.open_ones(session, stevns.id, team_ids, staff_id=staff[0])
    expected = [rows[3], rows[4], rows[5], rows[2], rows[0]]
    assert [row.id for row in listed] == [row.id for row in expected]


def test_other_teams_and_municipalities_are_not_seen(
    session: Session, stevns: Municipality, asked: CallbackRequest
) -> None:
    """Not in the list and not by number."""
    other_team = session.scalars(select(Team.id).where(Team.id != asked.team_id)).one()
    assert callbacks.find(session, stevns.id, [asked.team_id], asked.id) is asked
    assert callbacks.find(session, stevns.id, [other_team], asked.id) is None
    assert callbacks.find(session, stevns.id + 1, [asked.team_id], asked.id) is None
    assert callbacks.open_ones(session, stevns.id, [other_team], staff_id=1) == []
