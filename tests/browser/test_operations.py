"""The room for sending in a real Chromium: accessible, and never wider than the screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import insert, select, update

from survey import breaker, db, trials, workdays
from survey.models import GatewayState, Message, Municipality, RefusedReceipt, Staff
from tests.browser.conftest import check, sign_in
from tests.survey.sending import queue


@pytest.fixture
def busy(live: str, employ: Callable[..., Staff]) -> str:
    """Stevns with messages waiting, sent and in doubt, a stopped gateway and a trial message: the address."""
    now = workdays.now()
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        person = employ(session, stevns, "administrator")
        ids = [message.id for message in queue(session, stevns, now, 6)]
        handled = {"claimed_at": now, "claimed_by": 1, "gateway": "simulated"}
        doubt = {"state": "unknown", "reason": "ingen kvittering i tre døgn"}
        session.execute(update(Message).where(Message.id.in_(ids[:2])).values(**handled, **doubt))
        sent = {"state": "sent", "sent_at": now}
        session.execute(update(Message).where(Message.id.in_(ids[2:4])).values(**handled, **sent))
        breaker.trouble(session, "simulated", "kontoen mangler kredit", now, at_once=True)
        session.execute(update(GatewayState).values(credit=17, currency="DKK", credit_at=now))
        session.execute(insert(RefusedReceipt).values(gateway="simulated", day=now.date(), wrong="forged", n=3))
        trials.ask(session, stevns.id, channel="sms", address="+4520123456", staff_id=person.id, now=now)
    return live


@pytest.fixture
def page(screen: Callable[[str], Page], busy: str) -> Page:
    """The room, entered by signing in."""
    page = screen(busy)
    sign_in(page, "administrator@stevns.dk", "/drift", "Udsendelse")
    return page


def test_the_room_is_accessible_and_fits(page: Page) -> None:
    """At every width, with everything that may be on it."""
    check(page)


def test_a_gateway_is_resumed_and_doubt_settled_by_clicks(page: Page) -> None:
    """The alarm goes away, and the messages are no longer in doubt."""
    page.get_by_role("button", name="Genoptag simulated").click()
    page.get_by_text("udsendelsen er genoptaget").wait_for()
    assert page.get_by_text("er standset af sig selv").count() == 0
    page.get_by_text("Vælg enkelte beskeder").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Opgiv valgte").click()
    page.get_by_text("2 beskeder er opgivet.").wait_for()
    assert page.get_by_text("Ingen beskeder er i tvivl").is_visible()
