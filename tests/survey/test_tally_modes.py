"""What is answered on the waiting room's screen is tallied apart, and so is what the answers are about."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import nightly
from survey.models import Batch, BatchTag, Municipality, Unshown, Waiting
from survey.tally import Tallied

Lay = Callable[..., None]
DAY = date(2021, 5, 11)


def night(places: list[Path], now: datetime, days: int = 0) -> Tallied:
    """The tally of the night so many days later."""
    (report,) = nightly.tally_all(places, now + timedelta(days=days))
    assert report.alarms == []
    return report.tallied


def test_on_site_and_remote_are_never_one_batch(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """Five of each are two batches; four on site wait beside them, and are noted as such."""
    for n, mode in ((5, "remote"), (4, "onsite")):
        lay(session, box, n=n, mode=mode)
    assert night(places, now) == Tallied(batches=1, answers=5, waiting=4)
    assert session.scalars(select(Batch.mode)).all() == ["remote"]
    assert session.scalars(select(Waiting.mode)).all() == ["onsite"]
    lay(session, box, mode="onsite", channel="screen", meeting_number="unknown")
    assert night(places, now, 1) == Tallied(batches=1, answers=5)
    assert sorted(session.scalars(select(Batch.mode))) == ["onsite", "remote"]


def test_a_law_group_joins_only_one_mode(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """Three of each that waited 28 days are six, but no batch; after 84 days they are counted by mode."""
    for mode in ("remote", "onsite"):
        lay(session, box, n=3, mode=mode)
    assert night(places, now, 28) == Tallied(waiting=6)
    assert night(places, now, 84) == Tallied(unshown=6)
    unshown = session.execute(select(Unshown.mode, Unshown.n).order_by(Unshown.mode))
    assert unshown.all() == [("onsite", 3), ("remote", 3)]


def test_what_the_answers_are_about_is_counted_per_batch(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """Those who did not say are in no count; a batch in which nobody said has none."""
    for n, tag in ((3, "meeting"), (2, "both"), (4, None)):
        lay(session, box, n=n, tag=tag)
    lay(session, box, n=5, mode="onsite")
    night(places, now)
    tags = select(Batch.mode, BatchTag.tag, BatchTag.n).join(BatchTag).order_by(BatchTag.tag)
    assert session.execute(tags).all() == [("remote", "both", 2), ("remote", "meeting", 3)]
