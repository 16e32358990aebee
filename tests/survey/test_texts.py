"""What the messages say, and that an SMS fits one segment."""

import re

import pytest

from survey import config, texts
from survey.texts import Segments, Writing

LONGEST_HOST = f"https://svar.{'a' * (config.LONGEST_HOST - 8)}.dk"
NAMES = ("Stevns Kommune", "Lyngby-Taarbæk Kommune", "Bornholms Regionskommune", "Ringkøbing-Skjern Kommune")
TELLING = re.compile(
    r"job|ledig|ydelse|kontanthjælp|dagpenge|sygedag|uddannelseshjælp|beskæftig|aktiver|afklar|\bsag|rådgiv|arbejds",
    re.IGNORECASE,
)


def writing(kind: str = "invitation", channel: str = "sms", **changed: str | int) -> Writing:
    """A message of Stevns about seven questions, with a link as long as they come."""
    link = f"{LONGEST_HOST}/s/{'a' * 26}"
    base: dict[str, str | int] = {"municipality": "Stevns Kommune", "phone": "56 57 57 57"}
    base |= {"name": "Anne Sørensen", "sender": "Stevns", "questions": 7, "smallest_group": 5, "link": link}
    return Writing(kind=kind, channel=channel, **(base | changed))  # type: ignore[arg-type]  # a test's shorthand


def told(wanted: Writing) -> str:
    """Subject and text of `wanted`."""
    written = texts.render(wanted)
    return f"{written.subject} {written.body}"


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("name", NAMES)
def test_an_sms_fits_one_segment_and_names_who_asks(kind: str, name: str) -> None:
    """The longest municipal host and name take one GSM-7 segment."""
    wanted = writing(kind, municipality=name)
    written = texts.render(wanted)
    assert written.segments == Segments("GSM-7", len(written.body), 1)
    assert (written.subject, written.language) == ("", "da")
    assert written.body.startswith(f"{name}: ")
    assert written.body.endswith(f" {wanted.link}")


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("name", ["Kommunerne omkring den lange og smalle Fjord i Vest", "Kommune Łódź"])
def test_a_name_that_does_not_fit_gives_way_to_the_sender(kind: str, name: str) -> None:
    """Too long a name, or letters outside the SMS alphabet, fall back to the sender, always the same."""
    wanted = writing(kind, municipality=name, sender="Fjordkommun")
    written = texts.render(wanted)
    assert written.segments == Segments("GSM-7", len(written.body), 1)
    assert written.body.startswith("Fjordkommun: ")
    assert texts.render(wanted).body == written.body


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("name", [NAMES[0], "Kommunerne omkring den lange og smalle Fjord i Vest"])
def test_no_message_tells_what_the_citizen_came_for(kind: str, channel: str, name: str) -> None:
    """Neither job centre, benefit, case nor caseworker is named, in subject or text."""
    assert TELLING.findall(told(writing(kind, channel, municipality=name))) == []


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_reminder_says_that_it_is_one(channel: str) -> None:
    """Only the reminder says so."""
    assert "åmindelse" in told(writing("reminder", channel))
    assert "åmindelse" not in told(writing("invitation", channel))


def test_an_email_says_who_asks_and_gives_the_link_on_a_line_of_its_own() -> None:
    """Subject, greeting, link, phone number and signature."""
    wanted = writing(channel="email", unsubscribe="https://svar.x.dk/s/x/afmeld")
    written = texts.render(wanted)
    assert written.subject == "Hvordan gik din samtale med Stevns Kommune?"
    assert written.segments is None
    assert written.body.startswith("Hej Anne Sørensen\n")
    assert f"\n{wanted.link}\n" in written.body
    assert f"\n{wanted.unsubscribe}\n" in written.body
    assert "56 57 57 57" in written.body
    assert written.body.endswith("Venlig hilsen\nStevns Kommune\n")


@pytest.mark.parametrize(("expected", "smallest"), [("fem", 5), ("ti", 10), ("tolv", 12), ("13", 13)])
@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_an_email_says_how_many_must_have_answered(kind: str, expected: str, smallest: int) -> None:
    """The municipality's own number, as a word up to twelve."""
    body = texts.render(writing(kind, "email", smallest_group=smallest)).body
    assert f"mindst {expected} fra samme gruppe har svaret." in " ".join(body.split())


def test_an_email_without_name_and_phone_is_still_whole() -> None:
    """The name and the paragraph about calling give way."""
    body = texts.render(writing(channel="email", name="", phone="")).body
    assert body.startswith("Hej\n")
    assert "ringe" not in body


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("Anne Sørensen", "Anne Sørensen"),
        ("Åse O'Neill-Müller", "Åse O'Neill-Müller"),
        ("Ib Bcc alle x dk", "Ib\r\nBcc: alle@x.dk"),
        ("https evil dk", "https://evil.dk"),
        ("evil dk", "evil.dk"),
        ("Ib Bo", "  Ib\u202e\u200b\x00 \tBo "),
        ("{{ 7*7 }}".replace("{", "").replace("}", "").replace("*", " ").strip(), "{{ 7*7 }}"),
        ("x" * 60, "x" * 5000),
    ],
)
def test_a_name_can_become_neither_header_nor_link(expected: str, name: str) -> None:
    """Line breaks, invisible characters and what makes an address are gone, and the length is bounded."""
    assert expected == texts.plain(name)


def test_a_hostile_name_adds_no_line_and_no_link() -> None:
    """The text has one link, and as many lines as with an ordinary name."""
    ordinary = texts.render(writing(channel="email")).body
    hostile = texts.render(
        writing(channel="email", name="Ib\n\nhttps://evil.dk/s/x", municipality="A\nhttp://b.dk")
    )
    assert len(ordinary.splitlines()) == len(hostile.body.splitlines())
    assert re.findall(r"https?://[^/\s]+", hostile.body) == [LONGEST_HOST]
    assert "\n" not in hostile.subject
