"""On site and remote are never on one chart, and what answers are about is a distribution like any other."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, results
from survey.figures import Series
from survey.models import Participation, QuestionnaireVersion, Team, Unshown, Waiting
from survey.results import Period
from tests.survey.told import DAY, MAY, NBSP, Add, another


def by_mode(session: Session, team: Team) -> dict[str, Series]:
    """The law group's series of the one version there is."""
    section = figures.section(results.read(session, team.municipality_id, MAY), team.law)
    assert len({series.version_id for series in section.series}) == 1
    return {series.mode: series for series in section.series}


def test_each_mode_has_its_own_mean_and_points(session: Session, team: Team, add_batch: Add) -> None:
    """Ten at 2 remotely and twelve at 3 on site: 2,0 and 3,0, never 2,5."""
    add_batch(team, DAY, [(2,) * 5] * 10)
    add_batch(team, DAY, [(3,) * 5] * 12, mode="onsite")
    found = by_mode(session, team)
    assert {mode: (series.mean.text, series.respondents, series.answers) for mode, series in found.items()} == {
        "remote": ("2,0", 10, 50),
        "onsite": ("3,0", 12, 60),
    }
    assert [len(series.points) for series in found.values()] == [1, 1]
    assert [series.statements[0].mean.n for series in found.values()] == [10, 12]


def test_only_what_was_sent_has_a_response_rate(session: Session, team: Team, add_batch: Add) -> None:
    """Participation is of invitations: the series on site has none, neither in total nor by team or week."""
    other, third = another(session, team, "Nord"), another(session, team, "Syd")
    batch = add_batch(third, DAY, [(2,) * 5] * 10)
    for one in (third, other):
        add_batch(one, DAY, [(3,) * 5] * 10, mode="onsite")
    sent = {"invited": 20, "sent": 20, "unknown": 0, "delivered": 20, "answered": 9}
    key = {"municipality_id": team.municipality_id, "team_id": other.id, "version_id": batch.version_id}
    session.add(Participation(**key, week=date(2021, 5, 3), **sent))
    session.flush()
    found = by_mode(session, team)
    assert found["remote"].turnout is not None
    assert found["onsite"].turnout is None
    assert [(line.mean.text, line.rate.shown) for line in found["onsite"].teams] == [("3,0", False)] * 2


def test_teams_are_compared_within_a_mode(session: Session, team: Team, add_batch: Add) -> None:
    """A team that answered only on site is on no remote line, and one in both has two means."""
    teams = {name: another(session, team, name) for name in "ABC"}
    for name, answer, mode in (("A", 2, "remote"), ("C", 2, "remote"), ("A", 3, "onsite"), ("B", 3, "onsite")):
        add_batch(teams[name], DAY, [(answer,) * 5] * 10, mode=mode)
    found = by_mode(session, team)
    lines = {mode: [(line.team.name, line.mean.text) for line in one.teams] for mode, one in found.items()}
    assert lines == {"remote": [("A", "2,0"), ("C", "2,0")], "onsite": [("A", "3,0"), ("B", "3,0")]}


def test_a_small_team_takes_a_second_with_it_in_each_mode(session: Session, team: Team, add_batch: Add) -> None:
    """Ydelse has too few caseworkers and hides A with it; on site, where A has no figures, B."""
    for name in "ABC":
        another(session, team, name)
    teams = {one.name: one for one in session.scalars(select(Team).where(Team.law == "LAS"))}
    for name, mode in (("Ydelse", "remote"), ("A", "remote"), ("Ydelse", "onsite"), ("B", "onsite")):
        add_batch(teams[name], DAY, [(3,) * 5] * 6, mode=mode)
    shown = {one.name: one.shown for one in results.teams(session, team.municipality_id) if one.law == "LAS"}
    assert shown == {"A": False, "B": False, "C": True, "Ydelse": False}


def test_what_waits_or_was_too_little_is_told_by_mode(session: Session, team: Team, add_batch: Add) -> None:
    """What waits on site is no news of what was sent."""
    batch = add_batch(team, DAY, [(3,) * 5] * 10)
    key = {"municipality_id": team.municipality_id, "version_id": batch.version_id, "tallied_on": DAY}
    on_site = key | {"mode": "onsite"}
    session.add_all([Waiting(**on_site, team_id=team.id), Unshown(**on_site, law="LAS", n=3)])
    session.flush()
    found = by_mode(session, team)
    assert [(one.waiting_since, one.unshown) for one in found.values()] == [(None, 0), (DAY, 3)]


@pytest.mark.parametrize(
    ("first", "last", "series"),
    [
        (date(2021, 5, 1), date(2021, 5, 31), 1),
        (date(2021, 5, 6), date(2021, 5, 7), 1),
        (date(2021, 5, 1), date(2021, 5, 5), 1),
        (date(2021, 4, 1), date(2021, 5, 4), 0),
        (date(2021, 5, 8), date(2021, 5, 31), 0),
    ],
)
def test_what_waits_is_news_of_the_newest_days_alone(
    session: Session, team: Team, add_batch: Add, first: date, last: date, series: int
) -> None:
    """Answered on site, tallied on the 7th; the newest figures are of the 5th, under another law."""
    other = session.scalars(select(Team).where(Team.law == "LAB")).one()
    batch = add_batch(other, DAY, [(3,) * 7] * 10)
    version = session.scalars(
        select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    ).one()
    key = {"municipality_id": team.municipality_id, "team_id": team.id, "version_id": version, "mode": "onsite"}
    session.add(Waiting(**key, tallied_on=date(2021, 5, 7)))
    session.flush()
    assert batch.last_on == DAY
    counts = results.read(session, team.municipality_id, Period(first, last))
    assert len(figures.section(counts, "LAS").series) == series


def test_what_the_answers_are_about(session: Session, team: Team, add_batch: Add) -> None:
    """Of the twenty who said, twelve, five and three; those of the other mode are not among them."""
    add_batch(team, DAY, [(3,) * 5] * 45, tags={"meeting": 8, "law": 5})
    add_batch(team, DAY, [(3,) * 5] * 10, tags={"meeting": 4, "both": 3})
    add_batch(team, DAY, [(3,) * 5] * 60, mode="onsite", tags={"law": 60})
    found = by_mode(session, team)["remote"].tags
    assert found is not None
    assert [share.text for share in found] == [
        f"12/20 = 60,0{NBSP}%",
        f"5/20 = 25,0{NBSP}%",
        f"3/20 = 15,0{NBSP}%",
    ]


@pytest.mark.parametrize(
    "tags",
    [
        {"meeting": 3, "law": 3, "both": 3},
        {"meeting": 19, "law": 1},
        {"meeting": 15, "law": 5},
        {"law": 30},
    ],
)
def test_few_or_all_of_one_mind_are_not_told(
    session: Session, team: Team, add_batch: Add, tags: dict[str, int]
) -> None:
    """Nine are too few; below fifty one share near an end hides them all, or the rest would give it away."""
    add_batch(team, DAY, [(3,) * 5] * 60, tags=tags)
    series = by_mode(session, team)["remote"]
    assert (series.tags, series.asked_tag) == (None, True)


def test_where_nobody_said_there_is_no_table(session: Session, team: Team, add_batch: Add) -> None:
    """A municipality that does not ask is not told that too few have answered."""
    add_batch(team, DAY, [(3,) * 5] * 30)
    assert not by_mode(session, team)["remote"].asked_tag
