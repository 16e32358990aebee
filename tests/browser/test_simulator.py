"""The simulator's page in a real Chromium: usable on the smallest phone, and nothing axe objects to."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db, receipts, workdays
from survey.config import Settings
from survey.gateways import Letter, simulated
from survey.gateways.simulated import Simulated
from survey.models import Message, Municipality
from tests.browser import axe
from tests.survey.receiving import handed_over, report

SMALL = """[...document.querySelectorAll('a, button, input, select')]
    .filter(each => { const box = each.getBoundingClientRect(); return box.width > 1 && box.height < 44 })
    .map(each => each.outerHTML.slice(0, 80))"""
BODY = "Hvordan gik din samtale? Svar her: https://svar.stevns.dk/s/" + "a2" * 13


@pytest.fixture
def mailbox(live: str, invite: Callable[..., int], settings: Settings) -> str:
    """Two letters, one with receipts, and a number it goes wrong for: the program's address."""
    now = workdays.now()
    with db.transaction() as session:
        stevns = session.scalars(select(Municipality)).one()
        for number in (1, 2):
            arrive(session, stevns, invite(session, stevns), settings, f"+452012000{number}")
        first = session.scalars(select(Message).order_by(Message.id)).all()[0]
        events = [report(first, state) for state in ("delivered", "failed")]
        receipts.store(session, "simulated", events, now)
        receipts.process(session, now)
    simulated.set_rule(
        settings.simulator_dir, "en-meget-lang-adresse.til-borgeren@eksempel-postkasse.dk", "invalid"
    )
    return live


def arrive(session: Session, stevns: Municipality, invitation: int, settings: Settings, to: str) -> None:
    """A letter in the mailbox and the message it came of."""
    message = handed_over(session, stevns, invitation, workdays.now(), email="a@b.dk")
    Simulated(settings.simulator_dir).send(Letter(message.reference or "", "sms", to, "Stevns", "", BODY))


@pytest.fixture(params=[(320, "light"), (390, "dark"), (1280, "light"), (1280, "dark")], ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser, mailbox: str) -> Iterator[Page]:
    """The page on a small phone, a phone or a desk."""
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=mailbox, locale="da-DK"
    )
    page = context.new_page()
    page.goto("/simulator")
    yield page
    context.close()


def test_everything_can_be_read_and_hit(page: Page) -> None:
    """Axe finds nothing, nothing is wider than the screen, and every target is at least 44 px high."""
    found = axe.run(page)
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(SMALL) == []


def test_a_number_is_made_to_fail_and_a_receipt_delivered(page: Page) -> None:
    """With the words a newcomer reads, and the page tells what came of it."""
    page.get_by_label("Nummer eller adresse").fill("+4520123456")
    page.get_by_label("Hvad sker der").select_option(label="kontoen er tom")
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("status")).to_have_text("+4520123456: kontoen er tom (standser hele gatewayen).")
    letter = page.get_by_role("article", name="SMS til +4520120002")
    letter.get_by_label("Kvittering fra udbyderen").select_option(label="forfalsket: forkert underskrift")
    letter.get_by_role("button", name="Levér kvittering").click()
    expect(page.get_by_role("status")).to_contain_text("Udbyderen fik svaret 403.")
