"""What staff do one at a time keeps no citizen waiting: the row they wait at can still be pointed to."""

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from admin import people
from survey import ballot_box, baselines, db, goals, keys, municipalities, own_looks, trials, workdays
from survey.goals import Goal
from survey.models import Assignment, Ballot, Staff
from survey.own_looks import Choice

Step = Callable[[Session, int, int, datetime], object]


def _goal(session: Session, place: int, staff_id: int, now: datetime) -> int:
    level = Goal(0, "LAB", 4, "level", Fraction("3.2"), workdays.day(now), None)
    return goals.make(session, place, level, staff_id=staff_id, now=now)


def _trial(session: Session, place: int, staff_id: int, now: datetime) -> bool:
    return trials.ask(session, place, channel="sms", address="+4520123456", staff_id=staff_id, now=now)


def _role(session: Session, place: int, staff_id: int, _now: datetime) -> None:
    role = session.scalars(select(Assignment.id).where(Assignment.staff_id == staff_id)).one()
    people.take_role(session, place, staff_id, role, by=0)


STEPS: dict[str, Step] = {
    "baseline": lambda session, place, _staff, _now: baselines.wait(session, place),
    "goal": _goal,
    "trial": _trial,
    "look": lambda session, place, _staff, _now: own_looks.save(session, place, Choice("#7a003c")),
    "role": _role,
}


def administrators(session: Session, place: int) -> int:
    """Two of them; the id of one."""
    for name in "ab":
        person = Staff(email=f"{name}@stevns.dk", name=name, password_hash="-")
        session.add(person)
        session.flush()
        session.add(Assignment(municipality_id=place, staff_id=person.id, role="administrator"))
    session.flush()
    return person.id


@pytest.mark.parametrize("step", STEPS)
def test_a_citizen_answers_meanwhile(database_url: str, now: datetime, step: str) -> None:
    """While a step of staff is not over yet, a ballot is laid in the box at once."""
    engine, key_id = db.connect(database_url), uuid4()
    with db.transaction() as session:
        town = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
        place, staff_id = town.id, administrators(session, town.id)
        ballot_box.open_next(session, place, key_id, b"k" * 32, now)
    with Session(engine) as staff, Session(engine) as citizen:
        STEPS[step](staff, place, staff_id, now)
        citizen.execute(text("SET LOCAL lock_timeout = '2s'"))
        ballot = Ballot(municipality_id=place, id=uuid4(), key_id=key_id, sealed=bytes(keys.BALLOT_BYTES))
        citizen.add(ballot)
        citizen.flush()
        assert citizen.scalar(select(func.count()).select_from(Ballot)) == 1
    engine.dispose()
