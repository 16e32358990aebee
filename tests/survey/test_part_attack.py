"""What an attacker learns who adds answers by channel and target group to all response rates by team and week.

He knows how many were sent by team, week, channel and target group, and solves linear programmes for every number
of answers that is not told.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from survey import dimensions, figures, scoring, turnout_parts, workdays
from survey.dimensions import REST
from survey.results import Period
from survey.scoring.margins import Hidden
from survey.turnout_parts import Part
from tests.survey.test_turnout import by_the_rule, counts, row

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

SPRING = date(2021, 4, 1)
MONDAY = date(2021, 5, 3)
FEWEST = 10
OPEN = 3
PINNED = 116
"""A seed."""
Key = tuple[int, date, str, str]
"""Team, week, channel, target group."""


@dataclass(frozen=True)
class Unit:
    """A law group's sendings: how many were sent and answered of each key; `small` teams are never shown alone."""

    sent: dict[Key, int]
    answered: dict[Key, int]
    small: frozenset[int]

    @cached_property
    def rows(self) -> list[Any]:
        """Participation as the database gives it, when week after week has closed and been put into blocks."""
        sums = defaultdict[tuple[int, date], list[int]](lambda: [0, 0])
        for key, n in self.sent.items():
            sums[key[:2]][0] += n
            sums[key[:2]][1] += self.answered[key]
        rows = [row(team, (week - MONDAY).days // 7, *both) for (team, week), both in sums.items()]
        for until in (MONDAY + timedelta(7 * week) for week in range(30)):
            by_the_rule([one for one in rows if one.week < until], self.shown, until)
        return rows

    @property
    def shown(self) -> set[int]:
        """The teams that may stand alone."""
        return {key[0] for key in self.sent} - self.small


def unit(seed: int, most: Sequence[int] = (3, 8, 20, 40)) -> Unit:
    """One to four teams over two quarters; who is asked how, and who answers, differs by team, channel and group.

    A team sends up to one of `most` a week.
    """
    rng = random.Random(seed)
    teams, groups = range(1, rng.randint(1, 4) + 1), "abcd"[: rng.randint(1, 4)]
    channels = {team: rng.choice(((20, 1), (8, 1), (2, 1), (1, 2))) for team in teams}
    weights = {team: [rng.choice((1, 3, 9)) for _ in groups] for team in teams}
    eager = {team: rng.choice((0.1, 0.3, 0.5, 0.8)) for team in teams}
    likes = {word: rng.choice((-0.25, 0, 0, 0.25)) for word in (*groups, "sms", "email")}
    sent, answered = dict[Key, int](), dict[Key, int]()
    for team in teams:
        busy = rng.choice(most)
        for week in range(rng.randint(0, 2), rng.randint(7, 13)):
            for _ in range(rng.randint(0, busy)):
                channel = rng.choices(("sms", "email"), channels[team])[0]
                group = rng.choices(groups, weights[team])[0]
                key = (team, MONDAY + timedelta(7 * week), channel, group)
                sent[key] = sent.get(key, 0) + 1
                chance = min(0.97, max(0.03, eager[team] + likes[channel] + likes[group]))
                answered[key] = answered.get(key, 0) + (rng.random() < chance)
    small = frozenset(rng.sample(teams, 2)) if len(teams) > 2 and rng.random() < 0.4 else frozenset()
    return Unit(sent, answered, small)


def parts_of(of: Unit, quarter: date, place: int) -> list[Part]:
    """What was added up of one dimension, whose word stands at `place` of a key."""
    sums = defaultdict[str, list[int]](lambda: [0, 0])
    for key, n in of.sent.items():
        if workdays.quarter(key[1]) == quarter:
            sums[str(key[place])][0] += n
            sums[str(key[place])][1] += of.answered[key]
    return [Part(word, sent, sent, answered) for word, (sent, answered) in sums.items()]


def settled(of: Unit, quarter: date) -> dict[str, list[Part]]:
    """What is told of a quarter, as the night settles it."""
    keys = sorted(key for key in of.sent if workdays.quarter(key[1]) == quarter)
    sent = [sending(key, of.sent[key]) for key in keys]
    weeks = [one for one in of.rows if workdays.quarter(one.week) == quarter]
    channel, group = (parts_of(of, quarter, place) for place in (2, 3))
    whole = turnout_parts.whole(channel)
    message = [Part("first", whole.sent, 0, whole.answered), Part("reminder", 0, 0, 0)]
    parts = {"channel": channel, "target_group": group, "message": message}
    return turnout_parts._settled(parts, weeks, sent, quarter, 5) if sent else {}


def sending(key: Key, n: int) -> Any:
    """A row of what was sent, as the database gives it."""
    team, week, channel, group = key
    found = row(team, (week - MONDAY).days // 7, n, 0)
    found.channel, found.target_group = channel, group
    return found


# What he is told -----------------------------------------------------------------------------------------

Told = tuple[frozenset[Key], int, int]
"""The answers of these keys are at least so many and at most so many."""


def pages(of: Unit) -> Iterator[Told]:
    """Every block of weeks, of the law group and of each shown team."""
    rows = of.rows
    days = Period(min(key[1] for key in of.sent), max(key[1] for key in of.sent))
    known = counts(rows, days, of.small)
    for team in (None, *(team for team in known.teams if team.shown)):
        (series,) = figures.section(known, "LAS", team).series
        for block in series.turnout.weeks if series.turnout else ():
            keys = frozenset(
                key
                for key in of.sent
                if block.first <= key[1] <= block.last and team in (None, _view(known, key[0]))
            )
            exact = sum(of.answered[key] for key in keys)
            assert scoring.capped(block.rate) or block.rate.text.startswith(f"{exact}/")
            yield (keys, 0, block.sent) if scoring.capped(block.rate) else (keys, exact, exact)


def _view(known: Any, team_id: int) -> Any:
    return next(team for team in known.teams if team.id == team_id)


def of_parts(of: Unit) -> Iterator[Told]:
    """The parts of every quarter, by channel and by target group; nothing where only the rest is."""
    for quarter in {workdays.quarter(key[1]) for key in of.sent}:
        for dimension, parts in settled(of, quarter).items():
            place = {"channel": 2, "target_group": 3}.get(dimension)
            if place and {part.value for part in parts} != {REST}:
                named = {part.value for part in parts}
                for part in parts:
                    keys = frozenset(
                        key
                        for key in of.sent
                        if workdays.quarter(key[1]) == quarter
                        and (key[place] if key[place] in named else REST) == part.value
                    )
                    yield keys, part.answered, part.answered


def of_sides(of: Unit) -> Iterator[Told]:
    """How many answers each channel and group had, as "Hvem svarer, og hvordan?" tells of a quarter's answers.

    As if they were the answers to what was sent in it, which he cannot know.
    """
    for quarter in {workdays.quarter(key[1]) for key in of.sent}:
        for place in (2, 3):
            known = [
                dimensions.Part(p.value, p.answered, p.answered, (p.answered,) * 4)
                for p in parts_of(of, quarter, place)
            ]
            told = dimensions.told(known, FEWEST)
            named = {part.value for part in told}
            for part in told:
                keys = frozenset(
                    key
                    for key in of.sent
                    if workdays.quarter(key[1]) == quarter
                    and (key[place] if key[place] in named else REST) == part.value
                )
                yield keys, part.n, part.n


# What he finds -------------------------------------------------------------------------------------------


def width(of: Unit, keys: Collection[Key], told: Sequence[Told]) -> tuple[int, int]:
    """The least and the most answers in `keys` that agree with all he is told."""
    order = sorted(of.sent)
    known = np.array([[key in page for key in order] for page, _, _ in told], dtype=float)
    problem = {
        "A_ub": np.vstack([known, -known]),
        "b_ub": [high for _, _, high in told] + [-low for _, low, _ in told],
        "bounds": [(0, of.sent[key]) for key in order],
    }
    aim = np.array([key in keys for key in order], dtype=float)
    least, most = linprog(aim, **problem), linprog(-aim, **problem)
    assert least.status == most.status == 0
    return ceil(least.fun - 1e-6), floor(-most.fun + 1e-6)


def secrets_of(of: Unit) -> list[frozenset[Key]]:
    """What no page may print: of a team's week, a week, a team, or all, those of a channel, a group, or both."""
    found = defaultdict[Any, set[Key]](set)
    for key in of.sent:
        team, week, channel, group = key
        quarter = workdays.quarter(week)
        for where in ((team, week), week, (team, quarter), quarter):
            for what in ((), (channel, ""), ("", group), (channel, group)):
                found[where, what].add(key)
    sums = [(frozenset(keys), sum(map(of.sent.__getitem__, keys))) for keys in found.values()]
    return [
        keys
        for keys, n in dict(sums).items()
        if not scoring.exact_share(sum(of.answered[key] for key in keys), n, smallest=FEWEST)
    ]


def pinned(of: Unit, rng: random.Random, tries: int) -> list[tuple[int, int]]:
    """Of some hidden counts those that are narrower than three, and than they were without the parts."""
    before, more = [*pages(of), *of_sides(of)], list(of_parts(of))
    hidden = sorted(secrets_of(of), key=sorted) if more else []
    found = []
    for keys in rng.sample(hidden, min(tries, len(hidden))):
        low, high = width(of, keys, [*before, *more])
        if high - low < min(OPEN, sum(of.sent[key] for key in keys)):
            least, most = width(of, keys, before)
            found += [(low, high)] if high - low < most - least else []
    return found


@pytest.mark.parametrize("seeds", [range(start, start + 12) for start in range(0, 48, 12)], ids=str)
def test_no_hidden_count_can_be_found(seeds: range) -> None:
    """Each stays open by three, or as far as its own size or all that is told anyway leave it."""
    for seed in seeds:
        assert not pinned(unit(seed), random.Random(seed), 25), seed


@pytest.mark.parametrize("seeds", [range(start, start + 3) for start in (0, 3, 6, 9)], ids=str)
def test_nor_with_the_numbers_of_answers_by_side(seeds: range) -> None:
    """Large units, of whose answers 250 and more are told by channel and target group as well."""
    large = [unit(seed, (60, 90, 140)) for seed in seeds]
    assert any(list(of_sides(one)) for one in large)
    for one in large:
        assert not pinned(one, random.Random(1), 15)


def test_something_is_told_of_many_of_them() -> None:
    """The attack is on something: parts by channel or by target group of a quarter of the units."""
    told = [settled(unit(seed), SPRING) for seed in range(24)]
    assert sum(any(len(parts) > 1 for parts in each.values()) for each in told) >= 6


def test_he_succeeds_where_what_is_pinned_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit in which parts that could be printed, each by itself, would tell of a few who answered."""
    of = unit(PINNED)
    assert pinned(of, random.Random(1), 500) == []
    monkeypatch.setattr(Hidden, "stay_open", lambda *_asked: True)
    assert pinned(of, random.Random(1), 500)
