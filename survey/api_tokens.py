"""Bearer tokens for machines that fetch a municipality's figures: made once, kept as hashes, revoked."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from survey.models import ApiToken, Staff

PREFIX = "tilfreds_"
"""By what a token that leaked is known for one."""
LONGEST_NAME = 80


@dataclass(frozen=True)
class Caller:
    """Whose token came with a request, and its municipality."""

    token_id: int
    municipality_id: int


@dataclass(frozen=True)
class Listed:
    """A token as administrators see it: everything but the token. `by` is "" when a command made it."""

    id: int
    name: str
    made_at: datetime
    by: str
    revoked_at: datetime | None


def make(
    session: Session, municipality_id: int, name: str, now: datetime, *, staff_id: int | None = None
) -> tuple[int, str]:
    """A new token of the municipality: its id, and the token, which can never be shown again."""
    token = PREFIX + secrets.token_urlsafe(32)
    made = insert(ApiToken).values(
        municipality_id=municipality_id, name=name, token_hash=_hash(token), made_at=now, made_by=staff_id
    )
    return session.execute(made.returning(ApiToken.id)).scalar_one(), token


def revoke(session: Session, municipality_id: int, token_id: int, now: datetime) -> bool:
    """Let a token open nothing from now on; False where there is none that still does."""
    mine = (ApiToken.municipality_id == municipality_id, ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    gone = session.execute(update(ApiToken).where(*mine).values(revoked_at=now).returning(ApiToken.id))
    return gone.first() is not None


def listed(session: Session, municipality_id: int) -> Sequence[Listed]:
    """Every token of the municipality, those that work first, the newest of them on top."""
    rows = session.execute(
        select(ApiToken.id, ApiToken.name, ApiToken.made_at, Staff.name.label("by"), ApiToken.revoked_at)
        .outerjoin(Staff, Staff.id == ApiToken.made_by)
        .where(ApiToken.municipality_id == municipality_id)
        .order_by(ApiToken.revoked_at.desc().nulls_first(), ApiToken.made_at.desc(), ApiToken.id.desc())
    )
    return [Listed(row.id, row.name, row.made_at, row.by or "", row.revoked_at) for row in rows]


def caller(connection: Connection | Session, token: str) -> Caller | None:
    """Whose token it is; None for one nobody has, or that is revoked. One SELECT, nothing is written."""
    wanted = _hash(token)
    row = connection.execute(
        select(ApiToken.id, ApiToken.municipality_id, ApiToken.token_hash).where(
            ApiToken.token_hash == wanted, ApiToken.revoked_at.is_(None)
        )
    ).one_or_none()
    # The look-up is by hash, so its time says nothing of a token; the comparison does not either.
    if row is None or not hmac.compare_digest(bytes(row.token_hash), wanted):
        return None
    return Caller(row.id, row.municipality_id)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
