"""A municipality's logo: a small PNG or SVG, read as a stranger's file and refused in Danish with the remedy.

It is only ever the picture of a style sheet, where a browser runs nothing and fetches nothing; what could do
either is refused all the same.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from math import isfinite
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_BYTES = 16 * 1024
WIDEST, HIGHEST = 600, 200
"""The most pixels of a PNG."""
PNG, SVG = "image/png", "image/svg+xml"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NAMESPACE = "{http://www.w3.org/2000/svg}"
_REFUSED = {
    **dict.fromkeys(("script", "handler", "listener"), "et script"),
    **dict.fromkeys(("foreignobject", "iframe", "embed", "object", "audio", "video"), "indhold af en anden slags"),
    "use": "en genbrugt del, som kan blive til tusinder",
    **dict.fromkeys(("animate", "animatemotion", "animatetransform", "animatecolor", "set"), "en animation"),
}
_FETCHING = re.compile(r"@import|image-set|\b(?:src|image)\(|\\|url\((?!\s*[\"']?#)", re.IGNORECASE)
"""What in a style may reach out of the file; a backslash could spell any of it."""
LONGEST_SHAPE = 50
"""How many times longer than wide a drawing may be, or the other way round."""
_INSTRUCTION = re.compile(r"<\?(?!xml\s)", re.IGNORECASE)
_ENCODING = re.compile(r"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*(?:px)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Logo:
    """A picture of `type` (PNG or SVG), `width` by `height` in its own units."""

    content: bytes
    type: str
    width: float
    height: float


class LogoError(Exception):
    """A file that cannot be a logo; the text says why, in Danish with the remedy."""


def read(content: bytes) -> Logo:
    """The logo in a file of `content`. Raises LogoError."""
    if not content:
        raise LogoError("Filen er tom. Vælg en anden.")
    if len(content) > MAX_BYTES:
        raise LogoError(
            f"Logoet fylder {-(-len(content) // 1024)} KB og må højst fylde {MAX_BYTES // 1024} KB. "
            "Gør billedet mindre, eller brug SVG."
        )
    if content.startswith(_SIGNATURE):
        return Logo(content, PNG, *_png_size(content))
    if b"<svg" in content.lower():
        return Logo(content, SVG, *_svg_size(_svg(content)))
    raise LogoError("Filen er hverken PNG eller SVG. Gem logoet som en af dem.")


# PNG -----------------------------------------------------------------------------------------------------


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels, of a file whole from signature to end."""
    kinds, place = [], len(_SIGNATURE)
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content.ljust(place + 8, b"\0"), place)
        body = content[place + 4 : place + 8 + length]
        check = content[place + 8 + length : place + 12 + length]
        if len(check) != 4 or zlib.crc32(body) != int.from_bytes(check):
            raise LogoError("PNG-filen er beskadiget. Gem logoet igen, og prøv med den nye fil.")
        kinds.append(kind)
        place += 12 + length
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise LogoError("PNG-filen er ikke hel. Gem logoet igen, og prøv med den nye fil.")
    if b"acTL" in kinds:
        raise LogoError("Logoet bevæger sig. Gem det som et billede, der står stille.")
    width, height = struct.unpack_from(">II", content, len(_SIGNATURE) + 8)
    if not (1 <= width <= WIDEST and 1 <= height <= HIGHEST):
        raise LogoError(
            f"Logoet er {width} × {height} punkter og må højst være {WIDEST} × {HIGHEST}. Gør det mindre."
        )
    return width, height


# SVG -----------------------------------------------------------------------------------------------------


def _svg(content: bytes) -> Element:
    """The drawing, with nothing in it that acts, moves or fetches."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LogoError("SVG-filen er ikke gemt som UTF-8. Gem den igen som UTF-8.") from None
    if _ENCODING.search(text):
        raise LogoError("SVG-filen siger, at den ikke er UTF-8. Gem den igen som UTF-8.")
    if _INSTRUCTION.search(text):
        raise LogoError("SVG-filen henviser til et andet typografiark (<?…?>). Gem den som almindelig SVG.")
    try:
        root: Element = fromstring(text.encode(), forbid_dtd=True)
    except DefusedXmlException:
        raise LogoError("SVG-filen har en DOCTYPE. Slet den linje, og prøv igen.") from None
    except ParseError:
        raise LogoError("SVG-filen kan ikke læses. Gem logoet igen, og prøv med den nye fil.") from None
    if root.tag != f"{_NAMESPACE}svg":
        raise LogoError("Filen er ikke en SVG-tegning. Gem logoet som almindelig SVG.")
    for element in root.iter():
        _check(element)
    return root


def _check(element: Element) -> None:
    """Raise LogoError for an element that could act, move or fetch."""
    kind = _local(element.tag)
    if what := _REFUSED.get(kind):
        raise LogoError(f"SVG-filen indeholder {what} (<{kind}>). Fjern det, og gem den igen.")
    if kind == "style" and _FETCHING.search("".join(element.itertext())):
        raise LogoError("SVG-filens <style> henter noget udefra. Fjern det, og gem den igen.")
    for attribute, value in element.attrib.items():
        local = _local(attribute)
        if local.startswith("on"):
            raise LogoError(f"SVG-filen indeholder et script ({local}). Fjern det, og gem den igen.")
        if local in ("href", "src") and not value.strip().startswith("#"):
            raise LogoError(
                f"SVG-filen henviser til noget uden for sig selv ({local}). Tegn det i filen, og gem den igen."
            )
        if _FETCHING.search(value):
            raise LogoError(f"SVG-filen henter noget udefra ({local}). Fjern det, og gem den igen.")


def _local(tag: str) -> str:
    """A name without its namespace, in small letters."""
    return tag.rpartition("}")[2].lower()


def _svg_size(root: Element) -> tuple[float, float]:
    """Width and height by `viewBox`, else by `width` and `height` in pixels."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    pair = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    found = [float(match[1]) for each in pair if (match := _LENGTH.fullmatch(each))]
    if len(found) != 2 or not all(isfinite(each) and each > 0 for each in found):
        raise LogoError(
            'SVG-filen siger ikke, hvor stor den er. Gem den med en viewBox, fx viewBox="0 0 300 100".'
        )
    if not 1 / LONGEST_SHAPE <= found[0] / found[1] <= LONGEST_SHAPE:
        raise LogoError(f"SVG-filen er over {LONGEST_SHAPE} gange så lang på den ene led. Skær den til.")
    return found[0], found[1]
