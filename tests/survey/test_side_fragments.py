"""Answers by language, channel and so on lie sealed until their quarter is over; whole cells are told once."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import keys, nightly, pieces
from survey.dimensions import DIMENSIONS, read_line
from survey.keys import KeyStore
from survey.models import BallotKey, Cell, Fragment, Municipality, SideMean
from survey.pieces import Piece

Lay = Callable[..., None]
Night = Callable[..., None]
Open = Callable[[], list[Piece]]
DAY, SPRING = date(2021, 5, 11), date(2021, 4, 1)
OVER = date(2021, 8, 11)
"""42 days after spring."""
MIXED = ((4, 3, 4, 2, 4), (2, 3, 1, 3, 3))


@pytest.fixture
def night(session: Session, places: list[Path], now: datetime) -> Night:
    """`night(day)`: everything of that night."""

    def run(day: date = DAY) -> None:
        (report,) = nightly.tally_all(places, now + (day - DAY))
        session.expire_all()
        assert report.alarms == []

    return run


@pytest.fixture
def waiting(session: Session, places: list[Path]) -> Open:
    """`waiting()`: the pieces of side dimensions, opened."""

    def opened() -> list[Piece]:
        store = KeyStore(places)
        found = []
        for key, content in session.execute(select(BallotKey, Fragment.sealed).join(Fragment)):
            private = store.read(key.municipality_id, key.id, key.public_key) or b""
            found.append(pieces.opener(private)(content))
        return [piece for piece in found if piece.kind in DIMENSIONS]

    return opened


def answer(session: Session, box: Municipality, lay: Lay, n: int, day: date = DAY, **change: Any) -> None:
    """`n` citizens of Ydelse, who do not all say the same."""
    for number in range(n):
        lay(session, box, answers=MIXED[number % 2], day=day, **change)


def told(session: Session, dimension: str = "language") -> dict[str, int]:
    """How many answers are told of each value."""
    of = SideMean
    rows = session.execute(select(of.value, of.n).where(of.dimension == dimension).order_by(of.n.desc())).all()
    return {row.value: row.n for row in rows}


def test_nothing_is_told_of_a_quarter_before_it_is_over(
    session: Session, box: Municipality, lay: Lay, night: Night, waiting: Open
) -> None:
    """On the 41st day all wait; on the 42nd all dimensions are told, and nothing waits any more."""
    answer(session, box, lay, 234)
    answer(session, box, lay, 12, language="ar", channel="email", first=False)
    answer(session, box, lay, 4, language="uk", target_group="Jobparat")
    for day in (DAY, DAY + timedelta(1), OVER - timedelta(1)):
        night(day)
        assert (told(session), len(waiting())) == ({}, 25)
    night(OVER)
    assert waiting() == []
    assert told(session) == {"da": 234, "": 16}
    assert told(session, "channel") == {"sms": 238, "email": 12}
    assert told(session, "first") == {"first": 238, "reminder": 12}
    assert told(session, "target_group") == {}
    assert told(session, "meeting_number") == {"1": 250}
    row = session.scalars(select(SideMean).filter_by(dimension="channel", value="email")).one()
    assert (row.law, row.quarter, row.mean) == ("LAS", SPRING, Decimal("2.9"))


def test_a_quarter_is_told_once(
    session: Session, box: Municipality, lay: Lay, night: Night, waiting: Open
) -> None:
    """Neither a second run nor answers tallied when the quarter is over change what was told."""
    answer(session, box, lay, 250)
    night()
    night(OVER)
    first = told(session)
    answer(session, box, lay, 260, day=date(2021, 6, 30))
    for days in range(3):
        night(OVER + timedelta(days=days))
        assert told(session) == first == {"da": 250}
    assert waiting() == []


def test_what_was_out_of_reach_is_not_told_afterwards(
    session: Session,
    box: Municipality,
    lay: Lay,
    night: Night,
    waiting: Open,
    places: list[Path],
    now: datetime,
) -> None:
    """A key that comes back when its quarter has been told opens pieces that are destroyed."""
    answer(session, box, lay, 110)
    night()
    (held,) = set(session.scalars(select(Fragment.key_id)))
    files = [place / str(box.id) / f"{held}.key" for place in places]
    kept = [file.rename(file.with_suffix(".away")) for file in files]
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert "er væk" in report.alarms[0]
    answer(session, box, lay, 250, day=DAY + timedelta(1))
    nightly.tally_all(places, now + timedelta(days=2))
    nightly.tally_all(places, now + (OVER - DAY))
    assert told(session) == {"da": 250}
    for away in kept:
        away.rename(away.with_suffix(".key"))
    night(OVER + timedelta(1))
    assert (told(session), waiting()) == ({"da": 250}, [])


def test_only_whole_cells_are_told(
    session: Session, box: Municipality, lay: Lay, night: Night, waiting: Open
) -> None:
    """What waits for a cell when its quarter is over is destroyed: less the cells, the told would uncover it."""
    answer(session, box, lay, 252)
    night()
    lay(session, box, n=7, answers=(4,) * 5, day=DAY + timedelta(1))
    night(DAY + timedelta(1))
    night(DAY + timedelta(2))
    assert Counter(len(piece.group) == 36 for piece in waiting()) == {False: 25, True: 5}
    night(OVER)
    assert (told(session), session.scalar(select(func.sum(Cell.n)))) == ({"da": 252}, 252)
    assert waiting() == []


def test_a_cell_belongs_to_the_quarter_it_ends_in(
    session: Session, box: Municipality, lay: Lay, night: Night
) -> None:
    """Five of June that make a cell with five of July are told of summer, with a cell of July."""
    answer(session, box, lay, 250, day=date(2021, 6, 29))
    night(date(2021, 6, 30))
    answer(session, box, lay, 5, day=date(2021, 6, 30))
    night(date(2021, 7, 1))
    answer(session, box, lay, 5, day=date(2021, 7, 1))
    night(date(2021, 7, 2))
    answer(session, box, lay, 250, day=date(2021, 7, 5))
    night(date(2021, 7, 6))
    night(OVER)
    assert told(session) == {"da": 250}
    night(date(2021, 11, 11))
    rows = session.execute(select(SideMean.quarter, SideMean.n).filter_by(dimension="language")).all()
    assert {row.quarter: row.n for row in rows} == {SPRING: 250, date(2021, 7, 1): 260}


def test_a_cell_that_lost_a_piece_is_not_told(
    session: Session, box: Municipality, lay: Lay, night: Night, waiting: Open
) -> None:
    """Five whose quarter is over before they are in a cell keep it, and those beside them, out of the next."""
    answer(session, box, lay, 5, day=date(2021, 6, 30))
    night(date(2021, 7, 1))
    night(OVER)
    answer(session, box, lay, 110, day=date(2021, 8, 20))
    night(date(2021, 8, 21))
    answer(session, box, lay, 255, day=date(2021, 8, 25))
    night(date(2021, 8, 26))
    night(date(2021, 11, 11))
    assert session.scalars(select(Cell.n).order_by(Cell.n)).all() == [115, 255]
    assert (told(session), waiting()) == ({"da": 255}, [])


def test_law_groups_and_versions_are_told_apart(
    session: Session, box: Municipality, lay: Lay, night: Night
) -> None:
    """Sixty of one law group and 250 of the other are not put together."""
    answer(session, box, lay, 60)
    for number in range(250):
        lay(session, box, "Opfølgning", answers=(2 + number % 3,) * 7)
    night()
    night(OVER)
    rows = session.execute(select(SideMean.law, SideMean.n).filter_by(dimension="language")).all()
    assert [tuple(row) for row in rows] == [("LAB", 250)]


def test_what_is_answered_in_the_waiting_room_is_not_split(
    session: Session, box: Municipality, lay: Lay, night: Night, waiting: Open
) -> None:
    """Nobody knows more of it than the language; and it is never put together with other answers."""
    answer(session, box, lay, 60, mode="onsite", channel="screen", meeting_number="unknown")
    night()
    assert waiting() == []


def test_pieces_have_one_size_and_lines_in_drawn_order(
    session: Session, box: Municipality, lay: Lay, night: Night, waiting: Open
) -> None:
    """As long as a ballot; the lines of two dimensions stand in different orders, and in others every night."""
    for number in range(60):
        lay(session, box, answers=(1 + number % 4, 1 + number // 4 % 4, 1 + number // 16, 2, 3))
    night()
    seen = [[], []]  # type: list[list[object]]
    for days in (1, 2):
        night(DAY + timedelta(days=days))
        assert set(session.scalars(select(func.octet_length(Fragment.sealed)))) == {keys.BALLOT_BYTES}
        for piece in waiting():
            order = tuple(read_line(line)[0] for line in piece.value.split("\n"))
            seen[days - 1].append(order)
    assert len({*seen[0], *seen[1]}) == 2 * (4 + 3)
