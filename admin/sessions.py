"""Sessions of staff: a secret in the cookie, its hash in the database, from where it can be revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, update
from sqlalchemy.orm import Session

from survey.models import Staff, StaffSession

IDLE_LIMIT = timedelta(minutes=60)
AGE_LIMIT = timedelta(hours=12)


def secret_hash(secret: str) -> bytes:
    """What the database keeps of a session's secret: SHA-256."""
    return hashlib.sha256(secret.encode()).digest()


def begin(session: Session, staff_id: int, municipality_id: int, now: datetime) -> str:
    """Begin a session and clear away the person's dead ones. Returns the secret for the cookie (256 bits)."""
    dead = or_(StaffSession.seen_at <= now - IDLE_LIMIT, StaffSession.started_at <= now - AGE_LIMIT)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id, dead))
    secret = secrets.token_urlsafe(32)
    session.execute(
        insert(StaffSession).values(
            secret_hash=secret_hash(secret),
            staff_id=staff_id,
            municipality_id=municipality_id,
            started_at=now,
            seen_at=now,
        )
    )
    return secret


def move(session: Session, secret: str, municipality_id: int) -> None:
    """Let the session with this secret work in another municipality. That the person may is the caller's."""
    here = update(StaffSession).where(StaffSession.secret_hash == secret_hash(secret))
    session.execute(here.values(municipality_id=municipality_id))


def end(session: Session, secret: str) -> None:
    """End the session with this secret."""
    session.execute(delete(StaffSession).where(StaffSession.secret_hash == secret_hash(secret)))


def end_all(session: Session, staff_id: int) -> None:
    """End every session of the person, from the very next request."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def set_password(session: Session, staff_id: int, password_hash: str) -> None:
    """Store a new password and end every session of the person."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(password_hash=password_hash))
    end_all(session, staff_id)
