"""A municipality's colour: what WCAG says of it, and what the style sheet makes of it."""

import random
import re

import pytest

from survey import looks
from survey.looks import DARK, LIGHT
from tests.conftest import ROOT
from tests.survey.logo_files import SQUARE, a_png

CSS = (ROOT / "static" / "citizen.css").read_text("utf-8")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#949494", "#ffffff", 3.03),
        ("#595959", "#ffffff", 7.0),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
        ("#00ff00", "#ffffff", 1.37),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    """Known pairs, either way round."""
    assert round(looks.contrast(one, other), 2) == ratio
    assert looks.contrast(one, other) == looks.contrast(other, one)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("#0b5c76", "#0b5c76"), (" 0B5C76 ", "#0b5c76"), ("#abc", "#aabbcc"), ("ABC", "#aabbcc")]
    + [(wrong, None) for wrong in ("", "#", "blå", "#12345", "#1234567", "#gggggg", "rgb(1,2,3)", "#0b5c76;}")],
)
def test_a_colour_is_six_digits_and_nothing_else(typed: str, read: str | None) -> None:
    """However it is typed; what is none is None."""
    assert looks.colour(typed) == read


def test_a_refusal_tells_what_was_measured_and_what_would_do() -> None:
    """The lowest ratio, rounded down, where it is, and a colour that is not refused."""
    words = looks.refusal("#ff0000")
    assert "#ff0000 har kontrasten 3,49:1 som kant om et valgt svar" in words
    assert "mindst 4,50:1" in words
    suggested = re.findall(r"fx (#[0-9a-f]{6})", words)[0]
    assert looks.refusal(suggested) == ""


def test_a_ratio_just_below_is_not_rounded_up() -> None:
    """4,499 is too little and does not read "4,50"."""
    assert looks.shown_contrast(4.4999) == "4,49:1"


def some_colours() -> list[str]:
    """The corners, and two hundred in between."""
    rng = random.Random(1)
    corners = ["#000000", "#ffffff", "#ffff00", "#00ffff", "#ff00ff", "#767676"]
    return corners + [f"#{rng.randrange(256**3):06x}" for _ in range(200)]


def test_every_colour_has_a_darker_and_a_lighter_one_that_can_be_read() -> None:
    """On page, box, chosen answer and button, in both schemes; a colour that can be read is its own."""
    for colour in some_colours():
        darker, lighter = looks.darker(colour), looks.lightened(colour)
        assert min(looks.contrasts(darker, LIGHT).values()) >= looks.READABLE, colour
        assert min(looks.contrasts(lighter, DARK).values()) >= looks.READABLE, colour
        assert (darker == colour) == (looks.refusal(colour) == "")


def test_the_grounds_are_the_citizens_pages_own() -> None:
    """What is measured against is what citizen.css lays the colour on."""
    light, dark = CSS.split("prefers-color-scheme: dark", 1)
    for part, scheme in ((light, LIGHT), (dark, DARK)):
        said = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]+)", part.split("}")[0]))
        assert looks.colour(said["paper"]) == scheme.paper
        assert looks.colour(said["card"]) == scheme.card
        assert looks.colour(said["on-deed"]) == scheme.on_deed
    assert f"--deed: {looks.USUAL}" in CSS


def test_the_sheet_is_ours_with_a_small_end() -> None:
    """One file: the citizen's sheet, then the colour in both schemes and the logo."""
    sheet, ours = looks.style_sheet(CSS, "#7a003c", SQUARE), looks.style_sheet(CSS, None, None)
    assert sheet.startswith(ours)
    end = sheet[len(ours) :]
    assert "--deed:#7a003c" in end
    assert "(prefers-color-scheme:dark){:root{--deed:#" in end
    assert 'url("data:image/svg+xml;base64,' in end
    assert "print{header::before{display:none}}" in end
    assert len(end) - len(SQUARE) * 4 / 3 < 1000


def test_a_lean_sheet_says_the_same() -> None:
    """Comments and white space go, but for the space that makes another selector; what is lean stays as it is."""
    written = '/* Two\n lines. */\nlabel :checked, nav > a {\n  margin: 0 auto;\n  font: 1em "A B", serif;\n}\n'
    assert looks.lean(written) == 'label :checked,nav>a{margin:0 auto;font:1em "A B",serif}'
    assert looks.lean(looks.lean(CSS)) == looks.lean(CSS)


def test_a_wide_logo_keeps_its_shape_in_the_room_there_is() -> None:
    """600 × 100 is as wide as the room, 100 × 100 as high."""
    assert "width:7.000rem;height:1.167rem;" in looks.style_sheet("", None, a_png(600, 100))
    assert "width:2.250rem;height:2.250rem;" in looks.style_sheet("", None, a_png(100, 100))


def test_a_look_is_named_by_what_it_is_made_of() -> None:
    """Colour, logo and type each make another name; none has no name."""
    made = [
        ("#7a003c", None, None),
        ("#7a003d", None, None),
        (None, SQUARE, "image/svg+xml"),
        (None, b"-", "image/png"),
    ]
    names = [looks.name(*each) for each in made]
    assert len(set(names)) == 4
    assert all(re.fullmatch("[0-9a-f]{16}", str(name)) for name in names)
    assert looks.name(None, None, None) is None
    assert looks.edition(CSS) != looks.edition(CSS + "b{}")


def test_a_preview_can_be_held_to_one_scheme() -> None:
    """Dark whatever the reader prefers, and light likewise."""
    dark, light = (looks.in_scheme(CSS, dark=each) for each in (True, False))
    assert "color-scheme: dark;" in dark
    assert "@media all {" in dark
    assert "color-scheme: light;" in light
    assert "@media not all {" in light
