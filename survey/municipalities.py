"""A new municipality: its questionnaires, published, and its teams."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import question_sets
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Statement, Team
from survey.questionnaire import Questionnaire as Content

DEFAULT_TEAMS = {"Opfølgning": ("LAB", "opfoelgning"), "Ydelse": ("LAS", "ydelse")}


def establish(
    session: Session,
    *,
    slug: str,
    name: str,
    phone: str,
    sms_sender: str,
    now: datetime,
    teams: Mapping[str, tuple[str, str]] = DEFAULT_TEAMS,
) -> Municipality:
    """Create a municipality with every shipped questionnaire and `teams` (name → law, questionnaire code)."""
    municipality = Municipality(slug=slug, name=name, phone=phone, sms_sender=sms_sender)
    session.add(municipality)
    session.flush()
    ids = {code: publish(session, municipality.id, question_sets.load(code), now) for code in question_sets.CODES}
    for team, (law, code) in teams.items():
        session.add(Team(municipality_id=municipality.id, name=team, law=law, questionnaire_id=ids[code][0]))
    session.flush()
    return municipality


def publish(session: Session, municipality_id: int, content: Content, now: datetime) -> tuple[int, int]:
    """Publish `content` as the next version of its questionnaire: (questionnaire id, version id).

    The version before it is closed: what waits for it is tallied with its law group.
    """
    row = session.scalar(
        select(Questionnaire).where(
            Questionnaire.municipality_id == municipality_id, Questionnaire.code == content.code
        )
    )
    if row is None:
        row = Questionnaire(municipality_id=municipality_id, code=content.code, name=content.name)
        session.add(row)
        session.flush()
    of_this = (
        QuestionnaireVersion.municipality_id == municipality_id,
        QuestionnaireVersion.questionnaire_id == row.id,
    )
    for open_version in session.scalars(
        select(QuestionnaireVersion).where(*of_this, QuestionnaireVersion.closed_at.is_(None))
    ):
        open_version.closed_at = now
    version = QuestionnaireVersion(
        municipality_id=municipality_id,
        questionnaire_id=row.id,
        number=(session.scalar(select(func.max(QuestionnaireVersion.number)).where(*of_this)) or 0) + 1,
        points=content.scale.top,
        statement_count=len(content.statements),
        labels=list(content.scale.labels),
    )
    session.add(version)
    session.flush()
    session.add_all(
        Statement(
            municipality_id=municipality_id,
            version_id=version.id,
            position=position,
            text=statement.text,
            offers_callback=statement.offers_callback,
        )
        for position, statement in enumerate(content.statements, 1)
    )
    session.flush()
    version.published_at = now
    session.flush()
    return row.id, version.id
