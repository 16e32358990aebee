"""What the dashboard shows, by worked examples, and what it never shows."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, municipalities, question_sets, results, scoring
from survey.figures import Section, Series
from survey.models import (
    Assignment,
    Batch,
    MeetingCount,
    Municipality,
    Participation,
    QuestionnaireVersion,
    Staff,
    Team,
    Unshown,
    Waiting,
)
from survey.results import Period

MAY = Period(date(2021, 5, 1), date(2021, 5, 31))
DAY = date(2021, 5, 5)
NBSP = "\N{NO-BREAK SPACE}"
Add = Callable[..., Batch]


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """Stevns' team Ydelse: five statements on 1-4."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


def another(session: Session, like: Team, name: str, caseworkers: int = 3) -> Team:
    """One more team of the same law group, large enough to be shown."""
    key = {"municipality_id": like.municipality_id}
    team = Team(**key, name=name, law=like.law, questionnaire_id=like.questionnaire_id)
    people = [Staff(email=f"{name}{n}@x.dk".lower(), name="X", password_hash="-") for n in range(caseworkers)]
    session.add_all([team, *people])
    session.flush()
    session.add_all(Assignment(**key, staff_id=staff.id, role="caseworker", team_id=team.id) for staff in people)
    session.flush()
    return team


def sent(session: Session, team: Team, monday: date, sent: int, answered: int, unknown: int = 0) -> None:
    """A week of sending."""
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
        )
    )
    session.flush()


def ydelse(session: Session, team: Team, period: Period = MAY) -> Section:
    """The law group's section."""
    return figures.section(results.read(session, team.municipality_id, period), team.law)


def only(section: Section) -> Series:
    """The one series of a section."""
    (series,) = section.series
    return series


def test_the_mean_is_of_all_answers(session: Session, team: Team, add_batch: Add) -> None:
    """Ten at 2 on one day, twenty at 3 on another: 2,7 by 150 answers, not 2,5 by two days."""
    add_batch(team, DAY, [(2,) * 5] * 10)
    add_batch(team, DAY + timedelta(1), [(3,) * 5] * 20)
    series = only(ydelse(session, team))
    assert (series.mean.text, series.respondents, series.answers) == ("2,7", 30, 150)
    assert [(point.mean.text, point.n) for point in series.points] == [("2,0", 10), ("3,0", 20)]
    assert series.interval is not None
    assert series.target == 3.0


def test_answers_of_one_mind_wait_for_others(session: Session, team: Team, add_batch: Add) -> None:
    """Seven who all answered 4, twelve more, and then three at 1 and one at 2: told together or not at all."""
    add_batch(team, DAY, [(4,) * 5] * 7)
    add_batch(team, DAY + timedelta(1), [(4,) * 5] * 12)
    assert only(ydelse(session, team)).points == ()
    assert only(ydelse(session, team)).waiting_since == DAY + timedelta(1)
    add_batch(team, DAY + timedelta(2), [(1,) * 5] * 3 + [(2,) * 5] * 2)
    (point,) = only(ydelse(session, team)).points
    assert (point.mean.text, point.mean.value, point.n) == ("3,5", 3.5, 24)


def test_from_fifty_a_mean_is_told_however_high(session: Session, team: Team, add_batch: Add) -> None:
    """Fifty who all answered 4: two decimals, and a distribution that says so."""
    add_batch(team, DAY, [(4,) * 5] * 50)
    series = only(ydelse(session, team))
    assert (series.mean.text, series.statements[0].mean.text) == ("4,00", "4,00")
    assert series.statements[0].distribution is not None
    assert series.statements[0].distribution[3].text == f"50/50 = 100,0{NBSP}%"


def test_silent_people_do_not_carry_a_mean(session: Session, team: Team, add_batch: Add) -> None:
    """Nine handed in, two left every statement at "ved ikke": seven people are no point of the chart."""
    add_batch(team, DAY, [(4, 3, 4, 2, 4)] * 7 + [(0,) * 5, (None,) * 5])
    series = only(ydelse(session, team))
    assert (series.respondents, series.points, series.statements) == (0, (), ())
    assert not series.mean.shown


def test_small_batches_are_told_with_the_next(session: Session, team: Team, add_batch: Add) -> None:
    """Five, eight and six: one point of thirteen; the six wait, in whatever period is asked for."""
    add_batch(team, DAY, [(4, 3, 4, 2, 4)] * 4 + [(0,) * 5])
    add_batch(team, DAY + timedelta(1), [(3,) * 5] * 8)
    add_batch(team, DAY + timedelta(2), [(3,) * 5] * 6)
    series = only(ydelse(session, team))
    assert [(point.first_on, point.last_on, point.n) for point in series.points] == [(DAY, DAY + timedelta(1), 13)]
    assert series.waiting_since == DAY + timedelta(2)
    assert only(ydelse(session, team, Period(DAY, DAY))).points == ()


def test_a_told_point_never_changes(session: Session, team: Team, add_batch: Add) -> None:
    """What comes later, also of earlier days, is another cell."""
    add_batch(team, DAY, [(2, 3, 2, 3, 2)] * 10)
    before = only(ydelse(session, team)).points
    add_batch(team, DAY + timedelta(3), [(4, 3, 2, 3, 2)] * 10, first=DAY - timedelta(3))
    assert only(ydelse(session, team)).points[0] == before[0]


def test_points_are_put_together_by_week_then_by_month(session: Session, team: Team, add_batch: Add) -> None:
    """Fifty days are fifty points too many: ten weeks; fifty weeks are twelve months."""
    for day in range(50):
        add_batch(team, DAY + timedelta(day), [(2, 3, 2, 3, 2)] * 10)
    weeks = only(ydelse(session, team, Period(DAY, DAY + timedelta(49)))).points
    assert [(point.first_on.isocalendar().week, point.n) for point in weeks[:2]] == [(18, 50), (19, 70)]
    for week in range(8, 60):
        add_batch(team, DAY + timedelta(7 * week), [(2, 3, 2, 3, 2)] * 10)
    months = only(ydelse(session, team, Period(DAY, DAY + timedelta(420)))).points
    assert [(point.last_on.month, point.n) for point in months[:2]] == [(5, 270), (6, 240)]


def test_a_statement_few_answered_takes_a_second_with_it(session: Session, team: Team, add_batch: Add) -> None:
    """Four answers to statement 5 among fifty: it is hidden, and with it the one with the fewest answers."""
    add_batch(team, DAY, [(3, 3, 0, 3, 0), *[(3, 3, 3, 3, 0)] * 45, *[(3, 3, 3, 3, 3)] * 4])
    series = only(ydelse(session, team))
    shown = [statement.mean.text for statement in series.statements]
    assert shown == ["3,00", "3,00", "for få svar", "3,00", "for få svar"]
    assert series.answers is None


def test_a_distribution_is_shown_when_no_share_is_small(session: Session, team: Team, add_batch: Add) -> None:
    """Fifteen evenly spread over all points and "ved ikke"; below fifty one rare answer hides them all."""
    add_batch(team, DAY, [(1,) * 5, (2,) * 5, (3,) * 5, (4,) * 5, (0,) * 5] * 3)
    statement = only(ydelse(session, team)).statements[0]
    assert statement.distribution is not None
    assert statement.distribution[0].text == f"3/12 = 25,0{NBSP}%"
    assert statement.dont_know.text == f"3/15 = 20,0{NBSP}%"
    later = Period(DAY + timedelta(1), DAY + timedelta(9))
    add_batch(team, DAY + timedelta(1), [(1,) * 5] * 1 + [(2,) * 5, (3,) * 5, (4,) * 5] * 5)
    series = only(ydelse(session, team, later))
    assert (series.statements[0].mean.n, series.statements[0].distribution, series.spread) == (16, None, None)


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
    add_batch(team, DAY, [(2,) * 5] * 10)
    add_batch(other, DAY, [(5, 4, 4)] * 15)
    by_scale = {len(series.labels): series for series in ydelse(session, team).series}
    assert (by_scale[4].mean.text, by_scale[4].target) == ("2,0", 3.0)
    assert (by_scale[5].mean.text, by_scale[5].target) == ("4,3", None)


def test_the_rate_is_answered_of_sent(session: Session, team: Team) -> None:
    """167 sent, 53 answered, 2 of the sent in doubt: both numbers, interval, and the doubt apart."""
    sent(session, team, date(2021, 5, 3), 100, 30, unknown=2)
    sent(session, team, date(2021, 5, 10), 67, 23)
    turnout = only(ydelse(session, team)).turnout
    assert turnout is not None
    assert turnout.rate.text == f"53/167 = 31,7{NBSP}%"
    assert turnout.interval == (f"25,2{NBSP}%", f"39,1{NBSP}%")
    assert turnout.unknown == 2


def test_small_weeks_are_put_together_until_five_were_sent(session: Session, team: Team) -> None:
    """Weeks with 3, 4, 20 and 2 sent become two blocks, whatever period asks for them; nobody is left out."""
    for week, number in enumerate((3, 4, 20, 2)):
        sent(session, team, date(2021, 5, 3) + timedelta(7 * week), number, number // 2)
    turnout = only(ydelse(session, team)).turnout
    assert turnout is not None
    assert [(weeks.first.day, weeks.last.day, weeks.sent) for weeks in turnout.weeks] == [(3, 10, 7), (17, 24, 22)]
    part = only(ydelse(session, team, Period(date(2021, 5, 10), date(2021, 5, 12)))).turnout
    assert part is not None
    assert part.rate.text == f"3/7 = 42,9{NBSP}%"


def test_fewer_than_five_sent_show_no_rate(session: Session, team: Team) -> None:
    """Four sent in all are too few."""
    sent(session, team, date(2021, 5, 3), 4, 2)
    turnout = only(ydelse(session, team)).turnout
    assert turnout is not None
    assert turnout.rate == scoring.HIDDEN


def test_a_week_where_all_answered_is_told_with_the_next(session: Session, team: Team) -> None:
    """8 of 8 would be a subtraction away in any period, so there is no figure of that week alone."""
    for week, (number, answered) in enumerate(((8, 8), (20, 10), (30, 10))):
        sent(session, team, date(2021, 5, 3) + timedelta(7 * week), number, answered)
    for last in (date(2021, 5, 3), date(2021, 5, 31)):
        turnout = only(ydelse(session, team, Period(date(2021, 5, 3), last))).turnout
        assert turnout is not None
        assert turnout.weeks[0].rate.text == f"18/28 = 64,3{NBSP}%"


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


def test_a_hidden_team_has_no_section(session: Session, team: Team) -> None:
    """Asking for it is an error, not a figure."""
    counts = results.read(session, team.municipality_id, MAY)
    (view,) = [found for found in counts.teams if found.id == team.id]
    with pytest.raises(ValueError, match="only in its law group"):
        figures.section(counts, "LAS", view)


def test_what_waits_and_what_was_never_enough_is_said(session: Session, team: Team, add_batch: Add) -> None:
    """The day of the tally that left too few, never how many; and the count of those destroyed."""
    batch = add_batch(team, DAY, [(3,) * 5] * 5)
    key = {"municipality_id": team.municipality_id, "version_id": batch.version_id, "tallied_on": DAY}
    key |= {"mode": "remote"}
    session.add_all([Waiting(**key, team_id=team.id), Unshown(**key, law="LAS", n=3)])
    session.flush()
    series = only(ydelse(session, team))
    assert (series.waiting_since, series.unshown) == (DAY, 3)


def test_reasons_for_not_asking_are_counted(session: Session, team: Team) -> None:
    """Most frequent first; fewer than five without their number; the invited are no reason."""
    for decision, n in (("opted_out", 2), ("cancelled", 12), ("invited", 80), ("no_channel", 6)):
        session.add(
            MeetingCount(
                municipality_id=team.municipality_id,
                team_id=team.id,
                week=date(2021, 5, 3),
                decision=decision,
                n=n,
            )
        )
    session.flush()
    assert ydelse(session, team).not_invited == (("cancelled", 12), ("no_channel", 6), ("opted_out", None))


def test_an_empty_municipality_has_no_series(session: Session, team: Team) -> None:
    """No figures are no error."""
    section = ydelse(session, team)
    assert (section.name, section.series, section.not_invited) == ("Ydelse", (), ())
