"""The decision at import, as worked examples."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survey import eligibility

NOW = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
ASKED: dict[str, Any] = {
    "status": "held",
    "held_at": NOW,
    "reachable": True,
    "opted_out": False,
    "protected": False,
}


@pytest.mark.parametrize(
    ("decision", "facts"),
    [
        ("invited", {}),
        ("cancelled", {"status": "cancelled"}),
        ("not_attended", {"status": "not_attended"}),
        ("in_the_future", {"status": "booked"}),
        ("in_the_future", {"held_at": NOW + timedelta(seconds=1)}),
        ("invited", {"held_at": NOW - timedelta(days=14)}),
        ("too_old", {"held_at": NOW - timedelta(days=14, seconds=1)}),
        ("no_channel", {"reachable": False}),
        ("opted_out", {"opted_out": True}),
        ("protected_address", {"protected": True}),
        ("opted_out", {"opted_out": True, "protected": True}),
    ],
)
def test_a_meeting_is_asked_about_unless_there_is_a_reason(decision: str, facts: dict[str, Any]) -> None:
    """The first reason in order is given."""
    assert decision == eligibility.at_import(now=NOW, **ASKED | facts)
