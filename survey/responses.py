"""Responses: submit once. The invitation is turned to answered and the sealed ballot laid in the box, together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, DateTime, Row, bindparam, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from survey import invitations, keys, workdays
from survey.models import (
    Ballot,
    BallotKey,
    Contact,
    Invitation,
    Link,
    Meeting,
    Message,
    QuestionnaireVersion,
    Team,
)
from survey.models import Questionnaire as QuestionnaireRow
from survey.models import Statement as StatementRow
from survey.questionnaire import Answers, Questionnaire, Statement
from survey.scale import Scale


@dataclass(frozen=True)
class Beside:
    """What comes with an answer beside its points: as in `keys.BallotContent`; `language` None: the contact's."""

    language: str | None = None
    tag: str | None = None
    comment: str = ""
    confirmation: str | None = None


NOTHING = Beside()


class NoOpenKeyError(Exception):
    """The municipality has no open ballot key: nothing can be sealed, so nothing is stored."""


def questionnaire(session: Session | Connection, municipality_id: int, version_id: int) -> Questionnaire:
    """The content of a published version, in one SELECT. It never changes, so it may be kept for ever."""
    rows = session.execute(
        select(
            QuestionnaireRow.code,
            QuestionnaireRow.name,
            QuestionnaireVersion.labels,
            StatementRow.text,
            StatementRow.offers_callback,
        )
        .join(QuestionnaireRow)
        .join(StatementRow)
        .where(QuestionnaireVersion.municipality_id == municipality_id, QuestionnaireVersion.id == version_id)
        .order_by(StatementRow.position)
    ).all()
    return Questionnaire(
        code=rows[0].code,
        name=rows[0].name,
        scale=Scale(tuple(rows[0].labels)),
        statements=tuple(Statement(row.text, row.offers_callback) for row in rows),
    )


def submit(session: Session, link: str | bytes, answers: Answers, now: datetime, beside: Beside = NOTHING) -> bool:
    """Store `answers` for the link with this token, or this hash of one: at most three statements.

    A code comes hashed, for that is slow. False, and nothing stored, when the link is unknown or expired or
    somebody was first. Raises ValueError for answers that do not fit the questionnaire and NoOpenKeyError; the
    door's transaction then rolls back.
    """
    text = invitations.readable(link) if isinstance(link, str) else None
    hashed = invitations.token_hash(text) if text else link
    latest = now - invitations.ANSWER_GRACE
    marked = (
        session.execute(_MARK, {"hash": hashed, "latest": latest}).first() if isinstance(hashed, bytes) else None
    )
    if not marked:
        return False
    if len(answers) != marked.statement_count:
        raise ValueError(f"{marked.statement_count} answers expected, got {len(answers)}")
    if any(answer is not None and not 0 <= answer <= marked.points for answer in answers):
        raise ValueError(f"An answer is outside the scale 1-{marked.points}")
    _lay_in_the_box(session, marked, answers, now, beside)
    return True


def _lay_in_the_box(session: Session, marked: Row[Any], answers: Answers, now: datetime, beside: Beside) -> None:
    key_id, public_key = _open_key(session, marked)
    content = keys.BallotContent(
        team_id=marked.team_id,
        law=marked.law,
        version_id=marked.version_id,
        day=workdays.day(now),
        language=beside.language or marked.language,
        channel=marked.channel,
        first=marked.kind == "invitation",
        target_group=marked.target_group,
        meeting_number=meeting_number(marked.meetings),
        tag=beside.tag,
        answers=tuple(answers),
        confirmation=beside.confirmation,
        comment=beside.comment,
    )
    sealed = keys.seal(public_key, content)
    ballot = {"municipality_id": marked.municipality_id, "id": uuid4(), "key_id": key_id, "sealed": sealed}
    session.execute(_LAY, ballot)


def _open_key(session: Session, marked: Row[Any]) -> tuple[UUID, bytes]:
    if marked.key_id is not None:
        return marked.key_id, marked.public_key
    # The tally closed the key while we waited for its row: the next one is open now.
    row = session.execute(_OPEN_KEY, {"municipality": marked.municipality_id}).first()
    if row is None:
        raise NoOpenKeyError
    return row.key_id, row.public_key


def meeting_number(meetings: int) -> str:
    """Which meeting this was, as coarse as the ballot says it: "1", "2-3" or "4+"."""
    if meetings >= 4:
        return "4+"
    return "2-3" if meetings >= 2 else "1"


# Tables instead of classes, and built once: this runs at every answer of a citizen.
_link, _invitation, _message, _contact = (t.__table__.c for t in (Link, Invitation, Message, Contact))
_meeting, _team, _version, _key = (t.__table__.c for t in (Meeting, Team, QuestionnaireVersion, BallotKey))
_earlier = Meeting.__table__.alias("earlier")

_OPEN_KEY = (
    select(_key.id.label("key_id"), _key.public_key)
    .where(_key.municipality_id == bindparam("municipality"), _key.state == "open")
    .with_for_update(read=True)
)

_meetings_so_far = (
    select(func.count())
    .where(
        _earlier.c.municipality_id == _meeting.municipality_id,
        _earlier.c.citizen == _meeting.citizen,
        _earlier.c.status == "held",
        _earlier.c.held_on <= _meeting.held_on,
    )
    .scalar_subquery()
    .correlate(Meeting.__table__)
)

# Two posts with one link race for the invitation's row: the second waits, finds it answered and marks nothing.
_marked = (
    update(Invitation.metadata.tables["invitation"])
    .values(answered=True)
    .where(
        _link.token_hash == bindparam("hash"),
        _invitation.municipality_id == _link.municipality_id,
        _invitation.id == _link.invitation_id,
        _invitation.answered.is_(False),
        or_(_invitation.expires_at.is_(None), _invitation.expires_at > bindparam("latest", type_=DateTime(True))),
        _message.municipality_id == _link.municipality_id,
        _message.id == _link.message_id,
        _contact.municipality_id == _link.municipality_id,
        _contact.invitation_id == _link.invitation_id,
        _meeting.municipality_id == _link.municipality_id,
        _meeting.id == _invitation.meeting_id,
        _team.municipality_id == _link.municipality_id,
        _team.id == _invitation.team_id,
        _version.municipality_id == _link.municipality_id,
        _version.id == _invitation.version_id,
    )
    .returning(
        _invitation.municipality_id,
        _invitation.team_id,
        _invitation.version_id,
        _team.law,
        _version.points,
        _version.statement_count,
        _contact.language,
        _message.channel,
        _message.kind,
        _meeting.target_group,
        _meetings_so_far.label("meetings"),
    )
    .cte("marked")
)

# FOR SHARE keeps the tally from closing the key until this ballot is in the box.
_open = (
    select(_key.id.label("key_id"), _key.public_key)
    .where(
        _key.state == "open",
        _key.municipality_id
        == select(_link.municipality_id).where(_link.token_hash == bindparam("hash")).scalar_subquery(),
    )
    .with_for_update(read=True)
    .cte("open_key")
)
_MARK = select(_marked, _open).select_from(_marked.outerjoin(_open, true()))
_LAY = insert(Ballot.metadata.tables["ballot"])
