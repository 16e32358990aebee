"""The staff's forms speak Danish."""

from admin.forms import Danish, number_or_none


def test_every_built_in_message_is_danish() -> None:
    """In one number or another."""
    danish = Danish()
    assert danish.gettext("Not a valid choice.") == "Vælg en af mulighederne."
    assert danish.ngettext("one", "many", 2) == "Vælg en af mulighederne."


def test_an_empty_choice_is_none() -> None:
    """And a filled one a number."""
    assert (number_or_none(""), number_or_none(None), number_or_none("7")) == (None, None, 7)
