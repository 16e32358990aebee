"""Invitations: find by link. Tokens are stored as hashes only, so nobody can look a link up."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from survey.models import CallbackRequest, Contact, Invitation, Link, Municipality

TOKEN = re.compile("[a-z2-7]{26}")
ANSWER_GRACE = timedelta(hours=1)
"""A form opened in time may be sent this much after the link has expired."""


def draw_token() -> str:
    """A new token: 128 random bits as 26 characters of a-z and 2-7. It exists nowhere but in the message."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def token_hash(token: str) -> bytes:
    """SHA-256 of the token's text: all that is kept of a link."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a citizen's link leads to. `mobile` is E.164 or None; `called` means a callback is asked for."""

    municipality_id: int
    municipality: str
    phone: str
    smallest_group: int
    invitation_id: int
    version_id: int
    answered: bool
    expires_at: datetime | None
    called: bool
    name: str
    mobile: str | None

    def expired(self, now: datetime) -> bool:
        """Is the link too old to open at `now`?"""
        return self.expires_at is not None and self.expires_at <= now


_links, _invitations, _contacts = Link.__table__.c, Invitation.__table__.c, Contact.__table__.c
_municipalities, _callbacks = Municipality.__table__.c, CallbackRequest.__table__.c
# Tables instead of classes, and built once: this runs at every request of a citizen.
_FIND = (
    select(
        _links.municipality_id,
        _municipalities.name.label("municipality"),
        _municipalities.phone,
        _municipalities.smallest_group,
        _links.invitation_id,
        _invitations.version_id,
        _invitations.answered,
        _invitations.expires_at,
        exists()
        .where(
            _callbacks.municipality_id == _links.municipality_id, _callbacks.invitation_id == _links.invitation_id
        )
        .label("called"),
        _contacts.name,
        _contacts.mobile,
    )
    .join_from(
        Link.__table__,
        Invitation.__table__,
        and_(_invitations.municipality_id == _links.municipality_id, _invitations.id == _links.invitation_id),
    )
    .join(
        Contact.__table__,
        and_(_contacts.municipality_id == _links.municipality_id, _contacts.invitation_id == _links.invitation_id),
    )
    .join(Municipality.__table__, _municipalities.id == _links.municipality_id)
    .where(_links.token_hash == bindparam("token_hash"))
)


def readable(token: str) -> str | None:
    """The token in lower case, or None for what cannot be one and must never reach the database."""
    return token.lower() if len(token) == 26 and TOKEN.fullmatch(token.lower()) else None


def find(session: Session | Connection, token: str) -> Asked | None:
    """Whom the link with this token asks, in one SELECT; None for a malformed, unknown or deleted one."""
    text = readable(token)
    row = session.execute(_FIND, {"token_hash": token_hash(text)}).first() if text else None
    return Asked(**row._mapping) if row else None
