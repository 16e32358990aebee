"""Teams are told apart only where they surely differ."""

from collections import Counter
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from survey import beside
from survey.cells import Counted
from survey.figures import TeamLine
from survey.results import CellView, TeamView
from survey.scoring import HIDDEN

DAY = date(2021, 5, 3)


def told(team_id: int, totals: list[int]) -> CellView:
    """A cell of people who each answered five statements with that sum."""
    persons = Counter((5, total) for total in totals)
    counted = Counted(DAY, DAY, 1, len(totals), ((0,) * 5,) * 5, persons, {}, (0, 0, 0))
    return CellView(team_id, "LAB", 1, "remote", counted, True, None, None, False)


def places(*teams: list[int]) -> list[str]:
    """Each team's place, in the order given."""
    lines = [TeamLine(TeamView(n, str(n), "LAB", shown=True), HIDDEN, HIDDEN) for n in range(len(teams))]
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
