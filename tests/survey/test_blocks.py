"""Blocks of closed weeks: what is told together, once and for good, by worked examples."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import blocks, nightly, results, turnout, workdays
from survey.models import Assignment, Municipality, Participation, Staff, Team
from survey.results import Period
from tests.survey.test_turnout import monday, row
from tests.survey.told import another, only, tell, ydelse
from tests.survey.told import sent as closed

YEAR = Period(date(2021, 1, 1), date(2021, 12, 31))


def made(*rows: Any, small: tuple[int, ...] = (), weeks: int = 0) -> list[tuple[int, int, list[int]]]:
    """The blocks of rows by number of their first and last week, and who stands alone; `weeks` are closed."""
    until = monday(weeks or max((one.week - monday(0)).days // 7 for one in rows) + 1)
    shown = {one.team_id for one in rows} - set(small)
    found = blocks.finished(rows, shown, 5, until)
    number = [((block.first - monday(0)).days // 7, (block.last - monday(0)).days // 7) for block in found]
    return [(*weeks, sorted(block.alone)) for weeks, block in zip(number, found, strict=True)]


def test_a_week_without_answers_is_told_with_the_next() -> None:
    """0 of 9 is put together with later weeks until three answers more or less are possible in it."""
    weeks = [row(1, 0, 5, 2), row(1, 1, 9, 0), row(1, 2, 8, 2), row(1, 3, 10, 4)]
    assert made(*weeks) == [(0, 0, [1]), (1, 3, [1])]


def test_what_is_left_over_waits() -> None:
    """Nobody of 30 answered last: in no block, until the next weeks make it one. What was told stays as it was."""
    weeks = [row(1, 0, 20, 10), row(1, 1, 10, 3), row(1, 2, 30, 0)]
    assert made(*weeks) == [(0, 0, [1]), (1, 1, [1])]
    assert made(*weeks, row(1, 3, 20, 10)) == [(0, 0, [1]), (1, 1, [1]), (2, 3, [1])]


def test_a_whole_that_may_not_be_printed_is_told_nowhere() -> None:
    """Two of forty answered; two of six in two weeks of three. Two of six in one week may be."""
    assert made(row(1, 0, 21, 2), row(1, 1, 19, 0)) == []
    assert made(row(1, 0, 3, 0), row(1, 1, 3, 2)) == []
    assert made(row(1, 0, 6, 2)) == [(0, 0, [1])]


def test_teams_and_group_are_told_in_the_same_weeks() -> None:
    """Team 2's three of week one cannot be found as the group's less team 1's: week one waits for it."""
    first = [row(1, 0, 20, 10), row(2, 0, 3, 1)]
    assert made(*first) == []
    assert made(*first, row(1, 1, 20, 9), row(2, 1, 6, 3)) == [(0, 1, [1, 2])]


def test_a_small_team_is_waited_for_eight_weeks() -> None:
    """Then the block is told as it is, the small one together with another; before that it is not."""
    weeks = [row(1, 0, 20, 10), row(2, 0, 4, 1), row(3, 0, 30, 9)]
    assert made(*weeks, weeks=7) == []
    assert made(*weeks, weeks=8) == [(0, 0, [3])]


def test_a_team_of_few_caseworkers_takes_another_with_it() -> None:
    """Alone in the rest it would be known; two of them are a rest by themselves, and one alone is the whole."""
    weeks = [row(1, 0, 20, 10), row(2, 0, 20, 8), row(3, 0, 30, 9)]
    assert made(*weeks, small=(2,)) == [(0, 0, [3])]
    assert made(*weeks, small=(1, 2)) == [(0, 0, [3])]
    assert made(weeks[0], small=(1,)) == [(0, 0, [])]


# Told at night -------------------------------------------------------------------------------------------


def told(session: Session) -> list[tuple[int, date | None, date | None, bool | None]]:
    """Week, block and whether it stands alone, of every row."""
    of = Participation
    rows = session.execute(select(of.week, of.block_first, of.block_last, of.alone).order_by(of.week, of.team_id))
    return [((week - monday(0)).days // 7, first, last, alone) for week, first, last, alone in rows]


def test_a_block_is_never_put_together_anew(session: Session, team: Team) -> None:
    """The team is shown alone when the first weeks close, not when the later do, and again after."""
    mine, other = another(session, team, "A"), another(session, team, "B")
    for week in range(2):
        for each in (mine, other):
            closed(session, each, monday(week), 20, 8)
    tell(session, team)
    before = told(session)
    assert before == [(week, monday(week), monday(week), True) for week in (0, 0, 1, 1)]
    staff = select(Assignment.staff_id).where(Assignment.team_id == mine.id)
    session.execute(update(Staff).where(Staff.id.in_(staff)).values(active=False))
    for each in (mine, other):
        closed(session, each, monday(2), 20, 8)
    tell(session, team)
    assert told(session) == [*before, *[(2, monday(2), monday(2), False)] * 2]
    assert results.teams(session, team.municipality_id)[0].shown is False


def test_no_week_is_told_while_an_earlier_one_is_open(
    session: Session, stevns: Municipality, team: Team, sent: Callable[..., int]
) -> None:
    """As long as it has an invitation; the night that closes it tells both."""
    closed(session, team, monday(2), 20, 8)
    for answered in (True, False) * 3:
        sent(session, stevns, answered=answered, at=workdays.at(monday(1), time(12)))
    tell(session, team)
    assert told(session) == [(2, None, None, None)]
    nightly.clean_all(workdays.at(monday(1) + timedelta(21), time(3, 40)))
    assert told(session) == [(2, None, None, None)]
    nightly.clean_all(workdays.at(monday(1) + timedelta(22), time(3, 40)))
    assert told(session) == [(week, monday(week), monday(week), False) for week in (1, 2)]


def test_a_raised_k_hides_old_blocks_and_changes_none(session: Session, stevns: Municipality, team: Team) -> None:
    """Six sent are told with k = 5; with k = 10 they are hidden, and later blocks are of ten."""
    closed(session, team, monday(0), 6, 3)
    tell(session, team)
    before = told(session)
    stevns.smallest_group = 10
    for week in (1, 2):
        closed(session, team, monday(week), 6, 3)
    tell(session, team)
    assert told(session) == [*before, (1, monday(1), monday(2), False), (2, monday(1), monday(2), False)]
    whole, first = (only(ydelse(session, team, days)).turnout for days in (YEAR, Period(monday(0), monday(0))))
    assert whole is not None
    assert first is not None
    assert (whole.rate.text.split(" ")[0], first.rate.shown) == ("9/18", False)


@pytest.mark.parametrize(
    ("columns", "refused"),
    [
        ({"block_first": monday(0)}, "ck_participation_told_whole"),
        ({"block_first": monday(1), "block_last": monday(1), "alone": True}, "ck_participation_told_when_closed"),
        (
            {"closed": False, "block_first": monday(0), "block_last": monday(0), "alone": True},
            "ck_participation_told_when_closed",
        ),
    ],
)
def test_an_impossible_block_is_impossible(
    session: Session, team: Team, columns: dict[str, Any], refused: str
) -> None:
    """Half told, of other weeks, or of a week that is open."""
    closed(session, team, monday(0), 20, 8)
    with pytest.raises(IntegrityError, match=refused), session.begin_nested():
        session.execute(update(Participation).values(**columns))


@pytest.mark.parametrize("columns", [{"answered": 9}, {"alone": True}, {"block_last": monday(1)}])
def test_a_told_week_never_changes(session: Session, team: Team, columns: dict[str, Any]) -> None:
    """Neither its numbers nor its block, nor who stands alone; one that is not told may still be."""
    closed(session, team, monday(0), 20, 8)
    session.execute(update(Participation).values(answered=7))
    tell(session, team)
    with pytest.raises(IntegrityError, match="never changes"), session.begin_nested():
        session.execute(update(Participation).values(**columns))


# On the page ---------------------------------------------------------------------------------------------


def test_open_and_waiting_weeks_are_named_and_in_no_figure(session: Session, team: Team) -> None:
    """One of each, then two; none once all are told."""
    closed(session, team, monday(0), 20, 8)
    assert said(session, team) == ("8/20", "", "")
    closed(session, team, monday(1), 20, 0)
    waits = "1 uge (uge 19, 2021) er lukket, men venter på flere uger, før den kan vises."
    assert said(session, team) == ("8/20", waits, "")
    opens = "1 uge (uge 21, 2021) er ikke lukket endnu, tidligst 15. juni 2021."
    closed(session, team, monday(2), 4, 0)
    closed(session, team, monday(3), 20, 8, closed=False)
    assert said(session, team) == (
        "8/20",
        f"{opens} 2 uger (uge 19 til 20, 2021) er lukket, men venter på flere uger, før de kan vises.",
        "",
    )


def test_where_nothing_is_told_yet_the_page_says_why(session: Session, team: Team) -> None:
    """Nothing is closed; then the first week is, and waits."""
    closed(session, team, monday(3), 20, 0, closed=False)
    closed(session, team, monday(4), 20, 8, closed=False)
    opens = "2 uger (uge 21 til 22, 2021) er ikke lukket endnu, tidligst 15. juni 2021."
    assert said(session, team) == ("vises", opens, "Ingen uge er lukket endnu, tidligst 15. juni 2021.")
    session.execute(update(Participation).where(Participation.week == monday(3)).values(closed=True))
    rate, both, why = said(session, team)
    assert (rate, both) == ("vises", why)
    assert both.startswith(
        "1 uge (uge 22, 2021) er ikke lukket endnu, tidligst 22. juni 2021. 1 uge (uge 21, 2021) er"
    )


def said(session: Session, team: Team) -> tuple[str, str, str]:
    """The rate without its share, what is not told, and why nothing is."""
    part = only(ydelse(session, team, YEAR)).turnout
    assert part is not None
    return part.rate.text.split(" ")[0], turnout.untold(part), turnout.none_told(part)
