"""QR codes as inline SVG: what a phone's camera opens, with the same in words for who cannot see it."""

from html import escape

import segno


def svg(text: str, about: str) -> str:
    """The QR code (ISO/IEC 18004, level M) of `text`, black on white with its quiet zone; `about` is said of it.

    It has no size of its own: a style sheet gives it one by the class `qr`.
    """
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return str(drawn).replace("<svg ", f'<svg role="img" aria-label="{escape(about)}" ', 1)
