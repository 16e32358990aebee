"""Real PostgreSQL for every test: real migrations into a template, a rolled-back transaction per test."""

import base64
import hashlib
import os
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from nacl.public import PrivateKey
from sqlalchemy import Engine, create_engine, make_url, select, text
from sqlalchemy.orm import Session

from admin import access, passwords, people, sessions
from survey import config, db, embedded, municipalities, workdays
from survey.config import Settings
from survey.models import (
    BallotKey,
    Batch,
    BatchPerson,
    BatchStatement,
    Contact,
    Invitation,
    Link,
    Meeting,
    Message,
    Municipality,
    QuestionnaireVersion,
    Staff,
    Team,
)
from tests.checking import CheckedClient, counting_statements
from wsgi import create_app

ROOT = Path(__file__).parent.parent
TEMPLATE = "tilfreds_template"
PASSWORD = "korrekt hest batteri"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server of this session's own, or the one `TILFREDS_TEST_DATABASE_URL` names."""
    given = os.environ.get("TILFREDS_TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="tilfreds-test-"))
    with embedded.server(folder / "pg") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def administration(server_url: str) -> Iterator[Engine]:
    """A connection that creates and drops databases."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(server_url: str, administration: Engine) -> str:
    """The name of a database migrated from empty, to be copied."""
    name = f"{TEMPLATE}_{secrets.token_hex(4)}"
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = create_engine(make_url(server_url).set(database=name))
    with engine.begin() as connection:
        db.migrate(connection)
    engine.dispose()
    return name


@pytest.fixture
def database_url(server_url: str, administration: Engine, template: str) -> Iterator[str]:
    """A database of the test's own, migrated and empty, for what really commits or starts processes."""
    name = f"test_{secrets.token_hex(6)}"
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    db.use(None)
    with administration.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def shared_engine(server_url: str, administration: Engine, template: str) -> Iterator[Engine]:
    """The database of all tests that are rolled back."""
    name = f"shared_{secrets.token_hex(6)}"
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine = create_engine(make_url(server_url).set(database=name), hide_parameters=True)
    yield engine
    engine.dispose()


@pytest.fixture
def session(shared_engine: Engine) -> Iterator[Session]:
    """A session inside a transaction that is rolled back; `survey.db` works inside it too."""
    with shared_engine.connect() as connection:
        outer = connection.begin()
        db.use(connection)
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        db.use(None)
        outer.rollback()


@pytest.fixture
def now() -> datetime:
    """Tuesday 11 May 2021, 10:00 in Copenhagen: inside the send window."""
    return datetime(2021, 5, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def stevns(session: Session, now: datetime) -> Municipality:
    """A municipality with the shipped questionnaires and the teams Opfølgning (LAB) and Ydelse (LAS)."""
    return municipalities.establish(
        session, slug="stevns", name="Stevns Kommune", phone="56 57 57 57", sms_sender="Stevns", now=now
    )


@pytest.fixture
def invite(now: datetime) -> Callable[..., int]:
    """`invite(session, municipality, team="Ydelse")` makes a held meeting with its invitation; the id of that."""

    def make(session: Session, municipality: Municipality, team: str = "Ydelse") -> int:
        asking = select(Team.id, QuestionnaireVersion.id).where(
            Team.municipality_id == municipality.id,
            Team.name == team,
            QuestionnaireVersion.municipality_id == municipality.id,
            QuestionnaireVersion.questionnaire_id == Team.questionnaire_id,
        )
        team_id, version_id = session.execute(asking).one()
        meeting = Meeting(fingerprint=secrets.token_bytes(32), citizen=secrets.token_bytes(32), team_id=team_id)
        meeting.held_on, meeting.decided_at, meeting.caseworker = now.date(), now, "Lis Holm"
        meeting.municipality_id, meeting.status, meeting.decision = municipality.id, "held", "invited"
        session.add(meeting)
        session.flush()
        invitation = Invitation(municipality_id=municipality.id, meeting_id=meeting.id, team_id=team_id)
        invitation.version_id, invitation.created_at = version_id, now
        session.add(invitation)
        session.flush()
        contact = Contact(municipality_id=municipality.id, invitation_id=invitation.id, name="Anne Sørensen")
        contact.mobile, contact.language = "+4520123456", "da"
        session.add(contact)
        session.flush()
        return invitation.id

    return make


@pytest.fixture
def add_batch(session: Session, write_batch: Callable[..., Batch]) -> Callable[..., Batch]:
    """`add_batch(team, day, people)` is `write_batch` in the test's own session."""
    return partial(write_batch, session)


@pytest.fixture
def write_batch() -> Callable[..., Batch]:
    """A tallied batch with its counts: `write_batch(session, team, day, [(4, 3, …), …])`, one tuple a person."""

    def add(
        session: Session,
        team: Team,
        day: date,
        people: Sequence[Sequence[int | None]],
        *,
        first: date | None = None,
        version: int | None = None,
        of_law_group: bool = False,
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
            mode="remote",
            first_on=first or day,
            last_on=day,
            tallied_on=day,
            n=len(people),
        )
        session.add(batch)
        session.flush()
        key = {"municipality_id": team.municipality_id, "batch_id": batch.id}
        for position, column in enumerate(zip(*people, strict=True), 1):
            counts = {f"n{point}": column.count(point) for point in range(1, 6)}
            session.add(BatchStatement(**key, position=position, **counts, dont_know=column.count(0)))
        scores = [[answer for answer in person if answer] for person in people]
        persons = Counter((len(score), sum(score)) for score in scores)
        session.add_all(BatchPerson(**key, answered=a, total=t, n=n) for (a, t), n in persons.items())
        session.flush()
        return batch

    return add


@pytest.fixture
def send_link() -> Callable[..., str]:
    """`send_link(session, municipality, invitation_id, kind="invitation")` hands over an SMS: its link's token."""

    def send(session: Session, municipality: Municipality, invitation_id: int, kind: str = "invitation") -> str:
        token = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
        at = datetime.now(UTC)
        message = Message(municipality_id=municipality.id, invitation_id=invitation_id, kind=kind, due_at=at)
        message.state, message.channel, message.sent_at = "sent", "sms", at
        message.claimed_at, message.claimed_by, message.attempts = at, 1, 1
        session.add(message)
        session.flush()
        link = Link(municipality_id=municipality.id, message_id=message.id, attempt=1)
        link.invitation_id, link.token_hash = invitation_id, hashlib.sha256(token.encode()).digest()
        session.add(link)
        session.flush()
        return token

    return send


@pytest.fixture
def open_key() -> Callable[..., bytes]:
    """`open_key(session, municipality)` opens a ballot key: its private half, which tests keep in memory."""

    def make(session: Session, municipality: Municipality) -> bytes:
        pair = PrivateKey.generate()
        key = BallotKey(municipality_id=municipality.id, id=uuid4(), public_key=bytes(pair.public_key))
        key.state, key.opened_at = "open", datetime.now(UTC)
        session.add(key)
        session.flush()
        return bytes(pair)

    return make


@pytest.fixture
def new_link(
    database_url: str, invite: Callable[..., int], send_link: Callable[..., str], open_key: Callable[..., bytes]
) -> Iterator[Callable[..., str]]:
    """`new_link(team="Ydelse")` really commits another citizen of Stevns to `database_url`: their link's token."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="stevns", name="Stevns", phone="56 57 57 57", sms_sender="Stevns", now=datetime.now(UTC)
        )
        open_key(session, stevns)

    def make(team: str = "Ydelse") -> str:
        with db.transaction() as session:
            return send_link(session, stevns, invite(session, stevns, team))

    yield make
    engine.dispose()


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
    return app


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Not pytest-flask's: its one context for a whole test would outlive the requests, and `flask.g` with it."""


@pytest.fixture
def sql() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with sql() as statements:` lists the SQL statements sent while the block runs."""
    return counting_statements
