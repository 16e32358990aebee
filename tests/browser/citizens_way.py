"""Every page a citizen can meet, opened in a browser one after the other, in any language."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Page
from sqlalchemy import update

from survey import db
from survey.models import Invitation, Municipality

NOT_FOUND = "a" * 26
SEND = "main form button"


def expire() -> None:
    """Let every link be expired."""
    gone = datetime.now(UTC) - timedelta(days=1)
    with db.transaction() as session:
        session.execute(update(Invitation).values(expires_at=gone, sent_week=date(2021, 5, 10)))


def choose(page: Page, *points: int) -> None:
    """Choose a point a statement, by tapping its words."""
    for position, point in enumerate(points, 1):
        page.locator(f"label:has(#s{position}-{point})").click()


def send(page: Page, nth: int = 0) -> None:
    """Press a button of the page's form, the first unless told."""
    with page.expect_navigation(wait_until="load"):
        page.locator(SEND).nth(nth).click()


def every_page(page: Page, live: str, link: Callable[..., str], language: str = "da") -> Iterator[str]:
    """Open each page in `language` and name it: start, errors, the question, thanks, the call, every dead end."""
    spoken = f"sprog={language}"
    yield from _answered(page, link("Opfølgning"), spoken)
    yield from _content(page, link(), spoken)
    with db.transaction() as session:
        session.execute(update(Municipality).values(asks_tag=True, asks_comment=True))
    page.goto(f"{link()}?{spoken}")
    yield "questionnaire with a comment"
    choose(page, 1, 2, 3, 4, 0)
    page.locator("textarea").fill("x" * 1001)
    send(page)
    yield "comment too long"
    yield from _left_in_peace(page, link(), spoken)
    yield from _without_a_link(page, live, spoken)


def _answered(page: Page, address: str, spoken: str) -> Iterator[str]:
    page.goto(f"{address}?{spoken}")
    yield "questionnaire"
    choose(page, 1)
    send(page)
    yield "something is missing"
    choose(page, 1, 2, 3, 4, 0, 3, 2)
    send(page)
    yield "thank-you with the offer"
    page.locator("#phone").fill("112")
    send(page)
    yield "wrong number"
    page.locator("#phone").fill("20123457")
    send(page)
    yield "to be called"
    for path, name in (("/opkald", "asked already"), ("", "answered"), ("/opkald/fortryd", "no call?")):
        page.goto(f"{address}{path}?{spoken}")
        yield name
    send(page)
    yield "no call"


def _content(page: Page, address: str, spoken: str) -> Iterator[str]:
    for path in ("/opkald", "/privatliv"):
        page.goto(f"{address}{path}?{spoken}")
        yield path
    page.goto(f"{address}?{spoken}")
    choose(page, 4, 4, 4, 4, 4)
    send(page)
    yield "is that right?"
    send(page)
    yield "thank-you"
    page.goto(f"{address}?{spoken}")
    yield "answered, may ask"


def _left_in_peace(page: Page, late: str, spoken: str) -> Iterator[str]:
    expire()
    page.goto(f"{late}?{spoken}")
    yield "expired"
    page.goto(f"{late}/afmeld?{spoken}")
    yield "no more?"
    send(page)
    yield "no more"
    send(page)
    yield "welcome back"


def _without_a_link(page: Page, live: str, spoken: str) -> Iterator[str]:
    page.goto(f"{live}/svar?{spoken}")
    yield "code"
    page.locator("#code").fill("7KXM-4PQO")
    send(page)
    yield "wrong code"
    unknown = (f"s/{NOT_FOUND}", "s/kort", "s/a/b", "nowhere")
    for path in ("er-beskeden-aegte", "privatliv", "was", *unknown):
        page.goto(f"{live}/{path}?{spoken}")
        yield path
