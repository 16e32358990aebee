"""What an administrator is told of a stop of the municipality's own, and of a doubt that is too fresh."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import breaker, workdays
from survey.models import Message, Municipality, Staff, Stop
from tests.survey.sending import queue

EARLY = "kom i tvivl for under fem minutter siden"


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


@pytest.fixture
def fresh(session: Session, stevns: Municipality, now: datetime) -> int:
    """A message claimed long ago that came into doubt just now: its id."""
    (message,) = queue(session, stevns, now)
    handled = {"state": "unknown", "claimed_at": now, "claimed_by": 1, "gateway": "simulated"}
    session.execute(update(Message).values(**handled, reason="intet svar", doubted_at=workdays.now()))
    return message.id


@pytest.mark.parametrize("door", ["/drift/tvivl", "/drift/tvivl/alle"])
@pytest.mark.parametrize(("event", "state", "told"), [("send again", "unknown", 1), ("give up", "failed", 0)])
def test_a_fresh_doubt_cannot_be_sent_again_yet(
    admin: FlaskClient, session: Session, fresh: int, door: str, event: str, state: str, told: int
) -> None:
    """With the reason; whatever else is decided holds at once."""
    data = {"event": event, "message": fresh, "gateway": "simulated", "reason": "intet svar"}
    page = admin.post(door, data=data, follow_redirects=True).text
    assert page.count(EARLY) == told
    assert session.scalars(select(Message.state)).all() == [state]


def test_a_fault_of_the_municipalitys_own_is_told_with_its_reason_and_resumed(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """Like a stop of the administrator's own."""
    breaker.stop_lane(session, stevns.id, "simulated", "linket er ikke godkendt", now)
    page = admin.get("/drift").text
    assert "simulated er standset for kommunen" in page
    assert "linket er ikke godkendt" in page
    admin.post("/drift/gateway/simulated", data={"action": "resume"})
    assert session.scalars(select(Stop)).all() == []
