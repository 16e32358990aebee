"""What the messages say, and that an SMS fits one segment."""

import re

import pytest

from survey import invitations, texts
from survey.texts import Segments, Writing

LONGEST_HOST = "https://svar.lyngby-taarbaek.dk"
NAMES = ("Stevns Kommune", "Lyngby-Taarbæk Kommune", "Bornholms Regionskommune", "Ringkøbing-Skjern Kommune")
TELLING = re.compile(
    r"job|ledig|ydelse|kontanthjælp|dagpenge|sygedag|uddannelseshjælp|beskæftig|aktiver|afklar|\bsag|rådgiv|arbejds",
    re.IGNORECASE,
)


def writing(kind: str = "invitation", channel: str = "sms", **changed: str | int) -> Writing:
    """A message of Stevns about seven questions, with a link as long as they come."""
    link = f"{LONGEST_HOST}/s/{invitations.draw_token()}"
    base: dict[str, str | int] = {"municipality": "Stevns Kommune", "phone": "56 57 57 57"}
    base |= {"name": "Anne Sørensen", "sender": "Stevns", "questions": 7, "smallest_group": 5, "link": link}
    return Writing(kind=kind, channel=channel, **(base | changed))  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("name", NAMES)
def test_an_sms_fits_one_segment_and_names_who_asks(kind: str, name: str) -> None:
    """The longest municipal host and name and ten questions take one GSM-7 segment."""
    wanted = writing(kind, municipality=name, questions=10)
    subject, text = texts.render(wanted)
    assert texts.segments(text).count == 1
    assert texts.segments(text).encoding == "GSM-7"
    assert subject == ""
    assert text.startswith(f"{name}: ")
    assert "10 korte spørgsmål" in text
    assert text.endswith(f" {wanted.link}")


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("name", ["Kommunerne omkring den lange og smalle Fjord i Vest", "Kommune Łódź"])
def test_a_name_that_does_not_fit_gives_way_to_the_sender(kind: str, name: str) -> None:
    """Too long a name, or letters outside the SMS alphabet, fall back to the shorter template, always the same."""
    wanted = writing(kind, municipality=name, sender="Fjordkommun")
    text = texts.render(wanted)[1]
    assert texts.segments(text).count == 1
    assert text.startswith("Fjordkommun: ")
    assert texts.render(wanted)[1] == text


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("name", [NAMES[0], "Kommunerne omkring den lange og smalle Fjord i Vest"])
def test_no_message_tells_what_the_citizen_came_for(kind: str, channel: str, name: str) -> None:
    """Neither job centre, benefit, case nor caseworker is named, in subject or text."""
    assert TELLING.findall(" ".join(texts.render(writing(kind, channel, municipality=name)))) == []


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_reminder_says_that_it_is_one(channel: str) -> None:
    """Only the reminder says so."""
    assert "åmindelse" in texts.render(writing("reminder", channel))[1]
    assert "åmindelse" not in texts.render(writing("invitation", channel))[1]


def test_an_email_says_who_asks_and_gives_the_link_on_a_line_of_its_own() -> None:
    """Subject, greeting, number of questions, link, phone number and signature."""
    wanted = writing(channel="email", questions=1)
    subject, body = texts.render(wanted)
    assert subject == "Hvordan gik din samtale med Stevns Kommune?"
    assert body.startswith("Kære Anne Sørensen\n")
    assert "1 kort spørgsmål." in body
    assert f"\n{wanted.link}\n" in body
    assert "56 57 57 57" in body
    assert body.endswith("Venlig hilsen\nStevns Kommune\n")


@pytest.mark.parametrize(("expected", "smallest"), [("fem", 5), ("ti", 10), ("tolv", 12), ("13", 13)])
@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_an_email_says_how_many_must_have_answered(kind: str, expected: str, smallest: int) -> None:
    """The municipality's own number, as a word up to twelve."""
    body = texts.render(writing(kind, "email", smallest_group=smallest))[1]
    assert f"mindst {expected} fra samme gruppe har svaret." in " ".join(body.split())


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_the_shortest_sms_fits_whatever_the_host_and_the_sender(kind: str) -> None:
    """A link of 80 characters, a sender of eleven and ten questions take one GSM-7 segment."""
    wanted = writing(kind, municipality="Ł", sender="Fjordkommun", questions=10, link="https://" + "x" * 72)
    text = texts.render(wanted)[1]
    assert texts.segments(text) == Segments("GSM-7", len(text), 1)


def test_an_email_without_name_and_phone_is_still_whole() -> None:
    """The greeting and the line about calling give way."""
    body = texts.render(writing(channel="email", name="", phone=""))[1]
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
    ordinary = texts.render(writing(channel="email"))[1]
    hostile = texts.render(
        writing(channel="email", name="Ib\n\nhttps://evil.dk/s/x", municipality="A\nhttp://b.dk")
    )
    assert len(ordinary.splitlines()) == len(hostile[1].splitlines())
    assert re.findall(r"https?://[^/\s]+", hostile[1]) == [LONGEST_HOST]
    assert "\n" not in hostile[0]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (Segments("GSM-7", 0, 1), ""),
        (Segments("GSM-7", 160, 1), "å" * 160),
        (Segments("GSM-7", 161, 2), "å" * 161),
        (Segments("GSM-7", 160, 1), "€" * 80),
        (Segments("GSM-7", 162, 2), "€" * 81),
        (Segments("GSM-7", 306, 2), "a" * 306),
        (Segments("GSM-7", 306, 3), "a" * 152 + "€" + "a" * 152),
        (Segments("GSM-7", 20, 1), "^{}\\[~]|€\f"),
        (Segments("UCS-2", 70, 1), "”" * 70),
        (Segments("UCS-2", 71, 2), "”" * 71),
        (Segments("UCS-2", 134, 2), "…" * 134),
        (Segments("UCS-2", 2, 1), "🙂"),
        (Segments("UCS-2", 1, 1), "\x1b"),
    ],
)
def test_segments_are_counted_as_networks_count_them(expected: Segments, text: str) -> None:
    """160 and 153 septets, 70 and 67 units; a two-septet character is never split over two parts."""
    assert expected == texts.segments(text)


def test_the_alphabet_has_all_its_characters() -> None:
    """127 characters of one septet and ten of two."""
    assert (len(texts.GSM_BASE), len(texts.GSM_EXTENSION)) == (127, 10)


def test_a_message_has_no_character_outside_the_sms_alphabet_in_danish() -> None:
    """æ, ø, å and their capitals are one septet each."""
    assert Segments("GSM-7", 6, 1) == texts.segments("æøåÆØÅ")
