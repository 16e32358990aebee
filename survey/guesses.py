"""Guessed codes: failures are counted, slow hashes are few at a time, and no valid code is ever locked.

A code is always looked up. Whoever has failed often shares one slow look-up at a time with the others who have,
so that they cost everybody else nothing, and is told to wait when they fail again.
"""

import hmac
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from threading import BoundedSemaphore

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.orm import Session

from survey.models import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_SOURCE = 10
"""Failures of one source in a WINDOW before it shares a turnstile."""
TOGETHER = 300
"""Failures of everybody in a WINDOW, after which one failure is enough to share it."""
REMEMBERED = 1000
"""Failures a process keeps in memory at most."""


class BusyError(Exception):
    """Too many codes are looked up just now: nothing is said of this one, and it may be tried again at once."""


def source(address: str | None) -> str:
    """What failures are counted on: an IPv4 address, or the /64 network a household has of IPv6."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ip_network((found, 64), strict=False))


class Turnstile:
    """Slow look-ups, `at_once` at a time in this process; `waiting` more may wait for `seconds`."""

    def __init__(self, at_once: int, waiting: int, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold one of the turns while the block runs. Raises BusyError when none comes."""
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            if not self._turns.acquire(timeout=self._seconds):
                raise BusyError
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


@dataclass
class Watch:
    """What one process knows: its turnstiles, and the failures of reading requests, which write nothing."""

    key: bytes
    free: Turnstile = field(default_factory=lambda: Turnstile(2, 6))
    shared: Turnstile = field(default_factory=lambda: Turnstile(1, 2))
    failed: deque[tuple[datetime, bytes]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def limited(self, session: Session | Connection, source: str, now: datetime) -> bool:
        """Has `source` failed so often that it shares a turnstile? One SELECT."""
        name, everybody, since = self._name(source), self._name(""), now - WINDOW
        rows = session.execute(
            select(SignInAttempt.who, func.count())
            .where(SignInAttempt.who.in_([name, everybody]), SignInAttempt.tried_at > since)
            .group_by(SignInAttempt.who)
        )
        counted = {bytes(who): n for who, n in rows}
        here = [who for at, who in self.failed.copy() if at > since]
        own = counted.get(name, 0) + here.count(name)
        together = counted.get(everybody, 0) + len(here)
        return own >= (1 if together >= TOGETHER else PER_SOURCE)

    def remember(self, source: str, now: datetime) -> None:
        """A reading request of `source` failed: keep it in memory."""
        self.failed.append((now, self._name(source)))

    def count(self, session: Session, source: str, now: datetime) -> None:
        """A sent code of `source` failed: write it down for all processes, and forget what is over."""
        session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= now - WINDOW))
        names = (self._name(source), self._name(""))
        session.execute(insert(SignInAttempt), [{"who": name, "tried_at": now} for name in names])

    def turnstile(self, limited: bool) -> Turnstile:
        """Where a code of such a source is looked up."""
        return self.shared if limited else self.free

    def _name(self, source: str) -> bytes:
        return hmac.digest(self.key, f"code\0{source}".encode(), "sha256")
