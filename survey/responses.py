"""Responses: submit once. The invitation is turned to answered and the sealed ballot laid in the box, together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, DateTime, and_, bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from survey import invitations, keys, workdays
from survey.models import (
    BallotKey,
    Contact,
    Invitation,
    Link,
    Meeting,
    Message,
    QuestionnaireVersion,
    Team,
)
from survey.questionnaire import Answers


@dataclass(frozen=True)
class Beside:
    """What comes with an answer beside its points: as in `keys.BallotContent`; `language` None: the contact's."""

    language: str | None = None
    tag: str | None = None
    comment: str = ""
    confirmation: str | None = None


NOTHING = Beside()
TARGET_GROUP = 40
"""Characters of a target group that a ballot holds: with the longest comment it has room for no more."""
ATTEMPTS = 3
"""So often an answer is sealed anew when the tally changes keys just then; it does so once a night."""


class NoOpenKeyError(Exception):
    """The municipality has no open ballot key: nothing can be sealed, so nothing is stored."""


def submit(
    session: Session | Connection, link: str | bytes, answers: Answers, now: datetime, beside: Beside = NOTHING
) -> bool:
    """Store `answers` for the link with this token, or this hash of one: two statements, the second writes all.

    A code comes hashed, for that is slow. False, and nothing stored, when the link is unknown or expired or
    somebody was first. Raises ValueError for answers that do not fit the questionnaire and NoOpenKeyError, with
    nothing stored.
    """
    readable = invitations.readable(link) if isinstance(link, str) else None
    hashed = invitations.token_hash(readable) if readable else link
    if not isinstance(hashed, bytes):
        return False
    latest = now - invitations.ANSWER_GRACE
    # The tally may close the key between the two statements: then both are made anew, with the next one.
    for _attempt in range(ATTEMPTS):
        asked = session.execute(_ASKED, {"hash": hashed, "latest": latest}).first()
        if not asked:
            return False
        if asked.key_id is None:
            raise NoOpenKeyError
        sealed = keys.seal(asked.public_key, _content(asked, answers, now, beside))
        values = {"municipality": asked.municipality_id, "invitation": asked.invitation_id, "latest": latest}
        if session.execute(_ANSWER, values | {"key": asked.key_id, "ballot": uuid4(), "sealed": sealed}).first():
            return True
    raise NoOpenKeyError


def _content(asked: Any, answers: Answers, now: datetime, beside: Beside) -> keys.BallotContent:
    if len(answers) != asked.statement_count:
        raise ValueError(f"{asked.statement_count} answers expected, got {len(answers)}")
    if any(answer is not None and not 0 <= answer <= asked.points for answer in answers):
        raise ValueError(f"An answer is outside the scale 1-{asked.points}")
    return keys.BallotContent(
        team_id=asked.team_id,
        law=asked.law,
        version_id=asked.version_id,
        day=workdays.day(now),
        language=beside.language or asked.language,
        channel=asked.channel,
        first=asked.kind == "invitation",
        target_group=asked.target_group and asked.target_group[:TARGET_GROUP],
        meeting_number=meeting_number(asked.meetings),
        tag=beside.tag,
        answers=tuple(answers),
        confirmation=beside.confirmation,
        comment=beside.comment,
    )


def meeting_number(meetings: int) -> str:
    """Which meeting this was, as coarse as the ballot says it: "1", "2-3" or "4+"."""
    if meetings >= 4:
        return "4+"
    return "2-3" if meetings >= 2 else "1"


# Tables instead of classes, and built once: this runs at every answer of a citizen.
_link, _invitation, _message, _contact = (t.__table__.c for t in (Link, Invitation, Message, Contact))
_meeting, _team, _version, _key = (t.__table__.c for t in (Meeting, Team, QuestionnaireVersion, BallotKey))
_earlier = Meeting.__table__.alias("earlier")

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

_ASKED = (
    select(
        _invitation.municipality_id,
        _invitation.id.label("invitation_id"),
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
        _key.id.label("key_id"),
        _key.public_key,
    )
    .join_from(Link.__table__, Invitation.__table__)
    .join(
        Message.__table__, and_(_message.municipality_id == _link.municipality_id, _message.id == _link.message_id)
    )
    .join(
        Contact.__table__,
        and_(_contact.municipality_id == _link.municipality_id, _contact.invitation_id == _link.invitation_id),
    )
    .join(
        Meeting.__table__,
        and_(_meeting.municipality_id == _link.municipality_id, _meeting.id == _invitation.meeting_id),
    )
    .join(Team.__table__, and_(_team.municipality_id == _link.municipality_id, _team.id == _invitation.team_id))
    .join(
        QuestionnaireVersion.__table__,
        and_(_version.municipality_id == _link.municipality_id, _version.id == _invitation.version_id),
    )
    .outerjoin(BallotKey.__table__, and_(_key.municipality_id == _link.municipality_id, _key.state == "open"))
    .where(
        _link.token_hash == bindparam("hash"),
        _invitation.answered.is_(False),
        or_(_invitation.expires_at.is_(None), _invitation.expires_at > bindparam("latest", type_=DateTime(True))),
    )
)

# Two posts with one link race for the invitation's row: the second waits, finds it answered and writes nothing.
# FOR SHARE keeps the tally from closing the key until this ballot is in the box.
_ANSWER = text("""
    WITH open_key AS MATERIALIZED (
        SELECT id FROM ballot_key
        WHERE municipality_id = :municipality AND id = :key AND state = 'open' FOR SHARE
    ), marked AS (
        UPDATE invitation SET answered = true
        WHERE municipality_id = :municipality AND id = :invitation AND NOT answered
            AND (expires_at IS NULL OR expires_at > :latest) AND EXISTS (SELECT FROM open_key)
        RETURNING municipality_id
    )
    INSERT INTO ballot (municipality_id, id, key_id, sealed)
    SELECT municipality_id, CAST(:ballot AS uuid), CAST(:key AS uuid), CAST(:sealed AS bytea) FROM marked
    RETURNING true
""")
