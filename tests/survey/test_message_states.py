"""The table of transitions: complete, and the only place where the steps of a message stand."""

import re

import pytest

from survey import message_states
from survey.message_states import FINAL, STATES, TRANSITIONS
from tests.conftest import ROOT


def test_nothing_leads_out_of_a_final_state() -> None:
    """And something leads out of every other."""
    before = {state for each in TRANSITIONS for state in each.before}
    assert before == set(STATES) - set(FINAL)


def test_every_state_but_the_first_is_reached() -> None:
    """A message begins waiting."""
    assert {each.after for each in TRANSITIONS} == set(STATES)


def test_an_event_that_is_not_in_the_table_is_an_error() -> None:
    """A typing error must not silently match nothing."""
    assert message_states.before("claim") == ("waiting",)
    with pytest.raises(KeyError):
        message_states.before("teleport")


def test_a_note_takes_no_step_that_is_not_in_the_table() -> None:
    """Every (event, state) of the statement that notes outcomes."""
    from survey import verdicts

    steps = re.findall(r"\('([a-z ]+)', '([a-z]+)'\)", verdicts._ALLOWED)
    assert steps
    assert all(state in message_states.before(event) for event, state in steps)


def test_the_diagram_is_generated() -> None:
    """Every event is in it; that it is up to date is tested with the other reference pages."""
    page = (ROOT / "docs" / "reference" / "message-states.md").read_text("utf-8")
    assert all(f": {each.event}\n" in page for each in TRANSITIONS)
