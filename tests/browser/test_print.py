"""What comes out of a printer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from survey import db
from survey.models import Municipality


@pytest.mark.parametrize("more", [False, True], ids=["statements alone", "what it is about and a comment too"])
def test_the_longest_questionnaire_is_one_page_of_paper(
    chromium: Browser, link: Callable[..., str], more: bool
) -> None:
    """Seven statements and all a municipality may ask beside them, on A4."""
    address = link("Opfølgning")
    with db.transaction() as session:
        session.execute(update(Municipality).values(asks_tag=more, asks_comment=more))
    page = chromium.new_page(locale="da-DK")
    page.goto(address)
    assert page.locator("fieldset").count() == 7 + more
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
