"""A new municipality is ready to ask."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities
from survey.models import Municipality, QuestionnaireVersion, Statement, Team


def test_a_new_municipality_has_published_questionnaires_and_teams(session: Session, stevns: Municipality) -> None:
    """Three published versions, and one team per law."""
    published = session.scalar(
        select(func.count())
        .select_from(QuestionnaireVersion)
        .where(QuestionnaireVersion.published_at.is_not(None))
    )
    teams = session.execute(select(Team.name, Team.law).order_by(Team.name)).all()
    assert published == 3
    assert [tuple(team) for team in teams] == [("Opfølgning", "LAB"), ("Ydelse", "LAS")]


def test_a_published_statement_never_changes(session: Session, stevns: Municipality) -> None:
    """The database refuses to touch a statement once its version is published."""
    with pytest.raises(IntegrityError, match="never changes"), session.begin_nested():
        session.execute(update(Statement).values(text="Noget andet"))


@pytest.mark.parametrize(
    ("name", "sender", "slug"),
    [
        ("Stevns Kommune", "Stevns", "stevns"),
        ("Høje-Taastrup Kommune", "HoejeTaastr", "hoeje-taastrup"),
        ("Ærø", "Aeroe", "aeroe"),
        ("Ålborg é", "Aalborg", "aalborg"),
        ("Факсе", "", ""),
        ("", "", ""),
    ],
)
def test_sender_and_short_name_are_made_of_the_name(name: str, sender: str, slug: str) -> None:
    """In signs that every telephone and every shell takes."""
    assert (municipalities.sender_of(name), municipalities.slug_of(name)) == (sender, slug)
