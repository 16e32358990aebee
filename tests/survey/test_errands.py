"""Errands: trial messages and alarms leave by the right gateway, and are not forgotten when they cannot."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import alarms, breaker, errands, trials
from survey.account_kinds import Account
from survey.gateways import Letter, Outcome
from survey.lanes import ForAll
from survey.models import Municipality, Staff, TrialMessage
from tests.survey.sending import Obedient

URL = "https://svar.x.dk"


@pytest.fixture
def administrator(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """The administrator of Stevns."""
    return employ(session, stevns, "administrator")


@pytest.fixture
def asked(session: Session, stevns: Municipality, administrator: Staff, now: datetime) -> None:
    """A trial message by SMS."""
    trials.ask(session, stevns.id, channel="sms", address="+4520123456", staff_id=administrator.id, now=now)


def carried(*gateways: Obedient) -> list[ForAll]:
    """Everybody is served by them."""
    return [ForAll(gateway.name, gateway.channels) for gateway in gateways]


@pytest.mark.usefixtures("asked")
def test_a_trial_message_goes_the_way_of_the_others(session: Session) -> None:
    """By the first gateway that carries its channel, once."""
    mail, phone = Obedient(name="mail", channels=("email",)), Obedient(name="phone", channels=("sms",))
    assert [errands.try_out([mail, phone], carried(mail, phone)) for _ in range(2)] == [1, 0]
    assert ([letter.to for letter in phone.letters], mail.letters) == (["+4520123456"], [])


@pytest.mark.usefixtures("asked")
def test_without_a_gateway_the_trial_says_so(session: Session) -> None:
    """The administrator reads why nothing came."""
    errands.try_out([], [])
    found = session.execute(select(TrialMessage.state, TrialMessage.detail)).one()
    assert tuple(found) == ("refused", errands.NO_GATEWAY)


@pytest.mark.usefixtures("asked")
def test_a_gateway_that_breaks_leaves_the_trial_in_doubt(session: Session) -> None:
    """The result is noted, the address forgotten."""

    def broken(_letter: Letter) -> Outcome:
        raise RuntimeError

    phone = Obedient(broken, name="phone", channels=("sms",))
    errands.try_out([phone], carried(phone))
    found = session.execute(select(TrialMessage.state, TrialMessage.detail, TrialMessage.address)).one()
    assert tuple(found) == ("unknown", "fejl i gateway (RuntimeError)", None)


def test_an_alarm_leaves_by_another_gateway_than_the_one_that_stopped(
    session: Session, administrator: Staff, now: datetime
) -> None:
    """Once per stop."""
    first, second = Obedient(name="first", channels=("email",)), Obedient(name="second", channels=("email",))
    breaker.trouble(session, "first", "spærret", now, at_once=True)
    both = [first, second]
    assert [errands.raise_alarms(both, carried(*both), URL, now) for _ in range(2)] == [1, 0]
    assert ([letter.to for letter in second.letters], first.letters) == ([administrator.email], [])


def test_an_alarm_leaves_by_a_relay_of_the_persons_own_municipality(
    session: Session, administrator: Staff, now: datetime
) -> None:
    """Faxe's stands first and takes nothing of Stevns's."""
    theirs, ours = Obedient(name="theirs", channels=("email",)), Obedient(name="ours", channels=("email",))
    served = {"theirs": frozenset({"faxe"}), "ours": frozenset({"stevns"}), "phone": None}
    both = [Account(name, "smtp", ("email",), towns) for name, towns in served.items()]
    breaker.trouble(session, "phone", "ingen kredit", now, at_once=True)
    assert errands.raise_alarms([theirs], both, URL, now) == 0
    assert errands.raise_alarms([theirs, ours], both, URL, now) == 1
    assert ([letter.to for letter in ours.letters], theirs.letters) == ([administrator.email], [])


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("there_is", [True, False])
def test_an_alarm_that_could_not_leave_is_not_forgotten(session: Session, now: datetime, there_is: bool) -> None:
    """Refused, or no other gateway for e-mail: the next run tries again."""
    mail = Obedient(lambda _letter: Outcome("refused", "nej"), name="mail", channels=("email",))
    breaker.trouble(session, "phone", "ingen kredit", now, at_once=True)
    gateways = [mail] if there_is else []
    assert errands.raise_alarms(gateways, carried(*gateways), URL, now) == 0
    assert [alarm.gateway for alarm in alarms.untold(session, {}, URL, now)] == ["phone"]


def test_a_stop_that_concerns_no_administrator_is_told_to_nobody(session: Session, now: datetime) -> None:
    """And is not looked at again and again."""
    mail = Obedient(name="mail", channels=("email",))
    breaker.trouble(session, "phone", "ingen kredit", now, at_once=True)
    assert errands.raise_alarms([mail], carried(mail), URL, now) == 1
    assert mail.letters == []
