"""What a municipality chooses about its citizens' pages, and what its table refuses."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import logos, looks, own_looks
from survey.models import Municipality
from survey.own_looks import Choice
from tests.survey.logo_files import SQUARE, a_png


def test_a_choice_holds_and_names_its_look(session: Session, stevns: Municipality) -> None:
    """Everything is kept, the look is that of colour and logo, and what changed is told."""
    choice = Choice("#7a003c", "https://was.digst.dk/stevns", "dpo@stevns.dk", asks_tag=True)
    changed = own_looks.save(session, stevns.id, choice, logo=logos.read(SQUARE))
    assert changed == ["colour", "statement_url", "data_officer", "asks_tag", "logo"]
    assert own_looks.of(session, stevns.id) == choice
    assert stevns.look == looks.name("#7a003c", SQUARE, "image/svg+xml")
    assert own_looks.save(session, stevns.id, choice) == []


def test_a_logo_stays_until_another_comes_or_it_is_removed(session: Session, stevns: Municipality) -> None:
    """Saving without a file keeps it; without colour and logo there is no look."""
    own_looks.save(session, stevns.id, Choice(), logo=logos.read(SQUARE))
    own_looks.save(session, stevns.id, Choice("#7a003c"))
    assert stevns.logo == SQUARE
    own_looks.save(session, stevns.id, Choice(), logo=logos.read(a_png()))
    assert stevns.logo_type == "image/png"
    assert own_looks.save(session, stevns.id, Choice(), without_logo=True) == ["logo"]
    assert [stevns.logo, stevns.logo_type, stevns.look] == [None, None, None]


def test_the_use_case_itself_refuses_a_colour_that_cannot_be_read(session: Session, stevns: Municipality) -> None:
    """Whatever door it comes through, and nothing of the choice is kept."""
    with pytest.raises(ValueError, match="4,50:1"):
        own_looks.save(session, stevns.id, Choice("#ffff00", asks_tag=True))
    assert own_looks.of(session, stevns.id) == Choice()


LOOK = "0" * 16


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("colour_plain", {"colour": "#7A003C", "look": LOOK}),
        ("colour_plain", {"colour": "red;}", "look": LOOK}),
        ("logo_has_a_type", {"logo": b"-", "look": LOOK}),
        ("logo_has_a_type", {"logo_type": "image/png"}),
        ("logo_small", {"logo": b"", "logo_type": "image/png", "look": LOOK}),
        ("logo_small", {"logo": b"-" * 16_385, "logo_type": "image/png", "look": LOOK}),
        ("logo_type_known", {"logo": b"-", "logo_type": "image/gif", "look": LOOK}),
        ("statement_url_secure", {"statement_url": "http://was.digst.dk"}),
        ("statement_url_secure", {"statement_url": "https://was.digst.dk/a b"}),
        ("look_plain", {"colour": "#7a003c", "look": "../../etc"}),
        ("look_of_something", {"colour": "#7a003c"}),
        ("look_of_something", {"look": LOOK}),
    ],
)
def test_an_impossible_look_is_impossible(
    session: Session, stevns: Municipality, constraint: str, columns: dict[str, Any]
) -> None:
    """The table itself refuses odd colours, files and addresses, and a look of nothing."""
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(update(Municipality).values(**columns))
