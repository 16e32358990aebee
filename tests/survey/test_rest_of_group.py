"""A team too small to be shown alone: no period, version or mode leaves it alone in the rest of its law group."""

import random
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, results
from survey.models import Batch, Municipality, Participation, QuestionnaireVersion, Team
from survey.results import Period
from tests.survey.told import DAY, Add, another, give_caseworkers, only, sent, ydelse


def shown(session: Session, team: Team) -> dict[str, bool]:
    """By name whether each team of the law group stands alone."""
    return {one.name: one.shown for one in results.teams(session, team.municipality_id) if one.law == team.law}


def sent_nothing(session: Session, team: Team) -> None:
    """A week in which the only message of the team did not leave."""
    of = QuestionnaireVersion
    version = session.scalars(select(of.id).where(of.questionnaire_id == team.questionnaire_id)).one()
    nothing = {"sent": 0, "unknown": 0, "delivered": 0, "answered": 0}
    key = {"municipality_id": team.municipality_id, "team_id": team.id, "version_id": version}
    session.add(Participation(**key, week=date(2021, 4, 26), invited=1, **nothing))
    session.flush()


def test_a_team_that_sent_nothing_hides_nobody(session: Session, team: Team, add_batch: Add) -> None:
    """Of two small teams only one has figures: the group less the large team would be that one's."""
    large, small, empty = (
        another(session, team, name, caseworkers=n) for name, n in (("Stort", 3), ("Lille", 2), ("Tom", 2))
    )
    sent_nothing(session, empty)
    add_batch(small, DAY, [(2,) * 5] * 12)
    add_batch(large, DAY, [(3,) * 5] * 8 + [(2,) * 5] * 4)
    assert not shown(session, team)["Stort"]
    assert only(ydelse(session, team)).teams == ()


def test_nor_does_a_team_without_answers(session: Session, team: Team, add_batch: Add) -> None:
    """It has questionnaires sent, as the other small one, and no mean that could stand between."""
    large, small, silent = (
        another(session, team, name, caseworkers=n) for name, n in (("Stort", 3), ("Lille", 2), ("Tavs", 2))
    )
    for each in (small, silent):
        sent(session, each, date(2021, 4, 26), 20, 5)
    add_batch(large, DAY, [(3,) * 5] * 12)
    assert shown(session, team)["Stort"]
    add_batch(small, DAY, [(2,) * 5] * 12)
    assert not shown(session, team)["Stort"]


def test_questionnaires_sent_by_one_hidden_team_hide_another(session: Session, team: Team) -> None:
    """The group's response rate less the large team's would be the small one's, also where a third sent nothing.

    A closed team is still listed.
    """
    large, small = another(session, team, "Stort"), another(session, team, "Lille", caseworkers=2)
    small.active = False
    session.flush()
    assert "Lille" not in shown(session, team)
    for each in (large, small):
        sent(session, each, date(2021, 4, 26), 20, 5)
    sent_nothing(session, team)
    assert shown(session, team) == {"Lille": False, "Stort": False, "Ydelse": False}


def test_what_one_hidden_team_answers_waits_for_another(session: Session, team: Team, add_batch: Add) -> None:
    """Two small teams of which one has answered: its answers are told when the other's are among them."""
    small, other = (another(session, team, name, caseworkers=2) for name in ("Lille", "Mindre"))
    give_caseworkers(session, team, 3)
    add_batch(small, DAY, [(2,) * 5] * 12)
    series = only(ydelse(session, team))
    assert (series.respondents, series.waiting_since) == (0, DAY)
    add_batch(other, DAY + timedelta(1), [(3,) * 5] * 5)
    assert only(ydelse(session, team)).respondents == 17


def days() -> Iterable[date]:
    """Ten working days."""
    return (DAY + timedelta(7 * (n // 5) + n % 5) for n in range(10))


@pytest.mark.parametrize("seed", range(3))
def test_no_period_tells_a_hidden_team_alone(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, seed: int
) -> None:
    """An attacker takes the shown teams from their group, in every period: what is left is of two teams or none.

    The teams answer on days of their own, so that most periods hold one small team's answers alone.
    """
    rng = random.Random(seed)
    teams = [another(session, team, f"{n}", caseworkers=n) for n in (5, 4, 2, 1)]
    for day in days():
        for one in rng.sample(teams, rng.randint(1, 2)):
            add_batch(
                one, day, [tuple(rng.choice((1, 2, 3, 4)) for _ in range(5)) for _ in range(rng.randint(5, 20))]
            )
    views = {one.id: one for one in results.teams(session, stevns.id) if one.law == "LAS" and one.id != team.id}
    alone = {id_ for id_, view in views.items() if view.shown}
    assert 0 < len(alone) < len(views)
    batches = session.scalars(select(Batch).where(Batch.cell_id.is_not(None))).all()
    tried = 0
    for first in days():
        for last in days():
            if first > last:
                continue
            counts = results.read(session, stevns.id, Period(first, last))
            group = figures.section(counts, "LAS")
            if not group.series:
                continue
            n = only(group).respondents - sum(
                one.respondents for id_ in alone for one in figures.section(counts, "LAS", views[id_]).series
            )
            rest = {cell.counted.cell for cell in counts.cells if cell.mean and cell.team_id not in alone}
            whose = {each.team_id for each in batches if each.cell_id and each.cell_id.int in rest}
            assert (n == 0) == (not whose)
            assert len(whose) != 1, (first, last)
            tried += n > 0
    assert tried > 5
