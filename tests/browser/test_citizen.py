"""The citizen's way in a real Chromium with scripts switched off."""

import os
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update

from survey import codes, db, languages, looks
from survey.models import CallbackRequest, Link
from tests.browser import axe
from tests.browser.citizens_way import every_page
from tests.checking import check_html
from tests.conftest import ROOT

WIDTHS = (320, 390, 1280)
WHOLE = os.environ.get("TILFREDS_WHOLE") == "1"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FROM_THE_RIGHT = "ar"
ALWAYS = ("questionnaire", "something is missing", "thank-you with the offer")
"""What axe looks at in every language: other pages differ in their words alone, which Danish and Arabic cover."""
SMALL_TARGETS = """
() => [...document.querySelectorAll('a, button, label, input[type=tel], input[type=text]')]
    .filter(e => !e.matches('.over, [aria-hidden], p > a:not([class])'))
    .map(e => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""
TEXT_SIZE = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
RULES_READ = """
text => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return [...sheet.cssRules].map(rule => rule.cssText);
}
"""
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """The page of a Danish phone on which no script runs."""
    context = chromium.new_context(
        java_script_enabled=False, locale="da-DK", viewport={"width": 390, "height": 800}
    )
    yield context.new_page()
    context.close()


def answer(page: Page, *points: int) -> None:
    """Choose a point a statement, by tapping its words, and send."""
    for position, point in enumerate(points, 1):
        page.locator(f"label:has(#s{position}-{point})").click()
    page.get_by_role("button", name="Send mine svar").click()


def test_a_citizen_answers_and_asks_to_be_called(page: Page, link: Callable[..., str]) -> None:
    """From link to confirmation without a script or a cookie."""
    page.goto(link())
    answer(page, 4, 4, 4, 2, 4)
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"
    page.get_by_text("Om formiddagen").click()
    page.get_by_role("button", name="Ring mig op").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Du bliver ringet op"
    assert page.context.cookies() == []
    with db.transaction() as session:
        assert session.scalars(select(CallbackRequest.wished_time)).one() == "Om formiddagen"


def test_what_is_missing_gets_the_focus(page: Page, link: Callable[..., str]) -> None:
    """The summary has the focus, its link leads to the statement, and the second button sends the rest blank."""
    page.goto(link())
    answer(page, 4, 3)
    assert page.title().startswith("Fejl: ")
    assert page.locator(":focus").get_attribute("role") == "alert"
    assert page.locator("#s2-3").is_checked()
    page.get_by_role("link", name="Udsagn 4: Vælg et svar").click()
    assert page.locator(":focus").get_attribute("id") == "s4-1"
    page.get_by_role("button", name="Send uden at svare på resten").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"


def speak(page: Page, name: str, code: str) -> None:
    """Choose another language in the row of them."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()
    assert page.locator("html").get_attribute("lang") == code


def test_another_language_keeps_what_is_filled_in(page: Page, live: str, link: Callable[..., str]) -> None:
    """Also where the page answers a form: after a mistake, at the question, at the thanks, and by a code."""
    page.goto(link())
    answer(page, 4, 3)
    speak(page, "English", "en")
    assert page.locator("#s2-3").is_checked()
    speak(page, "Dansk", "da")
    answer(page, 4, 4, 4, 4, 4)
    speak(page, "English", "en")
    page.get_by_role("button", name="Yes, send my answers").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you for your answer"
    page.goto(link())
    answer(page, 4, 4, 4, 2, 4)
    page.locator("#phone").fill("112")
    speak(page, "English", "en")
    assert page.locator("#phone").input_value() == "112"
    with page.expect_navigation():
        page.get_by_role("button", name="Call me").click()
    assert page.title().startswith("Error: ")
    speak(page, "Dansk", "da")
    assert page.locator("#phone").input_value() == "112"
    page.goto(f"{live}/svar")
    page.get_by_label("Din kode").fill("7KXM")
    page.get_by_role("button", name="Videre").click()
    speak(page, "English", "en")
    assert page.locator("#code").input_value() == "7KXM"


def test_the_keyboard_suffices(page: Page, link: Callable[..., str]) -> None:
    """Tab to a group, space to choose, arrows to move, enter to send."""
    page.goto(link())
    for _ in languages.NAMES:  # the eight other languages and who can see it, before the first statement
        page.keyboard.press("Tab")
    for _ in range(5):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"


def look_at(page: Page, name: str, widths: Sequence[int] = WIDTHS, *, by_axe: bool = True) -> int:
    """Nothing found by axe, no target under 44 px, no sideways scroll; how often axe was run."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SMALL_TARGETS) == [], f"{name} at {width}"
        assert page.evaluate(WIDER) <= 0, f"{name} at {width}"
        if by_axe:
            found = axe.run(page, RULES)
            assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
    return len(widths) if by_axe else 0


@pytest.fixture(params=["light", "dark"])
def unguarded(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page that lets axe in past the policy, for it is a script itself."""
    context = chromium.new_context(color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_every_page_is_accessible(unguarded: Page, live: str, link: Callable[..., str]) -> None:
    """In both schemes, on small and large screens, and valid HTML."""
    runs = 0
    for name in every_page(unguarded, live, link):
        runs += look_at(unguarded, name)
        check_html(unguarded.content())
    print(f"da: axe ran {runs} times, 0 findings")
    assert runs >= 3 * 28, "every page was looked at"


@pytest.mark.parametrize("unguarded", ["light", "dark"] if WHOLE else ["light"], indirect=True)
@pytest.mark.parametrize("language", [name for name in languages.NAMES if name != "da"])
def test_every_page_is_accessible_in_every_language(
    unguarded: Page, live: str, link: Callable[..., str], language: str
) -> None:
    """On the smallest screen (`make axe`: on all, in both schemes), and valid HTML in the language asked for.

    Axe looks at every page from the right and at those of ALWAYS from the left (`make axe`: at every page).
    """
    runs, names = 0, []
    for name in every_page(unguarded, live, link, language):
        by_axe = WHOLE or language == FROM_THE_RIGHT or name in ALWAYS
        runs += look_at(unguarded, f"{name} in {language}", WIDTHS if WHOLE else WIDTHS[:1], by_axe=by_axe)
        check_html(unguarded.content())
        assert unguarded.locator("html").get_attribute("lang") == language, name
        names.append(name)
    print(f"{language}: axe ran {runs} times, 0 findings")
    assert len(names) >= 28, "every page was looked at"
    assert set(ALWAYS) < set(names)


def sideways_at_twice_the_size(page: Page) -> int:
    """Px by which the page is wider than a phone when its text is as large as 200 % makes it."""
    page.set_viewport_size({"width": 390, "height": 800})
    usual = page.evaluate(TEXT_SIZE)
    page.add_style_tag(content="html { font-size: 225% !important; }")
    assert page.evaluate(TEXT_SIZE) == 2 * usual == 36
    return int(page.evaluate(WIDER))


@pytest.mark.parametrize("unguarded", ["light"], indirect=True)
def test_text_twice_as_large_is_never_wider_than_a_phone(
    unguarded: Page, live: str, link: Callable[..., str]
) -> None:
    """Every page in Danish."""
    wide = {name: sideways_at_twice_the_size(unguarded) for name in every_page(unguarded, live, link)}
    assert {name: px for name, px in wide.items() if px > 0} == {}
    assert len(wide) >= 28, "every page was looked at"


@pytest.mark.parametrize("unguarded", ["light"], indirect=True)
def test_a_questionnaire_twice_as_large_is_never_wider_than_a_phone(
    unguarded: Page, link: Callable[..., str]
) -> None:
    """In all nine languages, from either side."""
    wide, address = {}, link("Opfølgning")
    for language in languages.NAMES:
        unguarded.goto(f"{address}?sprog={language}")
        assert unguarded.locator("html").get_attribute("lang") == language
        wide[language] = sideways_at_twice_the_size(unguarded)
    assert {language: px for language, px in wide.items() if px > 0} == {}
    assert len(wide) == 9


def test_a_code_is_typed_instead_of_a_link(page: Page, app: Flask, live: str, link: Callable[..., str]) -> None:
    """Small letters without dashes lead to the questionnaire; what is wrong with a slip is said at the field."""
    code = codes.draw()
    link()
    with db.transaction() as session:
        session.execute(update(Link).values(token_hash=codes.code_hash(app.config["CODE_KEY"], code)))
    page.goto(f"{live}/svar")
    page.get_by_label("Din kode").fill(code[1] + code[:1] + code[2:] + "2")
    page.get_by_role("button", name="Videre").click()
    assert page.locator(":focus").get_attribute("role") == "alert"
    assert "Koden har 9 tegn" in page.get_by_role("alert").inner_text()
    page.get_by_label("Din kode").fill(code.lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{live}/s/{code}"
    answer(page, 4, 4, 3, 4, 4)
    assert page.get_by_role("heading", level=1).inner_text() == "Tak for dit svar"
    assert page.context.cookies() == []


def test_a_page_is_two_requests_under_fourteen_kilobytes(chromium: Browser, link: Callable[..., str]) -> None:
    """The page and its style sheet, nothing refused by the policy, nothing from elsewhere.

    In the language that takes most bytes; `tests/survey/test_weight.py` weighs all, with heads.
    """
    page = chromium.new_page()
    sizes, complaints = [], []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{link('Opfølgning')}?sprog=uk", wait_until="networkidle")
    assert complaints == []
    assert len(sizes) == 2
    assert sum(sizes) < 14 * 1024
    page.close()


def test_the_lean_sheet_is_read_as_the_one_that_is_written(chromium: Browser) -> None:
    """Rule for rule."""
    written = (ROOT / "static" / "citizen.css").read_text("utf-8")
    page = chromium.new_page()
    meant, sent = (page.evaluate(RULES_READ, text) for text in (written, looks.lean(written)))
    page.close()
    assert len(meant) > 60
    assert sent == meant
