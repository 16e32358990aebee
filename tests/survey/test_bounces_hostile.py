"""Bounces made to cost: what nobody signed is not parsed, nesting is not followed, and a poll ends in time."""

from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from survey.gateways.bounces import AT_ONCE, LARGEST, LONGEST_HEAD, LONGEST_TYPE, MOST_PARTS, Bounces, reports
from survey.gateways.mailboxes import Maildir
from tests.survey.mailing import VERP
from tests.survey.test_bounces import names, sample

SIGNED = VERP.sender("1-2-1").encode()


def nested(depth: int, to: bytes, filler: bytes = b"") -> bytes:
    """A mail of reports within reports."""
    levels = (
        b'Content-Type: multipart/report; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(depth)
    )
    return b"To: <" + to + b">\n" + b"".join(levels) + b"\n" + filler


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of everything that the standard library's parser is given, in bytes."""
    sizes: list[int] = []
    parse = BytesHeaderParser.parsebytes

    def counted(self: BytesHeaderParser, text: bytes, headersonly: bool = True) -> object:
        sizes.append(len(text))
        return parse(self, text, headersonly)

    monkeypatch.setattr(BytesHeaderParser, "parsebytes", counted)
    return sizes


@pytest.mark.parametrize(
    "raw",
    [
        nested(300, b"retur@svar.stevns.dk", b"x\n" * 50_000),
        nested(300, VERP.sender("1-2-1").replace("1-2-1", "1-3-1").encode()),
        sample("postfix_unknown").replace(VERP.signed("1-2-1").encode(), b"1-2-1-aaaaaaaa"),
        nested(300, SIGNED, b"x\n" * LARGEST),
        sample("out_of_office").replace(VERP.signed("1-2-1").encode(), b"1-2-1"),
    ],
)
def test_what_nobody_signed_or_is_too_large_is_not_parsed(raw: bytes, parsed: list[int]) -> None:
    """A stranger's mail costs a search of its bytes, however deep it is nested."""
    assert (reports(raw, VERP), parsed) == (None, [])


def test_nesting_is_not_followed(parsed: list[int]) -> None:
    """One who has had a mail of ours knows an address: two levels of headers are read, and no more."""
    assert reports(nested(300, SIGNED, b"x\n" * 50_000), VERP) is None
    assert len(parsed) == 2
    genuine = sample("postfix_unknown")
    parsed.clear()
    assert reports(genuine.replace(b"message/rfc822", b"x/y") + nested(300, SIGNED), VERP) == reports(
        genuine, VERP
    )
    assert max(parsed) < len(genuine)


def test_no_more_parts_are_read_than_a_bounce_may_have(parsed: list[int]) -> None:
    """A delivery status that comes after thousands of others is not looked for; nor are thousands of blocks."""
    many = b"To: <" + SIGNED + b'>\nContent-Type: multipart/report; boundary="b"\n\n' + b"--b\nA: b\n\n" * 9000
    assert reports(many, VERP) is None
    genuine = sample("postfix_unknown")
    assert reports(genuine.replace(b"Final-Recipient", b"X: y\n\n" * 9000 + b"Final-Recipient"), VERP) is not None
    assert len(parsed) <= 2 * (MOST_PARTS + 3)


@pytest.mark.parametrize("header", [b"X: " + b"y" * LONGEST_HEAD, b"Content-Type: a/b; c=" + b'";' * LONGEST_TYPE])
def test_headers_without_end_are_laid_aside(header: bytes) -> None:
    """A type with thousands of quotes is quadratic to take apart."""
    assert reports(header + b"\n" + sample("postfix_unknown"), VERP) is None


def test_a_poll_ends_in_time_and_the_next_goes_on(tmp_path: Path) -> None:
    """With no patience at all it reads one mail; at most so many, whatever there is."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    for n in range(AT_ONCE + 2):
        (tmp_path / "new" / f"{n:04}").write_bytes(b"Hej")
    aside = tmp_path / ".aside" / "cur"
    counted = []
    for patience in (0.0, 0.0, 60.0):
        assert Bounces(Maildir(tmp_path), VERP, patience).poll() == []
        counted.append(len(names(aside)))
    assert counted == [1, 2, AT_ONCE + 2]
