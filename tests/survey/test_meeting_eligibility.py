"""The decision at import, as worked examples."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survey import eligibility, meetings
from survey.eligibility import Said
from survey.models import DECISIONS

NOW = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HELD = Said("held")
ASKED: dict[str, Any] = {"held_at": NOW, "now": NOW, "reachable": True}


@pytest.mark.parametrize(
    ("decision", "said", "facts"),
    [
        ("invited", HELD, {}),
        ("cancelled", Said("cancelled"), {}),
        ("not_attended", Said("not_attended"), {}),
        ("in_the_future", Said("booked"), {}),
        ("in_the_future", HELD, {"held_at": NOW + timedelta(seconds=1)}),
        ("invited", HELD, {"held_at": NOW - timedelta(days=14)}),
        ("too_old", HELD, {"held_at": NOW - timedelta(days=14, seconds=1)}),
        ("no_channel", HELD, {"reachable": False}),
        ("opted_out", Said("held", opted_out=True), {}),
        ("protected_address", Said("held", protected=True), {}),
        ("opted_out", Said("held", opted_out=True, protected=True), {}),
        ("hurtful_moment", Said("held", hurtful=True), {}),
        ("protected_address", Said("held", protected=True, hurtful=True), {}),
        ("not_sampled", HELD, {"unsampled": "not_sampled"}),
        ("hurtful_moment", Said("held", hurtful=True), {"unsampled": "outside_wave"}),
    ],
)
def test_a_meeting_is_asked_about_unless_there_is_a_reason(
    decision: str, said: Said, facts: dict[str, Any]
) -> None:
    """The first reason in order is given."""
    assert decision == eligibility.at_import(said, **ASKED | facts)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (None, HELD),
        (None, Said("booked")),
        ("cancelled", Said("cancelled", hurtful=True)),
        ("not_attended", Said("not_attended")),
        ("opted_out", Said("held", opted_out=True)),
        ("protected_address", Said("held", protected=True)),
        ("hurtful_moment", Said("held", hurtful=True)),
    ],
)
def test_a_row_takes_an_invitation_back_for_what_it_says_of_the_citizen(reason: str | None, said: Said) -> None:
    """However old the meeting is by now; one that is booked again takes nothing back."""
    assert reason == eligibility.takes_back(said)


def test_the_decisions_are_given_in_the_order_in_which_they_are_listed() -> None:
    """The list of the table is the order of the reasons; the words of a report follow it."""
    assert list(meetings.outcome_words) == [*DECISIONS, "duplicate", "refused"]
