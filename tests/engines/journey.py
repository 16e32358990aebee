"""The citizen's whole journey by the keyboard alone, in every engine, with scripts off and on: `make engines`.

Not part of `make test`: not every machine has these browsers.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from survey import db
from survey.models import Ballot, CallbackRequest
from tests.engines import chromium, firefox, webkit
from tests.engines.conftest import Row
from tests.engines.keyboard import Engine, arrive, is_checked, tab_to, until

ENGINES = {"Chromium": chromium.started, "Firefox ESR": firefox.started, "WebKitGTK": webkit.started}
PROBE = "data:text/html,<title>off</title><h1>Probe</h1><script>document.title='on'</script>"
ALERT = "document.activeElement.getAttribute('role') === 'alert' && document.title.startsWith('Fejl: ')"
ASKED = "Hvordan var din samtale?"


def opened(engine: Engine, link: str) -> None:
    """the link opens in Danish, nothing chosen"""
    engine.open(link)
    arrive(engine, ASKED)
    assert engine.ask("document.documentElement.lang") == "da"
    assert engine.ask("document.querySelectorAll(':checked').length") == 0


def begun(engine: Engine, _link: str) -> None:
    """space chooses, arrows move"""
    tab_to(engine, "s1-1")
    engine.press("Space")
    tab_to(engine, "s2-1")
    engine.press("Space", "ArrowDown")
    assert is_checked(engine, "s1-1", "s2-2")
    engine.press("ArrowUp")
    assert is_checked(engine, "s1-1", "s2-1")


def other_language(engine: Engine, _link: str) -> None:
    """English half-way, Arabic from right to left, and back: the answers are kept"""
    ways = [("English", "en", "Completely agree"), ("العربية", "ar", "أوافق تماماً"), ("Dansk", "da", "Helt enig")]
    for name, language, top in ways:
        tab_to(engine, name, "Shift+Tab" if name == "English" else "Tab")
        engine.press("Enter")
        until(engine, "[document.readyState, document.documentElement.lang]", ["complete", language])
        assert engine.ask("document.getElementById('s1-4').parentNode.textContent.trim()") == top
        assert engine.ask("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
        assert is_checked(engine, "s1-1", "s2-1")


def with_blanks(engine: Engine, _link: str) -> None:
    """blanks: the error summary has the focus, the title begins with "Fejl:", the answers are kept"""
    tab_to(engine, "Send mine svar")
    engine.press("Enter")
    until(engine, ALERT)
    assert is_checked(engine, "s1-1", "s2-1")


def to_the_blank(engine: Engine, _link: str) -> None:
    """the summary's first link leads to the first blank"""
    tab_to(engine, "Udsagn 3: Vælg et svar")
    engine.press("Enter")
    until(engine, "document.activeElement.id", "s3-1")


def completed(engine: Engine, _link: str) -> None:
    """completed with one end throughout: asked once whether that is right"""
    engine.press("Space")
    for target in ("s4-1", "s5-1"):
        tab_to(engine, target)
        engine.press("Space")
    tab_to(engine, "Send mine svar")
    engine.press("Enter")
    arrive(engine, "Er det rigtigt?")


def confirmed(engine: Engine, _link: str) -> None:
    """yes: thanks, and the offer of a call"""
    tab_to(engine, "Ja, send mine svar")
    engine.press("Enter")
    arrive(engine, "Tak for dit svar")
    assert "Vil du ringes op?" in engine.ask("document.body.textContent")


def wrong_number(engine: Engine, _link: str) -> None:
    """a wrong number: told, the focus on the summary, what was typed is kept"""
    tab_to(engine, "phone")
    engine.press(*"112")
    tab_to(engine, "Ring mig op")
    engine.press("Enter")
    until(engine, ALERT)
    assert engine.ask("document.getElementById('phone').value") == "112"


def right_number(engine: Engine, _link: str) -> None:
    """the right number: "Du bliver ringet op" """
    engine.press("Tab", "Enter")
    until(engine, "document.activeElement.id", "phone")
    engine.press("Control+a", *"20123457", "Enter")
    arrive(engine, "Du bliver ringet op")


def stored(engine: Engine, _link: str) -> None:
    """one ballot, one call at that number, no cookie"""
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1
        assert session.scalars(select(CallbackRequest.phone)).one() == "+4520123457"
    assert engine.ask("document.cookie") == ""


STEPS: tuple[Callable[[Engine, str], None], ...] = (
    *(opened, begun, other_language, with_blanks, to_the_blank),
    *(completed, confirmed, wrong_number, right_number, stored),
)


@pytest.mark.parametrize("scripts", [False, True], ids=["scripts off", "scripts on"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_whole_journey(engine: str, scripts: bool, row: Row, link: Callable[..., str]) -> None:
    """From the link to a promised call, the same in every engine."""
    row.steps = len(STEPS)
    with ENGINES[engine](scripts) as browser:
        browser.open(PROBE)
        assert browser.ask("document.title") == row.scripts, "the browser is not as it was asked to be"
        row.version, address = browser.version, link()
        for step in STEPS:
            row.at = step.__doc__ or ""
            step(browser, address)
            row.passed += 1
