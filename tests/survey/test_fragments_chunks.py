"""What waits is opened, told and sealed anew a chunk at a time: nothing is lost, and memory does not grow."""

import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey import ballot_box, batches, fragments, nightly
from survey.fragments import Drawer, confirmations
from survey.keys import KeyStore
from survey.models import BallotKey, Comment, Confirmation, Fragment, Municipality, SideMean
from survey.pieces import Piece, opener, sealer

Open = Callable[[], list[Piece]]
Lay = Callable[..., None]
DAY, SPRING = date(2021, 5, 11), date(2021, 4, 1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a hundred."""
    for module in (batches, fragments):
        monkeypatch.setattr(module, "CHUNK", 100)


@pytest.fixture
def waiting(session: Session, places: list[Path]) -> Open:
    """`waiting()`: everything that waits, opened."""

    def opened() -> list[Piece]:
        store = KeyStore(places)
        rows = session.execute(select(BallotKey, Fragment.sealed).join(Fragment))
        return [
            opener(store.read(key.municipality_id, key.id, key.public_key) or b"")(content)
            for key, content in rows
        ]

    return opened


def comments(n: int, group: str = "LAS") -> list[Piece]:
    """Of `n` answers, two of three empty."""
    return [
        Piece(kind="comment", group=group, quarter=SPRING, made_on=DAY, value="" if at % 3 else f"Ord {at}")
        for at in range(n)
    ]


def put(session: Session, box: Municipality, pieces: list[Piece]) -> None:
    """Lay them sealed to the open key."""
    key = session.scalars(select(BallotKey).filter_by(state="open")).one()
    drawer = Drawer(session, box.id, key.id, sealer(key.public_key))
    drawer.put(pieces)
    drawer.close()


def test_every_comment_and_confirmation_is_told_once_or_waits_on(
    session: Session, box: Municipality, places: list[Path], now: datetime, waiting: Open
) -> None:
    """A hundred of 300 are full and told, 27 of another law wait; of 211 lines nine in a language of few wait."""
    said = ["da kept"] * 130 + ["da changed"] * 72 + ["ar kept"] * 9
    put(session, box, [*comments(300), *comments(27, "LAB"), *confirmations(SPRING, DAY, said)])
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert report.alarms == []
    assert set(session.scalars(select(Comment.text))) == {f"Ord {at}" for at in range(0, 300, 3)}
    assert [(row.language, row.kept, row.changed) for row in session.scalars(select(Confirmation))] == [
        ("da", 130, 72)
    ]
    left = Counter((piece.kind, piece.group) for piece in waiting())
    assert left == {("comment", "LAB"): 27, ("confirmation", ""): 1}


def test_every_answer_of_a_side_waits_on_in_full_pieces(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, waiting: Open
) -> None:
    """Of 250 answers in a cell are three pieces, thirteen of target groups, every night, until all are told."""
    for number in range(250):
        lay(session, box, answers=(number % 4 + 1, 2, 3, 2, 3), language="ar" if number % 5 else "da")
    for days in range(3):
        nightly.tally_all(places, now + timedelta(days=days))
        lines = Counter(
            line for piece in waiting() if piece.kind == "language" for line in piece.value.split("\n")
        )
        assert (lines.total(), sum(n for line, n in lines.items() if line.endswith(" da"))) == (250, 50)
        pieces = Counter(piece.kind for piece in waiting())
        assert (pieces["channel"], pieces["target_group"]) == (3, 13)
    nightly.tally_all(places, now + timedelta(days=92))
    told = session.execute(select(SideMean.value, SideMean.n).filter_by(dimension="language"))
    assert ({row.value: row.n for row in told}, waiting()) == ({"ar": 200, "da": 50}, [])


def closed(session: Session, box: Municipality, places: list[Path], now: datetime) -> dict[UUID, bytes]:
    """Change the key; the private half of the one before."""
    key = session.scalars(select(BallotKey).filter_by(state="open")).one()
    private = KeyStore(places).read(box.id, key.id, key.public_key) or b""
    ballot_box.open_next(session, box.id, *KeyStore(places).make(box.id), now)
    session.expire_all()
    return {key.id: private}


def test_what_was_cut_off_today_waits_on(
    session: Session, box: Municipality, places: list[Path], now: datetime, waiting: Open
) -> None:
    """Ten full comments among thirty, and fifty lines, though each would be enough; told on the next day."""
    put(session, box, [*comments(30), *confirmations(SPRING, DAY, ["da kept"] * 50)])
    fragments.gather(session, box.id, closed(session, box, places, now), now)
    assert Counter(piece.kind for piece in waiting()) == {"comment": 30, "confirmation": 1}
    later = now + timedelta(days=1)
    fragments.gather(session, box.id, closed(session, box, places, later), later)
    assert (waiting(), session.scalar(select(func.count()).select_from(Comment))) == ([], 10)


def test_memory_does_not_grow_with_what_waits(
    session: Session, box: Municipality, places: list[Path], now: datetime
) -> None:
    """Ten times as many comments take hardly more of it at a time."""

    def peak(n: int) -> int:
        session.execute(delete(Fragment))
        put(session, box, comments(n))
        privates = closed(session, box, places, now)
        tracemalloc.start()
        fragments.gather(session, box.id, privates, now + timedelta(days=1))
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    few = peak(200)
    assert peak(2000) < 1.5 * few
    assert session.scalar(select(func.count()).select_from(Comment)) == 34 + 67 + 667
