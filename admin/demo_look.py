"""The look of the demo's own municipality, what it asks beside, and what its manager did about the figures."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import deeds, logos, own_looks, workdays
from survey.access import MANAGER
from survey.models import Assignment, Team
from survey.own_looks import Choice

COLOUR = "#1b5e3f"
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40">'
    b'<path d="M0 40 20 8l12 19 8-11 20 24z" fill="#1b5e3f"/>'
    b'<circle cx="46" cy="9" r="7" fill="#e0a526"/></svg>'
)
"""Two hills and a sun: a plain drawing, nobody's coat of arms."""
DEEDS: tuple[tuple[int, str | None, str, str], ...] = (
    (
        9,
        "Opfølgning",
        "Vi vil vide, hvad der skal ske efter samtalen.",
        "Alle samtaler slutter nu med, at vi skriver de næste skridt ned sammen, og borgeren får dem med hjem.",
    ),
    (
        5,
        "Ydelse",
        "Vi ved ikke, hvad vi skal gøre for, at ansøgningen kan behandles.",
        "Brevet om ansøgningen begynder nu med en liste over det, der mangler, og et nummer, der bliver taget.",
    ),
    (
        2,
        None,
        "Det er svært at få fat på jer.",
        "Telefonen er åben en time længere hver dag, og vi ringer op inden to hverdage.",
    ),
)
"""Days ago, team, what was said, what was done."""


def choose(session: Session, municipality_id: int) -> None:
    """Give the municipality its colour and logo; let it ask for tags and comments, and print slips."""
    chosen = Choice(colour=COLOUR, asks_tag=True, asks_comment=True, prints_slips=True)
    own_looks.save(session, municipality_id, chosen, logo=logos.read(LOGO))


def present(session: Session, municipality_id: int, now: datetime) -> None:
    """Tell of three things done."""
    leads = select(Assignment.staff_id).where(
        Assignment.municipality_id == municipality_id, Assignment.role == MANAGER
    )
    manager = session.scalars(leads.limit(1)).one()
    teams = dict(session.execute(select(Team.name, Team.id).where(Team.municipality_id == municipality_id)).all())
    for days_ago, team, said, done in DEEDS:
        deeds.write(
            session,
            municipality_id,
            team_id=teams[team] if team else None,
            done_on=workdays.day(now) - timedelta(days=days_ago),
            said=said,
            done=done,
            staff_id=manager,
            now=now,
        )
