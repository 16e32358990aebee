"""A logo is a stranger's file: what is none, too big, broken, or could act, move or fetch is refused."""

import pytest

from survey import logos
from survey.logos import LogoError
from tests.survey.logo_files import SQUARE, a_png, chunk, svg

EVIL = "https://evil.example/x"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (a_png(600, 200), ("image/png", 600, 200)),
        (SQUARE, ("image/svg+xml", 60, 60)),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>' + SQUARE, ("image/svg+xml", 60, 60)),
        (SQUARE.replace(b'viewBox="0 0 60 60"', b'width="30px" height="12.5"'), ("image/svg+xml", 30, 12.5)),
        (
            svg('<linearGradient id="a"/><path style="fill:url(#a)" fill="url(\'#a\')"/>'),
            ("image/svg+xml", 60, 60),
        ),
    ],
)
def test_a_logo_is_read_with_its_size(content: bytes, expected: tuple[str, float, float]) -> None:
    """PNG by its header, SVG by viewBox or width and height; references inside the file are fine."""
    logo = logos.read(content)
    assert (logo.type, logo.width, logo.height) == expected


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "tom"),
        (b"GIF89a", "hverken PNG eller SVG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 16_400, "fylder 17 KB og må højst fylde 16 KB"),
        (svg("<!--" + "x" * 16_384 + "-->"), "højst fylde 16 KB"),
        (a_png(601, 10), "601 × 10 punkter og må højst være 600 × 200"),
        (a_png(10, 201), "10 × 201 punkter"),
        (a_png(0, 10), "0 × 10 punkter"),
        (a_png()[:-12], "ikke hel"),
        (a_png()[:-13], "beskadiget"),
        (a_png().replace(b"IDAT", b"IDAX"), "beskadiget"),
        (a_png(60, 40, chunk(b"acTL", b"\0" * 8)), "bevæger sig"),
        (b"\x89PNG\r\n\x1a\n", "ikke hel"),
    ],
)
def test_a_file_that_is_no_small_whole_picture_is_refused(content: bytes, why: str) -> None:
    """Each with what is wrong and a remedy."""
    with pytest.raises(LogoError, match=why):
        logos.read(content)


@pytest.mark.parametrize(
    "content",
    [
        svg("<script>alert(1)</script>"),
        svg('<s:script xmlns:s="http://www.w3.org/2000/svg"/>'),
        svg("<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>"),
        svg('<iframe xmlns="http://www.w3.org/1999/xhtml"/>'),
        svg('<path onclick="alert(1)"/>'),
        svg(attributes='ONLOAD="alert(1)"'),
        svg(f'<image href="{EVIL}"/>'),
        svg(f'<image xmlns:x="http://www.w3.org/1999/xlink" x:href=" {EVIL}"/>'),
        svg('<image href="data:image/png;base64,AA=="/>'),
        svg('<use href="logo.svg#a"/>'),
        svg('<g id="a"/><use href="#a"/><use href="#a"/>'),
        svg(attributes='viewBox="0 0 1 1000"'),
        svg(f'<path style="fill: src(&quot;{EVIL}&quot;)"/>'),
        svg('<a href="javascript:alert(1)"><path/></a>'),
        svg(f"<style>@import '{EVIL}';</style>"),
        svg(f"<style>path {{ fill: URL( '{EVIL}' ) }}</style>"),
        svg("<style>path { fill: \\75rl(//evil.example) }</style>"),
        svg(f'<path style="fill: url({EVIL})"/>'),
        svg(f'<path filter="url({EVIL}#a)"/>'),
        svg(f'<path style="background: image-set(&quot;{EVIL}&quot; 1x)"/>'),
        svg('<path><animate attributeName="d"/></path>'),
        svg('<path><set attributeName="href" to="javascript:alert(1)"/></path>'),
        svg(before="<!DOCTYPE svg>"),
        svg(before='<!DOCTYPE svg [<!ENTITY a "aaaaaaaa">]>', inside="&a;"),
        svg(before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'),
        svg(before=f'<?xml-stylesheet href="{EVIL}"?>'),
        svg(before='<?xml version="1.0" encoding="iso-8859-1"?>'),
        svg().decode().encode("utf-16"),
        svg("<path fill='\xe5'/>").decode().encode("latin-1"),
        svg("<path>"),
        b"<html><svg></svg></html>",
        b'<svg viewBox="0 0 1 1"/>',
        svg().replace(b'viewBox="0 0 60 60"', b""),
        svg().replace(b"0 0 60 60", b"0 0 0 60"),
        svg().replace(b"0 0 60 60", b"0 0 1e999 60"),
        svg().replace(b"0 0 60 60", b"0 0 nan inf"),
    ],
)
def test_a_drawing_that_could_act_move_or_fetch_is_refused(content: bytes) -> None:
    """Scripts, handlers, other documents, animations, references out of the file, and what is not plain SVG."""
    with pytest.raises(LogoError) as refused:
        logos.read(content)
    assert str(refused.value).endswith((".", '".'))
