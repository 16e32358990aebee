"""Side fragments nobody could have cut off, and side means that must not be."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import nightly
from survey.models import BallotKey, Fragment, Municipality, QuestionnaireVersion, SideMean
from survey.pieces import Piece, sealer

Lay = Callable[..., None]
DAY, SPRING = date(2021, 5, 11), date(2021, 4, 1)
BATCH = "12345678-1234-1234-1234-123456789abc"


def slip_in(session: Session, box: Municipality, **change: str) -> None:
    """A piece with this said of it, sealed to the open key."""
    values = {"kind": "language", "group": BATCH, "value": "43424 da", "quarter": SPRING, "made_on": DAY} | change
    key = session.scalars(select(BallotKey).filter_by(state="open")).one()
    content = sealer(key.public_key)(Piece(**values))  # type: ignore[arg-type]  # of mixed types
    session.add(Fragment(municipality_id=box.id, id=uuid4(), key_id=key.id, sealed=content))
    session.flush()


@pytest.mark.parametrize(
    "change",
    [
        {"value": ""},
        {"value": "43424"},
        {"value": "43724 da"},
        {"value": "43424 dansk"},
        {"value": "\n".join(["43424 da"] * 101)},
        {"kind": "channel", "value": "43424 fax"},
        {"kind": "first", "value": "43424 last"},
        {"kind": "meeting_number", "value": "43424 3"},
        {"kind": "target_group", "value": f"43424 {'x' * 41}"},
        {"kind": "target_group", "value": "\n".join(["43424 a"] * 21)},
        {"kind": "target_group", "value": "43424 a\0b"},
        {"kind": "target_group", "value": "43424  a"},
        {"group": "LAS"},
        {"group": "XXX/1"},
        {"group": "LAS/0"},
        {"group": BATCH.upper()},
    ],
)
def test_a_piece_that_makes_no_sense_stops_all_of_them(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay, change: dict[str, str]
) -> None:
    """An alarm with its random id and nothing of what it says; the answers are tallied all the same."""
    slip_in(session, box, **change)
    lay(session, box, n=5)
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert "Det forseglede tillæg" in report.alarms[0]
    assert report.tallied.answers == 5
    assert session.scalars(select(Fragment.id)).first() is not None


@pytest.mark.parametrize("value", ["4342 da", "43425 da"])
@pytest.mark.parametrize("version", ["its own", "another's"])
def test_answers_that_fit_no_questionnaire_are_not_told(
    session: Session, box: Municipality, places: list[Path], now: datetime, value: str, version: str
) -> None:
    """Of another width, off the scale, or of a version there is not: an alarm, and nothing written."""
    own = session.scalars(select(QuestionnaireVersion.id).filter_by(statement_count=5)).one()
    slip_in(session, box, group=f"LAS/{own if version == 'its own' else 999}", value=value)
    (report,) = nightly.tally_all(places, now + timedelta(days=120))
    assert report.alarms[0] == "Et forseglet tillæg passer ikke til sit spørgeskema. Intet er ændret."
    assert session.scalars(select(SideMean.n)).all() == []


def test_a_piece_of_no_batch_is_destroyed_with_its_quarter(
    session: Session, box: Municipality, places: list[Path], now: datetime
) -> None:
    """It never comes into a cell, so nothing of it is told."""
    slip_in(session, box)
    for days, left in ((1, 1), (91, 1), (92, 0)):
        nightly.tally_all(places, now + timedelta(days=days))
        assert len(session.scalars(select(Fragment.id)).all()) == left


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE side_mean SET n = 9", "enough"),
        ("UPDATE side_mean SET mean = 0.9", "mean_on_scale"),
        ("UPDATE side_mean SET mean = 5.1", "mean_on_scale"),
        ("UPDATE side_mean SET law = 'XX'", "law_known"),
        ("UPDATE side_mean SET quarter = '2021-05-01'", "quarter_begins"),
        ("UPDATE side_mean SET dimension = 'age'", "dimension_known"),
        ("UPDATE side_mean SET value = 'dansk'", "language_plain"),
        ("UPDATE side_mean SET dimension = 'channel'", "value_known"),
        ("UPDATE side_mean SET dimension = 'first'", "value_known"),
        ("UPDATE side_mean SET dimension = 'meeting_number', value = '3'", "value_known"),
        ("UPDATE side_mean SET dimension = 'target_group', value = repeat('x', 41)", "value_length"),
        ("UPDATE side_mean SET version_id = 0", "fk_side_mean_version_id"),
        ("INSERT INTO side_mean SELECT * FROM side_mean", "pk_side_mean"),
    ],
)
def test_the_table_keeps_the_rules_itself(
    session: Session, stevns: Municipality, statement: str, rule: str
) -> None:
    """What must never be is refused by the database, whoever tries."""
    version = session.scalars(select(QuestionnaireVersion.id).filter_by(statement_count=5)).one()
    of = {"municipality_id": stevns.id, "law": "LAS", "version_id": version, "quarter": SPRING}
    session.add(SideMean(**of, dimension="language", value="da", n=10, mean=Decimal("3.4")))
    session.flush()
    with pytest.raises(IntegrityError, match=rule), session.begin_nested():
        session.execute(text(statement))
