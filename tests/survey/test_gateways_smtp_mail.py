"""A letter as a mail: its headers, its two parts, and what nobody can smuggle into them."""

import email
import email.policy
import random
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import html5lib
import pytest

from survey.config import LONGEST_HOST
from survey.gateways import Letter, Outcome
from survey.gateways.mail import written
from tests.survey.mailing import LETTER, VERP, Postmaster, plainly, serving

SENDER = "svar@svar.stevns.dk"
TOKEN = "x" * 22
"""As long as a link's token: 128 bits in base64."""

ONE_CLICK = f"https://{'k' * (LONGEST_HOST - 3)}.dk/s/{TOKEN}/afmeld"
NASTY = ["\r\nBcc: x@y.dk", "\n", "\u2028", "\x85", "\x00", "\x0b", "\t", "\ud800"]
MEANT = [*"<>@,;:\"\\()[]'=?&% .æøå", "ß", "漢", "سلام", "\u200f", "😀", "=?utf-8?q?x?=", "a" * 70, "Å" * 40]


def read(letter: Letter, **options: str) -> EmailMessage:
    """The mail as a receiver reads it."""
    return email.message_from_bytes(written(letter, SENDER, **options), policy=email.policy.default)


def part(letter: Letter, kind: str) -> str:
    """The text or the HTML part."""
    found = read(letter).get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_a_mail_arrives_with_its_headers() -> None:
    """From with the municipality's name, our own Message-ID and date, marked as automatic, text intact."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port, verp=VERP, reply_to="kontakt@stevns.dk") as gateway:
        assert Outcome("accepted") == gateway.send(LETTER)
    (mail,) = postmaster.mails
    assert mail["From"] == "Lyngby-Taarbæk Kommune <svar@svar.stevns.dk>"
    assert (mail["To"], mail["Subject"]) == ("anne@borger.dk", "Hvordan gik din samtale?")
    assert (mail["Message-ID"], mail["Reply-To"]) == ("<1-2-1@svar.stevns.dk>", "kontakt@stevns.dk")
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "da")
    assert parsedate_to_datetime(mail["Date"]).year >= 2026
    text = mail.get_body(("plain",))
    assert isinstance(text, EmailMessage)
    assert text.get_content().splitlines() == LETTER.body.splitlines()
    assert postmaster.senders == [VERP.sender("1-2-1")]


def test_a_line_that_begins_with_a_dot_arrives_with_it() -> None:
    """SMTP ends a mail with a lone dot and drops the first of others (RFC 5321, 4.5.2)."""
    postmaster, letter = Postmaster(), replace(LETTER, body="a\n.b\n..c\n.\nd\n")
    with serving(postmaster) as port, plainly(port) as gateway:
        gateway.send(letter)
    text = postmaster.mails[0].get_body(("plain",))
    assert isinstance(text, EmailMessage)
    assert text.get_content().splitlines() == letter.body.splitlines()


def test_one_click_unsubscribing_survives_the_longest_host() -> None:
    """On the wire: the address whole in one line, nothing encoded, and both headers of RFC 8058."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port, unsubscribe_mailto="afmeld@svar.stevns.dk") as gateway:
        gateway.send(replace(LETTER, unsubscribe=ONE_CLICK))
    lines = [line for line in postmaster.raw[0].split(b"\r\n") if line.startswith(b"List-")]
    assert lines == [
        f"List-Unsubscribe: <{ONE_CLICK}>, <mailto:afmeld@svar.stevns.dk?subject=afmeld%201-2-1>".encode(),
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]
    assert b"=?" not in b"".join(lines)


def test_one_click_is_only_for_https() -> None:
    """RFC 8058 demands it; on a laptop there is a link without it, and where there is no link no header."""
    mail = read(replace(LETTER, unsubscribe="http://127.0.0.1:5000/s/x/afmeld"))
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:5000/s/x/afmeld>"
    assert mail["List-Unsubscribe-Post"] is None
    assert read(LETTER)["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "wrong", ["mailto:x@y.dk", "https://x.dk/a b", "https://x.dk/>,<mailto:x@y.dk", "https://å.dk"]
)
def test_an_address_of_unsubscribing_out_of_shape_is_refused(wrong: str) -> None:
    """It would be read as something else."""
    with pytest.raises(ValueError, match="unsubscribing"):
        written(replace(LETTER, unsubscribe=wrong), SENDER)


def test_a_header_longer_than_any_line_is_refused() -> None:
    """998 characters is the limit of RFC 5322; folding would break the address."""
    with pytest.raises(ValueError, match="too long"):
        written(replace(LETTER, unsubscribe=f"https://x.dk/{'x' * 990}"), SENDER)


@pytest.mark.parametrize("to", ["åse@borger.dk", "a@b.dk\nBcc: x@y.dk", "", "no address", "<>", "a@b.dk, c@d.dk"])
def test_an_address_that_cannot_be_used_is_dead(to: str) -> None:
    """No server is even asked, and no header can be smuggled in."""
    with plainly(1) as gateway:
        assert Outcome("refused", "adressen kan ikke bruges", permanent=True, dead=True) == gateway.send(
            replace(LETTER, to=to)
        )


@pytest.mark.parametrize("field", ["sender", "subject", "language", "reference"])
@pytest.mark.parametrize("nasty", NASTY)
def test_a_line_break_in_a_name_or_subject_never_becomes_a_header(field: str, nasty: str) -> None:
    """Refused before anything is sent, wherever it stands; the address is not to blame."""
    with plainly(1) as gateway:
        for value in (f"a{nasty}", f"{nasty}a", f"a{nasty}b"):
            outcome = gateway.send(replace(LETTER, **{field: value}))
            assert (outcome.permanent, outcome.dead) == (True, False)


def test_any_name_and_subject_comes_out_as_it_went_in() -> None:
    """300 names and subjects of signs that mean something in headers: one sender, the same words, nothing new."""
    draw = random.Random(7)  # the same three hundred every time
    for _ in range(300):
        name, subject = ("".join(draw.choices(MEANT, k=draw.randint(1, 8))).strip() for _ in range(2))
        raw = written(replace(LETTER, sender=name, subject=subject), SENDER)
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert mail.keys() == read(LETTER).keys()
        (address,) = mail["From"].addresses
        assert (address.addr_spec, mail["To"].addresses[0].addr_spec) == (SENDER, LETTER.to)
        phrase = email.message_from_bytes(raw)["From"].removesuffix(f"<{SENDER}>")
        assert (str(make_header(decode_header(phrase))).strip(), str(mail["Subject"])) == (name, subject)


def test_no_name_is_no_phrase() -> None:
    """The bare address."""
    assert read(replace(LETTER, sender=""))["From"] == SENDER


def test_the_html_is_the_text_and_nothing_else() -> None:
    """Paragraphs, line breaks, the link as a link; no image, style sheet, script or form."""
    letter = replace(LETTER, body="Hej Åse\n\nSvar her: https://x.dk/s/a.\nTak\n\n\nVenlig hilsen\nStevns\n")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(part(letter, "html"))
    assert ["".join(paragraph.itertext()) for paragraph in tree.iter("p")] == [
        "Hej Åse",
        "Svar her: https://x.dk/s/a.\nTak",
        "Venlig hilsen\nStevns",
    ]
    assert [link.get("href") for link in tree.iter("a")] == ["https://x.dk/s/a"]
    assert {"html", "head", "meta", "title", "body", "p", "br", "a"} == {element.tag for element in tree.iter()}


def test_markup_in_a_text_is_text() -> None:
    """Everything is escaped, also inside a link."""
    letter = replace(
        LETTER, subject="<b>&", body='<script>alert(1)</script> https://x.dk/?a=1&b="><img src=x> javascript:x'
    )
    page = part(letter, "html")
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    assert "".join(next(tree.iter("p")).itertext()) == letter.body
    assert "".join(next(tree.iter("title")).itertext()) == letter.subject
    assert [link.get("href") for link in tree.iter("a")] == ["https://x.dk/?a=1&b="]
    assert (list(tree.iter("script")), list(tree.iter("img"))) == ([], [])


@pytest.mark.parametrize(
    ("direction", "language"),
    [("ltr", "da"), ("ltr", "uk"), ("ltr", "ti"), ("rtl", "ar"), ("rtl", "fa"), ("rtl", "ar-SY")],
)
def test_the_html_says_its_language_and_direction(direction: str, language: str) -> None:
    """Arabic and Persian from right to left; an address in them from left to right."""
    letter = replace(LETTER, language=language, body="سلام https://x.dk")
    page = html5lib.parse(part(letter, "html"), namespaceHTMLElements=False)
    assert (page.get("lang"), page.get("dir")) == (language, direction)
    assert [link.get("dir") for link in page.iter("a")] == ["ltr"]
    assert part(letter, "plain").strip() == letter.body


def test_every_line_of_the_body_is_short_ascii() -> None:
    """Quoted-printable with 76 characters a line (RFC 2045): no relay has a reason to change what DKIM signs."""
    raw = written(replace(LETTER, body=f"{'æ' * 500}\r\n{'x' * 1500}\n.\n"), SENDER)
    body = raw.partition(b"\r\n\r\n")[2]
    assert raw.isascii()
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\n" not in body.replace(b"\r\n", b"")
