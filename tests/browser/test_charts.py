"""Charts in a real Chromium: accessible, labels apart in the real font, under the strictest content policy."""

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from admin import charts
from admin.charts import Verdict, glyph
from tests.chart_examples import every
from tests.conftest import ROOT

ADDRESS = "http://charts.test"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'",
}
SHEETS = ("staff.css", "dashboard.css")
SHOWN = (
    "() => [...document.querySelectorAll('svg.chart')].filter(e => e.checkVisibility()).map(e => e.classList[1])"
)
WIDER = "() => document.documentElement.scrollWidth - innerWidth"
SMALLEST = """
() => Math.min(...[...document.querySelectorAll('svg text')].filter(e => e.checkVisibility())
    .map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a))
"""
WORDS = """
svg => [...svg.querySelectorAll('text')].map(e => {
    const { x, y, width, height } = e.getBBox(), { e: right, f: down, a } = e.getCTM(), own = svg.getCTM()
    const left = x + (right - own.e) / a, top = y + (down - own.f) / a
    return [e.textContent, left, top + height * .15, left + width, top + height * .8]
})
"""

COLOURS = """
() => [...document.querySelectorAll('.chart :is(circle, rect, path, line, polyline):not(.band), .glyph *')]
    .map(e => [getComputedStyle(e).fill, getComputedStyle(e).stroke])
"""


def page_of_charts() -> str:
    """Every example with its heading, and every verdict beside its words."""
    sheets = "".join(f'<link rel="stylesheet" href="/{name}">' for name in SHEETS)
    figures = "".join(
        f'<figure class="card"><h2>{name}</h2>{charts.on_page(chart)}</figure>' for name, chart in every().items()
    )
    verdicts = "".join(f"<p>{glyph(each)} {glyph(each, beside_words=True)} {each.value}</p>" for each in Verdict)
    return (
        f'<!doctype html><html lang="da"><head><title>Diagrammer</title>{sheets}'
        '<meta name="viewport" content="width=device-width"></head>'
        f"<body><main><h1>Diagrammer</h1>{verdicts}{figures}</main></body></html>"
    )


def serve(route: Route) -> None:
    """The page under its policy, the real style sheets, and nothing else."""
    name = route.request.url.removeprefix(f"{ADDRESS}/")
    if name in SHEETS:
        route.fulfill(path=ROOT / "static" / name, content_type="text/css")
    elif name == "":
        route.fulfill(body=page_of_charts(), headers=HEADERS)
    else:
        route.fulfill(status=204)


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`opened(width, **more)` is the page of charts on such a screen; it fails on any complaint in the console."""
    contexts, complaints = [], list[str]()

    def opens(width: int, **more: object) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, locale="da-DK", **more))  # type: ignore[arg-type]  # names Playwright knows
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.route("**/*", serve)
        page.goto(f"{ADDRESS}/")
        return page

    yield opens
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_the_charts(opened: Callable[..., Page], width: int, scheme: str) -> None:
    """Axe finds nothing, nothing is wider than the screen, no policy is broken, and a picture can be taken."""
    page = opened(width, color_scheme=scheme)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate(WIDER) <= 0
    pictures = [figure.screenshot() for figure in page.locator("figure").all()]
    assert len(set(pictures)) == len(every())


@pytest.mark.parametrize(("width", "name"), [(390, "narrow"), (1280, "wide")])
def test_each_screen_gets_its_own_drawing(opened: Callable[..., Page], width: int, name: str) -> None:
    """A phone the narrow ones, a desk the wide ones, and no small print under ten pixels on either."""
    page = opened(width)
    assert page.evaluate(SHOWN) == [name] * len(every())
    assert page.evaluate(SMALLEST) >= 10


def test_a_narrow_column_of_a_desk_gets_the_narrow_drawing(opened: Callable[..., Page]) -> None:
    """The room there is decides, not the screen."""
    page = opened(1280)
    page.evaluate("() => { document.querySelector('main').style.maxWidth = '30rem' }")
    assert page.evaluate(SHOWN) == ["narrow"] * len(every())


@pytest.mark.parametrize("width", [390, 1280])
def test_no_words_meet_in_the_real_font(opened: Callable[..., Page], width: int) -> None:
    """As the browser measures them, and all inside their drawing."""
    page = opened(width)
    for drawing in page.locator("svg.chart:visible").all():
        words = drawing.evaluate(WORDS)
        met = [(a[0], b[0]) for a, b in combinations(words, 2) if _meet(a[1:], b[1:])]
        assert met == []
        first, _top, wide, _high = map(float, (drawing.get_attribute("viewBox") or "").split())
        assert [word for word, left, _y, right, _b in words if left < first or right > first + wide] == []


def _meet(one: list[float], other: list[float]) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_every_mark(opened: Callable[..., Page], scheme: str) -> None:
    """Where the reader chooses two colours, every surface or its outline is the one that is not the ground."""
    page = opened(1280, forced_colors="active", color_scheme=scheme)
    ground = page.evaluate("() => getComputedStyle(document.querySelector('.card')).backgroundColor")
    colours = page.evaluate(COLOURS)
    assert [each for each in colours if set(each) <= {ground, "none"}] == []


def test_paper_gets_the_wide_drawings(opened: Callable[..., Page]) -> None:
    """Whatever the screen was."""
    page = opened(390)
    page.emulate_media(media="print")
    assert page.evaluate(SHOWN) == ["wide"] * len(every())
