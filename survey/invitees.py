"""Whom a link asks, and what their answer is sealed with: what every request of a citizen looks up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, literal_column, select
from sqlalchemy.orm import Session

from survey import db
from survey.models import (
    BallotKey,
    CallbackRequest,
    Contact,
    Invitation,
    Link,
    Meeting,
    Message,
    Municipality,
    QuestionnaireVersion,
    Team,
)


@dataclass(frozen=True, kw_only=True)
class Sealing:
    """What a ballot of an invitation is sealed with; no `key_id` and `public_key` where no key is open."""

    team_id: int
    law: str
    points: int
    statement_count: int
    channel: str
    kind: str
    target_group: str | None
    meetings: int
    key_id: UUID | None
    public_key: bytes


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a citizen's link leads to. `mobile` is E.164 or None; `called` means a callback is asked for.

    `language` (ISO 639-1) is the citizen's, "" where nobody knows. `look` names the municipality's style sheet;
    `dress` counts the changes of the version's translations and recordings.
    """

    token_hash: bytes
    municipality_id: int
    municipality: str
    phone: str
    smallest_group: int
    invitation_id: int
    version_id: int
    dress: int
    answered: bool
    expires_at: datetime | None
    called: bool
    name: str
    mobile: str | None
    language: str
    host: str | None
    look: str | None
    statement_url: str | None
    asks_tag: bool
    asks_comment: bool
    sealing: Sealing | None = None

    def expired(self, now: datetime) -> bool:
        """Is the link too old to open at `now`?"""
        return self.expires_at is not None and self.expires_at <= now


_links, _invitations, _contacts = Link.__table__.c, Invitation.__table__.c, Contact.__table__.c
_municipalities, _callbacks = Municipality.__table__.c, CallbackRequest.__table__.c
_versions, _teams, _keys = QuestionnaireVersion.__table__.c, Team.__table__.c, BallotKey.__table__.c
_messages, _meetings, _earlier = Message.__table__.c, Meeting.__table__.c, Meeting.__table__.alias("earlier")
# Tables instead of classes, and built once: this runs at every request of a citizen.
_asked = (
    select(
        _links.municipality_id,
        _municipalities.name.label("municipality"),
        _municipalities.phone,
        _municipalities.smallest_group,
        _links.invitation_id,
        _invitations.version_id,
        _versions.dress,
        _invitations.answered,
        _invitations.expires_at,
        exists()
        .where(
            _callbacks.municipality_id == _links.municipality_id, _callbacks.invitation_id == _links.invitation_id
        )
        .label("called"),
        _contacts.name,
        _contacts.mobile,
        _contacts.language,
        _municipalities.host,
        _municipalities.look,
        _municipalities.statement_url,
        _municipalities.asks_tag,
        _municipalities.asks_comment,
    )
    .join_from(Link.__table__, Invitation.__table__)
    .join(Contact.__table__)
    .join(Municipality.__table__)
    .join(
        QuestionnaireVersion.__table__,
        and_(_versions.municipality_id == _links.municipality_id, _versions.id == _invitations.version_id),
    )
    .where(_links.token_hash == bindparam("token_hash"))
)
_meetings_so_far = (
    select(func.count())
    .where(
        _earlier.c.municipality_id == _meetings.municipality_id,
        _earlier.c.citizen == _meetings.citizen,
        _earlier.c.status == literal_column("'held'"),
        _earlier.c.held_on <= _meetings.held_on,
    )
    .scalar_subquery()
    .correlate(Meeting.__table__)
)
# Who is asked is found first, apart: of nine tables joined at once the server weighs every order, which takes it
# some fifty milliseconds wherever the plan is not kept; of five and five, two.
_whom = (
    _asked.add_columns(
        _links.message_id,
        _invitations.team_id,
        _invitations.meeting_id,
        _versions.points,
        _versions.statement_count,
    )
    .cte("whom")
    .prefix_with("MATERIALIZED")
)
_COLUMNS = _asked.selected_columns.keys()
_to_answer = (
    select(
        *(_whom.c[name] for name in _COLUMNS),
        _whom.c.team_id,
        _teams.law,
        _whom.c.points,
        _whom.c.statement_count,
        _messages.channel,
        _messages.kind,
        _meetings.target_group,
        _meetings_so_far.label("meetings"),
        _keys.id.label("key_id"),
        func.encode(_keys.public_key, literal_column("'hex'")).label("public_key"),
    )
    .join_from(
        _whom,
        Message.__table__,
        and_(_messages.municipality_id == _whom.c.municipality_id, _messages.id == _whom.c.message_id),
    )
    .join(
        Meeting.__table__,
        and_(_meetings.municipality_id == _whom.c.municipality_id, _meetings.id == _whom.c.meeting_id),
    )
    .join(Team.__table__, and_(_teams.municipality_id == _whom.c.municipality_id, _teams.id == _whom.c.team_id))
    .outerjoin(
        BallotKey.__table__,
        and_(_keys.municipality_id == _whom.c.municipality_id, _keys.state == literal_column("'open'")),
    )
)
_MORE = _to_answer.selected_columns.keys()[len(_COLUMNS) :]


def _in_one(statement: Select[*tuple[Any, ...]]) -> str:
    """`statement` with its columns in one: describing each of many to us takes the driver longer than the rest."""
    return db.ready(statement.with_only_columns(func.json_build_array(*statement.selected_columns)))


_FIND, _FIND_TO_ANSWER = _in_one(_asked), _in_one(_to_answer)


def find_hashed(session: Session | Connection, hashed: bytes) -> Asked | None:
    """As `find`, for a door that has hashed the token: a slow hash is made where no connection is held."""
    row = db.run(session, _FIND, {"token_hash": hashed}).scalar()
    return _as_asked(hashed, row) if row else None


def find_to_answer(session: Session | Connection, hashed: bytes) -> Asked | None:
    """As `find_hashed`, with what a ballot is sealed with, in one SELECT too."""
    row = db.run(session, _FIND_TO_ANSWER, {"token_hash": hashed}).scalar()
    if row is None:
        return None
    more = dict(zip(_MORE, row[len(_COLUMNS) :], strict=True))
    key, public = more.pop("key_id"), more.pop("public_key")
    sealing = Sealing(**more, key_id=key and UUID(key), public_key=bytes.fromhex(public or ""))
    return _as_asked(hashed, row, sealing)


def _as_asked(hashed: bytes, row: Sequence[Any], sealing: Sealing | None = None) -> Asked:
    found = dict(zip(_COLUMNS, row, strict=False))
    expires = found.pop("expires_at")
    return Asked(
        **found, token_hash=hashed, expires_at=expires and datetime.fromisoformat(expires), sealing=sealing
    )
