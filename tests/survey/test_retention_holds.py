"""How long it is remembered who is left in peace: pauses, dead addresses, trial messages, opt-outs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import dead_addresses, retention
from survey.db import Base
from survey.dead_addresses import Dead
from survey.models import DeadAddress, Municipality, OptOut, Pause, Staff, Team, TrialMessage

SECOND = timedelta(seconds=1)
MARK = b"m" * 32


@pytest.fixture
def administrator(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """Somebody who pauses and tries."""
    return employ(session, stevns, "administrator")


def kept(session: Session, municipality: Municipality, table: type[Base], at: datetime) -> bool:
    """Is there anything left of `table` after retention has run `at`?"""
    retention.delete_old(session, municipality.id, at)
    session.expire_all()
    return bool(session.scalar(select(func.count()).select_from(table)))


def rest(
    session: Session, municipality: Municipality, by: Staff, now: datetime, ended_at: datetime | None
) -> None:
    """A pause from today until the end of June."""
    row = Pause(municipality_id=municipality.id, fingerprint=MARK, reason="other", paused_at=now, paused_by=by.id)
    row.team_id = session.scalars(select(Team.id).where(Team.municipality_id == municipality.id)).first() or 0
    row.from_on, row.until_on, row.ended_at = now.date(), date(2021, 6, 30), ended_at
    session.add(row)
    session.flush()


def test_a_pause_is_kept_a_year_after_its_last_day(
    session: Session, stevns: Municipality, administrator: Staff, now: datetime
) -> None:
    """Until midnight between 29 and 30 June of the next year, in Copenhagen."""
    rest(session, stevns, administrator, now, None)
    midnight = datetime(2022, 6, 29, 22, tzinfo=UTC)
    assert kept(session, stevns, Pause, midnight - SECOND)
    assert not kept(session, stevns, Pause, midnight)


def test_a_pause_that_was_ended_is_kept_a_year_from_then(
    session: Session, stevns: Municipality, administrator: Staff, now: datetime
) -> None:
    """On the clock in Copenhagen."""
    rest(session, stevns, administrator, now, now + timedelta(hours=1))
    later = now.replace(year=2022) + timedelta(hours=1)
    assert kept(session, stevns, Pause, later - SECOND)
    assert not kept(session, stevns, Pause, later)


def test_a_dead_address_is_forgotten_after_a_year(session: Session, stevns: Municipality, now: datetime) -> None:
    """From the first of the month, which is all that is kept; somebody else may have the number by then."""
    dead_addresses.bury(session, [Dead(stevns.id, MARK, "sms", "ukendt")], now)
    assert session.scalars(select(DeadAddress.found_on)).all() == [date(2021, 5, 1)]
    midnight = datetime(2022, 4, 30, 22, tzinfo=UTC)
    assert kept(session, stevns, DeadAddress, midnight - SECOND)
    assert not kept(session, stevns, DeadAddress, midnight)


@pytest.mark.parametrize(("state", "address"), [("claimed", "+4520123456"), ("accepted", None)])
def test_a_trial_message_is_kept_a_day_whatever_became_of_it(
    session: Session, stevns: Municipality, administrator: Staff, now: datetime, state: str, address: str | None
) -> None:
    """One that a worker never finished does not keep its address."""
    row = TrialMessage(municipality_id=stevns.id, channel="sms", state=state, address=address, asked_at=now)
    row.asked_by = administrator.id
    session.add(row)
    session.flush()
    assert kept(session, stevns, TrialMessage, now + timedelta(days=1) - SECOND)
    assert not kept(session, stevns, TrialMessage, now + timedelta(days=1))


def test_an_opt_out_stays(session: Session, stevns: Municipality, now: datetime) -> None:
    """Until the citizen undoes it."""
    session.add(OptOut(municipality_id=stevns.id, fingerprint=MARK, opted_out_at=now))
    session.flush()
    assert kept(session, stevns, OptOut, now + timedelta(days=5000))
