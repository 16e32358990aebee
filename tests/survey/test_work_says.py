"""What `flask work` says of gateways that stand still, and of whom the file names."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey import commands
from survey.account_kinds import Account
from survey.config import Settings
from survey.jobs import Work
from survey.models import GatewayState, Municipality, Stop
from tests.survey.sending import Obedient


def test_every_gateway_that_stands_still_is_said_with_its_reason(
    session: Session, settings: Settings, stevns: Municipality, now: datetime
) -> None:
    """By itself, or for one municipality; one that nobody here uses is not."""
    gateway = Obedient()
    assert commands.stopped_lines(Work(settings, [gateway], print)) == []
    for name in (gateway.name, "another"):
        session.add(GatewayState(name=name, stopped_at=now, reason="kontoen er tom", probe_at=now))
    session.add(Stop(municipality_id=stevns.id, gateway=gateway.name, stopped_at=now, reason="linket er afvist"))
    session.flush()
    assert commands.stopped_lines(Work(settings, [gateway], print)) == [
        f"Standset: {gateway.name}: kontoen er tom",
        f"Standset: {gateway.name} for stevns: linket er afvist",
    ]


def test_a_misspelt_municipality_is_said_with_those_there_are(
    session: Session, settings: Settings, stevns: Municipality
) -> None:
    """Else its messages wait for nobody."""
    accounts = [Account("sms", "simulated", ("sms",), frozenset({"stevns", "stefns"})), Account("a", "smtp", ())]
    assert commands.unknown_slugs(Work(settings, [], print, accounts=accounts)) == [
        "sms: der er ingen kommune 'stefns' (stevns)."
    ]
