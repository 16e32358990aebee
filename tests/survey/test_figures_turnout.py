"""How many answered of those asked, and why others were not asked, by worked examples."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from survey import figures, reasons, results, scoring
from survey.models import MeetingCount, Team
from survey.results import Period
from tests.survey.told import MAY, NBSP, another, only, sent, ydelse


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
    """Weeks with 3, 4, 20 and 2 sent become two blocks, whatever period asks for them, and the last one waits."""
    for week, number in enumerate((3, 4, 20, 2)):
        sent(session, team, date(2021, 5, 3) + timedelta(7 * week), number, number // 2)
    turnout = only(ydelse(session, team)).turnout
    assert turnout is not None
    assert [(weeks.first.day, weeks.last.day, weeks.sent) for weeks in turnout.weeks] == [(3, 10, 7), (17, 17, 20)]
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


def test_reasons_for_not_asking_are_counted(session: Session, team: Team) -> None:
    """Most frequent first; fewer than five without their number; the invited are no reason; none for a team.

    Nor is anything told of a quarter before meetings of a later one are counted.
    """
    unasked(session, team, date(2021, 5, 3), opted_out=2, cancelled=12, invited=80, no_channel=6)
    assert ydelse(session, team).not_invited.reasons == ()
    unasked(session, team, date(2021, 7, 5), invited=1)
    assert ydelse(session, team).not_invited.reasons == (("cancelled", 12), ("no_channel", 6), ("opted_out", None))
    mine = another(session, team, "A")
    counts = results.read(session, team.municipality_id, MAY)
    (view,) = [each for each in counts.teams if each.id == mine.id]
    assert figures.section(counts, "LAS", view).not_invited == reasons.NOTHING


def test_two_periods_tell_the_reasons_of_no_week(session: Session, team: Team) -> None:
    """Whole quarters alone are told, once they are over, and each of them only from five on."""
    for week, n in ((date(2021, 4, 5), 5), (date(2021, 5, 10), 1), (date(2021, 6, 28), 1), (date(2021, 7, 5), 4)):
        unasked(session, team, week, hurtful_moment=n)
    periods = [Period(date(2021, 4, 5), date(2021, month, 11)) for month in (4, 5, 7)]
    assert [ydelse(session, team, each).not_invited.reasons for each in periods] == [(("hurtful_moment", 7),)] * 3
    unasked(session, team, date(2021, 10, 4), invited=1)
    late = Period(date(2021, 7, 1), date(2021, 7, 11))
    assert ydelse(session, team, late).not_invited.reasons == (("hurtful_moment", None),)


def test_a_week_across_two_quarters_is_of_its_mondays(session: Session, team: Team) -> None:
    """The week from 28 June is the second quarter's: a period that begins on 1 July has nothing of it."""
    for week, n in ((date(2021, 6, 28), 6), (date(2021, 7, 5), 8)):
        unasked(session, team, week, cancelled=n)
    unasked(session, team, date(2021, 10, 4), invited=1)
    period = Period(date(2021, 7, 1), date(2021, 7, 11))
    assert ydelse(session, team, period).not_invited.reasons == (("cancelled", 8),)


def test_the_quarters_that_are_told_and_those_left_out_are_named(session: Session, team: Team) -> None:
    """The summer is left out until meetings of the autumn are counted, also where it is all that is asked for."""
    unasked(session, team, date(2021, 5, 3), cancelled=12)
    unasked(session, team, date(2021, 7, 5), cancelled=9, invited=40)
    unasked(session, team, date(2021, 1, 4), invited=30)
    both, summer = Period(date(2021, 5, 2), date(2021, 8, 23)), Period(date(2021, 7, 1), date(2021, 9, 30))
    winter = Period(date(2021, 1, 1), date(2021, 3, 31))
    spring, left_out = (
        "Hele lovgruppens samtaler i 2. kvartal 2021.",
        "3. kvartal 2021 er ikke med: et kvartal tælles",
    )

    def said(period: Period) -> str:
        return reasons.covers(ydelse(session, team, period).not_invited)

    assert said(both).startswith(f"{spring} {left_out}")
    assert said(summer).startswith(left_out)
    assert said(winter) == "I 1. kvartal 2021 er ingen af lovgruppens samtaler uden spørgeskema."
    assert said(Period(date(2020, 1, 1), date(2020, 3, 31))) == ""
    unasked(session, team, date(2021, 10, 4), invited=1)
    assert said(both) == "Hele lovgruppens samtaler i 2. og 3. kvartal 2021."
    assert ydelse(session, team, both).not_invited.reasons == (("cancelled", 21),)


def unasked(session: Session, team: Team, week: date, **decisions: int) -> None:
    """Meetings of a week by what was decided of them."""
    key = {"municipality_id": team.municipality_id, "team_id": team.id, "week": week}
    session.add_all(MeetingCount(**key, decision=decision, n=n) for decision, n in decisions.items())
    session.flush()
