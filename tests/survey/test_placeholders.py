"""Texts with placeholders: what is filled, what is left out, and that a text is never a program."""

import pytest

from survey import placeholders

VALUES = {
    "name": "Ib",
    "phone": "1",
    "link": "https://x.dk/s/a",
    "municipality": "Faxe",
    "place": "x.dk",
    "code": "C",
}


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("Hej Ib", "Hej {name}"),
        ("{{Ib}}", "{{{name}}}"),
        ("{name.__class__} {0} {} %s", "{name.__class__} {0} {} %s"),
        ("{{ 7*7 }} {% raw %}", "{{ 7*7 }} {% raw %}"),
        ("Faxe\nto linjer\n\nnyt afsnit", "{municipality}\r\nto linjer\r\n \r\nnyt afsnit\n"),
    ],
)
def test_only_placeholders_are_filled(expected: str, text: str) -> None:
    """Nothing else in a text means anything."""
    assert expected == placeholders.read(text).fill(VALUES)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("Hej", "Hej {name}"),
        ("Вітаємо!", "Вітаємо, {name}!"),
        ("مرحباً", "مرحباً، {name}"),
        ("Hej\n\nFarvel", "Hej\n\nRing på {phone}.\n\nFarvel"),
        ("Svar: https://x.dk/s/a, ring", "Svar: {link}, ring {phone}"),
        ("Hej https://x.dk/s/a", "Hej {name} {link}"),
    ],
)
def test_what_is_empty_leaves_no_hole(expected: str, text: str) -> None:
    """A name goes with its comma, another placeholder with its paragraph, but the way to the questions stays."""
    assert expected == placeholders.read(text).fill(VALUES | {"name": "", "phone": ""})


def test_a_value_is_not_read_again() -> None:
    """A citizen called {link} is no link."""
    assert placeholders.read("Hej {name}").fill({"name": "{link}"}) == "Hej {link}"


@pytest.mark.parametrize(
    ("expected", "text", "mode"),
    [
        (True, "{municipality} {link}", "link"),
        (True, "{municipality} {link}", "code"),
        (True, "{place} {code}", "code_only"),
        (False, "{municipality}", "link"),
        (False, "{link} {link}", "link"),
        (False, "{link} {navn}", "link"),
        (False, "{link}", "code_only"),
        (False, "{place} {code}", "link"),
        (False, "{place}", "code_only"),
    ],
)
def test_a_text_must_lead_to_the_questions(expected: bool, text: str, mode: str) -> None:
    """By the way the municipality has chosen, once, and with known placeholders only."""
    assert placeholders.read(text).suits(mode) is expected
