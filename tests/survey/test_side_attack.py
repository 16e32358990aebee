"""Who has the database and counts, or reckons with what is told, learns of no answer whose it is."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import counts, nightly, scoring
from survey.demo import MEANS, opinion
from survey.models import Municipality, SideMean
from tests.survey.test_fragments_twins import DAY, Lay, live, look

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

OVER = date(2021, 8, 11)
Pattern = tuple[int | None, ...]


# Counting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {"language": "ar"},
        {"channel": "email"},
        {"first": False},
        {"target_group": "Jobparat"},
        {"target_group": "Æ" * 40, "meeting_number": "4+"},
    ],
)
def test_nobody_can_see_what_one_answer_belongs_to(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, other: dict[str, Any]
) -> None:
    """Two worlds that differ in one person's language, channel or group look the same night by night."""
    first, second = (live(session, box, places, now, lay, said) for said in ({}, other))
    assert first == second
    assert [len(night[3]["fragment"]) for night in first] == [11, 17, 18, 24]


def test_the_worlds_are_the_same_when_the_quarter_is_told(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """One Arab among 250 is in the rest, in which more are, or nothing is told."""

    def closed(said: dict[str, Any]) -> Any:
        lay(session, box, n=249, answers=(3, 2, 3, 2, 3))
        lay(session, box, answers=(3, 2, 3, 2, 3), **said)
        nightly.tally_all(places, now)
        nightly.tally_all(places, now + (OVER - DAY))
        return look(session)["side_mean"], session.scalars(select(SideMean.dimension).distinct()).all()

    rows, dimensions = closed({"language": "ar"})
    assert not [row for row in rows if "'language'" in row]
    assert set(dimensions) == {"channel", "first", "meeting_number"}


# Reckoning -----------------------------------------------------------------------------------------------


def sums(patterns: Sequence[Pattern]) -> np.ndarray[Any, Any]:
    """What a mean is made of: 1, answers and sum of the scores of each pattern, by row."""
    chosen = [[answer for answer in pattern if answer] for pattern in patterns]
    return np.array([[1] * len(patterns), [len(each) for each in chosen], [sum(each) for each in chosen]])


def printed(patterns: Sequence[Pattern], part: Counter[Pattern]) -> LinearConstraint:
    """That so many are in the part, and that their mean is rounded to what is printed."""
    rows = sums(patterns)
    n, answers, total = (int(row @ [part[pattern] for pattern in patterns]) for row in rows)
    mean = float(scoring.rounded(Fraction(total, answers), 1))
    least, most = rows[2] - (mean - 0.05) * rows[1], rows[2] - (mean + 0.05) * rows[1]
    return LinearConstraint(np.array([rows[0], least, most]), [n, 0, -np.inf], [n, np.inf, 0])


def in_full(patterns: Sequence[Pattern], part: Counter[Pattern]) -> LinearConstraint:
    """How often each point of each statement was chosen in the part, and by how many which sum."""
    width = len(patterns[0])
    of_each = [Counter({pattern: 1}) for pattern in patterns]
    persons = sorted({key for one in of_each for key in counts.per_person(one)})
    columns = [
        [
            *(n for row in counts.per_statement(one, width) for n in row),
            *(counts.per_person(one).get(key, 0) for key in persons),
        ]
        for one in of_each
    ]
    table = np.array(columns).T
    exact = table @ [part[pattern] for pattern in patterns]
    return LinearConstraint(table, exact, exact)


def certain(
    everybody: Counter[Pattern], part: Counter[Pattern], known: LinearConstraint, patterns: Sequence[Pattern]
) -> Iterator[Pattern]:
    """The answers of which it is certain how many are in the part: there is no other way to what is known."""
    for place, pattern in enumerate(patterns):
        ways = [
            milp(
                np.eye(len(patterns))[place] * sign,
                constraints=known,
                integrality=np.ones(len(patterns)),
                bounds=Bounds(0, [everybody[each] for each in patterns]),
            )
            for sign in (1, -1)
        ]
        if all(way.success and round(abs(way.fun)) == part[pattern] for way in ways):
            yield pattern


Known = Callable[[Sequence[Pattern], Counter[Pattern]], LinearConstraint]


@pytest.mark.parametrize(("told", "found"), [(printed, False), (in_full, True)])
def test_what_is_told_of_a_part_gives_no_answer_away(told: Known, found: bool) -> None:
    """Of fifty responses and the mean of fifteen of them nothing follows; of all that was counted most does."""
    draw = random.Random(7)
    people: list[Pattern] = [opinion(MEANS["ydelse"], 4, draw) for _ in range(50)]
    everybody, part = Counter(people), Counter(draw.sample(people, 15))
    patterns = sorted(everybody, key=str)
    sure = list(certain(everybody, part, told(patterns, part), patterns))
    assert (2 * len(sure) > len(patterns)) == found
    assert found or not sure
