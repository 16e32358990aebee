"""A municipality whose own link or sender is turned down stops alone, on a gateway it shares with others."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import alarms, breaker, jobs, municipalities, operations
from survey.config import Settings
from survey.gateways import Letter, Outcome
from survey.jobs import Work
from survey.models import GatewayState, Message, Municipality, Staff, Stop
from tests.survey.receiving import come_in, handed_over, report
from tests.survey.sending import Obedient, open_key, queue

WHY = "linket er ikke godkendt"


@pytest.fixture
def faxe(session: Session, now: datetime) -> Municipality:
    """A neighbour that sends by the same gateway."""
    made = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    open_key(session, made, now)
    return made


def stops(session: Session) -> list[tuple[int, str, str | None]]:
    """Every stop: whose, at which gateway and why."""
    rows = session.scalars(select(Stop).order_by(Stop.municipality_id)).all()
    return [(row.municipality_id, row.gateway, row.reason) for row in rows]


def states(session: Session, municipality: Municipality) -> set[str]:
    """The states of the municipality's messages."""
    session.expire_all()
    return set(session.scalars(select(Message.state).where(Message.municipality_id == municipality.id)))


def test_one_municipalitys_fault_stops_nobody_else(
    session: Session, ready: Municipality, faxe: Municipality, now: datetime, settings: Settings
) -> None:
    """One letter of Stevns is tried; it waits with the rest, no attempt counted, while Faxe's leave."""

    def answer(letter: Letter) -> Outcome:
        turned_down = Outcome("refused", WHY, stops=True, lane=True)
        return turned_down if letter.sender == "Stevns" else Outcome("accepted")

    queue(session, ready, now, 4)
    queue(session, faxe, now, 4)
    gateway = Obedient(answer)
    for _ in range(2):
        jobs.send(Work(settings, [gateway], print, lambda: now))
    assert (states(session, ready), states(session, faxe)) == ({"waiting"}, {"sent"})
    assert [letter.sender for letter in gateway.letters].count("Stevns") == 1
    assert stops(session) == [(ready.id, "obedient", WHY)]
    assert set(session.scalars(select(Message.attempts).where(Message.municipality_id == ready.id))) == {0}
    assert session.scalars(select(GatewayState.name)).all() == []


def test_an_administrators_stop_stays_theirs(
    session: Session, ready: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """What comes of itself afterwards changes nothing; resuming ends either."""
    person = employ(session, ready, "administrator")
    operations.stop(session, ready.id, "g", staff_id=person.id, now=now)
    breaker.stop_lane(session, ready.id, "g", WHY, now)
    assert stops(session) == [(ready.id, "g", None)]
    operations.resume(session, ready.id, "g")
    breaker.stop_lane(session, ready.id, "g", "", now)
    assert stops(session) == [(ready.id, "g", "ukendt fejl")]


@pytest.mark.parametrize("lane", [True, False])
def test_a_receipt_stops_what_it_is_about(
    session: Session, ready: Municipality, invite: Callable[..., int], now: datetime, lane: bool
) -> None:
    """The municipality's lane, or the gateway when the account is meant; also when the message is settled."""
    message = handed_over(session, ready, invite(session, ready), now, state="failed")
    come_in(session, [report(message, "failed", stops=True, lane=lane, reason=WHY)], now)
    assert stops(session) == ([(ready.id, "simulated", WHY)] if lane else [])
    assert breaker.stopped(session, now) == (set() if lane else {"simulated"})


@pytest.mark.parametrize("gateway", ["other", "simulated"])
def test_a_receipt_that_fits_no_message_stops_nothing(
    session: Session, ready: Municipality, invite: Callable[..., int], now: datetime, gateway: str
) -> None:
    """Another gateway's word about our message, and words about an attempt, or anything, there never was."""
    message = handed_over(session, ready, invite(session, ready), now)
    references = [message.reference] if gateway == "other" else [f"{message.reference}1", "9-9-9", "x", ""]
    said = [
        report(message, "failed", stops=True, lane=lane, reference=r) for r in references for lane in (False, True)
    ]
    come_in(session, said, now, gateway)
    assert (stops(session), breaker.stopped(session, now)) == ([], set())


def test_only_the_municipalitys_own_administrators_are_told(
    session: Session, ready: Municipality, faxe: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """Once, with the reason, that nothing begins again by itself; what they stop themselves they know."""
    ours, theirs = (employ(session, home, "administrator") for home in (ready, faxe))
    breaker.stop_lane(session, ready.id, "g", WHY, now)
    operations.stop(session, faxe.id, "g", staff_id=theirs.id, now=now)
    (alarm,) = alarms.untold(session, {"g": None}, "https://x.dk", now)
    (letter,) = alarm.letters
    assert (letter.to, alarm.homes, alarm.municipality_id) == (ours.email, [frozenset({"stevns"})], ready.id)
    assert "standset for Stevns" in letter.subject
    assert WHY in letter.body
    assert "begynder ikke igen af sig selv" in letter.body
    alarms.told(session, alarm, now)
    assert alarms.untold(session, {"g": None}, "https://x.dk", now) == []


def test_the_page_tells_a_fault_of_ones_own_from_the_gateways(
    session: Session, ready: Municipality, now: datetime
) -> None:
    """With the reason."""
    breaker.stop_lane(session, ready.id, "g", WHY, now)
    (health,) = operations.health(session, ready.id, ["g"], [], now)
    assert (health.stopped_by_us, health.turned_down, health.trouble) == (now, WHY, None)
