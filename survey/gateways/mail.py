"""A letter as a mail (RFC 5322): headers that nothing imported can break into, a text and an HTML part."""

import re
import unicodedata
from binascii import b2a_qp
from collections.abc import Iterable
from email.header import Header
from email.utils import formatdate
from html import escape
from itertools import pairwise

from survey.gateways import Letter

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII)
"""An address we write to or from: no quoted names, no other letters than ASCII (that would need SMTPUTF8)."""

REFERENCE = re.compile(r"[A-Za-z0-9-]{1,42}", re.ASCII)
"""What a reference may be made of, as it becomes part of addresses and of the Message-ID."""

LONGEST_LINE = 998
"""Characters of a line without its end (RFC 5322, 2.1.1)."""

RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "ps", "ckb")
LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")

_BLANK = re.compile(r"\n\s*\n")
_UNSUBSCRIBE = re.compile(r"https?://[!#-;=?-~]+", re.ASCII)
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9 -]{0,60}", re.ASCII)
_PLAIN_TEXT = re.compile(r"(?!.*=\?)[ -~]{0,60}", re.ASCII)
_PAGE = """\
<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body style="font-family: sans-serif; font-size: 1.1em; line-height: 1.5; max-width: 40em">
{paragraphs}
</body>
</html>
"""


class WrongAddressError(ValueError):
    """The letter's address is not one."""


def written(letter: Letter, sender: str, *, reply_to: str = "", unsubscribe_mailto: str = "") -> bytes:
    """`letter` as the bytes that are sent, ASCII only, lines ended by CRLF.

    Raises WrongAddressError for its address, ValueError for anything else that would break a header: a line
    break or another control character in a name or subject, a reference or address of unsubscribing out of shape.
    """
    if not ADDRESS.fullmatch(letter.to):
        raise WrongAddressError("no address")
    if not REFERENCE.fullmatch(letter.reference):
        raise ValueError("a reference is letters, digits and dashes")
    headers = [
        ("From", f"{_phrase(letter.sender)} <{sender}>".lstrip()),
        ("To", letter.to),
        *([("Reply-To", reply_to)] if reply_to else []),
        ("Subject", _encoded(letter.subject, "Subject", _PLAIN_TEXT)),
        ("Date", formatdate()),
        ("Message-ID", f"<{letter.reference}@{sender.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", _checked(letter.language)),
        *_unsubscribing(letter, unsubscribe_mailto),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'multipart/alternative; boundary="=_part"'),
    ]
    return _lines(headers) + b"\r\n" + _parts(letter)


def page(letter: Letter) -> str:
    """The HTML part: the letter's own text in paragraphs, escaped, links as links; no images, no tracking."""
    paragraphs = (part.strip("\n") for part in _BLANK.split(_linked(letter.body.replace("\r\n", "\n"))))
    return _PAGE.format(
        language=escape(letter.language),
        direction="rtl" if letter.language.partition("-")[0] in RIGHT_TO_LEFT else "ltr",
        title=escape(letter.subject),
        paragraphs="\n".join(_paragraph(part) for part in paragraphs if part.strip()),
    )


def _linked(text: str) -> str:
    """`text` as HTML: everything escaped, http(s) links made links."""
    edges = [0, *(edge for found in LINK.finditer(text) for edge in found.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    return "".join(_link(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def _link(address: str) -> str:
    escaped = escape(address)
    return f'<a href="{escaped}" dir="ltr">{escaped}</a>'


def _paragraph(html: str) -> str:
    """A paragraph with its line breaks kept."""
    lines = html.replace("\n", "<br>\n")
    return f"<p>{lines}</p>"


def _parts(letter: Letter) -> bytes:
    """The two parts with their own headers; quoted-printable, so that every relay passes them on unchanged.

    Written without the library's own classes, which take a millisecond a mail. "=_" never stands in
    quoted-printable, so no text can end a part.
    """
    parts = (("plain", letter.body), ("html", page(letter)))
    return b"".join(
        b"--=_part\r\n"
        b'Content-Type: text/%b; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%b\r\n" % (kind.encode(), _quoted(text))
        for kind, text in parts
    ) + (b"--=_part--\r\n")


def _quoted(text: str) -> bytes:
    """`text` in quoted-printable (RFC 2045, 6.7), lines of 76 characters at most, ended by CRLF."""
    lines = text.rstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n") + "\n"
    return b2a_qp(lines.replace("\n", "\r\n").encode(), istext=True)


def _unsubscribing(letter: Letter, mailto: str) -> list[tuple[str, str]]:
    """The headers of RFC 2369 and 8058; one click only over https, as the latter demands."""
    if not letter.unsubscribe:
        return []
    if not _UNSUBSCRIBE.fullmatch(letter.unsubscribe) or "," in letter.unsubscribe:
        raise ValueError("an address of unsubscribing is http(s), without spaces, commas and brackets")
    by_mail = f", <mailto:{mailto}?subject=afmeld%20{letter.reference}>" if mailto else ""
    header = ("List-Unsubscribe", f"<{letter.unsubscribe}>{by_mail}")
    one_click = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    return [header, one_click] if letter.unsubscribe.startswith("https:") else [header]


def _phrase(name: str) -> str:
    """`name` before an address. Anything but plain words is encoded, so that no sign in it means anything."""
    return _encoded(name, "From", _PLAIN_PHRASE)


def _encoded(text: str, header: str, plain: re.Pattern[str]) -> str:
    """`text` itself where it is `plain`, else as encoded words (RFC 2047), folded between them."""
    if plain.fullmatch(_checked(text)):
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _checked(text: str) -> str:
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text):
        raise ValueError("a control character in a header")
    return text


def _lines(headers: Iterable[tuple[str, str]]) -> bytes:
    # The library's own folding turns a long address in List-Unsubscribe into encoded words that no receiver
    # decodes there, and has lost the quotes of names: these lines are written as they are.
    text = "".join(f"{name}: {value}\r\n" for name, value in headers)
    if max(map(len, text.split("\r\n"))) > LONGEST_LINE:
        raise ValueError("a header is too long")
    return text.encode("ascii")
