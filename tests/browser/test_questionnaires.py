"""The room for questionnaires in a real Chromium: accessible, nothing sideways, and recordings that are heard."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from survey import db
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Staff
from tests.browser.conftest import check, sign_in
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "recordings"
PLAYED = """each => new Promise((heard, failed) => {
    each.onended = () => heard(each.duration); each.onerror = () => failed(each.error.message); each.play() })"""
WILL_BE_HEARD = """each => { window.heard = new Promise((heard, failed) => {
    each.onended = () => heard(each.currentTime); each.onerror = () => failed(each.error.message) }) }"""
SHORT = (
    """[...document.querySelectorAll('audio')].filter(each => each.getBoundingClientRect().height < 44).length"""
)


@pytest.fixture
def page(screen: Callable[[str], Page], live: str, app: Flask, employ: Callable[..., Staff]) -> Page:
    """An administrator's browser, signed in."""
    app.config["WTF_CSRF_ENABLED"] = True
    with db.transaction() as session:
        employ(session, session.scalars(select(Municipality)).one(), "administrator")
    page = screen(live)
    sign_in(page, "administrator@stevns.dk", "/spoergeskemaer", "Spørgeskemaer")
    return page


@pytest.fixture
def version(live: str) -> int:
    """The seven statements of Opfølgning."""
    with db.transaction() as session:
        asked = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "opfoelgning")
        return session.scalars(asked).one()


@pytest.mark.parametrize("language", ["", "/da", "/ar", "/ti"])
def test_the_room_is_accessible(page: Page, version: int, language: str) -> None:
    """The overview, a version, its Danish, and a language of either direction."""
    check(page)
    page.goto(f"/spoergeskemaer/udgave/{version}{language}")
    check(page)


def test_a_next_version_is_written_refused_seen_and_published(page: Page) -> None:
    """By clicks alone; the way goes on after a mistake."""
    page.get_by_role("link", name="Ny udgave af Ydelse").click()
    check(page)
    page.get_by_label("Udsagn 6", exact=True).fill("Jeg er blevet mødt med respekt")
    page.get_by_role("button", name="Se virkningen").click()
    page.get_by_role("alert").get_by_text("Udsagn 6 er det samme som udsagn 5.").wait_for()
    check(page)
    page.get_by_label("Udsagn 6", exact=True).fill("Beskæftigelsesindsatsen er god")
    page.get_by_role("button", name="Se virkningen").click()
    page.get_by_text("Intet er udgivet endnu.").wait_for()
    check(page)
    page.get_by_role("button", name="Udgiv udgave 2").click()
    page.get_by_text("Udgave 2 er udgivet.").wait_for()
    check(page)


def test_a_translation_is_corrected_and_verified(page: Page, version: int) -> None:
    """From right to left, and then it lies fast."""
    page.goto(f"/spoergeskemaer/udgave/{version}/fa")
    page.get_by_label("Udsagn 2", exact=True).fill("")
    page.get_by_role("button", name="Gem", exact=True).click()
    page.get_by_role("alert").get_by_text("Udsagn 2 mangler.").wait_for()
    check(page)
    page.get_by_label("Udsagn 2", exact=True).fill("به پرسش‌هایم پاسخ داده شد")
    page.get_by_role("button", name="Gem", exact=True).click()
    page.get_by_text("Oversættelsen er gemt").wait_for()
    page.get_by_label("Jeg kan farsi og har læst alt").check()
    page.get_by_role("button", name="Kontrolleret").click()
    page.get_by_text("Kontrolleret af Administrator").wait_for()
    check(page)


def test_a_language_is_removed_in_two_steps(page: Page, version: int) -> None:
    """The button is out of sight until what goes with it is opened."""
    page.goto(f"/spoergeskemaer/udgave/{version}/ar")
    button = page.get_by_role("button", name="Ja, fjern arabisk")
    assert not button.is_visible()
    page.locator("summary", has_text="Fjern arabisk fra denne udgave").click()
    page.get_by_text("Det kan ikke fortrydes.").last.wait_for()
    check(page)
    button.click()
    page.get_by_text("Borgere bliver ikke længere spurgt på arabisk, men på dansk.").wait_for()


@pytest.mark.parametrize("name", ["tone.mp3", "tone.opus", "tone.m4a"])
def test_a_recording_is_uploaded_and_heard(page: Page, version: int, name: str) -> None:
    """The browser plays it to its end, with the page's policy in force; then it is taken away."""
    page.goto(f"/spoergeskemaer/udgave/{version}/da")
    page.get_by_label("Indtaling af udsagn 1").set_input_files(FOLDER / name)
    page.get_by_role("button", name="Gem indtalingen af udsagn 1").click()
    page.get_by_text("Indtalingen af udsagn 1 er gemt.").wait_for()
    check(page)
    assert page.evaluate(SHORT) == 0
    kinds = json.dumps({"tone.m4a": 'audio/mp4; codecs="mp4a.40.2"'}.get(name, ""))
    if page.evaluate(f"!{kinds} || document.createElement('audio').canPlayType({kinds}) !== ''"):
        assert 0.3 < page.locator("audio").first.evaluate(PLAYED) < 0.6
    page.get_by_role("button", name="Fjern indtalingen af udsagn 1").click()
    page.get_by_text("Udsagn 1 er uden indtaling.").wait_for()
    assert page.locator("audio").count() == 0


def test_a_citizen_hears_what_was_uploaded(
    page: Page, version: int, screen: Callable[[str], Page], live: str, link: Callable[..., str]
) -> None:
    """On their own page, in another browser, started by the keyboard, with that page's policy in force."""
    page.goto(f"/spoergeskemaer/udgave/{version}/da")
    page.get_by_label("Indtaling af udsagn 2").set_input_files(FOLDER / "tone.mp3")
    page.get_by_role("button", name="Gem indtalingen af udsagn 2").click()
    page.get_by_text("Indtalingen af udsagn 2 er gemt.").wait_for()
    citizen = screen(live)
    citizen.goto(link("Opfølgning"))
    sound = citizen.locator("fieldset", has_text="Udsagn 2 af 7").locator("audio")
    assert sound.get_attribute("aria-label") == "Hør udsagn 2"
    assert citizen.locator("audio").count() == 1
    sound.evaluate(WILL_BE_HEARD)
    sound.focus()
    citizen.keyboard.press("Space")
    assert 0.3 < citizen.evaluate("window.heard") < 0.6
    check(citizen)
