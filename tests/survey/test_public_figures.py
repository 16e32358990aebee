"""Whoever keeps every day's public page learns no more of a batch than its own printed mean would tell."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from survey import public_figures, scoring
from survey.public_figures import Told
from survey.results import Counts, Period, TeamView

DAY = date(2021, 5, 5)
TEAM = TeamView(1, "Ydelse", "LAS", shown=True)
MOODS = ((1, 2, 5, 8), (0, 0, 1, 12), (3, 3, 3, 3), (0, 0, 0, 1), (9, 1, 0, 0), (0, 1, 2, 30))
Answers = list[list[int]]
"""A batch: five statements answered by each person."""


def counted(batches: Sequence[Answers], team_id: int = 1) -> Counts:
    """What the tally wrote of so many batches of one team, one a day."""
    of: dict[str, Any] = {"law": "LAS", "team_id": team_id, "version_id": 1, "mode": "remote"}
    rows = [
        SimpleNamespace(
            **of,
            first_on=DAY + timedelta(days=n),
            last_on=DAY + timedelta(days=n),
            n=len(people),
            people=sum(any(one) for one in people),
            **{f"n{point}": sum(one.count(point) for one in people) for point in (1, 2, 3, 4, 5)},
        )
        for n, people in enumerate(batches)
    ]
    persons = [
        SimpleNamespace(**of, answered=len(one), n=1, total=sum(one), squares=sum(one) ** 2)
        for people in batches
        for one in people
        if any(one)
    ]
    version = SimpleNamespace(id=1, name="Ydelse", number=1, points=4, labels=["1", "2", "3", "4"])
    empty: dict[str, Any] = {key: [] for key in ("statements", "tags", "weeks", "meetings", "waiting", "unshown")}
    read: dict[str, Any] = {"versions": [version], "batches": rows, "people": persons, "teams": (TEAM,)}
    return Counts(period=Period(DAY, DAY + timedelta(days=99)), smallest=5, **read, **empty)


def page(batches: Sequence[Answers]) -> Told:
    """The public page after so many batches of one team."""
    (group,) = public_figures.groups(counted(batches))
    return group.told[0]


def scores(text: str, answers: int) -> tuple[Fraction, Fraction]:
    """What a printed mean says of the sum of so many scores on 1-4."""
    value = Fraction(text.rpartition(" ")[2].replace(",", "."))
    half = Fraction(1, 2 * 10 ** len(text.partition(",")[2]))
    if text.startswith("mindst"):
        return value * answers, Fraction(4 * answers)
    if text.startswith("højst"):
        return Fraction(answers), value * answers
    return max(value - half, Fraction(1)) * answers, min(value + half, Fraction(4)) * answers


def living(seed: int) -> Iterator[tuple[Told, list[Answers]]]:
    """The page of every day, and the batches it rests on: five to forty people, of one mind or of several."""
    rng = random.Random(seed)
    batches: list[Answers] = []
    for _ in range(rng.randint(3, 12)):
        mood = rng.choice(MOODS)
        size = rng.choice((5, 6, 8, 12, 20, 40))
        batches.append([rng.choices((1, 2, 3, 4), mood, k=5) for _ in range(size)])
        yield page(batches), list(batches)


@pytest.mark.parametrize("seeds", [range(start, start + 25) for start in range(0, 100, 25)])
def test_two_days_pages_tell_no_more_of_a_batch_than_its_own_point(seeds: range) -> None:
    """Mean and n of both days, and the number of single answers as if it were known, taken from each other."""
    compared = 0
    for seed in seeds:
        for (before, fewer), (after, more) in pairwise(living(seed)):
            if not (before.mean.shown and after.mean.shown):
                continue
            compared += 1
            new = more[len(fewer)]
            n_before, n_new = (5 * sum(map(len, each)) for each in (fewer, [new]))
            assert after.n - before.n == len(new) >= 5
            (low, high), (least, most) = (
                scores(before.mean.text, n_before),
                scores(after.mean.text, n_before + n_new),
            )
            learned = min(most - low, Fraction(4 * n_new)) - max(least - high, Fraction(n_new))
            pooled = [sum(one.count(point) for one in new) for point in (1, 2, 3, 4)]
            own = scoring.published_mean(scoring.mean(pooled), len(new), 4, answers=n_new)
            printed = scores(own.text, n_new)
            assert learned >= printed[1] - printed[0], (seed, before.mean.text, after.mean.text, own.text)
    assert compared > 50


def test_the_dashboards_two_decimals_would_tell_more() -> None:
    """Why the page has one: 30 people beside 60 would be known twice as closely as by their own point."""
    answers, new = 300, 150
    (low, high), (least, most) = scores("3,21", answers), scores("3,28", answers + new)
    printed = scores("3,4", new)
    assert (most - low) - (least - high) == (printed[1] - printed[0]) / 2


def test_a_mean_that_would_point_at_the_top_is_withheld() -> None:
    """Ten who all chose 4, where the day before happened to be printed at the edge of its rounding."""
    loud = [told for seed in range(60) for told, _ in living(seed) if told.mean == scoring.WITHHELD]
    assert loud
    assert all(told.within == "" and told.n >= 5 for told in loud)


def test_a_batch_below_the_smallest_group_shows_nothing() -> None:
    """Four people: too few, and neither a mean nor how far it may be off."""
    told = page([[[4, 4, 4, 4, 1]] * 4])
    assert (told.mean, told.within) == (scoring.HIDDEN, "")


def test_uncertainty_is_one_number_rounded_up() -> None:
    """How far off at most, never both ends: they would tell the mean more closely."""
    told = page([[[4, 4, 3, 3, 3], [2, 3, 3, 2, 4]] * 20])
    assert (told.mean.text, told.n) == ("3,1", 40)
    assert told.within in ("0,1", "0,2")


def test_what_is_withheld_beside_the_other_teams_is_so_on_a_teams_own_page() -> None:
    """Of two teams one has no mean: the law group's, less the other's, would be it."""
    own, silent = counted([[[3, 3, 2, 3, 4]] * 8]), counted([[[0] * 5] * 6], team_id=2)
    teams = (TEAM, replace(TEAM, id=2, name="Andre ydelser"))
    together: dict[str, Any] = {
        name: [*getattr(own, name), *getattr(silent, name)] for name in ("batches", "people")
    }
    counts = replace(own, teams=teams, **together)
    assert public_figures.of_team(own, TEAM).told[0].mean.text == "3,0"
    assert [public_figures.of_team(counts, team).told[0].mean for team in teams] == [
        scoring.WITHHELD,
        scoring.HIDDEN,
    ]


def test_two_versions_of_a_questionnaire_are_told_apart_by_number() -> None:
    """A new version begins its own series; a name alone would not tell which."""
    first = counted([[[3, 3, 2, 3, 4]] * 8])
    versions = [first.versions[0], SimpleNamespace(**vars(first.versions[0]) | {"id": 2, "number": 2})]
    later = [SimpleNamespace(**vars(row) | {"version_id": 2}) for row in first.batches]
    both: Any = {"versions": versions, "batches": [*first.batches, *later]}
    (group,) = public_figures.groups(replace(first, **both))
    assert [told.name for told in group.told] == ["Ydelse, version 1", "Ydelse, version 2"]


def test_the_waiting_rooms_screen_is_told_apart() -> None:
    """Two figures of one version, never one of both, and no number that would pass for a new version."""
    first = counted([[[2, 2, 2, 2, 2]] * 8])
    screen = {
        name: [
            SimpleNamespace(**vars(row) | {"mode": "onsite"}) for row in getattr(counted([[[3] * 5] * 9]), name)
        ]
        for name in ("batches", "people")
    }
    both: Any = {name: [*getattr(first, name), *rows] for name, rows in screen.items()}
    (group,) = public_figures.groups(replace(first, **both))
    found = [(told.name, told.onsite, told.n, told.mean.text) for told in group.told]
    assert found == [("Ydelse", False, 8, "2,0"), ("Ydelse", True, 9, "3,0")]
