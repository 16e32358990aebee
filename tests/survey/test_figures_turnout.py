"""How many answered of those asked, and why others were not asked, by worked examples."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from survey import scoring
from survey.models import MeetingCount, Team
from survey.results import Period
from tests.survey.told import NBSP, only, sent, ydelse


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
