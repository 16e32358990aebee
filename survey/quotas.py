"""How often somebody may ask: counted in the memory of one process, for doors that write nothing."""

from collections import defaultdict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock

REMEMBERED = 10_000
"""Names a process keeps at most; when there are more, all are forgotten."""


class Quota:
    """At most `most` times in `window` for each name."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._taken: defaultdict[Hashable, deque[datetime]] = defaultdict(lambda: deque(maxlen=most))
        self._lock = Lock()

    def wait(self, name: Hashable, now: datetime) -> int:
        """Seconds until `name` may ask again; 0 when it may now. Counts nothing."""
        with self._lock:
            taken = self._taken.get(name)
            if taken is None or len(taken) < self._most or taken[0] <= now - self._window:
                return 0
            return int((taken[0] + self._window - now).total_seconds()) + 1

    def take(self, name: Hashable, now: datetime) -> None:
        """Count that `name` asked."""
        with self._lock:
            if len(self._taken) >= REMEMBERED:
                self._taken.clear()
            self._taken[name].append(now)
