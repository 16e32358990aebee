"""Promises to call are told by whole quarters: no two periods, no teams and their group, uncover a few wishes."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations, product
from random import Random

import pytest
from sqlalchemy.orm import Session

from survey import promises, results, workdays
from survey.models import CallbackCount, Team
from survey.promises import Promises, Wishes
from survey.results import TeamView
from tests.survey.told import another

K = 5
SPRING, SUMMER = date(2021, 4, 1), date(2021, 7, 1)
TEAMS = [TeamView(number, name, "LAS", shown=name != "D") for number, name in enumerate("ABCD")]


def told(*quarters: Mapping[str, int], team: str = "", smallest: int = K) -> tuple[int, int, bool]:
    """How many wishes are told of a team, or of all, in how many quarters, and whether others are left out."""
    number = {view.name: view.id for view in TEAMS}
    asked = {
        ("LAS", first): {number[name]: Promises(kept=n) for name, n in each.items()}
        for first, each in zip((SPRING, SUMMER), quarters, strict=False)
        if each
    }
    whose = TEAMS[number[team]] if team else None
    ends = workdays.quarter_end((SPRING, SUMMER)[len(quarters) - 1])
    found = promises.told(Wishes(SPRING, ends, asked), TEAMS, "LAS", whose, smallest)
    return found.promises.asked, len(found.quarters), found.missing


@pytest.mark.parametrize(
    ("quarters", "found"),
    [
        (({"A": 3, "B": 2},), (5, 1, False)),
        (({"A": 2, "B": 2},), (0, 0, True)),
        (({},), (0, 0, True)),
        (({"A": 6}, {"A": 7}), (13, 2, False)),
        (({"A": 6}, {"A": 1}), (6, 1, True)),
        (({"A": 6}, {}), (6, 1, True)),
        (({"D": 6},), (6, 1, False)),
    ],
)
def test_a_quarter_of_few_is_left_out(quarters: tuple[dict[str, int], ...], found: tuple[int, int, bool]) -> None:
    """Of a law group: each quarter by itself, few as none."""
    assert told(*quarters) == found


@pytest.mark.parametrize(
    ("asked", "apart"),
    [
        ({"A": 6, "B": 9}, "AB"),
        ({"A": 6, "B": 4}, ""),
        ({"A": 6, "B": 9, "C": 4}, "B"),
        ({"A": 6, "B": 9, "C": 4, "D": 4}, "AB"),
        ({"A": 6, "B": 9, "C": 1, "D": 1}, "B"),
        ({"A": 6, "B": 9, "D": 9}, "B"),
        ({"A": 2, "B": 2}, ""),
    ],
)
def test_a_team_that_would_tell_of_another_is_left_out(asked: dict[str, int], apart: str) -> None:
    """The smallest one goes with a team of few, with few together, and with one that may not stand alone."""
    assert [name for name in "ABCD" if told(asked, team=name)[1]] == list(apart)


def test_a_raised_k_tells_less() -> None:
    """Nine wishes are enough for nine, and not for ten."""
    assert told({"A": 9}, smallest=9) == (9, 1, False)
    assert told({"A": 9}, smallest=10) == (0, 0, True)


def test_no_two_periods_and_no_teams_tell_of_a_few(session: Session, team: Team) -> None:
    """Every pair of periods one of which lies in the other, and every choice of teams of every period."""
    rng, first = Random(7), date(2021, 1, 4)
    mine = [another(session, team, name, 3 if name != "D" else 2) for name in "ABCD"]
    asking = {"A": range(13, 65), "B": range(65), "C": range(40, 65), "D": range(13, 65)}
    for each, week in product(mine, range(65)):
        # In the first quarter only B is asked, and of few.
        if n := rng.choice((0, 0, 0, 0, 1, 1, 2)) if week in asking[each.name] and week not in range(4, 13) else 0:
            key = {"municipality_id": team.municipality_id, "team_id": each.id}
            row = {"kept": n, "late": 0, "overdue": 0, "waiting": 0}
            session.add(CallbackCount(**key, **row, week=first + timedelta(7 * week)))
    session.flush()
    views = results.teams(session, team.municipality_id)
    scopes = [None, *(view for view in views if view.shown)]
    starts = [first + timedelta(16 * number) for number in range(28)]
    periods = [(start, end + timedelta(15)) for start in starts for end in starts if start <= end]
    asked: list[tuple[int, ...]] = []
    for days in periods:
        wishes = promises.read(session, team.municipality_id, *days)
        found = (promises.told(wishes, views, "LAS", scope, K).promises.asked for scope in scopes)
        asked.append(tuple(found))
    inside = [
        abs(one - other)
        for (mine_, ones), (theirs, others) in combinations(zip(periods, asked, strict=True), 2)
        if (mine_[0] - theirs[0]).days * (mine_[1] - theirs[1]).days <= 0
        for one, other in zip(ones, others, strict=True)
    ]
    rests = [
        whole - sum(some)
        for whole, *teams in asked
        for n in range(len(teams) + 1)
        for some in combinations(teams, n)
    ]
    assert {n for n in (*inside, *rests) if n < K} == {0}
    assert max(inside) > 50
    assert any(0 < sum(teams) < whole for whole, *teams in asked)
