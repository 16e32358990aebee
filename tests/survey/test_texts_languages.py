"""The shipped texts in nine languages: all there, short enough, silent about the case, readable either way."""

import re
from decimal import Decimal

import pytest
from flask import Flask

from survey import config, linter, placeholders, text_examples, texts
from survey.models import CHANNELS, KINDS, LINK_MODES
from survey.text_examples import LONGEST, Asker

EVERY = [(language, kind, mode) for language in texts.LANGUAGES for kind in KINDS for mode in LINK_MODES]
NAMES = (
    "Stevns Kommune",
    text_examples.LONGEST_MUNICIPALITY,
    "Kommunerne omkring den lange og smalle Fjord i Vest",
)


def test_the_longest_is_as_long_as_it_may_be() -> None:
    """Host, sender and link of the examples are the longest that the program lets through."""
    written = text_examples.example("invitation", "sms", "da")
    assert (len(LONGEST.host), len(LONGEST.sender)) == (config.LONGEST_HOST, 11)
    assert len(re.findall(r"https://\S+", written.body)[0]) == len("https:///s/") + config.LONGEST_HOST + 26


@pytest.mark.parametrize(("language", "kind", "mode"), EVERY)
@pytest.mark.parametrize("name", NAMES)
def test_every_sms_fits(language: str, kind: str, mode: str, name: str) -> None:
    """One segment in Danish, English and Somali, two elsewhere, in every link mode, and who asks is named."""
    asker = Asker(municipality=name)
    written = text_examples.example(kind, "sms", language, link_mode=mode, asker=asker)
    assert written.segments is not None
    assert written.segments.count <= (1 if language in ("da", "en", "so") else 2)
    assert name in written.body or asker.sender in written.body


@pytest.mark.parametrize(("language", "kind", "mode"), EVERY)
def test_every_shipped_text_passes_the_linter(language: str, kind: str, mode: str) -> None:
    """SMS, subject and e-mail: nothing to say, not even a warning; no body reveals anything either."""
    sms, email = (texts.shipped(kind, channel, language, mode) for channel in CHANNELS)
    assert linter.lint(sms.body, language, "sms", "body", link_mode=mode) == []
    assert linter.lint(email.subject, language, "email", "subject", link_mode=mode) == []
    assert linter.lint(email.body, language, "email", "body", link_mode=mode) == []
    assert linter.telling(email.body, language) == []


@pytest.mark.parametrize(("language", "kind", "mode"), EVERY)
def test_every_email_is_complete(language: str, kind: str, mode: str) -> None:
    """How many must have answered, for how long, whom to call, how to say no thanks; no hole is left."""
    email = texts.shipped(kind, "email", language, mode)
    needed = {"smallest_group", "days", "phone", "unsubscribe", "municipality", *placeholders.WAYS[mode]}
    assert needed <= set(placeholders.read(email.body).holes)
    body = text_examples.example(kind, "email", language, link_mode=mode).body
    assert "{" not in body
    assert len(body.split("\n\n")) == (10 if kind == "reminder" else 9)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_only_the_danish_texts_are_verified(language: str) -> None:
    """No person has checked the others."""
    assert texts.shipped("invitation", "sms", language).verified == (language == "da")


@pytest.mark.parametrize(("language", "kind", "mode"), [each for each in EVERY if each[0] in ("ar", "fa")])
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_copied_stands_alone_between_right_to_left_words(
    language: str, kind: str, mode: str, channel: str
) -> None:
    """Link, place and code have a line each, and the first letter turns the text the right way."""
    body = text_examples.example(kind, channel, language, link_mode=mode).body
    token = text_examples.CODE if mode == "code" else text_examples.TOKEN
    wanted = {
        "link": [f"https://{LONGEST.host}/s/{token}"],
        "code_only": [f"{LONGEST.host}/svar", text_examples.CODE],
    }
    assert set(wanted.get(mode, wanted["link"])) <= set(body.splitlines())
    assert body[0] > "\u0600"


def test_a_number_keeps_its_order_between_right_to_left_words() -> None:
    """Names and the phone number are isolated in e-mails; the link is not, so that it can be tapped."""
    written = text_examples.example("invitation", "email", "ar")
    assert f"\u2066{LONGEST.phone}\u2069" in written.body
    assert f"\u2068{LONGEST.municipality}\u2069" in written.body
    assert "\u2068https" not in written.body
    assert "\u2068" not in text_examples.example("invitation", "sms", "ar").body + written.subject


def test_the_table_has_every_text_with_its_price() -> None:
    """Nine languages, two kinds, three ways; a thousand two-segment messages at 0.30 are 600 kroner."""
    lines = list(text_examples.table(Decimal("0.30")))
    assert len(lines) == 9 * 2 * 3
    assert {(line.count, line.price) for line in lines} == {(1, Decimal(300)), (2, Decimal(600))}


@pytest.mark.parametrize(("expected", "amount"), [("307,00 kr.", "307"), ("1.234,50 kr.", "1234.5")])
def test_kroner_are_danish(expected: str, amount: str) -> None:
    """Comma before the øre, full stop at the thousands."""
    assert expected == text_examples.kroner(Decimal(amount))


def test_the_command_prints_the_table(app: Flask) -> None:
    """With the price it is given; what is no price is named."""
    run = app.test_cli_runner().invoke
    assert "| farsi | invitation | link | UCS-2 |" in run(args=["texts", "segments"]).output
    assert "| 1 | 500,00 kr. |" in run(args=["texts", "segments", "--price", "0,50"]).output
    assert "'dyr' er ikke en pris" in run(args=["texts", "segments", "--price", "dyr"]).output


HOSTILE = (
    "Ib\r\nBcc: alle@x.dk\r\n\r\nhttps://evil.dk/s/x",
    "<script>alert(1)</script><a href='//evil.dk'>",
    "\u202eevil\u2066\u200b{link}{unsubscribe}{{7*7}}%s",
    "evil.dk evil。dk evil․dk //evil www.evil.dk \u2028ny linje\u0085",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_no_imported_value_becomes_header_link_or_markup(channel: str, language: str, name: str) -> None:
    """As many lines and links as with an ordinary name, no markup, no hole, no turned direction."""
    ordinary = text_examples.example("invitation", channel, language, asker=Asker(municipality="Faxe"))
    asker = Asker(municipality=name, sender=name[:11], phone=name)
    hostile = text_examples.example("invitation", channel, language, asker=asker)
    assert len(hostile.body.splitlines()) == len(ordinary.body.splitlines())
    assert re.findall(r"\S+[./]\S+\w", hostile.body) == re.findall(r"\S+[./]\S+\w", ordinary.body)
    assert not set("<>{}@\u202e\u200b\r\u2028\u0085") & set(hostile.body + hostile.subject)
    assert len(hostile.subject.splitlines()) <= 1
