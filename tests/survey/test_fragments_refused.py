"""Fragments nobody could have cut off, a database that would log them, and tables that hold what must not be."""

import traceback
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import fragments, nightly
from survey.keys import KeyStore
from survey.models import Ballot, BallotKey, Comment, Fragment, Municipality
from survey.pieces import Piece, sealer
from survey.silence import TallyError

Lay = Callable[..., None]
DAY = date(2021, 5, 11)
SPRING = date(2021, 4, 1)


def written(session: Session) -> set[str]:
    """Every comment written out."""
    return set(session.scalars(select(Comment.text)))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "colour"},
        {"kind": "comment", "group": "XX"},
        {"kind": "comment", "value": "x" * 1001},
        {"kind": "comment", "value": "a\0b"},
        {"group": "dansk"},
        {"value": "perhaps"},
        {"group": "", "value": "da kept\nda perhaps"},
        {"group": "", "value": "\n".join(["da kept"] * 101)},
    ],
)
def test_a_fragment_that_makes_no_sense_stops_all_of_them(
    session: Session, asking: Municipality, places: list[Path], now: datetime, lay: Lay, change: dict[str, str]
) -> None:
    """An alarm with its random id and nothing of what it says; the answers are tallied all the same."""
    lay(session, asking, n=10, comment="Ord")
    nightly.tally_all(places, now)
    values = {"kind": "confirmation", "group": "da", "value": "kept", "quarter": SPRING, "made_on": DAY} | change
    key = session.scalars(select(BallotKey).filter_by(state="open")).one()
    if values["kind"] == "comment" and "group" not in change:
        values["group"] = "LAS"
    session.add(
        Fragment(
            municipality_id=asking.id,
            id=uuid4(),
            key_id=key.id,
            sealed=sealer(key.public_key)(Piece(**values)),  # type: ignore[arg-type]  # of mixed types
        )
    )
    lay(session, asking, n=5)
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert "Det forseglede tillæg" in report.alarms[0]
    assert (report.tallied.answers, written(session)) == (5, set())


def test_a_ballot_among_the_fragments_is_no_fragment(
    session: Session, asking: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """Whoever moves sealed bytes from one table to the other gets an alarm, and nothing written."""
    lay(session, asking, n=10, comment="Ord")
    nightly.tally_all(places, now)
    lay(session, asking)
    session.execute(update(Fragment).values(sealed=select(Ballot.sealed).scalar_subquery()))
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert ("kan ikke åbnes" in report.alarms[0], written(session)) == (True, set())


def test_a_database_that_logs_statements_opens_no_fragment(
    session: Session, asking: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """The same refusal as before answers are opened; nothing is written, and all wait."""
    lay(session, asking, n=10, comment="Ord")
    nightly.tally_all(places, now)
    session.execute(text("SET LOCAL log_statement = 'all'"))
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert ("ALTER ROLE" in report.alarms[0], written(session)) == (True, set())


def test_an_error_of_the_database_tells_nothing_of_a_fragment(
    session: Session, asking: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """PostgreSQL quotes the failing row; the error that leaves does not, and everything waits as it was."""
    lay(session, asking, n=10, comment="Hemmelige ord")
    nightly.tally_all(places, now)
    session.execute(text("ALTER TABLE comment ADD CONSTRAINT no_words CHECK (text <> 'Hemmelige ord')"))
    key = session.scalars(select(BallotKey).filter_by(state="open")).one()
    private = KeyStore(places).read(asking.id, key.id, key.public_key)
    nightly.ensure_open_key(places, asking.id, now)
    session.execute(update(BallotKey).filter_by(state="open").values(state="closed", closed_at=now))
    nightly.ensure_open_key(places, asking.id, now)
    with pytest.raises(TallyError, match="IntegrityError 23514") as caught, session.begin_nested():
        fragments.gather(session, asking.id, {key.id: private or b""}, now + timedelta(days=1))
    assert "Hemmelige" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    assert len(session.scalars(select(Fragment.id)).all()) == 16


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE fragment SET sealed = sealed || '\\x00'", "sealed_size"),
        ("UPDATE fragment SET key_id = gen_random_uuid()", "fk_fragment_key_id"),
        ("UPDATE comment SET text = ''", "text_length"),
        ("UPDATE comment SET text = repeat('x', 1001)", "text_length"),
        ("UPDATE comment SET law = 'XX'", "law_known"),
        ("UPDATE comment SET quarter = '2021-05-01'", "quarter_begins"),
        ("UPDATE confirmation SET kept = 9, changed = 0", "enough"),
        ("UPDATE confirmation SET kept = 11, changed = -1", "enough"),
        ("UPDATE confirmation SET language = 'dansk'", "language_plain"),
        ("UPDATE confirmation SET quarter = '2021-04-02'", "quarter_begins"),
        ("UPDATE batch_tag SET n = 0", "n_positive"),
        ("UPDATE batch_tag SET tag = 'me'", "tag_known"),
        ("UPDATE waiting SET mode = 'post'", "mode_known"),
        ("UPDATE unshown SET mode = 'post'", "mode_known"),
        ("UPDATE batch SET mode = 'post'", "mode_known"),
    ],
)
def test_the_tables_keep_the_rules_themselves(
    session: Session, asking: Municipality, places: list[Path], now: datetime, lay: Lay, statement: str, rule: str
) -> None:
    """What must never be is refused by the database, whoever tries."""
    lay(session, asking, n=10, comment="Ord", confirmation="kept", tag="law")
    lay(session, asking, "Opfølgning", answers=(4,) * 7, day=DAY - timedelta(85))
    lay(session, asking, "Opfølgning", answers=(4,) * 7, mode="onsite")
    nightly.tally_all(places, now)
    lay(session, asking, n=5, day=DAY)
    nightly.tally_all(places, now + timedelta(days=1))
    with pytest.raises(IntegrityError, match=rule), session.begin_nested():
        session.execute(text(statement))
