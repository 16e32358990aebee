"""The night in which a quarter is told, killed at any step and run again, tells it once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import db, municipalities, nightly
from survey.dimensions import DIMENSIONS
from survey.models import Fragment, SideMean

OVER = timedelta(days=92)
"""From the day of the answers to the one on which their quarter is told."""


def state(session: Session) -> tuple[int, int]:
    """How many answers are told, and how many pieces wait."""
    told = session.scalar(select(func.sum(SideMean.n))) or 0
    return told, session.scalar(select(func.count()).select_from(Fragment)) or 0


def test_a_quarter_is_told_once_however_often_its_night_is_killed(
    database_url: str,
    places: list[Path],
    now: datetime,
    lay: Callable[..., None],
    kill_at: Callable[[int, datetime], str],
) -> None:
    """After every death all pieces wait or all are told, in one transaction; in the end each answer once."""
    engine, seen = db.connect(database_url), list[tuple[int, int]]()
    with db.transaction() as session:
        box = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
    nightly.ensure_open_key(places, box.id, now)
    with db.transaction() as session:
        for number in range(250):
            lay(session, box, answers=(1 + number % 4, 2, 3, 2, 3), language="da" if number % 2 else "ar")
    nightly.tally_all(places, now)
    for step in count(1):
        outcome = kill_at(step, now + OVER)
        with db.transaction() as session:
            seen.append(state(session))
        if outcome != "killed":
            break
    engine.dispose()
    everything = 250 * (len(DIMENSIONS) - 1)
    assert outcome == "done 0"
    assert {told for told, _waiting in seen} == {0, everything}
    assert all((told == everything) == (waiting == 0) for told, waiting in seen)
    assert seen == sorted(seen)
