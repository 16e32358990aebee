"""What all tests share: a municipality, its staff and its figures, the program; more in `fixtures`."""

import gc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access, passwords, people, sessions
from survey import config, counts, telling, workdays
from survey.config import Settings
from survey.models import (
    Batch,
    BatchComplete,
    BatchPerson,
    BatchStatement,
    BatchTag,
    Municipality,
    QuestionnaireVersion,
    Staff,
    Team,
)
from tests.checking import CheckedClient, counting_statements
from tests.compiled import Compiled
from wsgi import create_app

ROOT = Path(__file__).parent.parent
PASSWORD = "korrekt hest batteri"
TEMPLATES = Compiled()
pytest_plugins = ("tests.fixtures.database", "tests.fixtures.citizens", "tests.fixtures.live")


def pytest_collection_finish() -> None:
    """What the tests are made of stays to the end: it is searched for garbage once, not again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def now() -> datetime:
    """Tuesday 11 May 2021, 10:00 in Copenhagen: inside the send window."""
    return datetime(2021, 5, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def stevns(session: Session) -> Municipality:
    """A municipality with the shipped questionnaires and the teams Opfølgning (LAB) and Ydelse (LAS).

    Established `now`; asking for it gives the test a database in which it is there already.
    """
    return session.scalars(select(Municipality)).one()


@pytest.fixture
def add_batch(session: Session, write_batch: Callable[..., Batch]) -> Callable[..., Batch]:
    """`add_batch(team, day, people)` is `write_batch` in the test's own session."""
    return partial(write_batch, session)


@pytest.fixture
def write_batch() -> Callable[..., Batch]:
    """A tallied batch with its counts, and the cells it makes: `write_batch(session, team, day, people)`.

    `people` are tuples of answers: `[(4, 3, …), …]`.
    """

    def add(
        session: Session,
        team: Team,
        day: date,
        people: Sequence[Sequence[int | None]],
        *,
        first: date | None = None,
        version: int | None = None,
        of_law_group: bool = False,
        mode: str = "remote",
        tags: Mapping[str, int] | None = None,
    ) -> Batch:
        asked = select(QuestionnaireVersion).where(
            QuestionnaireVersion.questionnaire_id == team.questionnaire_id,
            QuestionnaireVersion.id == version if version else QuestionnaireVersion.closed_at.is_(None),
        )
        found = session.scalars(asked).one()
        batch = Batch(
            municipality_id=team.municipality_id,
            id=uuid4(),
            team_id=None if of_law_group else team.id,
            law=team.law,
            version_id=found.id,
            points=found.points,
            statement_count=found.statement_count,
            mode=mode,
            first_on=first or day,
            last_on=day,
            tallied_on=day,
            n=len(people),
        )
        session.add(batch)
        session.flush()
        key = {"municipality_id": team.municipality_id, "batch_id": batch.id}
        for position, column in enumerate(zip(*people, strict=True), 1):
            chosen = {f"n{point}": column.count(point) for point in range(1, 6)}
            session.add(BatchStatement(**key, position=position, **chosen, dont_know=column.count(0)))
        scores = [[answer for answer in person if answer] for person in people]
        persons = Counter((len(score), sum(score)) for score in scores)
        session.add_all(BatchPerson(**key, answered=a, total=t, n=n) for (a, t), n in persons.items())
        session.add_all(BatchTag(**key, tag=tag, n=n) for tag, n in (tags or {}).items())
        sums = counts.complete(Counter(map(tuple, people)), found.statement_count, found.points)
        session.add(BatchComplete(**key, **vars(sums)))
        session.flush()
        telling.form(session, team.municipality_id, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        return batch

    return add


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, made once: it costs what it costs in the product."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def employ(password_hash: str) -> Callable[..., Staff]:
    """`employ(session, municipality, role, team=None, email=…)` gives a person a role, made when new."""

    def make(
        session: Session, municipality: Municipality, role: str, team: str | None = None, email: str = ""
    ) -> Staff:
        email = email or f"{role}@{municipality.slug}.dk"
        person = session.scalar(select(Staff).where(Staff.email == email))
        person = person or Staff(email=email, name=email.split("@")[0].title(), password_hash=password_hash)
        session.add(person)
        session.flush()
        team_id = session.scalar(select(Team.id).where(Team.municipality_id == municipality.id, Team.name == team))
        people.give_role(session, municipality.id, person.id, role, team_id)
        return person

    return make


@pytest.fixture
def enter(session: Session, app: Flask) -> Callable[..., FlaskClient]:
    """`enter(person, municipality)` is a browser in which `person` is signed in."""

    def begin(person: Staff, municipality: Municipality) -> FlaskClient:
        client = app.test_client()
        secret = sessions.begin(session, person.id, municipality.id, workdays.now())
        with client.session_transaction() as cookie:
            cookie[access.SECRET] = secret
        return client

    return begin


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a program on loopback whose gateway is the simulator; keys and mailbox in `tmp_path`."""
    environ = {
        "TILFREDS_STATE_DIR": str(tmp_path / "state"),
        "TILFREDS_GATEWAY": "simulated",
        "TILFREDS_DATABASE_URL": "postgresql:///unused",
    }
    loaded = config.load(environ)
    config.make_secret(loaded.fingerprint_key_file)
    return loaded


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The web application on whatever database the test uses (`session` or `database_url`)."""
    app = create_app(settings)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = CheckedClient
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Not pytest-flask's: its one context for a whole test would outlive the requests, and `flask.g` with it."""


@pytest.fixture
def sql() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with sql() as statements:` lists the SQL statements sent while the block runs."""
    return counting_statements
