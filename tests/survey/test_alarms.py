"""Alarms: whoever may mend a stopped gateway hears of it by e-mail, and nobody else."""

from collections.abc import Callable
from datetime import datetime

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
def test_nobody_is_told_while_all_is_well(session: Session) -> None:
    """No stop, no alarm."""
    assert alarms.untold(session, {"g": None}, URL) == []


@pytest.mark.parametrize(
    ("serves", "told"), [(None, 1), (frozenset({"stevns"}), 1), (frozenset({"faxe"}), 0)], ids=str
)
def test_the_administrators_of_those_it_serves_are_told_once(
    session: Session, administrator: Staff, now: datetime, serves: frozenset[str] | None, told: int
) -> None:
    """Which gateway, why, and where to resume; the stop is known afterwards, told or not."""
    breaker.trouble(session, "g", "kontoen mangler kredit", now, at_once=True)
    (alarm,) = alarms.untold(session, {"g": serves}, URL)
    assert [letter.to for letter in alarm.letters] == [administrator.email] * told
    assert all("kontoen mangler kredit" in each.body and f"{URL}/drift" in each.body for each in alarm.letters)
    alarms.told(session, alarm, now)
    assert alarms.untold(session, {"g": serves}, URL) == []


def test_whoever_has_left_is_not_told(session: Session, administrator: Staff, now: datetime) -> None:
    """An account out of use gets no mail."""
    administrator.active = False
    breaker.trouble(session, "g", "spærret", now, at_once=True)
    assert [len(alarm.letters) for alarm in alarms.untold(session, {}, URL)] == [0]


def test_the_longest_name_and_a_large_staff_id_make_a_mail(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """The reference of the alarm fits into a Message-ID."""
    session.add(Staff(id=10**10, email="administrator@stevns.dk", name="A", password_hash="x"))
    employ(session, stevns, "administrator")
    name = "g" * 20
    assert accounts.NAME.fullmatch(name)
    breaker.trouble(session, name, "spærret", now, at_once=True)
    ((letter,),) = (alarm.letters for alarm in alarms.untold(session, {name: None}, URL))
    assert f"-{name}-{10**10}@x.dk>".encode() in mail.written(letter, "svar@x.dk")
