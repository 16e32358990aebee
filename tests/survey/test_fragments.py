"""What is written beside the points is sealed apart, and written out on a later night when ten lie together."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import keys, nightly
from survey.keys import KeyStore
from survey.models import Ballot, Comment, Confirmation, Fragment, Municipality, Response

Lay = Callable[..., None]
Night = Callable[..., None]
DAY = date(2021, 5, 11)
SPRING = date(2021, 4, 1)
SIDES = 5
"""Pieces that up to twenty answers of a batch leave beside: one of each side dimension."""
READ = 1
"""And one of how the scale was read, of up to twenty answers of a night."""


@pytest.fixture
def night(session: Session, places: list[Path], now: datetime) -> Night:
    """`night(days=0)`: everything of the night so many days later."""

    def run(days: int = 0) -> None:
        (report,) = nightly.tally_all(places, now + timedelta(days=days))
        session.expire_all()
        assert report.alarms == []

    return run


def write(session: Session, box: Municipality, lay: Lay, n: int, **change: Any) -> None:
    """`n` citizens of Ydelse, each with a comment of their own."""
    for number in range(n):
        lay(session, box, comment=f"Ord {number}", **change)


def written(session: Session) -> set[str]:
    """Every comment written out."""
    return set(session.scalars(select(Comment.text)))


def waiting(session: Session) -> int:
    """How many fragments wait."""
    return session.scalar(select(func.count()).select_from(Fragment)) or 0


def test_nine_comments_stay_sealed(session: Session, asking: Municipality, lay: Lay, night: Night) -> None:
    """Nine of a law group wait night after night, and nothing of them is written."""
    write(session, asking, lay, 9)
    for days in (0, 1, 2):
        night(days)
        assert (written(session), waiting(session)) == (set(), 9 + READ + SIDES)


def test_ten_comments_are_written_on_a_later_night(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """Not the night in which their answers were tallied, however often it is run, but the next one."""
    write(session, asking, lay, 10)
    night()
    night()
    assert (written(session), session.scalar(select(func.count()).select_from(Response))) == (set(), 10)
    night(1)
    rows = session.execute(select(Comment.law, Comment.quarter, Comment.text)).all()
    assert {(row.law, row.quarter) for row in rows} == {("LAS", SPRING)}
    assert sorted(row.text for row in rows) == sorted(f"Ord {number}" for number in range(10))


def test_the_comments_of_two_nights_wait_for_each_other(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """Six and four are written together; the next one waits for nine more."""
    write(session, asking, lay, 6)
    night()
    lay(session, asking, n=4, comment="Fire", day=DAY + timedelta(1))
    lay(session, asking, n=1, day=DAY + timedelta(1))
    night(1)
    assert written(session) == set()
    night(2)
    assert len(session.scalars(select(Comment.id)).all()) == 10
    write(session, asking, lay, 9, day=DAY + timedelta(2))
    night(3)
    night(4)
    assert len(session.scalars(select(Comment.id)).all()) == 10


def test_law_groups_and_quarters_never_meet(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """Nine of each law group and nine of the next quarter are 27, and none is written."""
    write(session, asking, lay, 9)
    write(session, asking, lay, 9, team="Opfølgning", answers=(4,) * 7)
    night()
    write(session, asking, lay, 9, day=date(2021, 7, 1))
    night(51)
    night(52)
    assert written(session) == set()


def test_a_municipality_with_a_higher_k_waits_for_more(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """With k = 12 eleven stay sealed."""
    asking.smallest_group = 12
    for number in range(12):
        lay(session, asking, comment="" if not number else f"Ord {number}")
    night()
    night(1)
    assert written(session) == set()


def test_confirmations_are_counted_by_language_in_lots_of_ten(
    session: Session, box: Municipality, lay: Lay, night: Night
) -> None:
    """Ten in Danish are a row; nine in Arabic are none; nine more in Danish wait, and the tenth adds all ten."""
    lay(session, box, n=8, confirmation="kept")
    lay(session, box, n=2, confirmation="changed")
    lay(session, box, n=9, confirmation="kept", language="ar")
    night()
    night(1)
    counted = select(Confirmation.language, Confirmation.quarter, Confirmation.kept, Confirmation.changed)
    assert session.execute(counted).all() == [("da", SPRING, 8, 2)]
    lay(session, box, n=9, confirmation="changed", day=DAY + timedelta(1))
    night(1)
    night(2)
    assert session.execute(counted).all() == [("da", SPRING, 8, 2)]
    lay(session, box, n=5, confirmation="kept", day=DAY + timedelta(2))
    night(2)
    night(3)
    assert session.execute(counted).all() == [("da", SPRING, 13, 11)]


def test_answers_that_wait_leave_no_fragment(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """Four too few keep their words in their ballots; given up after 84 days they are destroyed with them."""
    write(session, asking, lay, 4)
    night()
    assert (waiting(session), session.scalar(select(func.count()).select_from(Ballot))) == (0, 4)
    night(84)
    night(85)
    assert (waiting(session), written(session), session.scalar(select(func.count()).select_from(Ballot))) == (
        0,
        set(),
        0,
    )


@pytest.mark.parametrize(("day", "left"), [(date(2021, 8, 10), 9 + READ + SIDES), (date(2021, 8, 11), 0)])
def test_what_still_waits_42_days_after_its_quarter_is_destroyed(
    session: Session, asking: Municipality, lay: Lay, night: Night, day: date, left: int
) -> None:
    """Of spring until 10 August; then nothing refers to the key, and it goes too."""
    write(session, asking, lay, 9)
    night()
    night((day - DAY).days)
    assert waiting(session) == left
    assert written(session) == set()


def test_empty_ones_are_let_go_when_fifty_lie_together(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """Of 49 all wait; of fifty and more only the nine with something in them, of each kind."""
    write(session, asking, lay, 9, confirmation="kept")
    lay(session, asking, n=40)
    night()
    night(1)
    # Lines lie by hundreds, of target groups by twenties.
    assert waiting(session) == 49 + READ + (SIDES - 1) + 3
    lay(session, asking, n=5)
    night(1)
    night(2)
    assert waiting(session) == 9 + READ + 2 * (SIDES - 1) + 4


def test_a_key_lives_as_long_as_a_fragment_needs_it(
    session: Session, asking: Municipality, lay: Lay, night: Night, places: list[Path]
) -> None:
    """Without a ballot in the box the key is changed every night a fragment waits, and only one has files."""
    write(session, asking, lay, 9)
    seen = set()
    for days in range(4):
        night(days)
        held = set(session.scalars(select(Fragment.key_id)))
        assert held == KeyStore(places[:1]).kept(asking.id) == KeyStore(places[1:]).kept(asking.id)
        seen |= held
    assert len(seen) == 4


def test_fragments_have_one_size_and_new_bytes_every_night(
    session: Session, asking: Municipality, lay: Lay, night: Night
) -> None:
    """Empty, short and of a thousand characters they are as long as a ballot; none keeps its id."""
    lay(session, asking, n=4)
    lay(session, asking, comment="Æ" * 1000)
    night()
    before = session.execute(select(Fragment.id, Fragment.sealed)).all()
    night(1)
    after = session.execute(select(Fragment.id, Fragment.sealed)).all()
    assert {keys.BALLOT_BYTES} == {len(row.sealed) for row in (*before, *after)}
    assert not {value for row in before for value in row} & {value for row in after for value in row}


def test_a_comment_is_kept_when_the_municipality_stops_asking(
    session: Session, box: Municipality, lay: Lay, night: Night
) -> None:
    """One of five wrote before comments were switched off: all five leave a fragment for it all the same."""
    lay(session, box, n=4)
    lay(session, box, comment="Tak")
    night()
    assert waiting(session) == 5 + READ + SIDES
