"""What comes out of a printer."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser


def test_the_longest_questionnaire_is_one_page_of_paper(chromium: Browser, link: Callable[..., str]) -> None:
    """Seven statements, A4, nothing wanted of whoever presses print; no text so small that it cannot be read."""
    page = chromium.new_page(locale="da-DK")
    page.goto(link("Opfølgning"))
    assert page.locator("fieldset").count() == 7
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    page.emulate_media(media="print")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('legend, label, p')]"
        ".map(each => parseFloat(getComputedStyle(each).fontSize)))"
    )
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    assert smallest >= 8
