"""What comes out of a printer."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser
from sqlalchemy import update

from survey import db, languages
from survey.models import Municipality


def test_the_longest_questionnaire_is_one_page_of_paper_in_every_language(
    chromium: Browser, link: Callable[..., str]
) -> None:
    """Seven statements and all a municipality may ask beside them, on A4."""
    address = link("Opfølgning")
    with db.transaction() as session:
        session.execute(update(Municipality).values(asks_tag=True, asks_comment=True))
    page = chromium.new_page(locale="da-DK")
    pages = {}
    for language in languages.NAMES:
        page.goto(f"{address}?sprog={language}")
        assert page.locator("fieldset").count() == 8
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        pages[language] = len(re.findall(rb"/Type\s*/Page\b", paper))
    page.close()
    assert pages == dict.fromkeys(languages.NAMES, 1)
