"""Whoever tries goals of every value learns nothing of who answered what together: only what is printed counts."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import goals, scatter
from survey.goals import Goal
from survey.models import Batch, Municipality, Staff
from survey.results import CellView, Period
from survey.so_far import Unfinished, unfinished
from tests.admin.test_goals import words
from tests.reporting import of_law
from tests.survey.test_findings import DAY, cell
from tests.survey.test_goal_verdicts import aimed
from tests.survey.test_goals_so_far import judged
from tests.survey.test_so_far import ON_ITS_LAST_DAY

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

People = Sequence[tuple[int, ...]]
ALONE: People = [
    (1, 1, 1, 1, 1),
    *[(4, 3, 4, 3, 4), (3, 4, 3, 4, 3), (4, 4, 3, 3, 4), (3, 3, 4, 4, 3), (4, 3, 4, 4, 4)],
    *[(4, 4, 3, 4, 3), (3, 4, 4, 4, 4)],
]
"""One who answers 1 throughout, among seven who are content."""
LATER = unfinished(Period(date(2021, 4, 1), date(2021, 12, 31)), date(2021, 11, 20), None)
"""A period of which three quarters are over."""


def shared_out(people: People) -> People:
    """The same answers to each statement; but the first five of the others each gave one of the first person's."""
    rows = [list(one) for one in people]
    for place in range(5):
        rows[0][place], rows[place + 1][place] = rows[place + 1][place], rows[0][place]
    return [tuple(row) for row in rows]


SPREAD_ALIKE: tuple[list[tuple[int, ...]], list[tuple[int, ...]]] = (
    [(2, 1, 2, 1, 2), (3, 2, 3, 3, 3), (4, 3, 4, 4, 2)],
    [(2, 1, 3, 1, 2), (3, 2, 2, 3, 2), (4, 3, 4, 4, 3)],
)
"""Three people whose answers sum to 8, 14 and 17, and three with 9, 12 and 18: the same sum of squares."""
WORLDS = (ALONE, shared_out(ALONE))


def told(people: People, weeks: int = 3) -> list[CellView]:
    """A cell a week, each of these people."""
    return [cell(DAY + timedelta(7 * week), people) for week in range(weeks)]


@pytest.mark.parametrize("under_way", [None, ON_ITS_LAST_DAY, LATER], ids=["over", "open", "partly"])
@pytest.mark.parametrize(
    ("kind", "values"),
    [("level", range(105, 400, 5)), ("share", range(3, 100, 3)), ("equality", range(1, 200, 5))],
)
def test_no_value_of_a_goal_tells_the_worlds_apart(kind: str, values: range, under_way: Unfinished | None) -> None:
    """Twenty-four people, the same told numbers; and of the values some are met, some missed, some undecided."""
    other = [cell(DAY, [(2, 1, 2, 3, 2), (1, 2, 2, 2, 3)] * 20)]
    signs = set()
    for value in values:
        goal = aimed(kind, str(Fraction(value, 100)))
        said = {judged(goal, told(people), other, under_way=under_way) for people in WORLDS}
        assert len(said) == 1, value
        signs |= {one.sign for one in said}
    sure = {"over", "under"} if kind != "equality" or under_way is not ON_ITS_LAST_DAY else set()
    assert signs - {"none"} == {*sure, "undecided"}


@pytest.mark.parametrize("under_way", [None, ON_ITS_LAST_DAY], ids=["over", "open"])
@pytest.mark.parametrize("kind", ["level", "share", "equality"])
def test_of_persons_whose_spread_is_told_nothing_more_is(kind: str, under_way: Unfinished | None) -> None:
    """Ninety people, the same numbers and the same variance; yet no two of both worlds have the same mean."""
    others, signs = [cell(DAY, [(2, 1, 2, 3, 2), (1, 2, 2, 2, 3)] * 20)], set()
    for value in range(105, 400, 5) if kind == "level" else range(1, 100, 3):
        goal = aimed(kind, str(Fraction(value, 100)))
        said = {judged(goal, told(people * 6, 5), others, under_way=under_way) for people in SPREAD_ALIKE}
        assert len(said) == 1, value
        signs |= {one.sign for one in said}
    assert len(signs) > 1 or (kind, under_way) == ("equality", ON_ITS_LAST_DAY)


@pytest.mark.parametrize("last", [date(2021, 6, 1), date(2031, 1, 1)], ids=["over", "open"])
def test_the_page_is_the_same_for_every_value(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    add_batch: Callable[..., Batch],
    last: date,
) -> None:
    """A goal of one day each, and the page that ends on that day."""
    person = employ(session, stevns, "manager")
    client, begun = enter(person, stevns), datetime(2021, 4, 30, 10, tzinfo=UTC)
    values = {last + timedelta(place): Fraction(value, 10) for place, value in enumerate(range(21, 40, 2))}
    for day, value in values.items():
        goals.make(session, stevns.id, Goal(0, "LAS", 4, "level", value, day, day), staff_id=person.id, now=begun)

    def pages(people: People) -> list[str]:
        with session.begin_nested() as world:
            for week in range(3):
                add_batch(of_law(session, stevns, "LAS"), date(2021, 5, 5) + timedelta(7 * week), people)
            found = [words(client.get(f"/tal?fra=2021-05-01&til={day}").text) for day in values]
            world.rollback()
        return found

    one, other = map(pages, WORLDS)
    assert one == other
    assert len({"sikkert over" in page or "Ja, over" in page for page in one}) == 2


def test_the_worlds_differ() -> None:
    """Only in who answered together: each statement's numbers are the same."""
    for worlds in (WORLDS, SPREAD_ALIKE):
        one, other = (told(people)[0].counted for people in worlds)
        assert one.statements == other.statements
        assert one.persons != other.persons
    alike = [scatter.moments([told(people)[0].counted]) for people in SPREAD_ALIKE]
    assert alike[0] == alike[1]
