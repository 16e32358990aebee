"""What an attacker learns who keeps every page there ever was about who answered, by linear programming."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
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

from survey import blocks, figures, scoring
from survey.results import Counts, Period, TeamView
from survey.scoring import Figure

MONDAY = date(2021, 5, 3)
NARROWEST = 3
OPEN_FOR = 3
"""Weeks after its own in which a week of sending is open; in the first half of them some have answered."""
Cell = tuple[Any, date, int]
"""A team's week of sending, and whether it was answered early (0) or late (1); of a version apart where the team
is a pair."""


@dataclass(frozen=True)
class Told:
    """A published figure: the answers in `cells` are at least `low` and at most `high`."""

    cells: frozenset[Any]
    low: int
    high: int


def monday(week: int) -> date:
    """Of the week with that number."""
    return MONDAY + timedelta(7 * week)


def row(team: int, week: int, sent: int, answered: int) -> Any:
    """A row of participation as the database gives it: closed, and in no block yet."""
    told = {"closed": True, "block_first": None, "block_last": None, "alone": None}
    of = {"team_id": team, "law": "LAS", "version_id": 1, "week": monday(week)}
    return SimpleNamespace(**of, sent=sent, answered=answered, delivered=sent, unknown=0, **told)


def counts(rows: Sequence[Any], period: Period, small: Collection[int] = ()) -> Counts:
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


def told(figure: Figure, cells: frozenset[Any], n: int) -> Told:
    """What `figure` says about the answers in `cells`, of `n` that were sent."""
    exact = re.match(r"([\d.]+)/", figure.text)
    if exact:
        return Told(cells, *[int(exact[1].replace(".", ""))] * 2)
    most = floor(Fraction(n, 10)) if figure.text.startswith("højst") else n
    least = ceil(Fraction(9 * n, 10)) if figure.text.startswith("mindst") else 0
    return Told(cells, least, most)


# A municipality's life ---------------------------------------------------------------------------------------


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


Tell = Callable[[list[Any], set[int], date], None]
"""What a night makes of the rows there are: it puts them into blocks. Weeks before the day are closed."""


def by_the_rule(rows: list[Any], shown: set[int], until: date) -> None:
    """The closed weeks in no block yet, by the rule."""
    put([one for one in rows if one.closed and not one.block_first], shown, until)


def put(rows: list[Any], shown: set[int], until: date) -> None:
    """`rows` into the blocks they make."""
    for block in blocks.finished(rows, shown, 5, until):
        for one in rows:
            if block.first <= one.week <= block.last:
                one.block_first, one.block_last, one.alone = block.first, block.last, one.team_id in block.alone


def nights(seed: int, tell: Tell) -> Iterator[tuple[list[Any], set[int]]]:
    """Week by week the rows as pages read them, and the teams too small to be shown: those change, too."""
    rows, small = municipality(seed)
    rng, teams = random.Random(-seed), {one.team_id for one in rows}
    early = {id(one): rng.randint(0, one.answered) for one in rows}
    answered = {id(one): one.answered for one in rows}
    for now in range(max(one.week for one in rows).toordinal() // 7 - MONDAY.toordinal() // 7 + OPEN_FOR + 10):
        there = [one for one in rows if one.week <= monday(now)]
        for one in there:
            one.early = one.week > monday(now - 2)
            one.closed = one.week <= monday(now - OPEN_FOR)
            one.answered = early[id(one)] if one.early else answered[id(one)]
        if len(teams) > 2 and rng.random() < 0.2:
            small = set(rng.sample(sorted(teams), rng.choice((0, 2))))
        tell(there, teams - small, monday(now - OPEN_FOR + 1))
        yield there, small


def published(rows: Sequence[Any], small: Collection[int]) -> Iterator[Told]:
    """Every rate on every page of one day: law group and teams, by block and in total, for every period."""
    weeks = sorted({one.week for one in rows})
    for first, last in combinations_with_replacement(weeks, 2):
        known = counts(rows, Period(first, last), small)
        for team in (None, *(team for team in known.teams if team.shown)):
            for series in figures.section(known, "LAS", team).series:
                parts = series.turnout.weeks if series.turnout else ()
                named = [{(part.first, part.last)} for part in parts]
                for rate, mine in zip(
                    [*(part.rate for part in parts), *([series.turnout.rate] if series.turnout and parts else [])],
                    [*named, set[Any]().union(*named)],
                    strict=bool(parts),
                ):
                    yield of_blocks(rate, mine, rows, team)


def of_blocks(rate: Figure, named: set[Any], rows: Sequence[Any], team: TeamView | None) -> Told:
    """What a rate says that is told of these blocks, of a team where it stands alone or of all."""
    mine = [
        one
        for one in rows
        if (one.block_first, one.block_last) in named and (team is None or (one.team_id == team.id and one.alone))
    ]
    cells = frozenset((one.team_id, one.week, late) for one in mine for late in range(1 if one.early else 2))
    return told(rate, cells, sum(one.sent for one in mine))


# What is found -----------------------------------------------------------------------------------------------


def found(cells: Collection[Any], pages: Collection[Told], sent: dict[Any, int]) -> tuple[int, int]:
    """The least and the most answers in `cells` that agree with all `pages`; `sent` is the most in each cell."""
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


def secrets_of(rows: Sequence[Any]) -> Iterator[tuple[frozenset[Cell], int, int]]:
    """What no page may print, with its answers and how far it must stay open.

    A team's week, all teams' week, a team; and of a team's week the answers of some days while it was open.
    """
    groups: dict[object, list[Any]] = defaultdict(list)
    for one in rows:
        for key in ((one.team_id, one.week), one.week, one.team_id):
            groups[key].append(one)
    for same in groups.values():
        answered, sent = sum(one.answered for one in same), sum(one.sent for one in same)
        cells = [(one.team_id, one.week, late) for one in same for late in (0, 1)]
        if not scoring.exact_share(answered, sent):
            yield frozenset(cells), answered, min(NARROWEST, sent)
        if len(same) == 1:
            yield frozenset(cells[1:]), -1, min(NARROWEST, answered)


def narrow(seed: int, tell: Tell) -> tuple[int, int]:
    """How many secrets of a municipality there are, and how many all its pages leave open too little."""
    pages, rows, before = set[Told](), list[Any](), ""
    for rows, small in nights(seed, tell):
        if repr((rows, small)) != before:
            pages |= set(published(rows, small))
        before = repr((rows, small))
    sent = {(one.team_id, one.week, late): one.sent for one in rows for late in (0, 1)}
    pages |= {Told(frozenset({(team, week, 0), (team, week, 1)}), 0, n) for (team, week, _), n in sent.items()}
    asked = list(secrets_of(rows))
    few = 0
    for cells, answered, span in asked:
        least, most = found(cells, pages, sent)
        assert answered < 0 or least <= answered <= most
        few += most - least < span
    return len(asked), few


@pytest.mark.parametrize("seeds", [range(start, start + 8) for start in range(0, 40, 8)])
def test_no_small_count_can_be_found_from_all_pages_there_ever_were(seeds: range) -> None:
    """Whatever may not be printed stays open by three answers, or by all there are."""
    for seed in seeds:
        asked, few = narrow(seed, by_the_rule)
        assert asked, seed
        assert not few, (seed, asked, few)


def unfinished_too(rows: list[Any], shown: set[int], until: date) -> None:
    """Mutant: what is left over is told on the page of the day as it is."""
    for one in rows:
        if getattr(one, "passing", False):
            one.block_first = one.block_last = one.alone = None
    by_the_rule(rows, shown, until)
    left = [one for one in rows if one.closed and not one.block_first]
    for one in left:
        one.passing, one.alone = True, False
        one.block_first, one.block_last = (end(each.week for each in left) for end in (min, max))


def open_weeks_too(rows: list[Any], shown: set[int], until: date) -> None:
    """Mutant: weeks are told before they are closed."""
    put([one for one in rows if not one.block_first], shown, until + timedelta(7 * OPEN_FOR))


def alone_over_all(rows: list[Any], shown: set[int], until: date) -> None:
    """Mutant: who stands alone is decided anew every day, over all weeks that are told."""
    by_the_rule(rows, shown, until)
    every = [one for one in rows if one.block_first]
    for team in {one.team_id for one in every}:
        mine = [one for one in every if one.team_id == team]
        answered, sent = sum(one.answered for one in mine), sum(one.sent for one in mine)
        for one in mine:
            one.alone = team in shown and scoring.exact_share(answered, sent)


@pytest.mark.parametrize("mutant", [unfinished_too, open_weeks_too, alone_over_all])
def test_the_attacker_finds_what_other_rules_give_away(mutant: Tell) -> None:
    """Each of them in one of the first twenty municipalities."""
    assert any(narrow(seed, mutant)[1] for seed in range(20))


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
