"""Municipalities beside Stevns, and answers in the second quarter of 2021, for tests of the comparison."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, neighbours
from survey.models import Batch, Municipality, Questionnaire, Team

Write = Callable[..., Batch]
QUARTER = date(2021, 4, 1)
LATER = date(2021, 9, 1)
"""A day on which the quarter is closed."""
NOW = datetime(2021, 3, 1, 9, tzinfo=UTC)


def town(session: Session, name: str, *, joins: bool = True) -> Municipality:
    """A municipality with the shipped questionnaires and teams, which takes part unless told otherwise."""
    slug = municipalities.slug_of(name)
    found = session.scalar(select(Municipality).where(Municipality.slug == slug))
    if found is None:
        found = municipalities.establish(
            session, slug=slug, name=name, phone="70 20 30 40", sms_sender=municipalities.sender_of(name), now=NOW
        )
    if joins:
        neighbours.join(session, found.id, NOW)
        session.refresh(found)
    return found


def team(session: Session, of: Municipality, law: str = "LAB", code: str = "") -> Team:
    """Its team under `law`; with `code` one more that asks that questionnaire."""
    if not code:
        return session.scalars(select(Team).where(Team.municipality_id == of.id, Team.law == law)).one()
    wanted = select(Questionnaire.id).where(Questionnaire.municipality_id == of.id, Questionnaire.code == code)
    row = Team(municipality_id=of.id, name=code, law=law, questionnaire_id=session.scalars(wanted).one())
    session.add(row)
    session.flush()
    return row


def answered(
    session: Session,
    write: Write,
    team: Team,
    centre: float,
    n: int = 120,
    *,
    points: int = 4,
    width: int = 7,
    first: date = date(2021, 5, 3),
) -> None:
    """`n` citizens of `team` around `centre`, twenty a night, each with a mood of their own; always the same."""
    dice = random.Random(f"{centre} {n} {points}")
    people = []
    for _person in range(n):
        mood = dice.gauss(centre, 0.5)
        people.append(tuple(max(1, min(points, round(dice.gauss(mood, 0.7)))) for _statement in range(width)))
    for night in range(0, n, 20):
        write(session, team, first + timedelta(night // 20), people[night : night + 20])
