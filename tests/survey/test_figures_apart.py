"""What is never added together: versions, scales, teams; and what a law group says beside its mean."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, municipalities, question_sets, results
from survey.models import Municipality, QuestionnaireVersion, Team
from tests.survey.told import DAY, MAY, Add, another, give_caseworkers, only, ydelse


def test_a_new_version_is_a_new_series(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """Batches of two versions are two series, each with its own mean."""
    add_batch(team, DAY, [(2,) * 5] * 10)
    municipalities.publish(session, stevns.id, question_sets.load("ydelse"), now)
    add_batch(team, DAY, [(3,) * 5] * 10)
    section = ydelse(session, team)
    assert [(series.number, series.mean.text) for series in section.series] == [(1, "2,0"), (2, "3,0")]


def test_the_two_scales_never_meet(session: Session, team: Team, add_batch: Add) -> None:
    """A team on 1-5 in the same law group has its own series, without the target of 1-4."""
    faxe = session.scalars(
        select(QuestionnaireVersion).where(
            QuestionnaireVersion.municipality_id == team.municipality_id, QuestionnaireVersion.points == 5
        )
    ).one()
    other = another(session, team, "Faxe")
    other.questionnaire_id = faxe.questionnaire_id
    session.flush()
    give_caseworkers(session, team, 3)
    add_batch(team, DAY, [(2,) * 5] * 10)
    add_batch(other, DAY, [(5, 4, 4)] * 15)
    by_scale = {len(series.labels): series for series in ydelse(session, team).series}
    assert (by_scale[4].mean.text, by_scale[4].target) == ("2,0", 3.0)
    assert (by_scale[5].mean.text, by_scale[5].target) == ("4,3", None)


def test_teams_stand_beside_each_other_without_rank(session: Session, team: Team, add_batch: Add) -> None:
    """Shown teams by name, each with mean and rate; a team without figures is not listed."""
    for name in ("A", "B"):
        add_batch(another(session, team, name), DAY, [(3,) * 5] * 10)
    another(session, team, "C")
    lines = only(ydelse(session, team)).teams
    assert [(line.team.name, line.mean.text, line.rate.text) for line in lines] == [
        ("A", "3,0", "for få svar"),
        ("B", "3,0", "for få svar"),
    ]


def test_a_team_has_its_own_figures(session: Session, team: Team, add_batch: Add) -> None:
    """The team's mean is its own; batches of the whole law group are in the group's alone."""
    mine = another(session, team, "A")
    add_batch(mine, DAY, [(2,) * 5] * 10)
    add_batch(another(session, team, "B"), DAY, [(3,) * 5] * 10)
    add_batch(mine, DAY, [(4, 3, 4, 4, 4)] * 20, of_law_group=True)
    counts = results.read(session, team.municipality_id, MAY)
    (view,) = [found for found in counts.teams if found.name == "A"]
    section = figures.section(counts, "LAS", view)
    assert (section.name, only(section).mean.text, only(section).teams) == ("A", "2,0", ())
    assert only(figures.section(counts, "LAS")).mean.text == "3,2"


def test_teams_that_end_on_one_day_are_one_point(session: Session, team: Team, add_batch: Add) -> None:
    """Of the law group: two points of a day would be the teams' own. Each team's page has its own."""
    first, second = (another(session, team, name) for name in ("A", "B"))
    add_batch(first, DAY, [(2,) * 5] * 10)
    add_batch(second, DAY, [(3,) * 5] * 30)
    counts = results.read(session, team.municipality_id, MAY)
    (point,) = only(figures.section(counts, "LAS")).points
    assert (point.mean.text, point.n) == ("2,8", 40)
    views = [view for view in counts.teams if view.shown and view.law == "LAS"]
    assert [only(figures.section(counts, "LAS", view)).points[0].n for view in views] == [10, 30]


def test_a_hidden_team_has_no_section(session: Session, team: Team) -> None:
    """Asking for it is an error, not a figure."""
    counts = results.read(session, team.municipality_id, MAY)
    (view,) = [found for found in counts.teams if found.id == team.id]
    with pytest.raises(ValueError, match="only in its law group"):
        figures.section(counts, "LAS", view)


def test_an_empty_municipality_has_no_series(session: Session, team: Team) -> None:
    """No figures are no error."""
    section = ydelse(session, team)
    assert (section.name, section.series, section.not_invited.reasons) == ("Ydelse", (), ())
