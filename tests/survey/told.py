"""What tests of figures are made of: one more team, weeks of sending, and what a law group is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import blocks, figures, results
from survey.figures import Section, Series
from survey.models import Assignment, Batch, Participation, QuestionnaireVersion, Staff, Team
from survey.results import Period

MAY = Period(date(2021, 5, 1), date(2021, 5, 31))
DAY = date(2021, 5, 5)
NBSP = "\N{NO-BREAK SPACE}"
Add = Callable[..., Batch]


def another(session: Session, like: Team, name: str, caseworkers: int = 3) -> Team:
    """One more team of the same law group, large enough to be shown."""
    key = {"municipality_id": like.municipality_id}
    team = Team(**key, name=name, law=like.law, questionnaire_id=like.questionnaire_id)
    session.add(team)
    session.flush()
    give_caseworkers(session, team, caseworkers)
    return team


def give_caseworkers(session: Session, team: Team, n: int) -> None:
    """So many people who work in `team` alone, by its name and their number."""
    place = team.municipality_id
    people = [Staff(email=f"{team.name}{k}@x{place}.dk".lower(), name="X", password_hash="-") for k in range(n)]
    session.add_all(people)
    session.flush()
    key = {"municipality_id": place, "role": "caseworker", "team_id": team.id}
    session.add_all(Assignment(**key, staff_id=staff.id) for staff in people)
    session.flush()


def sent(
    session: Session,
    team: Team,
    monday: date,
    sent: int,
    answered: int,
    unknown: int = 0,
    *,
    closed: bool = True,
) -> None:
    """A week of sending, closed and in no block yet."""
    version = session.scalars(
        select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    ).first()
    session.add(
        Participation(
            municipality_id=team.municipality_id,
            team_id=team.id,
            version_id=version,
            week=monday,
            invited=sent,
            sent=sent,
            unknown=unknown,
            delivered=sent - unknown,
            answered=answered,
            closed=closed,
        )
    )
    session.flush()


def tell(session: Session, team: Team) -> None:
    """The night, long after, that puts the closed weeks into blocks."""
    blocks.tell(session, team.municipality_id, datetime(2022, 6, 1, 3, 40, tzinfo=UTC))


def ydelse(session: Session, team: Team, period: Period = MAY) -> Section:
    """The law group's section, after the night."""
    tell(session, team)
    return figures.section(results.read(session, team.municipality_id, period), team.law)


def only(section: Section) -> Series:
    """The one series of a section."""
    (series,) = section.series
    return series
