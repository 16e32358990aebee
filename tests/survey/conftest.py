"""The ballot box in tests: two key places, ballots of any day, and what lies where afterwards."""

import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import keys, nightly, workdays
from survey.keys import BallotContent, KeyStore
from survey.models import (
    ACCEPTED_STATES,
    Ballot,
    BallotKey,
    Invitation,
    Link,
    Message,
    Municipality,
    QuestionnaireVersion,
    Response,
    Team,
)
from tests.survey.sending import open_key

CHILD = Path(__file__).parent / "tally_child.py"


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    """Where the private keys lie: a folder and its mirror."""
    return [tmp_path / "keys", tmp_path / "mirror"]


@pytest.fixture
def box(session: Session, stevns: Municipality, places: list[Path], now: datetime) -> Municipality:
    """Stevns with an open ballot key."""
    nightly.ensure_open_key(places, stevns.id, now)
    return stevns


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """Stevns' team Ydelse: five statements on 1-4."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


@pytest.fixture
def asking(session: Session, box: Municipality) -> Municipality:
    """Stevns asks for comments."""
    box.asks_comment = True
    session.flush()
    return box


def content(
    team: Team, version_id: int, day: date, answers: Sequence[int | None], comment: str = ""
) -> BallotContent:
    """What a citizen of `team` answered on `day`."""
    return BallotContent(
        team_id=team.id,
        law=team.law,
        version_id=version_id,
        day=day,
        language="da",
        channel="sms",
        first=True,
        target_group=None,
        meeting_number="1",
        tag=None,
        answers=tuple(answers),
        comment=comment,
    )


@pytest.fixture
def lay(now: datetime) -> Callable[..., None]:
    """`lay(session, municipality, team="Ydelse", n=1, answers=…, day=…, comment="")` lays ballots in the box; more
    arguments change other fields of what is sealed.
    """

    def put(
        session: Session,
        municipality: Municipality,
        team: str = "Ydelse",
        *,
        n: int = 1,
        answers: Sequence[int | None] = (4, 3, 4, 2, 4),
        day: date | None = None,
        comment: str = "",
        **change: Any,
    ) -> None:
        asked = select(Team, QuestionnaireVersion.id).join(
            QuestionnaireVersion,
            (QuestionnaireVersion.municipality_id == Team.municipality_id)
            & (QuestionnaireVersion.questionnaire_id == Team.questionnaire_id),
        )
        row, version = session.execute(
            asked.where(Team.municipality_id == municipality.id, Team.name == team)
        ).one()
        key = session.scalars(select(BallotKey).filter_by(municipality_id=municipality.id, state="open")).one()
        said = content(row, version, day or workdays.day(now), answers, comment)._replace(**change)
        for _number in range(n):
            ballot = Ballot(municipality_id=municipality.id, id=uuid4(), key_id=key.id)
            ballot.sealed = keys.seal(key.public_key, said)
            session.add(ballot)
        session.flush()

    return put


@pytest.fixture
def responses_in() -> Callable[[Session], Counter[tuple[int | None, ...]]]:
    """`responses_in(session)`: every answer that was written out, and how often."""
    return lambda session: Counter(tuple(answers) for answers in session.scalars(select(Response.answers)))


@pytest.fixture
def ballots_in(places: list[Path]) -> Callable[[Session], Counter[tuple[int | None, ...]]]:
    """`ballots_in(session)`: every answer still in the box, opened with the keys in `places`."""

    def opened(session: Session) -> Counter[tuple[int | None, ...]]:
        store, found = KeyStore(places), Counter[tuple[int | None, ...]]()
        for ballot, key in session.execute(select(Ballot, BallotKey).join(BallotKey)):
            private = store.read(key.municipality_id, key.id, key.public_key)
            assert private is not None
            found[keys.unseal(private, ballot.sealed).answers] += 1
        return found

    return opened


@pytest.fixture
def ready(session: Session, stevns: Municipality, now: datetime) -> Municipality:
    """Stevns with an open ballot key whose private half nobody has: messages may leave."""
    open_key(session, stevns, now)
    return stevns


@pytest.fixture
def sent(invite: Callable[..., int], now: datetime) -> Callable[..., int]:
    """`sent(session, municipality, team="Ydelse", state="delivered", answered=False, at=now)`: an invitation
    whose first message was handed over `at`; its id.
    """

    def make(
        session: Session,
        municipality: Municipality,
        team: str = "Ydelse",
        *,
        state: str = "delivered",
        answered: bool = False,
        at: datetime | None = None,
    ) -> int:
        moment, number = at or now, invite(session, municipality, team)
        invitation = session.get_one(Invitation, (municipality.id, number))
        invitation.sent_week = workdays.monday(workdays.day(moment))
        invitation.expires_at, invitation.answered = moment + timedelta(days=14), answered
        message = Message(municipality_id=municipality.id, invitation_id=number, kind="invitation", due_at=moment)
        message.state, message.channel, message.claimed_at, message.claimed_by = state, "sms", moment, 1
        message.sent_at = moment if state in ACCEPTED_STATES else None
        session.add(message)
        session.flush()
        link = Link(municipality_id=municipality.id, message_id=message.id, attempt=1, invitation_id=number)
        link.token_hash = secrets.token_bytes(32)
        session.add(link)
        session.flush()
        return number

    return make


@pytest.fixture
def kill_at(database_url: str, places: list[Path]) -> Iterator[Callable[[int, datetime], str]]:
    """`kill_at(n, now)`: run a tally in a child process that dies at its n-th step; "killed" or "done 0"."""
    command = [sys.executable, str(CHILD), database_url, *map(str, places)]
    environ = {**os.environ, "PYTHONPATH": str(CHILD.parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as child:
        assert child.stdin
        assert child.stdout

        def run(step: int, now: datetime) -> str:
            print(step, now.isoformat(), file=child.stdin, flush=True)
            return child.stdout.readline().strip() if child.stdout else ""

        yield run
        child.stdin.close()
