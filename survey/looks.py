"""A municipality's colour and logo as a style sheet, and whether the colour can be read.

Contrast is WCAG 2.2's: (L1 + 0,05) / (L2 + 0,05), L the relative luminance of the lighter and the darker colour
(w3.org/TR/WCAG22, "contrast ratio" and "relative luminance"). Colours are "#rrggbb" in small letters.
"""

import base64
import colorsys
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from survey import logos

READABLE = 4.5
"""The least contrast of text, WCAG 2.2 criterion 1.4.3 (AA)."""
USUAL = "#0b5c76"
"""The colour of citizen.css, where a municipality has none of its own."""
LOGO_HEIGHT, LOGO_WIDTH = 2.25, 7.0
"""The most room for a logo beside the municipality's name, in rem."""
_COLOUR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_STEP = 0.005


@dataclass(frozen=True)
class Scheme:
    """What citizen.css lays the colour on: page, box, text on it; `tint` of it is under a chosen answer."""

    paper: str
    card: str
    on_deed: str
    tint: float


LIGHT = Scheme(paper="#ffffff", card="#f3f6f8", on_deed="#ffffff", tint=0.08)
DARK = Scheme(paper="#14191d", card="#1e262c", on_deed="#0d1a20", tint=0.2)


# Colours -------------------------------------------------------------------------------------------------


def colour(text: str) -> str | None:
    """`text` ("0B5C76", "#abc", …) as "#rrggbb"; None when it is no colour."""
    found = _COLOUR.fullmatch(text.strip().lower())
    if not found:
        return None
    digits = found[1]
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def luminance(of: str) -> float:
    """Relative luminance (WCAG 2.2), 0 for black to 1 for white."""
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (part / 255 for part in _parts(of))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2): 1 to 21, unrounded."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def shown_contrast(ratio: float) -> str:
    """A contrast ratio in Danish, rounded down, so that 4,499 is no "4,5:1"."""
    return f"{floor(ratio * 100) / 100:.2f}:1".replace(".", ",")


def chosen(of: str, scheme: Scheme) -> str:
    """The ground of a chosen answer: a tint of the colour."""
    pairs = zip(_parts(scheme.paper), _parts(of), strict=True)
    return _hex([paper + (part - paper) * scheme.tint for paper, part in pairs])


def contrasts(of: str, scheme: Scheme = LIGHT) -> dict[str, float]:
    """The contrast of the colour wherever it meets another, by place in Danish."""
    return {
        "som tekst på sidens bund": contrast(of, scheme.paper),
        "som tekst på en boks": contrast(of, scheme.card),
        "som kant om et valgt svar": contrast(of, chosen(of, scheme)),
        "bag teksten på en knap": contrast(of, scheme.on_deed),
    }


def is_readable(of: str, scheme: Scheme = LIGHT) -> bool:
    """Is the colour's contrast enough everywhere?"""
    return min(contrasts(of, scheme).values()) >= READABLE


def refusal(of: str) -> str:
    """Why the colour cannot be used, in Danish with what was measured and what would do; "" when it can."""
    measured = contrasts(of)
    place = min(measured, key=measured.__getitem__)
    if measured[place] >= READABLE:
        return ""
    return (
        f"Farven {of} har kontrasten {shown_contrast(measured[place])} {place}, og der skal være mindst "
        f"{shown_contrast(READABLE)}, ellers kan mange ikke læse den. Vælg en mørkere farve, fx {darker(of)}."
    )


def darker(of: str) -> str:
    """The nearest darker colour of the same hue that can be read in the light scheme; itself when it can."""
    return next(each for each in _shades(of, -_STEP) if is_readable(each, LIGHT))


def lightened(of: str) -> str:
    """The nearest lighter colour of the same hue that can be read in the dark scheme; itself when it can."""
    return next(each for each in _shades(of, _STEP) if is_readable(each, DARK))


def _shades(of: str, step: float) -> Iterator[str]:
    """The colour, then lighter or darker ones of its hue, at last white or black."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(of)))
    yield of
    for _ in range(round(1 / abs(step)) + 1):
        lightness = min(1.0, max(0.0, lightness + step))
        yield _hex([part * 255 for part in colorsys.hls_to_rgb(hue, lightness, saturation)])


def _parts(of: str) -> list[int]:
    return [int(of[place : place + 2], 16) for place in (1, 3, 5)]


def _hex(parts: list[float]) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in parts)


# The style sheet -----------------------------------------------------------------------------------------


def name(own_colour: str | None, logo: bytes | None, logo_type: str | None) -> str | None:
    """What a look is called in an address: 16 hexadecimal digits of what it is made of; None for none."""
    if own_colour is None and logo is None:
        return None
    made_of = f"{own_colour or ''}\n{logo_type or ''}\n".encode() + (logo or b"")
    return hashlib.sha256(made_of).hexdigest()[:16]


def edition(base: str) -> str:
    """8 hexadecimal digits that change with `base` and with what is made of it here: looks are kept for a year."""
    example = logos.Logo(b"", logos.PNG, 3, 1)
    return hashlib.sha256(lean(base + _colours(USUAL) + _logo(example)).encode()).hexdigest()[:8]


def style_sheet(base: str, own_colour: str | None, logo: bytes | None) -> str:
    """`base` (citizen.css) with a municipality's colour and logo at its end: one lean file. Raises LogoError."""
    own = _colours(own_colour) if own_colour else ""
    return lean(base + own + (_logo(logos.read(logo)) if logo else ""))


def lean(sheet: str) -> str:
    """`sheet` as it is sent: without comments, and without white space that says nothing.

    The space before a colon stays: `label :checked` is not `label:checked`. What stands in quotes may not have
    white space beside one of `{};,>` or after a colon.
    """
    bare = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)).strip()
    return re.sub(r" ?([{};,>]) ?", r"\1", bare).replace(": ", ":").replace(";}", "}")


def in_scheme(sheet: str, *, dark: bool) -> str:
    """`sheet` as it looks in one scheme, whatever the reader prefers: for a preview."""
    always = "all" if dark else "not all"
    sheet = re.sub(r"\(prefers-color-scheme:\s*dark\)", always, sheet)
    return re.sub(r"color-scheme:\s*light dark", f"color-scheme: {'dark' if dark else 'light'}", sheet)


def _colours(of: str) -> str:
    in_the_dark = lightened(of)
    return (
        f"\n:root {{ {_properties(of, LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_properties(in_the_dark, DARK)} }} }}\n"
    )


def _properties(of: str, scheme: Scheme) -> str:
    return f"--deed: {of}; --chosen: {chosen(of, scheme)};"


def _logo(logo: logos.Logo) -> str:
    """Beside the name, which stays as text. On a white plate where it may be dark on dark; not printed."""
    shape = logo.width / logo.height
    width = min(LOGO_WIDTH, LOGO_HEIGHT * shape)
    address = f"data:{logo.type};base64,{base64.b64encode(logo.content).decode()}"
    plate = "background-color: #fff; border: .3rem solid #fff; border-radius: 6px;"
    return (
        'header::before {\n  content: ""; float: inline-end; flex: none; margin-inline-start: 1rem;\n'
        f"  width: {width:.3f}rem; height: {width / shape:.3f}rem;\n"
        f'  background: url("{address}") no-repeat center / contain;\n}}\n'
        'header::after { content: ""; display: block; }\nheader::after, header nav { clear: both; }\n'
        f"@media (prefers-color-scheme: dark) {{ header::before {{ {plate} }} }}\n"
        f"@media (forced-colors: active) {{ header::before {{ forced-color-adjust: none; {plate} }} }}\n"
        "@media print { header::before { display: none; } }\n"
    )
