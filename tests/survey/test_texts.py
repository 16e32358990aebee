"""What the messages say, and that an SMS fits one segment."""

import re

import pytest

from survey import config, texts
from survey.texts import Draft, Segments, Writing

LONGEST_HOST = f"https://svar.{'a' * (config.LONGEST_HOST - 8)}.dk"
NAMES = ("Stevns Kommune", "Lyngby-Taarbæk Kommune", "Bornholms Regionskommune", "Ringkøbing-Skjern Kommune")
TELLING = re.compile(
    r"job|ledig|ydelse|kontanthjælp|dagpenge|sygedag|uddannelseshjælp|beskæftig|aktiver|afklar|\bsag|rådgiv|arbejds",
    re.IGNORECASE,
)


def writing(kind: str = "invitation", channel: str = "sms", **changed: object) -> Writing:
    """A message of Stevns about seven questions, with a link as long as they come."""
    link = f"{LONGEST_HOST}/s/{'a' * 26}"
    base: dict[str, object] = {"municipality": "Stevns Kommune", "phone": "56 57 57 57"}
    base |= {"name": "Anne Sørensen", "sender": "Stevns", "questions": 7, "smallest_group": 5, "link": link}
    base |= {"kind": kind, "channel": channel, **changed}
    own = {name: base.pop(name) for name in Writing._fields if name in base}
    return Writing(Draft(**base), **own)  # type: ignore[arg-type]  # a test's shorthand


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
        ("Ib Bo", "Ib\u3164\u115f\u1160\uffa0Bo"),
    ],
)
def test_a_name_can_become_neither_header_nor_link(expected: str, name: str) -> None:
    """Line breaks, invisible characters and what makes an address are gone, and the length is bounded."""
    assert expected == texts.plain(name)


@pytest.mark.parametrize(
    ("greeting", "name"),
    [
        ("Hej\n", "Ring 90 90 12 34 nu"),
        ("Hej\n", "Ring ٩٠٩٠ nu"),
        ("Hej\n", "Ring ➈⓪➈⓪ nu"),
        ("Hej Ib den 3 (22)\n", "Ib den 3 (22)"),
    ],
)
def test_a_name_with_a_number_to_call_is_left_out(greeting: str, name: str) -> None:
    """More than three digits in all, of whatever script: the greeting is without a name."""
    assert texts.render(writing(channel="email", name=name)).body.startswith(greeting)


def test_a_hostile_name_adds_no_line_and_no_link() -> None:
    """The text has one link, and as many lines as with an ordinary name."""
    ordinary = texts.render(writing(channel="email")).body
    hostile = texts.render(
        writing(channel="email", name="Ib\n\nhttps://evil.dk/s/x", municipality="A\nhttp://b.dk")
    )
    assert len(ordinary.splitlines()) == len(hostile.body.splitlines())
    assert re.findall(r"https?://[^/\s]+", hostile.body) == [LONGEST_HOST]
    assert "\n" not in hostile.subject


def test_a_language_we_do_not_write_gives_danish() -> None:
    """The whole text, and the language it says it has."""
    written = texts.render(writing(language="de"))
    assert (written.language, written.body) == ("da", texts.render(writing()).body)


def test_an_own_text_goes_before_the_shipped() -> None:
    """Filled in like it, and plainer than it was typed."""
    own = texts.Own("", "{sender} – hej {name}… {link}")
    written = texts.render(writing(own=own))
    assert written.body == f"Stevns - hej Anne Sørensen... {writing().link}"


@pytest.mark.parametrize("own", [texts.Own("", "{place} {code}"), texts.Own("{navn}", "{link}")])
def test_an_own_text_that_cannot_be_sent_gives_way(own: texts.Own) -> None:
    """To the shipped one: a message is never lost for it."""
    assert texts.render(writing(own=own)).body == texts.render(writing()).body


def test_an_own_text_that_is_long_either_way_keeps_the_municipality() -> None:
    """The sender stands in only where that saves a segment."""
    own = texts.Own("", "{municipality}: " + "lang " * 40 + "{link}")
    assert texts.render(writing(own=own)).body.startswith("Stevns Kommune: ")


def test_the_subject_of_an_own_text_is_one_line() -> None:
    """A line break in it would be a header."""
    own = texts.Own("Hej\nBcc: {name}", "{link}")
    assert texts.render(writing(channel="email", own=own)).subject == "Hej Bcc: Anne Sørensen"


def test_what_an_sms_cannot_carry_cheaply_is_made_plain() -> None:
    """Quotes, dashes, dots, spaces and invisible characters, each with a note."""
    text = "“Hej” – ’ja’…\u00a0nu\u202e"
    assert texts.unformatted(text) == "\"Hej\" - 'ja'... nu"
    assert texts.notes(text) == [
        "Typografiske anførselstegn er lavet til almindelige (2 steder).",
        "Typografiske apostroffer er lavet til almindelige (2 steder).",
        "Tankestreger er lavet til bindestreger (1 sted).",
        "Hårde og smalle mellemrum er lavet til almindelige (1 sted).",
        "Tre prikker i ét tegn er lavet til tre punktummer (1 sted).",
        "Usynlige tegn er fjernet (1 sted).",
    ]
    assert texts.notes("Hej, 'ja' - nu") == []


def test_no_own_texts_cost_nothing_to_look_through() -> None:
    """And an own text in a language we do not write is not looked for."""
    assert texts.Texts({}).find(1, 1, "invitation", "sms", "da") is None
    own = texts.Own("", "{link}")
    assert texts.Texts({(1, None, "invitation", "sms", "da"): own}).find(1, 2, "invitation", "sms", "de") == own
