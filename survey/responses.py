"""Responses: submit once. The invitation is turned to answered and the sealed ballot laid in the box, together."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from survey import db, invitations, invitees, keys, workdays
from survey.invitees import Asked
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
    session: Session | Connection,
    link: str | bytes,
    answers: Answers,
    now: datetime,
    beside: Beside = NOTHING,
    asked: Asked | None = None,
) -> bool:
    """Store `answers` for the link with this token, or this hash of one: two statements, the second writes all.

    A code comes hashed, for that is slow. `asked` is what `invitees.find_to_answer` found for it a moment ago:
    then the first statement is saved. False, and nothing stored, when the link is unknown or expired or somebody
    was first. Raises ValueError for answers that do not fit the questionnaire and NoOpenKeyError, with nothing
    stored.
    """
    readable = invitations.readable(link) if isinstance(link, str) else None
    hashed = invitations.token_hash(readable) if readable else link
    if not isinstance(hashed, bytes):
        return False
    latest = now - invitations.ANSWER_GRACE
    # The tally may close the key before the last statement: then all is asked and sealed anew, with the next one.
    for _attempt in range(ATTEMPTS):
        asked = asked or invitees.find_to_answer(session, hashed)
        if asked is None or asked.answered or asked.expired(latest):
            return False
        if _is_laid(session, asked, _sealed(asked, answers, now, beside), latest):
            return True
        asked = None
    raise NoOpenKeyError


def _sealed(asked: Asked, answers: Answers, now: datetime, beside: Beside) -> bytes:
    known = asked.sealing
    if known is None or known.key_id is None:
        raise NoOpenKeyError
    if len(answers) != known.statement_count:
        raise ValueError(f"{known.statement_count} answers expected, got {len(answers)}")
    if any(answer is not None and not 0 <= answer <= known.points for answer in answers):
        raise ValueError(f"An answer is outside the scale 1-{known.points}")
    content = keys.BallotContent(
        team_id=known.team_id,
        law=known.law,
        version_id=asked.version_id,
        day=workdays.day(now),
        language=beside.language or asked.language,
        channel=known.channel,
        first=known.kind == "invitation",
        target_group=known.target_group and known.target_group[:TARGET_GROUP],
        meeting_number=meeting_number(known.meetings),
        tag=beside.tag,
        answers=tuple(answers),
        confirmation=beside.confirmation,
        comment=beside.comment,
    )
    return keys.seal(known.public_key, content)


def _is_laid(session: Session | Connection, asked: Asked, sealed: bytes, latest: datetime) -> bool:
    values = {
        "municipality": asked.municipality_id,
        "invitation": asked.invitation_id,
        "latest": latest,
        "key": asked.sealing and asked.sealing.key_id,
        "ballot": uuid4(),
        "sealed": sealed,
    }
    return db.run(session, _ANSWER, values).first() is not None


def meeting_number(meetings: int) -> str:
    """Which meeting this was, as coarse as the ballot says it: "1", "2-3" or "4+"."""
    if meetings >= 4:
        return "4+"
    return "2-3" if meetings >= 2 else "1"


# Two posts with one link race for the invitation's row: the second waits, finds it answered and writes nothing.
# FOR SHARE keeps the tally from closing the key until this ballot is in the box.
_ANSWER = db.ready(
    text("""
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
)
