"""Teams are told apart only where they surely differ."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from survey import beside
from survey.cells import Counted
from survey.figures import TeamLine
from survey.results import CellView, TeamView
from survey.scoring import HIDDEN, Figure

DAY = date(2021, 5, 3)


def told(team_id: int, totals: list[int]) -> CellView:
    """A cell of people who each answered five statements with that sum."""
    persons = Counter((5, total) for total in totals)
    counted = Counted(DAY, DAY, 1, len(totals), ((0,) * 5,) * 5, persons, {}, (0, 0, 0))
    return CellView(team_id, "LAB", 1, "remote", counted, True, None, None, False)


def places(*teams: list[int], hidden: Collection[int] = ()) -> list[str]:
    """Each team's place, in the order given; those in `hidden` have a mean that is not told."""
    means = [HIDDEN if n in hidden else Figure("3,0", len(each), 3.0) for n, each in enumerate(teams)]
    lines = [TeamLine(TeamView(n, str(n), "LAB", shown=True), mean, HIDDEN) for n, mean in enumerate(means)]
    series: Any = SimpleNamespace(version_id=1, mode="remote", teams=lines)
    section: Any = SimpleNamespace(law="LAB", team=None)
    return list(beside.places([told(n, totals) for n, totals in enumerate(teams)], section, series).values())


HIGH, MIDDLE, LOW = [18, 19, 20, 17] * 6, [13, 16, 14, 15] * 6, [8, 9, 10, 11] * 6


@pytest.mark.parametrize(
    ("teams", "expected"),
    [
        ((MIDDLE, MIDDLE, MIDDLE), ["ingen sikker forskel"] * 3),
        ((MIDDLE, MIDDLE, LOW), ["over de andre", "over de andre", "under de andre"]),
        ((HIGH, MIDDLE, MIDDLE), ["over de andre", "under de andre", "under de andre"]),
        ((MIDDLE, LOW[:9]), ["for få svar", "for få svar"]),
        ((MIDDLE, MIDDLE, LOW[:9]), ["ingen sikker forskel", "ingen sikker forskel", "for få svar"]),
    ],
)
def test_a_team_stands_beside_the_others(teams: tuple[list[int], ...], expected: list[str]) -> None:
    """Over, under, no sure difference, or too few: each where the tests say so."""
    assert places(*teams) == expected


def test_a_team_whose_mean_is_hidden_has_no_place() -> None:
    """Nor is it one of the others: of two, neither is told apart then, and of three the other two are alike."""
    few = "for få svar"
    assert places(MIDDLE, LOW, hidden=[1]) == [few, few]
    assert places(MIDDLE, MIDDLE, LOW, hidden=[2]) == ["ingen sikker forskel", "ingen sikker forskel", few]
