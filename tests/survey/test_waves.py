"""Waves: kept in the order of their days, and refused by the table when they are none."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import models, waves
from survey.models import Municipality
from survey.waves import Wave


def test_waves_are_kept_as_they_are(session: Session, stevns: Municipality) -> None:
    """In the order of their days; an unchanged one keeps its row, and with it whom it has drawn."""
    spring = Wave("Forår", date(2022, 3, 1), date(2022, 3, 31), 50)
    autumn = Wave("Efterår", date(2021, 10, 1), date(2021, 10, 31), 50)
    waves.save(session, stevns.id, [spring, autumn])
    assert waves.of(session, stevns.id) == (autumn, spring)
    kept = select(models.Wave.id).where(models.Wave.name == "Forår")
    first, longer = session.scalars(kept).one(), replace(autumn, last_on=date(2021, 11, 1))
    waves.save(session, stevns.id, [spring, longer])
    assert (session.scalars(kept).one(), waves.of(session, stevns.id)) == (first, (longer, spring))
    waves.save(session, stevns.id, [])
    assert waves.of(session, stevns.id) == ()


def test_two_waves_change_names(session: Session, stevns: Municipality) -> None:
    """Both at once, though a name is one wave's alone."""
    one, two = (Wave(name, date(2022, month, 1), date(2022, month, 9), 50) for name, month in (("A", 3), ("B", 6)))
    waves.save(session, stevns.id, [one, two])
    waves.save(session, stevns.id, [replace(one, name="B"), replace(two, name="A")])
    assert [wave.name for wave in waves.of(session, stevns.id)] == ["B", "A"]


@pytest.mark.parametrize("wrong", [{"last_on": date(2022, 2, 1)}, {"share": 0}, {"share": 101}])
def test_the_table_refuses_what_is_no_wave(
    session: Session, stevns: Municipality, wrong: dict[str, object]
) -> None:
    """Days out of order, or a share of nobody or of more than all."""
    wave = Wave("Forår", date(2022, 3, 1), date(2022, 3, 31), 50)
    with pytest.raises(IntegrityError):
        waves.save(session, stevns.id, [replace(wave, **wrong)])  # type: ignore[arg-type]  # a test's shorthand
