"""A tally killed at any step and run again loses and doubles nothing."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import ballot_box, db, municipalities, nightly
from survey.keys import KeyStore
from survey.models import BallotKey

Answers = Counter[tuple[int | None, ...]]
CHILD = Path(__file__).parent / "tally_child.py"


@pytest.fixture
def kill_at(database_url: str, places: list[Path], now: datetime) -> Iterator[Callable[[int], str]]:
    """`kill_at(n)`: run a tally in a child process that dies at its n-th step; "killed" or "done 0"."""
    command = [sys.executable, str(CHILD), database_url, now.isoformat(), *map(str, places)]
    environ = {**os.environ, "PYTHONPATH": str(CHILD.parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as child:
        assert child.stdin
        assert child.stdout

        def run(step: int) -> str:
            print(step, file=child.stdin, flush=True)
            return child.stdout.readline().strip() if child.stdout else ""

        yield run
        child.stdin.close()


def test_a_tally_killed_at_every_step_loses_and_doubles_nothing(
    database_url: str,
    places: list[Path],
    now: datetime,
    lay: Callable[..., None],
    kill_at: Callable[[int], str],
    responses_in: Callable[[Session], Answers],
    ballots_in: Callable[[Session], Answers],
) -> None:
    """Eight and four new ballots before every death; after the next run all are there once, and keys are gone."""
    engine, laid, outcome = db.connect(database_url), Counter[tuple[int | None, ...]](), "killed"
    with db.transaction() as session:
        box = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
    nightly.ensure_open_key(places, box.id, now)
    for step in count(1):
        big, small = (1 + step % 4, 4, 0, None, 2), (step % 4, 1, 2, 3, 4, None, 0)
        with db.transaction() as session:
            lay(session, box, n=8, answers=big)
            lay(session, box, "Opfølgning", n=4, answers=small)
        laid.update({big: 8, small: 4})
        outcome = kill_at(step)
        with db.transaction() as session:
            assert responses_in(session) + ballots_in(session) == laid, f"after dying at step {step}"
        (report,) = nightly.tally_all(places, now)
        with db.transaction() as session:
            assert responses_in(session) + ballots_in(session) == laid, f"after running again from step {step}"
            assert ballot_box.spent_keys(session, box.id) == report.alarms == []
            destroyed = session.scalars(select(BallotKey.id).filter_by(state="destroyed"))
            assert not KeyStore(places).kept(box.id) & set(destroyed)
        if outcome != "killed":
            break
    engine.dispose()
    assert outcome == "done 0"
    assert step > 50
