"""Published versions as they stand in the tables: what they ask in Danish, since when and until when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from survey.models import Questionnaire as QuestionnaireRow
from survey.models import QuestionnaireVersion
from survey.models import Statement as StatementRow
from survey.questionnaire import Questionnaire, Statement
from survey.scale import Scale


@dataclass(frozen=True)
class Version:
    """One version; `closed_at` is None for the one that new citizens are asked."""

    municipality_id: int
    id: int
    questionnaire_id: int
    number: int
    content: Questionnaire
    published_at: datetime
    closed_at: datetime | None


def versions(session: Session, municipality_id: int | None = None, version_id: int | None = None) -> list[Version]:
    """All published versions, of one municipality or just one of them, the newest of each first; one statement."""
    lines = aggregate_order_by(StatementRow.text, StatementRow.position)
    offers = aggregate_order_by(StatementRow.offers_callback, StatementRow.position)
    wanted = (
        # Columns, not objects: whoever asks again after waiting for somebody else must see what is there now.
        select(
            QuestionnaireVersion.municipality_id,
            QuestionnaireVersion.id,
            QuestionnaireVersion.questionnaire_id,
            QuestionnaireVersion.number,
            QuestionnaireVersion.labels,
            QuestionnaireVersion.published_at,
            QuestionnaireVersion.closed_at,
            QuestionnaireRow.code,
            QuestionnaireRow.name,
            func.array_agg(lines).label("texts"),
            func.array_agg(offers).label("offers"),
        )
        .join(QuestionnaireRow)
        .join(StatementRow)
        .where(QuestionnaireVersion.published_at.is_not(None))
        .group_by(
            *(QuestionnaireVersion.municipality_id, QuestionnaireVersion.id),
            *(QuestionnaireRow.municipality_id, QuestionnaireRow.id),
        )
        .order_by(QuestionnaireRow.name, QuestionnaireVersion.number.desc())
    )
    if municipality_id is not None:
        wanted = wanted.where(QuestionnaireVersion.municipality_id == municipality_id)
    if version_id is not None:
        wanted = wanted.where(QuestionnaireVersion.id == version_id)
    return [_version(row) for row in session.execute(wanted)]


def _version(row: Any) -> Version:
    lines = tuple(map(Statement, row.texts, row.offers))
    content = Questionnaire(row.code, row.name, Scale(tuple(row.labels)), lines)
    key = (row.municipality_id, row.id, row.questionnaire_id, row.number)
    return Version(*key, content, row.published_at, row.closed_at)
