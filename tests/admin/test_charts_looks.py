"""The looks of charts: the style sheet and the table for drawings that stand alone agree, and all can be seen."""

import re
from functools import cache

import pytest

from admin.charts.palette import LOOKS, TEXT
from tests.conftest import ROOT

FIGURES = ("dot", "alarm", "ring", "unshown", "interval", "step", "low2", "low1", "middle", "high1", "high2")
LINES = ("target", "centre", "break", "limit", "bound", "zero", "rim", "trace", "span", "notch", "axis")
VERDICTS = ("good", "poor", "open", "half", "rise", "sink", "still")
WORDS = ("mark", "none", "aim", "said", "figure", "name", "count")
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
Declared = dict[str, str]


def _declared(body: str) -> Declared:
    found = (each.partition(":") for each in body.split(";") if each.strip())
    return {name.strip(): value.strip() for name, _, value in found}


@cache
def rules(scheme: str) -> dict[str, Declared]:
    """What each selector declares, in both style sheets, in one colour scheme; nothing of other media."""
    text = "".join((ROOT / "static" / name).read_text("utf-8") for name in ("staff.css", "dashboard.css"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    blocks = re.compile(r"(@[^{]+)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")
    dark = "".join(body for media, body in blocks.findall(text) if "prefers-color-scheme: dark" in media)
    found: dict[str, Declared] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", blocks.sub("", text) + dark * (scheme == "dark")):
        for selector in selectors.split(","):
            found.setdefault(selector.strip(), {}).update(_declared(body))
    return found


def colour(value: str, scheme: str) -> str:
    """A colour with its variables replaced."""
    names = rules(scheme)[":root"] | rules(scheme)[".chart"]
    while found := re.fullmatch(r"var\((--[\w-]+)\)", value):
        value = names[found[1]]
    return value


def look(name: str, scheme: str = "light") -> Declared:
    """What the style sheet says of a look, without units."""
    said = rules(scheme)[f".glyph .{name}" if name in VERDICTS else f".chart .{name}"]
    return {key: colour(value.removesuffix("px"), scheme) for key, value in said.items()}


def luminance(hexes: str) -> float:
    """How light a colour is, by WCAG: what is left of it in greyscale."""
    parts = [int(hexes[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' lightness, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "key"])
def test_the_style_sheet_and_the_table_agree(name: str) -> None:
    """In light colours a page and a report look alike: every attribute of every look."""
    said = {key: value.lstrip("0") for key, value in look(name).items()}
    assert said == {key: value.lstrip("0") for key, value in LOOKS[name].items()}


def test_words_without_a_look_of_their_own_agree_too() -> None:
    """Colour and size of all text."""
    said = rules("light")[".chart text"]
    assert colour(said["fill"], "light") == TEXT["fill"]
    assert said["font"].startswith(f"{TEXT['font-size']}px/")


@SCHEMES
@pytest.mark.parametrize("name", [*FIGURES, *LINES, *VERDICTS])
def test_every_figure_and_line_can_be_seen_in_greyscale(name: str, scheme: str) -> None:
    """At least 3:1 against the card, by its surface or, where that is the card's, by its outline."""
    card, said = colour("var(--card)", scheme), look(name, scheme)
    seen = [said[part] for part in ("fill", "stroke") if said.get(part, "none") not in ("none", card)]
    assert max(contrast(each, card) for each in seen) >= 3


@SCHEMES
@pytest.mark.parametrize("ground", ["--card", "--tint"])
def test_lines_can_be_seen_on_the_band_too(ground: str, scheme: str) -> None:
    """Target, level, dots and warnings cross the pale band."""
    for name in ("target", "centre", "trace", "rim", "dot", "alarm", "ring", "span"):
        said = look(name, scheme)
        shown = said["fill"] if said["fill"] != "none" else said["stroke"]
        assert contrast(shown, colour(f"var({ground})", scheme)) >= 3, name


@SCHEMES
@pytest.mark.parametrize("name", WORDS)
def test_all_words_can_be_read(name: str, scheme: str) -> None:
    """At least 4.5:1 on the card."""
    said = look(name, scheme).get("fill", colour(rules(scheme)[".chart text"]["fill"], scheme))
    assert contrast(said, colour("var(--card)", scheme)) >= 4.5


@SCHEMES
@pytest.mark.parametrize(
    ("ground", "words"),
    [("low2", "on-deep"), ("high2", "on-deep"), ("low1", "on-pale"), ("high1", "on-pale"), ("middle", "on-pale")],
)
def test_counts_can_be_read_on_their_bars(ground: str, words: str, scheme: str) -> None:
    """At least 4.5:1."""
    assert contrast(look(words, scheme)["fill"], look(ground, scheme)["fill"]) >= 4.5


@SCHEMES
@pytest.mark.parametrize("side", ["low", "high"])
def test_neighbours_on_one_side_can_be_told_apart_in_greyscale(side: str, scheme: str) -> None:
    """The end of the scale at least twice as far from the card as what lies next to the middle."""
    assert contrast(look(f"{side}2", scheme)["fill"], look(f"{side}1", scheme)["fill"]) >= 2.5


def test_no_look_is_of_a_class_nobody_draws() -> None:
    """Every look of the table is asked for by name somewhere in the drawings."""
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "admin" / "charts").glob("[!p]*.py"))
    sources += (ROOT / "admin" / "charts" / "points.py").read_text("utf-8")
    sources += (ROOT / "admin" / "charts" / "paper.py").read_text("utf-8")
    assert [name for name in LOOKS if f'"{name}"' not in sources] == []
