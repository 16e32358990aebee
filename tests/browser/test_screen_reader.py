"""What is heard by whoever listens to the citizen's pages, in the order it is heard."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hearing import heard
from tests.conftest import ROOT

HEARD = ROOT / "tests" / "data" / "heard"
"""One file a page. `TILFREDS_LISTEN=1` writes them anew: whoever does reads them aloud before keeping them."""
LISTEN = os.environ.get("TILFREDS_LISTEN") == "1"

FOCUSED = "[role=alert]:focus"
"""The summary, once it has the focus: that comes a moment after the page."""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on which no script runs."""
    context = chromium.new_context(java_script_enabled=False, locale="da-DK")
    yield context.new_page()
    context.close()


def check_heard(page: Page, name: str) -> None:
    """The same is heard as when somebody last listened."""
    said, file = heard(page), HEARD / f"{name}.txt"
    if LISTEN:
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8")


def choose(page: Page, *points: int) -> None:
    """Choose a point a statement, and send."""
    for position, point in enumerate(points, 1):
        page.locator(f"#s{position}-{point}").check()
    with page.expect_navigation(wait_until="load"):
        page.locator("form button").first.click()


def test_the_questionnaire(page: Page, link: Callable[..., str]) -> None:
    """Who asks, what it is about, then each statement with its place, its points and what is chosen."""
    page.goto(link())
    check_heard(page, "questionnaire")


def test_what_is_missing(page: Page, link: Callable[..., str]) -> None:
    """The title says "Fejl:", the summary has the focus, and each blank group says what is wrong with it."""
    page.goto(link())
    choose(page, 4, 3)
    page.locator(FOCUSED).wait_for()
    check_heard(page, "missing")


def test_the_question_whether_that_is_right(page: Page, link: Callable[..., str]) -> None:
    """What was chosen, and two buttons."""
    page.goto(link())
    choose(page, 4, 4, 4, 4, 4)
    check_heard(page, "confirm")


def test_the_form_for_a_call(page: Page, link: Callable[..., str]) -> None:
    """What the caseworker will see, then the field with what is wrong in it."""
    page.goto(f"{link()}/opkald")
    page.locator("#phone").fill("112")
    with page.expect_navigation(wait_until="load"):
        page.locator("#call button").click()
    page.locator(FOCUSED).wait_for()
    check_heard(page, "callback")


@pytest.mark.parametrize("path", ["", "/opkald"], ids=["questionnaire", "callback"])
def test_in_arabic(page: Page, link: Callable[..., str], path: str) -> None:
    """The same in Arabic, and not a word of Danish but the names of the languages and of the municipality."""
    page.goto(f"{link()}{path}?sprog=ar")
    assert (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("dir")) == ("ar", "rtl")
    check_heard(page, f"{'callback' if path else 'questionnaire'}_ar")
