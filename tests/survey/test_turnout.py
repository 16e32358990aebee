"""What an attacker learns from every page about who answered, by linear programming over random municipalities."""

import random
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations_with_replacement
from math import ceil, floor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from survey import figures, scoring, turnout
from survey.results import Counts, Period, TeamView
from survey.scoring import Figure

MONDAY = date(2021, 5, 3)
NARROWEST = 3
Cell = tuple[Any, date]
"""A team's week of sending; of a version apart where the team is a pair."""


@dataclass(frozen=True)
class Told:
    """A published figure: the answers in `cells` are at least `low` and at most `high`."""

    cells: frozenset[Cell]
    low: int
    high: int


def row(team: int, week: int, sent: int, answered: int) -> Any:
    """A row of participation as the database gives it."""
    day = MONDAY + timedelta(7 * week)
    return SimpleNamespace(
        team_id=team, law="LAS", version_id=1, week=day, sent=sent, answered=answered, unknown=0
    )


def counts(rows: list[Any], period: Period, small: Collection[int] = ()) -> Counts:
    """A law group with participation alone; the `small` teams have too few caseworkers to be shown."""
    version = SimpleNamespace(id=1, name="Ydelse", number=1, points=4, labels=["1", "2", "3", "4"])
    teams = sorted({one.team_id for one in rows})
    return Counts(
        period=period,
        smallest=5,
        teams=tuple(TeamView(team, f"Team {team}", "LAS", team not in small) for team in teams),
        versions=[version],  # type: ignore[list-item]  # read by name, as a row is
        cells=[],
        weeks=sorted(rows, key=lambda one: one.week),
        meetings=[],
        waiting=[],
        unshown=[],
    )


def told(figure: Figure, cells: frozenset[Cell], sent: dict[Cell, int]) -> Told:
    """What `figure` says about the answers in `cells`."""
    n = sum(sent[cell] for cell in cells)
    exact = re.match(r"([\d.]+)/", figure.text)
    if exact:
        return Told(cells, *[int(exact[1].replace(".", ""))] * 2)
    most = floor(Fraction(n, 10)) if figure.text.startswith("højst") else n
    least = ceil(Fraction(9 * n, 10)) if figure.text.startswith("mindst") else 0
    return Told(cells, least, most)


def published(rows: list[Any], small: Collection[int] = ()) -> Iterator[Told]:
    """Every rate on every page: the law group and its teams, week by week and in total, for every period."""
    sent = {(one.team_id, one.week): one.sent for one in rows}
    weeks = sorted({one.week for one in rows})
    yield Told(frozenset(sent), 0, sum(sent.values()))
    for first, last in combinations_with_replacement(weeks, 2):
        known = counts(rows, Period(first, last), small)
        for team in (None, *(team for team in known.teams if team.shown)):
            for series in figures.section(known, "LAS", team).series:
                blocks = [
                    (weeks.rate, frozenset(cell for cell in sent if weeks.first <= cell[1] <= weeks.last))
                    for weeks in (series.turnout.weeks if series.turnout else ())
                ]
                mine = [
                    (rate, frozenset(c for c in cells if team is None or c[0] == team.id))
                    for rate, cells in blocks
                ]
                for rate, cells in mine:
                    yield told(rate, cells, sent)
                if series.turnout and mine:
                    yield told(series.turnout.rate, frozenset[Cell]().union(*(cells for _, cells in mine)), sent)


def found(cells: Collection[Cell], pages: Collection[Told], sent: dict[Cell, int]) -> tuple[int, int]:
    """The least and the most answers in `cells` that agree with all `pages`."""
    order = sorted(sent)
    known = np.array([[cell in page.cells for cell in order] for page in pages], dtype=float)
    problem = {
        "A_ub": np.vstack([known, -known]),
        "b_ub": [page.high for page in pages] + [-page.low for page in pages],
        "bounds": [(0, sent[cell]) for cell in order],
    }
    aim = np.array([cell in cells for cell in order], dtype=float)
    least, most = linprog(aim, **problem), linprog(-aim, **problem)
    assert least.status == most.status == 0
    return ceil(least.fun - 1e-6), floor(-most.fun + 1e-6)


def secrets_of(rows: list[Any]) -> Iterator[tuple[frozenset[Cell], int, int]]:
    """What no page may print: a team's week, all teams' week, a team; each with its answers and its sent."""
    groups: dict[object, list[Any]] = defaultdict(list)
    for one in rows:
        for key in ((one.team_id, one.week), one.week, one.team_id):
            groups[key].append(one)
    for same in groups.values():
        answered, sent = sum(one.answered for one in same), sum(one.sent for one in same)
        if not scoring.exact_share(answered, sent):
            yield frozenset((one.team_id, one.week) for one in same), answered, sent


def municipality(seed: int) -> tuple[list[Any], set[int]]:
    """One to four teams, some of few caseworkers, over some weeks with few sent and often one-sided answers."""
    rng = random.Random(seed)
    rows = []
    for team in range(1, rng.randint(1, 4) + 1):
        busy, eager = rng.choice((2, 6, 14, 70)), rng.choice((0.05, 0.3, 0.5, 0.9))
        for week in range(rng.randint(2, 7)):
            sent = rng.randint(0, busy)
            answered = rng.choice((0, sent, *[sum(rng.random() < eager for _ in range(sent))] * 4))
            rows += [row(team, week, sent, answered)] if sent else []
    teams = sorted({one.team_id for one in rows})
    small = set(rng.sample(teams, 2)) if len(teams) > 2 and rng.random() < 0.4 else set()
    return rows, small


@pytest.mark.parametrize("seeds", [range(start, start + 10) for start in range(0, 60, 10)])
def test_no_small_count_can_be_found_from_all_pages_together(seeds: range) -> None:
    """Whatever may not be printed stays open by three answers, or as far as its own figure leaves it open."""
    for seed in seeds:
        rows, small = municipality(seed)
        sent = {(one.team_id, one.week): one.sent for one in rows}
        pages = set(published(rows, small))
        everything = min(page.high - page.low for page in pages if page.cells == set(sent))
        # A municipality whose total itself is only "højst 10 %" has no other figure, and that much room.
        narrowest = min(NARROWEST, everything) if everything else NARROWEST
        for cells, answered, size in secrets_of(rows):
            least, most = found(cells, pages, sent)
            assert least <= answered <= most
            assert most - least >= min(narrowest, size), (seed, sorted(cells), least, most)


def test_the_attacker_succeeds_where_one_week_is_hidden_beside_a_capped_one() -> None:
    """A week 2/5 hidden, a week 0/9 told as "højst 10 %", the rest and the total told: it is found exactly."""
    sent = {(1, MONDAY + timedelta(7 * week)): size for week, size in enumerate((5, 9, 39))}
    hidden, nobody, rest = sorted(sent)
    pages = [
        Told(frozenset({nobody}), 0, 0),
        Told(frozenset({rest}), 16, 16),
        Told(frozenset(sent), 18, 18),
    ]
    assert found({hidden}, pages, sent) == (2, 2)


def rates(rows: list[Any], team: int | None = None, small: Collection[int] = ()) -> list[str]:
    """The table of weeks over all time, without the percentages."""
    known = counts(rows, Period(MONDAY, date(2022, 5, 2)), small)
    view = next((one for one in known.teams if one.id == team), None)
    (series,) = figures.section(known, "LAS", view).series
    assert series.turnout is not None
    return [weeks.rate.text.split(" ")[0] for weeks in series.turnout.weeks] or [series.turnout.rate.text]


def test_a_week_without_answers_is_told_with_the_next() -> None:
    """0 of 9 is put together with later weeks until three answers more or less are possible in it."""
    assert rates([row(1, 0, 5, 2), row(1, 1, 9, 0), row(1, 2, 8, 2), row(1, 3, 10, 4)]) == ["2/5", "6/27"]


def test_the_last_weeks_join_what_is_before_them() -> None:
    """Nobody of 30 answered last: with the 3 of 10 before them it is under 10 %, so one more week joins."""
    weeks = [row(1, 0, 20, 10), row(1, 1, 10, 3), row(1, 2, 30, 0)]
    assert rates(weeks) == ["13/60"]


def test_teams_and_group_are_told_in_the_same_weeks() -> None:
    """Team 2's three of week one cannot be found as the group's less team 1's."""
    rows = [row(1, 0, 20, 10), row(2, 0, 3, 1), row(1, 1, 20, 9), row(2, 1, 6, 3)]
    assert (rates(rows), rates(rows, 1), rates(rows, 2)) == (["23/49"], ["19/40"], ["4/9"])


def test_a_team_with_too_few_takes_another_with_it() -> None:
    """Team 2 has 4 sent in all: the smallest other team is withheld, on its own page too."""
    rows = [row(1, 0, 20, 10), row(2, 0, 4, 1), row(3, 0, 30, 9)]
    assert [rates(rows, team) for team in (None, 1, 2, 3)] == [
        ["20/54"],
        ["vises ikke"],
        ["for få svar"],
        ["9/30"],
    ]


def test_a_whole_that_may_not_be_printed_is_one_block() -> None:
    """Two of forty answered: one figure for all time, no weeks, no team."""
    rows = [row(1, 0, 20, 2), row(2, 1, 20, 0)]
    assert (rates(rows), rates(rows, 1)) == (["højst"], ["vises ikke"])


def test_a_total_that_tells_too_much_about_a_week_is_withheld() -> None:
    """0 of 3 and 2 of 3: 2/6 would leave at most two in a week of three."""
    assert rates([row(1, 0, 3, 0), row(1, 1, 3, 2)]) == ["vises ikke"]
    assert rates([row(1, 0, 6, 2)]) == ["2/6"]


def test_a_block_lies_in_one_quarter_where_each_may_be_told() -> None:
    """Two of ten in June's last week and one of five before it are spring's; summer begins a block of its own."""
    spring, summer = [row(1, 0, 20, 10), row(1, 7, 9, 0), row(1, 8, 20, 8)], [row(1, 9, 10, 3), row(1, 10, 10, 4)]
    assert rates([*spring, *summer]) == ["10/20", "8/29", "3/10", "4/10"]
    assert rates([*spring[:2], *summer]) == ["10/29", "3/10", "4/10"]


def test_quarters_are_told_as_one_where_one_alone_may_not_be() -> None:
    """Three sent in summer are told with spring, whose sum would give them away."""
    weeks = [row(1, 0, 20, 10), row(1, 8, 20, 8), row(1, 9, 3, 1)]
    found = turnout.grouping(weeks, [1], 5)
    assert (rates(weeks), found.quarters) == (["10/20", "9/23"], ((date(2021, 4, 1), date(2021, 7, 1)),))
    alone = turnout.grouping([*weeks, row(1, 10, 10, 4)], [1], 5)
    assert alone.quarters == ((date(2021, 4, 1),), (date(2021, 7, 1),))
    assert turnout.grouping([row(1, 0, 20, 1)], [1], 5).quarters == ()
