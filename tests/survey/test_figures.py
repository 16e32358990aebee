"""What the dashboard shows of answers, by worked examples, and what it never shows."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from survey import figures, scatter, scoring
from survey.models import Municipality, Team, Unshown, Waiting
from survey.results import Period
from tests.survey.test_findings import cell, series_of
from tests.survey.told import DAY, MAY, NBSP, Add, only, ydelse


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
    assert ydelse(session, team, Period(DAY, DAY)).series == ()


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
    """Four of a hundred answered statement 5: it is hidden, and with it the one with the fewest answers.

    Both look alike, and how many single answers there are is not told. Until there are a hundred, all wait.
    """
    many = [(3, 3, 3, 3, 0)] * 45
    add_batch(team, DAY, [(3, 3, 0, 3, 0), *many, *[(3, 3, 3, 3, 3)] * 4])
    assert {statement.mean for statement in only(ydelse(session, team)).statements} == {scoring.HIDDEN}
    add_batch(team, DAY, many + many[:5])
    series = only(ydelse(session, team))
    shown = [statement.mean.text for statement in series.statements]
    assert shown == ["3,00", "3,00", "vises ikke", "3,00", "vises ikke"]
    assert (series.answers, series.respondents) == (None, 100)


def test_a_period_without_the_groups_end_hides_as_much(session: Session, team: Team, add_batch: Add) -> None:
    """Fifty on one day, whose group ends on another and hides two statements: no number of answers on either."""
    many = [(3, 3, 3, 3, 0)] * 46
    add_batch(team, DAY, [*many, *[(3, 3, 3, 3, 3)] * 4])
    assert only(ydelse(session, team)).answers == 204
    later = DAY + timedelta(1)
    add_batch(team, later, [(3, 3, 0, 3, 0), *many, *many[:3]])
    told = [only(ydelse(session, team, Period(day, day))).answers for day in (DAY, later)]
    assert (told, only(ydelse(session, team)).answers) == ([None, None], None)


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


def test_what_a_group_tells_lies_where_it_ends(session: Session, team: Team, add_batch: Add) -> None:
    """Fifteen of whom nobody chose an end tell their distribution with the fifteen of June, and only in June."""
    add_batch(team, DAY, [(2,) * 5, (3,) * 5, (0,) * 5] * 5)
    add_batch(team, date(2021, 6, 1), [(1,) * 5, (4,) * 5, (0,) * 5] * 5)
    june = Period(date(2021, 6, 1), date(2021, 6, 30))
    told = [only(ydelse(session, team, period)) for period in (MAY, june)]
    assert [(one.respondents, one.means.n, one.spread) for one in told if one.means] == [
        (15, 15, None),
        (15, 15, figures.Days(DAY, date(2021, 6, 1), 30)),
    ]
    assert [one.statements[0].distribution is None for one in told] == [True, False]


def test_a_raised_k_holds_for_what_was_told_before(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """A point of ten is hidden when twelve are asked for, and ten more are no point until there are twelve."""
    add_batch(team, DAY, [(2, 3, 2, 3, 2)] * 10)
    stevns.smallest_group = 12
    session.flush()
    add_batch(team, DAY + timedelta(1), [(3, 2, 3, 2, 3)] * 10)
    series = only(ydelse(session, team))
    assert ([point.mean for point in series.points], series.mean) == ([scoring.HIDDEN], scoring.HIDDEN)
    assert {statement.mean for statement in series.statements} == {scoring.HIDDEN}
    add_batch(team, DAY + timedelta(2), [(3, 2, 3, 2, 3)] * 5)
    assert [point.n for point in only(ydelse(session, team)).points if point.mean.shown] == [15]


def test_an_interval_follows_no_distribution_that_a_raised_k_hides() -> None:
    """Of forty people's mean, where twelve tell how they are spread: with k twelve they do, with thirty not."""
    told = cell(DAY, [(point,) for point in (1, 2, 3, 4)] * 3)
    more = replace(cell(DAY + timedelta(1), [(point,) for point in (1, 2, 3, 4)] * 7), spread=None)
    found = [series_of([told, more], smallest=k).statements[0] for k in (12, 30)]
    assert [(one.mean.text, one.distribution is None, one.interval is None) for one in found] == [
        ("2,5", False, False),
        ("2,5", True, True),
    ]


@pytest.mark.parametrize(("months", "points"), [(46, 16), (60, 20), (100, 34), (240, 20)])
def test_no_chart_has_more_points_than_it_can_hold(months: int, points: int) -> None:
    """Of more than 45 months they are of quarters, of more than 45 quarters of years, without a gap between."""
    days = [date(2001 + n // 12, n % 12 + 1, 5) for n in range(months)]
    found = series_of([cell(day, [(2, 3)] * 10) for day in days]).points
    assert (len(found), sum(point.n for point in found)) == (points, 10 * months)
    assert found[0].begins == date(2001, 1, 1)
    assert all(one.ends + timedelta(1) == after.begins for one, after in pairwise(found))


def test_what_waits_and_what_was_never_enough_is_said(session: Session, team: Team, add_batch: Add) -> None:
    """The day of the tally that left too few, never how many; and the count of those destroyed."""
    batch = add_batch(team, DAY, [(3,) * 5] * 5)
    key = {"municipality_id": team.municipality_id, "version_id": batch.version_id, "tallied_on": DAY}
    key |= {"mode": "remote"}
    session.add_all([Waiting(**key, team_id=team.id), Unshown(**key, law="LAS", n=3)])
    session.flush()
    series = only(ydelse(session, team))
    assert (series.waiting_since, series.unshown) == (DAY, 3)


@pytest.mark.parametrize(("people", "told"), [(20, True), (20, False), (60, False), (60, True)])
def test_an_interval_tells_how_persons_differ_only_where_distributions_do(people: int, told: bool) -> None:
    """Of fifty or more; else it is the widest there can be: the same for all at 3 as for half at 2, half at 4."""
    every = [(2,) * 5, (4,) * 5] * (people // 2), [(3,) * 5] * people
    apart, alike = ([replace(cell(DAY, mine), spread=(1, 2, 3, 4, 5) if told else None)] for mine in every)
    mean = figures.published(apart[0].counted, 5)
    ends = [scatter.interval(cells, mean, 4) for cells in (apart, alike)]
    assert (ends[0] != ends[1]) == (told and people >= 50)
    assert (scatter.told(apart) is None) == (ends[0] == ends[1])
