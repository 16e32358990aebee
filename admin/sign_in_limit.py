"""How often a sign-in may fail: per account from one address, and per address; kept in the database."""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from survey.models import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_PAIR = 5
PER_ADDRESS = 20


def names(key: bytes, email: str, address: str) -> tuple[bytes, bytes]:
    """What an attempt is counted on: (account from this address, address), neither readable without `key`.

    The account alone is never counted: an outsider could then lock somebody out everywhere.
    """
    pair, alone = f"pair\0{email}\0{address}", f"address\0{address}"
    return (
        hmac.digest(key, pair.encode("utf-8", "replace"), hashlib.sha256),
        hmac.digest(key, alone.encode("utf-8", "replace"), hashlib.sha256),
    )


def reserve(session: Session, who: tuple[bytes, bytes], now: datetime) -> timedelta | None:
    """Count an attempt before the password is looked at. None, or how long to wait and nothing is counted."""
    # Many guesses arrive at once: they queue on the address, so none is counted too late.
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(who[1][:8], "big", signed=True))))
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= now - WINDOW))
    for name, limit in zip(who, (PER_PAIR, PER_ADDRESS), strict=True):
        tried = session.scalars(
            select(SignInAttempt.tried_at)
            .where(SignInAttempt.who == name)
            .order_by(SignInAttempt.tried_at.desc())
            .limit(limit)
        ).all()
        if len(tried) == limit:
            return tried[-1] + WINDOW - now
    session.execute(insert(SignInAttempt), [{"who": name, "tried_at": now} for name in who])
    return None


def forgive(session: Session, who: tuple[bytes, bytes], now: datetime) -> None:
    """The attempt reserved at `now` succeeded: forget it, and the account's failures from this address."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.who == who[0]))
    session.execute(delete(SignInAttempt).where(SignInAttempt.who == who[1], SignInAttempt.tried_at == now))
