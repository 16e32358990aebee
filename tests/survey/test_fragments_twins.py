"""Two worlds that differ in what one person wrote look the same until ten of them can be written out."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import nightly
from survey.db import Base
from survey.models import Municipality
from survey.tally import Tallied

DAY = date(2021, 5, 11)
DRAWN = {"id", "key_id", "batch_id", "cell_id", "means_id", "spread_id", "sealed", "public_key"}
"""Columns that are random in any world."""

Lay = Callable[..., None]
Worlds = tuple[list[Any], list[Any]]


class OtherWorldError(Exception):
    """Everything since the savepoint is undone."""


def look(session: Session) -> dict[str, list[str]]:
    """Every row of every table, in an order of its own, without what is random; and how long what is sealed is."""
    return {
        table.name: sorted(
            str([len(value) if name == "sealed" else value for name, value in row.items() if _told(name)])
            for row in session.execute(text(f'SELECT * FROM "{table.name}"')).mappings()  # noqa: S608 - names of our own
        )
        for table in Base.metadata.sorted_tables
    }


def _told(name: str) -> bool:
    return name == "sealed" or name not in DRAWN


def live(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, said: Mapping[str, Any]
) -> list[Any]:
    """Four nights in which five of one team are tallied, one of whom `said` something; what each night shows."""
    seen: list[Any] = []
    # Keys that this world destroys are still needed by the next.
    places = [shutil.copytree(place, place.with_name(f"{place.name}-{uuid4()}")) for place in places]
    with suppress(OtherWorldError), session.begin_nested():
        lay(session, box, n=4)
        lay(session, box, **said)
        lay(session, box, "Opfølgning", n=6, answers=(4,) * 7)
        for days in range(4):
            (report,) = nightly.tally_all(places, now + timedelta(days=days))
            seen.append((report.tallied, report.keys_destroyed, report.alarms, look(session)))
            lay(session, box, n=5, day=DAY + timedelta(days=days))
        raise OtherWorldError
    session.expire_all()
    return seen


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"comment": "Det var på tide"}),
        ({"comment": "Kort"}, {"comment": "Langt. " * 140}),
        ({}, {"confirmation": "changed"}),
        ({"confirmation": "kept"}, {"confirmation": "changed"}),
        ({"confirmation": "kept", "comment": "Tak"}, {"comment": "Ring 20123456"}),
    ],
)
def test_nobody_can_see_what_one_person_wrote_or_was_asked(
    session: Session,
    asking: Municipality,
    places: list[Path],
    now: datetime,
    lay: Lay,
    one: dict[str, Any],
    other: dict[str, Any],
) -> None:
    """Night by night every table has the same rows, and what is sealed is as long; nor does the report tell."""
    first, second = (live(session, asking, places, now, lay, said) for said in (one, other))
    assert first == second
    assert first[0][0] == Tallied(batches=2, answers=11)
    assert [len(night[3]["fragment"]) for night in first] == [22, 33, 39, 50]
    assert not first[3][3]["comment"] + first[3][3]["confirmation"]


def test_the_worlds_part_when_the_tenth_has_written(
    session: Session, asking: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """The same look finds the difference there is once nine others have written too."""
    lay(session, asking, n=9, comment="Ord")
    first, second = (live(session, asking, places, now, lay, said) for said in ({}, {"comment": "Det tiende"}))
    assert first[0][3] == second[0][3]
    assert first[1][3] != second[1][3]
