"""The migration of sending on a database that is in use: rows in every state, and down and up again."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from survey import db, municipalities
from survey.message_states import STATES
from tests.house.test_migrations import config_on

NOW = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)
CONTACTS = {"mobile": ("+4520123456", None), "email": (None, "a@b.dk"), "both": ("+4520123456", "a@b.dk")}
CHANNELS = {"mobile": "sms", "email": "email", "both": "sms", "gone": "sms"}
MEETING = text("""
    INSERT INTO meeting (municipality_id, fingerprint, citizen, team_id, held_on, status, decision, decided_at)
    SELECT municipality_id, sha256(CAST(CAST(:n AS text) AS bytea)), sha256('c'), min(id), :now, 'held', 'invited',
        :now
    FROM team GROUP BY municipality_id RETURNING id
""")
INVITATION = text("""
    INSERT INTO invitation (municipality_id, meeting_id, team_id, version_id, created_at)
    SELECT m.municipality_id, m.id, m.team_id, min(v.id), :now
    FROM meeting m JOIN questionnaire_version v USING (municipality_id) WHERE m.id = :meeting
    GROUP BY m.municipality_id, m.id RETURNING id
""")
CONTACT = text("""
    INSERT INTO contact (municipality_id, invitation_id, name, mobile, email, language)
    SELECT municipality_id, id, :kind, :mobile, :email, 'da' FROM invitation WHERE id = :invitation
""")
MESSAGE = text("""
    INSERT INTO message (
        municipality_id, invitation_id, kind, state, due_at, channel, claimed_at, claimed_by, sent_at, reason
    )
    SELECT municipality_id, id, 'invitation', :state, :now, :channel, :claimed, :worker, :sent, 'x'
    FROM invitation WHERE id = :invitation
""")
FOUND = text("""
    SELECT coalesce(c.name, 'gone') AS kind, m.state, m.channel
    FROM message m LEFT JOIN contact c USING (municipality_id, invitation_id)
""")


def fill(engine: Engine) -> None:
    """A message in every state, as the program of 0002 wrote it, for every kind of contact and for none."""
    with engine.begin() as connection:
        for n, (state, kind) in enumerate((state, kind) for state in STATES for kind in CHANNELS):
            meeting = connection.scalar(MEETING, {"n": n, "now": NOW})
            invitation = connection.scalar(INVITATION, {"meeting": meeting, "now": NOW})
            here, handled = {"invitation": invitation, "now": NOW}, state not in ("waiting", "skipped")
            if kind in CONTACTS:
                mobile, email = CONTACTS[kind]
                connection.execute(CONTACT, here | {"kind": kind, "mobile": mobile, "email": email})
            claim = {"channel": CHANNELS[kind], "claimed": NOW, "worker": 1} if handled else {}
            row = {"channel": None, "claimed": None, "worker": None, "sent": None, "state": state} | here | claim
            connection.execute(MESSAGE, row | ({"sent": NOW} if state in ("sent", "delivered", "failed") else {}))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database at 0002 with a municipality and its messages."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=NOW)
    step(engine, "0002")
    fill(engine)
    yield engine
    engine.dispose()


def step(engine: Engine, revision: str) -> None:
    """Go to this revision, down or up."""
    with engine.begin() as connection:
        go = command.upgrade if revision == "head" else command.downgrade
        go(config_on(connection), revision)


def found(engine: Engine) -> Counter[tuple[str, ...]]:
    """Contact, state and channel of every message."""
    with engine.connect() as connection:
        return Counter(tuple(row) for row in connection.execute(FOUND))


def test_every_message_gets_the_channel_it_would_go_by(engine: Engine) -> None:
    """By SMS where there is a mobile, else by e-mail; what has no contact by SMS. The schema is the models'."""
    step(engine, "head")
    assert found(engine) == Counter((kind, state, CHANNELS[kind]) for state in STATES for kind in CHANNELS)
    with engine.connect() as connection:
        command.check(config_on(connection))


def test_down_and_up_again_keeps_every_message(engine: Engine) -> None:
    """Also one that fell silent, which has a time of sending while it is in doubt."""
    step(engine, "head")
    with engine.begin() as connection:
        connection.execute(text("UPDATE message SET sent_at = claimed_at WHERE state = 'unknown'"))
    before = found(engine)
    step(engine, "0002")
    assert found(engine) == before
    step(engine, "head")
    assert found(engine) == before


@pytest.mark.parametrize("decision", ["hurtful_moment", "paused", "dead_address", "outside_wave", "not_sampled"])
def test_down_is_refused_while_a_new_decision_is_in_use(engine: Engine, decision: str) -> None:
    """And then nothing has changed."""
    step(engine, "head")
    with engine.begin() as connection:
        connection.execute(text("UPDATE meeting SET decision = :decision"), {"decision": decision})
    with pytest.raises(IntegrityError, match="decision_known"):
        step(engine, "0002")
    with engine.connect() as connection:
        command.check(config_on(connection))
