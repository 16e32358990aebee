"""Quarters of sending in tests: closed weeks as retention leaves them, by channel, target group and message."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import blocks, turnout_parts, workdays
from survey.models import Participation, QuestionnaireVersion, SentCount, Team, TurnoutPart

SPRING, SUMMER = date(2021, 4, 1), date(2021, 7, 1)
APRIL, MAY, JUNE, JULY = date(2021, 4, 12), date(2021, 5, 3), date(2021, 6, 28), date(2021, 7, 5)
OVER = workdays.at(date(2021, 7, 5), time(3, 40))
"""The night on which spring's last week, which begins on 28 June, is over."""
Sendings = Mapping[tuple[str, str], tuple[int, int]]
"""How many were sent and answered by channel and target group."""
TWO: Sendings = {
    ("sms", "A"): (40, 20),
    ("email", "A"): (30, 12),
    ("sms", "B"): (30, 11),
    ("email", "B"): (20, 11),
}


def close(session: Session, team: Team, monday: date, sent: Sendings, reminded: tuple[int, int] = (0, 0)) -> None:
    """A closed week of a team: participation, what was sent, and the parts of its quarter, not settled."""
    key = {"municipality_id": team.municipality_id}
    of = QuestionnaireVersion
    version = session.scalars(select(of.id).where(of.questionnaire_id == team.questionnaire_id)).first()
    whole = [sum(pair[side] for pair in sent.values()) for side in (0, 1)]
    numbers = {"invited": whole[0], "sent": whole[0], "unknown": 0, "delivered": whole[0], "answered": whole[1]}
    session.add(Participation(**key, team_id=team.id, version_id=version, week=monday, closed=True, **numbers))
    of_team = {**key, "team_id": team.id, "version_id": version, "week": monday, "law": team.law}
    parts = defaultdict[tuple[str, str], list[int]](lambda: [0, 0])
    for (channel, group), pair in sent.items():
        session.add(SentCount(**of_team, channel=channel, target_group=group, sent=pair[0]))
        for part in (("channel", channel), ("target_group", group)):
            parts[part] = [before + more for before, more in zip(parts[part], pair, strict=True)]
    parts["message", "first"] = [whole[0], whole[1] - reminded[1]]
    parts["message", "reminder"] = list(reminded)
    for (dimension, value), (n, k) in parts.items():
        _add(session, {**key, "law": team.law, "quarter": workdays.quarter(monday)}, dimension, value, n, k)
    session.flush()


def settle(session: Session, municipality_id: int, now: datetime) -> int:
    """As a night does: closed weeks into blocks, then the quarters that are over; how many of these."""
    blocks.tell(session, municipality_id, now)
    return turnout_parts.settle(session, municipality_id, now)


def _add(session: Session, of: Mapping[str, Any], dimension: str, value: str, n: int, k: int) -> None:
    names = {**of, "dimension": dimension, "value": value}
    row = session.scalars(select(TurnoutPart).filter_by(**names)).one_or_none()
    if row is None:
        row = TurnoutPart(**names, sent=0, delivered=0, answered=0)
        session.add(row)
    row.sent, row.delivered, row.answered = row.sent + n, row.delivered + n, row.answered + k
    session.flush()


def rows(session: Session, dimension: str = "", law: str = "LAS", quarter: date = SPRING) -> list[tuple[Any, ...]]:
    """Value, sent and answered of every part, the largest first; of one dimension, or each with its name."""
    session.expire_all()
    of = TurnoutPart
    wanted = (of.value, of.sent, of.answered) if dimension else (of.dimension, of.value, of.sent, of.answered)
    found = select(*wanted).where(of.law == law, of.quarter == quarter)
    if dimension:
        found = found.where(of.dimension == dimension)
    return [tuple(row) for row in session.execute(found.order_by(of.dimension, of.sent.desc(), of.value))]
