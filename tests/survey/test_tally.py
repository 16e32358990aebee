"""The tally opens what is closed, leaves no trace of what it saw, and keeps all when something is wrong."""

import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from nacl.public import PrivateKey
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import ballot_box, keys, nightly, tally
from survey.keys import KeyStore
from survey.models import Ballot, BallotKey, Batch, Municipality, Response, Team, Waiting
from survey.silence import TallyError
from survey.tally import Tallied

Lay = Callable[..., None]
SECRET = (1, 2, 1, 2, 1)


def closed_keys(session: Session, box: Municipality, places: list[Path], now: datetime) -> dict[UUID, bytes]:
    """Close the open key and read the private halves of all closed ones."""
    store = KeyStore(places)
    ballot_box.open_next(session, box.id, *store.make(box.id), now)
    in_use = ballot_box.keys_in_use(session, box.id)
    found = {
        key_id: store.read(box.id, key_id, key.public_key)
        for key_id, key in in_use.items()
        if key.state == "closed"
    }
    return {key: private for key, private in found.items() if private is not None}


def rows(session: Session) -> list[int]:
    """How many ballots, responses, batches and waiting rows there are."""
    tables = (Ballot, Response, Batch, Waiting)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_second_run_changes_no_answer(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """Batches and responses of the first run stay as they are; what waits is sealed anew and still waits."""
    lay(session, box, n=6)
    lay(session, box, "Opfølgning", n=2, answers=(4,) * 7)
    nightly.tally_all(places, now)
    written = set(session.execute(select(Response.id, Response.batch_id)).all())
    (report,) = nightly.tally_all(places, now)
    assert (Tallied(waiting=2), []) == (report.tallied, report.alarms)
    assert written == set(session.execute(select(Response.id, Response.batch_id)).all())
    assert rows(session) == [2, 6, 1, 1]


def test_what_waits_keeps_every_word_under_a_new_id_and_key(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """A ballot sealed anew opens to the same content, comment included, and nothing about it looks the same."""
    lay(session, box, comment="Tak for snakken")
    before = session.execute(select(Ballot.id, Ballot.key_id, Ballot.sealed)).one()
    nightly.tally_all(places, now)
    after = session.execute(select(Ballot.id, Ballot.key_id, Ballot.sealed)).one()
    assert not set(before) & set(after)
    public = session.get_one(BallotKey, (box.id, after.key_id)).public_key
    private = KeyStore(places).read(box.id, after.key_id, public)
    assert keys.unseal(private or b"", after.sealed).comment == "Tak for snakken"


def test_a_response_carries_its_batch_and_nothing_else() -> None:
    """No time, no team, no person, no side dimension on a response."""
    columns = {"municipality_id", "id", "batch_id", "points", "statement_count", "answers"}
    assert set(Response.__table__.columns.keys()) == columns


@pytest.mark.parametrize(
    "change",
    [
        {"answers": (*SECRET, 1)},
        {"answers": (5,) * 5},
        {"version_id": 0},
        {"team_id": 0},
        {"mode": "post"},
        {"tag": "me"},
        {"confirmation": "perhaps"},
        {"language": "dansk"},
    ],
)
def test_a_ballot_that_makes_no_sense_stops_everything_and_tells_nothing(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, change: dict[str, Any]
) -> None:
    """Of another width, off the scale, of an unknown version, team, mode or word: an error, and all as it was."""
    lay(session, box, n=5, answers=SECRET)
    lay(session, box, **change)
    privates = closed_keys(session, box, places, now)
    with pytest.raises(TallyError, match="kan ikke åbnes"), session.begin_nested():
        tally.count(session, box.id, privates, now)
    assert rows(session)[:2] == [6, 0]


def test_a_tampered_ballot_stops_everything_and_tells_nothing(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """The answers opened before it are in no exception text, and the ballots are all still there."""
    lay(session, box, n=5, answers=SECRET)
    spoiled = select(Ballot.id).limit(1).scalar_subquery()
    session.execute(update(Ballot).where(Ballot.id == spoiled).values(sealed=b"\0" * keys.BALLOT_BYTES))
    privates = closed_keys(session, box, places, now)
    with pytest.raises(TallyError, match="kan ikke åbnes") as caught, session.begin_nested():
        tally.count(session, box.id, privates, now)
    assert rows(session)[:2] == [5, 0]
    assert str(SECRET) not in "".join(traceback.format_exception(caught.value))
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert (frames[-1], caught.value.__context__) == ("kept", None)


def test_an_error_of_the_database_tells_only_its_kind(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """PostgreSQL quotes the failing row; the error that leaves the tally does not, and carries nothing along."""
    lay(session, box, n=5, answers=SECRET)
    privates = closed_keys(session, box, places, now)
    session.execute(text("ALTER TABLE response ADD CONSTRAINT no_twos CHECK (NOT 2 = ANY (answers))"))
    with pytest.raises(TallyError, match="IntegrityError 23514") as caught, session.begin_nested():
        tally.count(session, box.id, privates, now)
    assert "2,1,2" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    assert rows(session)[:2] == [5, 0]


@pytest.mark.parametrize("setting", ["log_statement = 'all'", "log_min_duration_statement = 0"])
def test_a_database_that_logs_statements_is_refused(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, setting: str
) -> None:
    """Before anything is opened, with the command that mends it."""
    lay(session, box, n=5)
    session.execute(text(f"SET LOCAL {setting}"))
    (report,) = nightly.tally_all(places, now)
    assert "ALTER ROLE" in report.alarms[0]
    assert rows(session)[:2] == [5, 0]


def test_without_an_open_key_nothing_is_opened(session: Session, box: Municipality, now: datetime) -> None:
    """What waits could not be sealed anew, so the tally says no."""
    session.execute(update(BallotKey).values(state="closed", closed_at=now))
    with pytest.raises(TallyError, match="ingen åben nøgle"):
        tally.count(session, box.id, {}, now)


def test_a_tally_that_came_second_finds_nothing_to_do(session: Session, box: Municipality, now: datetime) -> None:
    """Keys whose ballots were taken in the meantime give no batch and no error."""
    assert Tallied() == tally.count(session, box.id, {uuid4(): bytes(PrivateKey.generate())}, now)


def test_a_ballot_lost_under_way_stops_the_tally(
    session: Session,
    box: Municipality,
    places: list[Path],
    now: datetime,
    lay: Lay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When fewer ballots are opened than are taken out of the box, nothing is kept."""
    lay(session, box, n=6)
    privates = closed_keys(session, box, places, now)
    opened: Any = tally._opened
    monkeypatch.setattr(tally, "_opened", lambda *given: list(opened(*given))[:5])
    with pytest.raises(TallyError, match="skiftede undervejs"), session.begin_nested():
        tally.count(session, box.id, privates, now)
    assert rows(session)[:2] == [6, 0]


def test_ballots_of_a_lost_key_wait_and_the_others_are_tallied(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """An alarm names the key and how many hang on it; five others are tallied all the same."""
    lay(session, box, n=3)
    KeyStore(places).destroy(box.id, session.scalars(select(BallotKey.id)).one())
    closed_keys(session, box, places, now)
    lay(session, box, n=5)
    (report,) = nightly.tally_all(places, now)
    assert Tallied(batches=1, answers=5) == report.tallied
    assert "er væk: 3 besvarelser kan ikke åbnes" in report.alarms[0]
    assert rows(session)[:2] == [3, 5]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE response SET answers = '{5,1,1,1,1}'", "answers_on_scale"),
        ("UPDATE response SET answers = '{-1,1,1,1,1}'", "answers_on_scale"),
        ("UPDATE response SET answers = '{1,1,1,1}'", "answers_width"),
        ("UPDATE batch SET n = 4", "n_at_least_five"),
        ("UPDATE batch SET first_on = last_on + 1", "days_in_order"),
        ("UPDATE ballot_key SET state = 'open', closed_at = NULL, destroyed_at = NULL", "uq_ballot_key_open"),
        ("UPDATE ballot_key SET destroyed_at = NULL", "destroyed_has_a_time"),
        ("UPDATE ballot SET sealed = sealed || '\\x00'", "sealed_size"),
        ("UPDATE batch_person SET n = 0", "n_positive"),
    ],
)
def test_the_tables_keep_the_rules_themselves(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, statement: str, rule: str
) -> None:
    """What must never be is refused by the database, whoever tries."""
    lay(session, box, n=5)
    lay(session, box, "Opfølgning", answers=(4,) * 7)
    nightly.tally_all(places, now)
    with pytest.raises(IntegrityError, match=rule), session.begin_nested():
        session.execute(text(statement))


def test_responses_are_not_in_the_order_of_the_ballots(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """40 answers laid in order come out in another, by physical place and by id."""
    laid = [(a, b, 4, 4, 4) for a in range(1, 5) for b in range(5) for _twice in "ab"]
    for answers in laid:
        lay(session, box, answers=answers)
    nightly.tally_all(places, now)
    for order in (text("ctid"), Response.id):
        found = [tuple(answers) for answers in session.scalars(select(Response.answers).order_by(order))]
        assert Counter(found) == Counter(laid)
        assert found != laid


def test_the_law_of_a_batch_is_the_teams(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """A team that changed law while its answers waited is tallied under the law it has now."""
    lay(session, box, n=5)
    session.execute(update(Team).where(Team.name == "Ydelse").values(law="LAB"))
    (report,) = nightly.tally_all(places, now)
    assert session.scalars(select(Batch.law)).all() == ["LAB"]
    assert report.alarms == []
