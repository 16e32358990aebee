"""A tally killed at any step and run again loses and doubles nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import ballot_box, db, keys, municipalities, nightly, workdays
from survey.dimensions import DIMENSIONS
from survey.keys import KeyStore
from survey.models import Ballot, BallotKey, Comment, Confirmation, Fragment, Municipality

Answers = Counter[tuple[int | None, ...]]
Words = Counter[str]


@pytest.fixture
def words_in(places: list[Path]) -> Callable[[Session], Words]:
    """`words_in(session)`: every comment and confirmation: written out, cut off, or still in its ballot.

    Under each side dimension how many answers lie there with their value, cut off or still in their ballots.
    """

    def opened(session: Session) -> Words:
        store, found = KeyStore(places), Words(session.scalars(select(Comment.text)))
        for kept, changed in session.execute(select(Confirmation.kept, Confirmation.changed)):
            found.update(kept=kept, changed=changed)
        rows = [
            (table is Ballot, key, sealed)
            for table in (Ballot, Fragment)
            for key, sealed in session.execute(select(BallotKey, table.sealed).join(table))
        ]
        for is_ballot, key, sealed in rows:
            private = store.read(key.municipality_id, key.id, key.public_key) or b""
            if is_ballot:
                content = keys.unseal(private, sealed)
                found.update(filter(None, (content.comment, content.confirmation, *DIMENSIONS)))
                continue
            piece = keys.fragment_opener(private)(sealed)
            if piece["kind"] in DIMENSIONS:
                found[piece["kind"]] += len(piece["value"].split("\n"))
            elif piece["kind"] == "confirmation":
                found.update(filter(None, (line.partition(" ")[2] for line in piece["value"].split("\n"))))
            elif piece["value"]:
                found[piece["value"]] += 1
        return found

    return opened


def test_a_tally_killed_at_every_step_loses_and_doubles_nothing(
    database_url: str,
    places: list[Path],
    now: datetime,
    lay: Callable[..., None],
    kill_at: Callable[[int, datetime], str],
    responses_in: Callable[[Session], Answers],
    ballots_in: Callable[[Session], Answers],
    words_in: Callable[[Session], Words],
) -> None:
    """Twelve and four new ballots before every death, a night later each; after the next run all that was said is
    there once, and keys are gone.
    """
    engine, laid, said, outcome = db.connect(database_url), Answers(), Words(), "killed"
    with db.transaction() as session:
        box = municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
    nightly.ensure_open_key(places, box.id, now)
    for step in count(1):
        # From the first day of a quarter: no fragment grows so old that it is destroyed.
        night = now.replace(month=7, day=1) + timedelta(days=step)
        laid_now, said_now = answer(lay, box, step, night)
        laid, said = laid + laid_now, said + said_now
        outcome = kill_at(step, night)
        with db.transaction() as session:
            assert responses_in(session) + ballots_in(session) == laid, f"after dying at step {step}"
            assert words_in(session) == said, f"after dying at step {step}"
        (report,) = nightly.tally_all(places, night)
        with db.transaction() as session:
            assert responses_in(session) + ballots_in(session) == laid, f"after running again from step {step}"
            assert words_in(session) == said, f"after running again from step {step}"
            assert ballot_box.spent_keys(session, box.id) == report.alarms == []
            destroyed = session.scalars(select(BallotKey.id).filter_by(state="destroyed"))
            assert not KeyStore(places).kept(box.id) & set(destroyed)
            comments = session.scalar(select(func.count()).select_from(Comment)) or 0
        if outcome != "killed":
            break
    engine.dispose()
    assert outcome == "done 0"
    assert step > 60
    assert 10 * step < comments


def answer(lay: Callable[..., None], box: Municipality, step: int, now: datetime) -> tuple[Answers, Words]:
    """The evening's answers, all but one with a comment and a confirmation: what was answered, what was said."""
    big, small, words = (1 + step % 4, 4, 0, None, 2), (step % 4, 1, 2, 3, 4, None, 0), f"Aften {step}"
    with db.transaction() as session:
        day = workdays.day(now)
        lay(session, box, n=11, answers=big, day=day, comment=words, confirmation="kept")
        lay(session, box, n=1, answers=big, day=day)
        lay(session, box, "Opfølgning", n=4, answers=small, day=day, comment="Få", confirmation="changed")
    sides = dict.fromkeys(DIMENSIONS, 16)
    return Answers({big: 12, small: 4}), Words({words: 11, "kept": 11, "Få": 4, "changed": 4} | sides)
