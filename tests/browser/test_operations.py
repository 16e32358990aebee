"""The room for sending in a real Chromium: accessible, and never wider than the screen."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import insert, select, update

from survey import breaker, db, trials, workdays
from survey.models import GatewayState, Message, Municipality, RefusedReceipt, Staff
from tests.conftest import PASSWORD
from tests.survey.sending import queue

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


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


@pytest.fixture(params=[320, 390, 1280])
def page(request: pytest.FixtureRequest, chromium: Browser, busy: str) -> Iterator[Page]:
    """The room, entered by signing in."""
    viewport = {"width": request.param, "height": 800}
    context = chromium.new_context(viewport=viewport, base_url=busy, locale="da-DK")  # type: ignore[arg-type]  # a dict of two, as Playwright takes it
    page = context.new_page()
    page.goto("/log-ind?next=/drift")
    page.get_by_label("E-mail").fill("administrator@stevns.dk")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Udsendelse", exact=True).wait_for()
    yield page
    context.close()


def test_the_room_is_accessible_and_fits(page: Page) -> None:
    """Nothing axe objects to, and the page itself does not scroll sideways."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")


def test_a_gateway_is_resumed_and_doubt_settled_by_clicks(page: Page) -> None:
    """The alarm goes away, and the messages are no longer in doubt."""
    page.get_by_role("button", name="Genoptag simulated").click()
    page.get_by_text("udsendelsen er genoptaget").wait_for()
    assert page.get_by_text("er standset af sig selv").count() == 0
    page.get_by_text("Vælg enkelte beskeder").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Opgiv valgte").click()
    page.get_by_text("2 beskeder: opgiv.").wait_for()
    assert page.get_by_text("Ingen beskeder er i tvivl").is_visible()
