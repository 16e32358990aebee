"""Alarms: whoever may mend a stopped gateway hears of it by e-mail, and nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from survey import accounts, alarms, breaker
from survey.gateways import mail
from survey.models import Municipality, Staff

URL = "https://svar.x.dk"


@pytest.fixture
def administrator(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """The administrator of Stevns; a manager there is not told."""
    employ(session, stevns, "manager")
    return employ(session, stevns, "administrator")


@pytest.mark.usefixtures("administrator")
def test_nobody_is_told_while_all_is_well(session: Session, now: datetime) -> None:
    """No stop, no alarm."""
    assert alarms.untold(session, {"g": None}, URL, now) == []


@pytest.mark.parametrize(
    ("serves", "told"), [(None, 1), (frozenset({"stevns"}), 1), (frozenset({"faxe"}), 0)], ids=str
)
def test_the_administrators_of_those_it_serves_are_told_once(
    session: Session, administrator: Staff, now: datetime, serves: frozenset[str] | None, told: int
) -> None:
    """Which gateway, why, and where to resume; the stop is known afterwards, told or not."""
    breaker.trouble(session, "g", "kontoen mangler kredit", now, at_once=True)
    (alarm,) = alarms.untold(session, {"g": serves}, URL, now)
    assert [letter.to for letter in alarm.letters] == [administrator.email] * told
    assert all("kontoen mangler kredit" in each.body and f"{URL}/drift" in each.body for each in alarm.letters)
    alarms.told(session, alarm, now)
    assert alarms.untold(session, {"g": serves}, URL, now) == []


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    ("hours", "reason", "told"), [(1, "spærret", 0), (6, "spærret", 1), (1, "ingen kredit", 1)]
)
def test_a_gateway_that_stops_again_and_again_is_told_of_every_six_hours(
    session: Session, now: datetime, hours: int, reason: str, told: int
) -> None:
    """Sooner when the reason is another."""
    breaker.trouble(session, "g", "spærret", now, at_once=True)
    (alarm,) = alarms.untold(session, {"g": None}, URL, now)
    alarms.told(session, alarm, now)
    later = now + timedelta(hours=hours)
    breaker.well(session, "g", later)
    breaker.trouble(session, "g", reason, later, at_once=True)
    assert len(alarms.untold(session, {"g": None}, URL, later)) == told


@pytest.mark.usefixtures("administrator")
def test_after_an_administrators_click_the_next_stop_is_told_of(session: Session, now: datetime) -> None:
    """Also when it comes at once, for the same reason."""
    breaker.trouble(session, "g", "spærret", now, at_once=True)
    alarms.told(session, alarms.untold(session, {"g": None}, URL, now)[0], now)
    breaker.resume(session, "g")
    breaker.trouble(session, "g", "spærret", now, at_once=True)
    assert len(alarms.untold(session, {"g": None}, URL, now)) == 1


def test_whoever_has_left_is_not_told(session: Session, administrator: Staff, now: datetime) -> None:
    """An account out of use gets no mail."""
    administrator.active = False
    breaker.trouble(session, "g", "spærret", now, at_once=True)
    assert [len(alarm.letters) for alarm in alarms.untold(session, {}, URL, now)] == [0]


def test_the_longest_name_and_a_large_staff_id_make_a_mail(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """The reference of the alarm fits into a Message-ID."""
    session.add(Staff(id=10**10, email="administrator@stevns.dk", name="A", password_hash="x"))
    employ(session, stevns, "administrator")
    name = "g" * 20
    assert accounts.NAME.fullmatch(name)
    breaker.trouble(session, name, "spærret", now, at_once=True)
    ((letter,),) = (alarm.letters for alarm in alarms.untold(session, {name: None}, URL, now))
    assert f"-{name}-{10**10}@x.dk>".encode() in mail.written(letter, "svar@x.dk")
