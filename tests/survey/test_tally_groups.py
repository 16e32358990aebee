"""Who is tallied with whom: k, 28 days, law groups, closed versions, 84 days."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import municipalities, nightly, question_sets
from survey.models import Ballot, Batch, Municipality, Response, Team, Unshown, Waiting
from survey.tally import Tallied

Lay = Callable[..., None]
DAY = date(2021, 5, 11)


@pytest.fixture
def night(places: list[Path], now: datetime) -> Callable[..., Tallied]:
    """`night(days=0)`: the tally of the night so many days later."""

    def run(days: int = 0) -> Tallied:
        (report,) = nightly.tally_all(places, now + timedelta(days=days))
        assert report.alarms == []
        return report.tallied

    return run


@pytest.fixture
def second_team(session: Session, box: Municipality) -> str:
    """Another team under LAS that asks the same questionnaire."""
    first = session.scalars(select(Team).filter_by(name="Ydelse")).one()
    team = Team(municipality_id=box.id, name="Ydelse Nord", law="LAS", questionnaire_id=first.questionnaire_id)
    session.add(team)
    session.flush()
    return team.name


def test_four_wait_and_five_are_a_batch(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied]
) -> None:
    """One answer below k nothing is written but "færre end fem"; with k the team's batch appears."""
    lay(session, box, n=4)
    assert Tallied(waiting=4) == night()
    assert session.scalars(select(Waiting.tallied_on)).all() == [DAY]
    lay(session, box, day=DAY + timedelta(days=1))
    assert Tallied(batches=1, answers=5) == night(1)
    batch = session.scalars(select(Batch)).one()
    assert (batch.n, batch.first_on, batch.last_on) == (5, DAY, DAY + timedelta(days=1))
    assert session.scalars(select(Waiting)).all() == []


def test_k_can_be_raised(session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied]) -> None:
    """A municipality with k = 8 batches eight, not seven."""
    box.smallest_group = 8
    lay(session, box, n=7)
    assert Tallied(waiting=7) == night()
    lay(session, box)
    assert Tallied(batches=1, answers=8) == night(1)


def test_teams_are_tallied_apart(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied]
) -> None:
    """Five of one team make a batch; three of another wait, although together they are eight."""
    lay(session, box, n=5)
    lay(session, box, "Opfølgning", n=3, answers=(4,) * 7)
    assert Tallied(batches=1, answers=5, waiting=3) == night()


@pytest.mark.parametrize(("days", "expected"), [(27, Tallied(waiting=6)), (28, Tallied(batches=1, answers=6))])
def test_after_28_days_small_teams_join_their_law_group(
    session: Session,
    box: Municipality,
    lay: Lay,
    night: Callable[..., Tallied],
    second_team: str,
    days: int,
    expected: Tallied,
) -> None:
    """Two teams of three each wait 27 days and make one batch of no team on the 28th."""
    lay(session, box, n=3)
    lay(session, box, second_team, n=3)
    assert expected == night(days)
    assert [None] * expected.batches == session.scalars(select(Batch.team_id)).all()


def test_only_who_waited_joins_the_law_group(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied], second_team: str
) -> None:
    """Fresh answers of a small team are not drawn into the law group's batch: they wait for their own."""
    lay(session, box, n=4)
    lay(session, box, second_team)
    lay(session, box, second_team, n=2, day=DAY + timedelta(days=20))
    assert Tallied(batches=1, answers=5, waiting=2) == night(28)


def test_too_few_of_a_law_group_wait_on(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied]
) -> None:
    """Four of the only team have nobody to join, on the 83rd day either."""
    lay(session, box, n=4)
    assert Tallied(waiting=4) == night(83)


def test_a_closed_version_does_not_wait_28_days(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied], second_team: str, now: datetime
) -> None:
    """When the questionnaire is replaced, what waits for the old version joins its law group at once."""
    lay(session, box, n=3)
    lay(session, box, second_team, n=2)
    assert Tallied(waiting=5) == night()
    municipalities.publish(session, box.id, question_sets.load("ydelse"), now)
    assert Tallied(batches=1, answers=5) == night(1)


def test_after_84_days_an_answer_is_destroyed_and_counted(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied]
) -> None:
    """Three that never found company leave a number, added to that of others the same day, and nothing else."""
    lay(session, box, n=2)
    assert Tallied(unshown=2) == night(84)
    lay(session, box)
    assert Tallied(unshown=1) == night(84)
    assert session.execute(select(Unshown.law, Unshown.n)).all() == [("LAS", 3)]
    left = [session.scalar(select(func.count()).select_from(table)) for table in (Ballot, Response, Waiting)]
    assert left == [0, 0, 0]


def test_old_answers_in_a_full_team_are_not_lost(
    session: Session, box: Municipality, lay: Lay, night: Callable[..., Tallied]
) -> None:
    """An answer of 84 days that has its four companions by now is tallied with them."""
    lay(session, box)
    lay(session, box, n=4, day=DAY + timedelta(days=84))
    assert Tallied(batches=1, answers=5) == night(84)
