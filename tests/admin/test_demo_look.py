"""The demo's own look and deeds obey the rules they show."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from admin import demo_look
from survey import deeds, looks
from survey.models import Municipality, Staff


def test_the_demo_has_a_look_and_three_deeds(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """A colour that can be read, and texts without names, newest first."""
    employ(session, stevns, "manager")
    demo_look.choose(session, stevns.id)
    demo_look.present(session, stevns.id, now)
    assert looks.refusal(demo_look.COLOUR) == ""
    assert stevns.look == looks.name(demo_look.COLOUR, demo_look.LOGO, "image/svg+xml")
    told = deeds.public(session, stevns.id)
    assert [deed.team for deed in told] == [None, "Ydelse", "Opfølgning"]
    places = deeds.place_names(session, stevns.id)
    assert all(deeds.names_in(f"{deed.said} {deed.done}", [], places) == [] for deed in told)
